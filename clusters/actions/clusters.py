"""Add, replace and delete clusters."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from astra.accounts.callers import Caller
from astra.accounts.metadata import stamps
from astra.api.problems import (
    COLLECTION_NOT_FOUND,
    CONFLICT,
    INVALID_FIELDS,
    ApiProblem,
    refusal,
)
from astra.engine.plan import begin_history, plan_new
from astra.engine.stages import Fate
from astra.resources import registry
from astra.resources.actions import (
    delete_with_parts,
    find_references,
    refusing_taken,
    replace_members,
)
from astra.scenarios.sections import derived_id
from clusters import problems
from clusters.actions.discovery import discover_contents
from clusters.lifecycle import CLUSTER, PENDING, RUNNING
from clusters.models import Cloud, Cluster, StorageClass
from clusters.models.clouds import NAME_MAX_LENGTH
from identity.models import Credential

# What families above do when a cluster has another name.
when_renamed: list[Callable[[Cluster], None]] = []
# A connector that relays calls to its cluster, so that no kubeconfig is needed.
RELAYS = frozenset({"connectorV2", "proxyV1"})


def cluster_create(
    *, caller: Caller, body: Mapping[str, Any], cloud_id: uuid.UUID, fate: Fate = Fate(RUNNING)
) -> Cluster:
    """Add a cluster, pending, from a validated body; what is in it is found at once.

    Raises 2 (cloud), 9 (nothing says how it is reached), 165 (credential and relay), 63 (credential not
    valid), 44 (credential in use), 45 (name taken in the cloud), 10 (read-only label).
    """
    resource = registry.resource(CLUSTER.kind)
    with transaction.atomic():
        clouds = Cloud.objects.filter(id=cloud_id, account__checked=caller.account_id)
        cloud = clouds.select_for_update().first()
        if cloud is None:
            raise ApiProblem(COLLECTION_NOT_FOUND)
        cluster = Cluster(cloud=cloud, state=PENDING, managed_state=PENDING, **stamps(caller, body))
        cluster.api_service_id = derived_id(str(cluster.id), "apiService")
        resource.members.apply(cluster, body)
        cluster.name = cluster.name or name_of(cluster)
        refuse_unreachable(cluster)
        find_references(resource, caller, body)
        refuse_invalid_credential(cluster, cluster.created_at)
        resource.complete(cluster, cluster.created_at)
        plan_new(CLUSTER, cluster, fate, caller)
        with refusing_taken(resource.taken):
            cluster.save(force_insert=True)
        begin_history(CLUSTER, cluster)
        discover_contents(cluster)
    return as_read(cluster)


def name_of(cluster: Cluster) -> str:
    """Return the name of a cluster that is given none: that in its kubeconfig, else of its credential.

    Source: section 2 of `families.md`.
    """
    said = _credential_of(cluster).values_list("cluster__cluster", "name").first() or ()
    return str(next(filter(None, said), f"cluster-{str(cluster.id)[:8]}"))[:NAME_MAX_LENGTH]


def _credential_of(cluster: Cluster) -> QuerySet[Credential]:
    named: Any = cluster.credential_id
    return Credential.objects.filter(account_id=cluster.account_id, id=named)


def has_relay(cluster: Cluster) -> bool:
    """Tell whether its connector relays calls. Raises 165 if the cluster also has a credential."""
    relays = bool(RELAYS & set(cluster.connector_capabilities))
    if relays and cluster.credential_id is not None:
        raise ApiProblem(problems.CREDENTIAL_WITH_RELAY)
    return relays


def refuse_unreachable(cluster: Cluster) -> None:
    """Raise 9 for a cluster that nobody can reach, 165 for one that can be reached in two ways."""
    relays = has_relay(cluster)
    is_reached = cluster.credential_id or cluster.connector_install
    if not is_reached and not (relays and cluster.private_route_id):
        reason = (
            "Without one, `connectorInstall`, or a route of a connector that relays, is needed."
        )
        raise refusal(INVALID_FIELDS, "credentialID", reason)


def refuse_invalid_credential(cluster: Cluster, now: datetime) -> None:
    """Raise 63 for a cluster whose credential says that it is not valid, or not now."""
    at_another_time = Q(valid_from__gt=now) | Q(valid_until__lte=now)
    if _credential_of(cluster).filter(Q(is_valid=False) | at_another_time).exists():
        raise refusal(problems.KUBECONFIG_NOT_VALID, "credentialID", "The credential is not valid.")


def as_read(cluster: Cluster) -> Cluster:
    """Return the cluster with what the database works out of it."""
    members = registry.resource(CLUSTER.kind).members
    read: Cluster = members.with_derived(Cluster.objects.all()).get(id=cluster.id)
    return read


def cluster_replace(
    *, caller: Caller, row: Cluster, body: Mapping[str, Any], kind: str = CLUSTER.kind
) -> None:
    """Change a locked cluster from a validated body, and which of its storage classes is the default.

    Raises 167 (no storage class of the cluster), and as ``cluster_create``.
    """
    name = row.name
    set_default_class(row, body)
    replace_members(registry.resource(kind), caller=caller, row=row, body=body)
    if "credentialID" in body:
        refuse_invalid_credential(row, caller.now())
    has_relay(row)
    if row.name != name:
        for act in when_renamed:
            act(row)


def set_default_class(cluster: Cluster, body: Mapping[str, Any]) -> None:
    """Make the storage class that a body names the default. Raises 167 if the cluster has none such."""
    wanted = body.get("defaultStorageClass")
    if wanted is None:
        return
    classes = StorageClass.objects.filter(cluster=cluster)
    if not classes.filter(id=wanted).exists():
        raise refusal(
            problems.STORAGE_CLASS_INVALID,
            "defaultStorageClass",
            "The cluster has no such storage class.",
        )
    classes.filter(is_default=True).exclude(id=wanted).update(is_default=False)
    classes.filter(id=wanted).update(is_default=True)


def refuse_while_managed(cluster: Cluster) -> None:
    """Raise problem 10 for a cluster that is managed."""
    if cluster.is_managed:
        raise refusal(CONFLICT, "managedState", "The cluster is managed.")


def cluster_delete(cluster: Cluster, now: datetime) -> None:
    """Delete a locked cluster, with what is in it."""
    delete_with_parts(cluster)
