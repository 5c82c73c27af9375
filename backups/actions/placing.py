"""On which cluster an app is, and whether that has what the app needs."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db.models import F

from astra.accounts.callers import Caller, Scope
from astra.api.problems import (
    COLLECTION_NOT_FOUND,
    INVALID_FIELDS,
    ApiProblem,
    ProblemType,
    refusal,
)
from astra.api.statements import Statement
from astra.engine.plan import begin_in
from astra.engine.stages import Fate
from backups import problems
from backups.lifecycle import APP, PENDING, PROVISIONING, READY, RESTORING, UNAVAILABLE
from backups.models import App
from backups.models.apps import ClusterType
from clusters.actions.discovery import namespaces_appear
from clusters.models import Cluster, Namespace, StorageClass
from clusters.models.clusters import ClusterProtection
from clusters.models.contents import NamespaceState
from clusters.reach import contents_reached


def place_app(app: App, *, named_id: uuid.UUID | None, at: uuid.UUID | None = None) -> None:
    """Put an unsaved app on the managed cluster of its account that is named, in the path (``at``) too.

    Else it is where its source is, if it has one, else on the oldest that is managed, if there is any.
    Raises problem 2 for a path, and 106 for a body, with a cluster that the account does not manage; 9
    for one that is not that of the path.
    """
    if at is not None and named_id not in (None, at):
        raise refusal(INVALID_FIELDS, "clusterID", "The path names another cluster.")
    if at is None and named_id is None and app.cluster_id is not None:
        return
    managed: Any = Cluster.objects.select_for_update()
    wanted = at or named_id
    if wanted is None:
        rows = managed.filter(account_id=app.account_id, is_managed=True)
        cluster = rows.order_by("created_at", "id").first()
    else:
        rows = managed.filter(id=wanted, account__checked=app.account_id, is_managed__checked=True)
        cluster = rows.first()
    if cluster is not None:
        for name, value in columns_on(cluster).items():
            setattr(app, name, value)
    elif at is not None:
        raise ApiProblem(COLLECTION_NOT_FOUND)
    elif named_id is not None:
        raise refusal(
            problems.CLUSTER_NOT_FOUND, "clusterID", "The account manages no such cluster."
        )


def columns_on(cluster: Cluster) -> dict[str, Any]:
    """Return the columns of an app that say on which cluster it is."""
    is_known = cluster.cluster_type in ClusterType.values
    return {
        "cluster_id": cluster.id,
        "cluster_name": cluster.name,
        "cluster_type": cluster.cluster_type if is_known else ClusterType.KUBERNETES,
    }


def name_cluster(cluster: Cluster) -> None:
    """Have the apps of a cluster, and what comes from them, call it by the name that it has now."""
    App.objects.filter(cluster=cluster).update(cluster_name=cluster.name)
    App.objects.filter(account_id=cluster.account_id, source_cluster_id=cluster.id).update(
        source_cluster_name=cluster.name
    )


_LOSE = Statement(f"""
    WITH lost AS (
        SELECT id, state FROM backups_app
        WHERE cluster_id = %(cluster)s AND deleted_at IS NULL AND state <> '{UNAVAILABLE}'
        ORDER BY id FOR NO KEY UPDATE
    ), changed AS (
        UPDATE backups_app AS app
        SET state = '{UNAVAILABLE}', outcome = '{UNAVAILABLE}', state_details = %(why)s::jsonb,
            outcome_reasons = %(why)s::jsonb, ends_at = greatest(%(now)s, app.modified_at),
            next_transition_at = NULL, modified_at = greatest(%(now)s, app.modified_at),
            transition_count = transition_count + 1
        FROM lost WHERE app.id = lost.id
        RETURNING app.id, app.account_id, app.transition_count, app.modified_at, lost.state AS from_state
    )
    INSERT INTO engine_transition
        (account_id, kind, resource_id, sequence, from_state, to_state, reason, at)
    SELECT account_id, '{APP.kind}', id, transition_count - 1, from_state, '{UNAVAILABLE}', '',
           modified_at
    FROM changed
