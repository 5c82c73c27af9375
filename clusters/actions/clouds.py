"""Replace and delete clouds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from astra.accounts.callers import Caller
from astra.api.problems import ApiProblem
from astra.engine.models import record_deletion
from astra.engine.plan import begin_in
from astra.engine.stages import Fate
from astra.resources import registry
from astra.resources.actions import replace_members
from clusters import problems
from clusters.actions.clusters import cluster_delete
from clusters.lifecycle import CLOUD, CLUSTER, PENDING
from clusters.models import Cloud, Cluster


def cloud_replace(*, caller: Caller, row: Cloud, body: Mapping[str, Any]) -> None:
    """Change a locked cloud from a validated body; with another credential it is discovered again.

    Raises 9 (public, without a credential), 108 (bucket), 140 (name taken), 10 (read-only label).
    """
    before = row.credential_id
    replace_members(registry.resource(CLOUD.kind), caller=caller, row=row, body=body)
    if row.credential_id != before:
        row.save(update_fields=begin_in(CLOUD, row, PENDING, Fate(CLOUD.success), caller))


def refuse_managed(cloud: Cloud) -> None:
    """Raise problem 141 while a cluster of the cloud is managed."""
    if Cluster.objects.filter(cloud=cloud, is_managed=True).exists():
        raise ApiProblem(problems.CLOUD_HAS_MANAGED_CLUSTERS)


def cloud_delete(cloud: Cloud, now: datetime) -> None:
    """Delete a locked cloud, and its clusters, none of which is managed."""
    for cluster in Cluster.objects.select_for_update().filter(cloud=cloud):
        record_deletion(CLUSTER.kind, cluster, now)
        cluster_delete(cluster, now)
    Cloud.objects.filter(id=cloud.id).delete()
