"""Clusters. Source: section 2 of `families.md` and the published `cluster` schemas."""

from collections.abc import Sequence
from datetime import datetime

from astra.api.problems import CONFLICT
from astra.resources.places import METHODS, Place
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import CREATE, DELETE, REPLACE, Resource, Seeding, Taken, failing
from clusters import kinds, problems
from clusters.actions.clusters import (
    cluster_create,
    cluster_delete,
    cluster_replace,
    refuse_while_managed,
)
from clusters.lifecycle import CLUSTER as LIFECYCLE
from clusters.lifecycle import MANAGED, MANAGED_IN_THE_END, MANAGING
from clusters.models import Cluster
from clusters.resources.cluster_members import members_of

TAKEN = (
    Taken("cluster_name_is_unique", problems.CLUSTER_EXISTS, "name"),
    Taken("cluster_credential_is_unique", problems.KUBECONFIG_EXISTS, "credentialID"),
)


def complete(cluster: Cluster, now: datetime) -> Sequence[str]:
    """Set what follows from how the cluster is managed."""
    cluster.is_managed = cluster.managed_state in (MANAGING, MANAGED)
    cluster.managed_at = (cluster.managed_at or now) if cluster.is_managed else None
    cluster.outcome_managed_state = MANAGED_IN_THE_END.get(
        cluster.managed_state, cluster.managed_state
    )
    cluster.trident_managed_state = (
        cluster.trident_managed_state_desired or cluster.trident_managed_state
    )
    return ("is_managed", "managed_at", "outcome_managed_state", "trident_managed_state")


CREDENTIAL_REFUSED = problems.CREDENTIAL_WITH_RELAY, problems.KUBECONFIG_NOT_VALID
CLUSTER = Resource(
    model=Cluster,
    members=members_of(kinds.CLUSTER, module=__name__),
    paths=(
        "topology/v1/clouds/{cloud_id}/clusters",
        Place("topology/v1/clusters", METHODS - {"POST"}),
    ),
    within=WHOLE_ACCOUNT,
    methods=METHODS,
    write_role="admin",
    published_parameters=frozenset({"include", "limit", "filter"}),
    failures=failing(create=66, retrieve=65, replace=65),
    refusals={
        CREATE: CREDENTIAL_REFUSED,
        REPLACE: (*CREDENTIAL_REFUSED, problems.STORAGE_CLASS_INVALID),
        DELETE: (CONFLICT,),
    },
    simplified={CREATE: "no cluster is asked: what is found in it is made up."},
    lifecycle=LIFECYCLE,
    complete=complete,
    taken=TAKEN,
    create=cluster_create,
    replace=cluster_replace,
    replace_shows=True,
    may_delete=refuse_while_managed,
    delete=cluster_delete,
    columns=("name", "state", "managedState", "clusterType"),
    seeding=Seeding("clusters", order=24, by="clusters.scenarios.clusters.ClusterSection"),
)