""")
# In `stateDetails`, by which those that the cluster takes along are known again.
LET_GO = {
    "type": "https://astra.netapp.io/problems/34",
    "title": "Cluster not managed",
    "detail": "The cluster of the application is not managed any more.",
}


def lose_apps(cluster: Cluster, now: datetime) -> None:
    """Make the apps of a cluster that is let go unavailable."""
    why = orjson.dumps([LET_GO]).decode()
    _LOSE.execute({"cluster": cluster.id, "now": now, "why": why})


def regain_apps(cluster: Cluster, caller: Caller) -> None:
    """Discover anew the apps that became unavailable when their cluster was let go."""
    lost = App.objects.filter(cluster=cluster, deleted_at=None, state_details__contains=[LET_GO])
    for app in lost.filter(state=UNAVAILABLE).order_by("id").select_for_update(no_key=True):
        app.state_details = []
        columns = begin_in(APP, app, PENDING, Fate(READY), caller)
        app.save(update_fields=["state_details", *columns])


def refuse_missing_namespaces(app: App, body: Mapping[str, Any], scope: Scope | None) -> None:
    """Raise 122 or 124 for a named namespace that the app's cluster does not have, or no more.

    Of one whose contents the scope does not reach 122 is said too, whether it was named or not.
    """
    if scope is None and (app.cluster_id is None or "namespaceScopedResources" not in body):
        return
    found = _namespaces(app.account_id, app.cluster_id, app.namespaces)
    found = found if scope is None else found.filter(contents_reached(scope))
    states = dict(found.values_list("name", "namespace_state"))
    for name in app.namespaces:
        if name not in states:
            raise ApiProblem(problems.NAMESPACE_NOT_FOUND)
        if states[name] == NamespaceState.REMOVED:
            raise ApiProblem(problems.NAMESPACE_REMOVED)


def refuse_taken_namespaces(
    account_id: uuid.UUID, cluster_id: uuid.UUID | None, names: Sequence[str]
) -> None:
    """Raise problem 123 when what an app would be copied to is there, or another app is."""
    here: Any = {"account_id": account_id, "cluster_id": cluster_id, "deleted_at": None}
    others = App.objects.filter(**here, namespaces__has_any_keys=list(names))
    found = _namespaces(account_id, cluster_id, names)
    if others.exists() or found.filter(namespace_state=NamespaceState.DISCOVERED).exists():
        raise ApiProblem(problems.NAMESPACE_UNAVAILABLE)


def refuse_unfit_clusters(app: App, *, is_live: bool) -> None:
    """Raise what keeps an app that comes from another from its cluster.

    161 (of a live one, no snapshot can be taken), 151 (nothing can be restored there), 156 (a storage
    class that it maps to is not there).
    """
    clusters: Any = Cluster.objects.filter(account_id=app.account_id)
    classes: Any = StorageClass.objects.filter(account_id=app.account_id)
    source = clusters.filter(id=app.source_cluster_id, snapshot_supported=False)
    if is_live and source.exists():
        raise ApiProblem(problems.CLONE_NEEDS_SNAPSHOT_CLASS)
    if clusters.filter(id=app.cluster_id, restore_target_supported=False).exists():
        raise ApiProblem(problems.CLONE_NOT_SUPPORTED)
    wanted = {item["destination"] for item in app.storage_class_mapping}
    found = classes.filter(cluster_id=app.cluster_id, name__in=wanted)
    if app.cluster_id and found.count() < len(wanted):
        raise ApiProblem(problems.STORAGE_CLASS_NOT_FOUND)


def refuse_unprotectable(
    protection: str | None, ineligible: ProblemType, *, without_class: ProblemType
) -> None:
    """Raise what keeps an app from being protected where its cluster takes no snapshots.

    ``protection``: the cluster's `protectionState`, None where it takes them; if none of its storage
    classes supports them, ``without_class``.
    """
    if protection is not None:
        lacks_class = protection == ClusterProtection.PARTIAL
        raise ApiProblem(without_class if lacks_class else ineligible)


def collect_resources(account_id: uuid.UUID) -> None:
    """Note of apps that are discovered for the first time that they are, within a settling.

    What a clone was provisioned in is there from then on.
    """
    apps = App.objects.filter(
        account_id=account_id, collected_at=None, discovering_at__isnull=False
    )
    chosen = list(apps.exclude(state__in=(PENDING, PROVISIONING, RESTORING)).order_by("id"))
    if chosen:
        found = App.objects.filter(id__in=[app.id for app in chosen])
        found.update(collected_at=F("discovering_at"))
    for app in chosen:
        assert app.discovering_at is not None
        if app.source_app_id is not None and app.cluster_id is not None:
            namespaces_appear(account_id, app.cluster_id, app.namespaces, app.discovering_at)


def _namespaces(account_id: uuid.UUID, cluster_id: uuid.UUID | None, names: Sequence[str]) -> Any:
    there: Any = {"account_id": account_id, "cluster_id": cluster_id}
    return Namespace.objects.filter(**there, name__in=names)
