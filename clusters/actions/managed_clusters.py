"""Bring clusters under management, replace them, and let them go again."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from astra.accounts.callers import Caller
from astra.api.problems import CONFLICT, INVALID_FIELDS, ApiProblem, refusal
from astra.engine.plan import begin_in
from astra.engine.stages import Fate
from astra.resources import registry
from clusters import kinds, problems
from clusters.actions.clusters import as_read, cluster_replace
from clusters.lifecycle import CLUSTER, INELIGIBLE, MANAGING, PENDING, RUNNING, UNMANAGED
from clusters.models import Cluster
from clusters.naming import cloud_label

# What families above do when a cluster is let go, and when it is managed again.
when_let_go: list[Callable[[Cluster, datetime], None]] = []
when_managed: list[Callable[[Cluster, Caller], None]] = []


def managed_cluster_create(
    *, caller: Caller, body: Mapping[str, Any], fate: Fate = Fate(RUNNING)
) -> Cluster:
    """Begin to manage the cluster that a validated body names.

    Raises 106 (no such cluster), 10 (managed already, read-only label), 9 (not eligible), 167 (storage
    class), 108 (bucket), 171 (no bucket of its own).
    """
    with transaction.atomic():
        rows = Cluster.objects.filter(id=body["id"], account__checked=caller.account_id)
        cluster = rows.select_for_update(of=("self",)).select_related("cloud").first()
        if cluster is None:
            raise refusal(problems.CLUSTER_NOT_FOUND, "id", "The account has no such cluster.")
        if cluster.is_managed:
            raise refusal(CONFLICT, "id", "The cluster is managed already.")
        if cluster.managed_state == INELIGIBLE:
            raise refusal(INVALID_FIELDS, "id", "The cluster is not eligible for management.")
        columns = begin_in(CLUSTER, cluster, PENDING, fate, caller)
        cluster.managed_state = MANAGING
        columns += registry.resource(CLUSTER.kind).complete(cluster, caller.now())
        if not any(label == cloud_label(cluster.cloud) for label in cluster.labels):
            cluster.labels = [*cluster.labels, cloud_label(cluster.cloud)]
        cluster.version = body["version"]
        cluster.save(update_fields=[*columns, "managed_state", "version", "labels"])
        managed_cluster_replace(caller=caller, row=cluster, body=body)
        for act in when_managed:
            act(cluster, caller)
    return as_read(cluster)


def managed_cluster_replace(*, caller: Caller, row: Cluster, body: Mapping[str, Any]) -> None:
    """Change a locked managed cluster from a validated body.

    Raises 171 for a bucket of its own where the connector is not capable of it, and as
    ``cluster_replace``.
    """
    if body.get("defaultBucketID") is not None and "neptuneV1" not in row.connector_capabilities:
        raise ApiProblem(problems.NO_DEFAULT_BUCKET_ALLOWED)
    cluster_replace(caller=caller, row=row, body=body, kind=kinds.MANAGED_CLUSTER.name)


def managed_cluster_delete(cluster: Cluster, now: datetime) -> None:
    """Let a locked cluster go: it stays, unmanaged."""
    cluster.managed_state = UNMANAGED
    cluster.modify(now)
    columns = registry.resource(CLUSTER.kind).complete(cluster, now)
    cluster.save(update_fields=["managed_state", "modified_at", *columns])
    for act in when_let_go:
        act(cluster, now)
