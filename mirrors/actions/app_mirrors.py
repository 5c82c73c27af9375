"""Replicate an app, fail over to its destination, resynchronize, reverse, and remove the mirror.

Source: the published `appMirror` operations; section 7 of the reference, `families.md`.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q

from astra.accounts.callers import Caller
from astra.accounts.metadata import restamp, stamps
from astra.api.problems import (
    COLLECTION_NOT_FOUND,
    CONFLICT,
    INVALID_FIELDS,
    ApiProblem,
    Invalid,
    refusal,
)
from astra.api.serializers import SIMULATED
from astra.engine.plan import begin_history, begin_in, plan_new
from astra.engine.stages import Fate
from astra.resources import registry
from backups import kinds as protection
from backups.actions.app_snaps import app_snap_create
from backups.actions.hooking import said_around
from backups.actions.placing import refuse_taken_namespaces
from backups.actions.restoring import copying_seconds
from backups.lifecycle import APP, COMPLETED, READY
from backups.models import App
from clusters.models import Cluster, StorageClass
from mirrors.actions.fating import fate_of_mirror
from mirrors.actions.standing_by import stand_by, take_over
from mirrors.lifecycle import (
    APP_MIRROR,
    CRITICAL,
    DELETED,
    DELETING,
    ESTABLISHED,
    ESTABLISHING,
    FAILED_OVER,
    FAILING_OVER,
    WARNING,
)
from mirrors.models import AppMirror
from mirrors.problems import (
    CLUSTER_NOT_FOUND,
    REPLICATION_NOT_SUPPORTED,
    SOURCE_INVALID,
    STORAGE_CLASS_INVALID,
)
from mirrors.transfers import begin_transfer

# The two ends, as a PUT may name them: by member, the column of each and of the other end.
ENDS: Mapping[str, tuple[str, str]] = {
    "sourceAppID": ("source_app_id", "destination_id"),
    "sourceClusterID": ("source_cluster_id", "destination_cluster_id"),
    "destinationAppID": ("destination_id", "source_app_id"),
    "destinationClusterID": ("destination_cluster_id", "source_cluster_id"),
}


def app_mirror_create(
    *,
    caller: Caller,
    body: Mapping[str, Any],
    app_id: uuid.UUID | None = None,
    fate: Fate | None = None,
) -> AppMirror:
    """Create the mirror, establishing, from a validated body; ``app_id``: below that app.

    Raises problem 2 (no such app in the path), 117 (source), 150 (app not eligible), 106 (cluster),
    118 (storage class), 9 (namespaces), 123 (namespace taken), 10 (read-only label).
    """
    with transaction.atomic():
        source = _source(caller, body, app_id)
        cluster = _destination(caller, body)
        assert source.cluster_id is not None
        mirror = AppMirror(
            state=ESTABLISHING,
            source_cluster_id=source.cluster_id,
            destination_id=caller.dice.new_id(),
            **stamps(caller, body),
        )
        registry.resource(APP_MIRROR.kind).members.apply(mirror, body)
        mirror.source_app, mirror.destination_cluster = source, cluster
        mirror.destination_scopes = _scopes(mirror)
        names = [item["namespace"] for item in mirror.destination_scopes]
        refuse_taken_namespaces(caller.account_id, cluster.id, names)
        _establish(caller, mirror, fate, is_new=True)
        mirror.save(force_insert=True)
        begin_history(APP_MIRROR, mirror)
    return mirror


def _source(caller: Caller, body: Mapping[str, Any], app_id: uuid.UUID | None) -> App:
    """Return the app to replicate, locked, so that no two mirrors of it are made at once."""
    apps: Any = App.objects.select_for_update(of=("self",)).select_related("cluster")
    managed = apps.filter(account__checked=caller.account_id, deleted_at__checked=None)
    if app_id is not None and not managed.filter(id=app_id).exists():
        raise ApiProblem(COLLECTION_NOT_FOUND)
    if app_id is not None and body["sourceAppID"] != app_id:
        raise refusal(INVALID_FIELDS, "sourceAppID", "Is another app than that of the path.")
    source: App | None = managed.filter(id=body["sourceAppID"]).first()
    if source is None or source.cluster_id is None:
        raise refusal(
            SOURCE_INVALID, "sourceAppID", "The account manages no such app on a cluster."
        )
    of_app = Q(source_app=source) | Q(destination_id=source.id)
    is_fit = source.cluster is None or source.cluster.snapshot_supported
    if source.state != READY or not is_fit or AppMirror.objects.filter(of_app).exists():
        raise ApiProblem(REPLICATION_NOT_SUPPORTED)
    return source


def _destination(caller: Caller, body: Mapping[str, Any]) -> Cluster:
    wanted = body["destinationClusterID"]
    clusters: Any = Cluster.objects.filter(id=wanted, account__checked=caller.account_id)
    cluster: Cluster | None = clusters.filter(is_managed__checked=True).first()
    if cluster is None:
        raise refusal(
            CLUSTER_NOT_FOUND, "destinationClusterID", "The account manages no such cluster."
        )
    if body["stateDesired"] != ESTABLISHED:
        raise refusal(
            INVALID_FIELDS, "stateDesired", f"A new mirror can only become {ESTABLISHED}."
        )
    for item in body.get("storageClasses", []):
        classes = StorageClass.objects.filter(
            cluster_id=item.get("clusterID", wanted), name=item.get("storageClassName", "")
        )
        if not classes.filter(account_id=caller.account_id).exists():
            raise ApiProblem(STORAGE_CLASS_INVALID)
    return cluster


def _scopes(mirror: AppMirror) -> list[dict[str, Any]]:
    """Return what the destination app consists of: its source's, in the namespaces that are mapped.

    Raises problem 9.
    """
    scopes = mirror.source_app.namespace_scoped_resources
    if not mirror.namespace_mapping:
        return list(scopes)
    is_one_cluster = mirror.source_cluster_id == mirror.destination_cluster_id
    ends: dict[str, list[str]] = {}
    for item in mirror.namespace_mapping:
        at = {
            str(mirror.source_cluster_id): "source",
            str(mirror.destination_cluster_id): "destination",
        }.get(str(item.get("clusterID")))
        role = item.get("role", None if is_one_cluster else at)
        if at is None or role is None or (role != at and not is_one_cluster) or role in ends:
            raise refusal(INVALID_FIELDS, "namespaceMapping", "Must have one list for each end.")
        ends[role] = item.get("namespaces", [])
    sources, destinations = ends.get("source", []), ends.get("destination", [])
    if len(destinations) != len(sources) or {*sources} != {*mirror.source_app.namespaces}:
        raise refusal(
            INVALID_FIELDS, "namespaceMapping", "Must map each of the app's namespaces to one."
        )
    goes_to = dict(zip(sources, destinations, strict=True))
    return [item | {"namespace": goes_to[item["namespace"]]} for item in scopes]


def app_mirror_replace(*, caller: Caller, row: AppMirror, body: Mapping[str, Any]) -> None:
    """Bring a locked mirror to what is desired, from a validated body.

    Raises problem 10 for what its state does not allow, and for ends that are not its own, or its own
    swapped; 150 where an app is in no state for it.
    """
    swaps = _swaps(row, body)
    desired = body.get("stateDesired")
    _hold_apps(row)
    columns = restamp(row, caller, body)
    if desired == DELETED:
        columns += _begin_to_go(caller, row)
    elif desired == FAILED_OVER and row.state == ESTABLISHED:
        columns += _fail_over(caller, row)
    elif desired == ESTABLISHED and (
        row.state == FAILED_OVER or (swaps and row.state == ESTABLISHED)
    ):
        columns += _turn(caller, row) if swaps else []
        columns += _resynchronize(caller, row)
    elif swaps or (desired, row.state) in _IMPOSSIBLE:
        reason = f"Cannot be asked for while the mirror is {row.state}."
        raise refusal(CONFLICT, "stateDesired", reason)
    row.save(update_fields=list(dict.fromkeys(columns)))


# What is desired where it cannot be; elsewhere it is so already, or about to be.
_IMPOSSIBLE = {
    (FAILED_OVER, ESTABLISHING),
    (FAILED_OVER, DELETING),
    (ESTABLISHED, FAILING_OVER),
    (ESTABLISHED, DELETING),
}


def app_mirror_delete(*, caller: Caller, row: AppMirror) -> None:
    """Let a locked mirror begin to go: it is gone when the clock says so."""
    row.modify(caller.now())
    row.save(update_fields=["modified_at", *_begin_to_go(caller, row)])


def _swaps(mirror: AppMirror, body: Mapping[str, Any]) -> bool:
    """Tell whether a body names the two ends the other way round. Raises problem 10."""
    named = {name: columns for name, columns in ENDS.items() if name in body}
    kept = all(body[name] == getattr(mirror, own) for name, (own, _) in named.items())
    if kept:
        return False
    wrong = [
        Invalid(name, "Is neither end of the mirror, or not with the others.")
        for name, (_, other) in named.items()
        if body[name] != getattr(mirror, other)
    ]
    if wrong:
        raise ApiProblem(CONFLICT, fields=wrong)
    return True


def _establish(
    caller: Caller, mirror: AppMirror, fate: Fate | None, *, is_new: bool = False
) -> list[str]:
    """Let a snapshot of the source be transferred, which establishes the mirror; return the columns.

    A mirror whose snapshot fails is not established, and says why.
    """
    source = mirror.source_app
    version = protection.APP_SNAP.versions[0]
    snapshot = app_snap_create(caller=caller, app_id=source.id, body={"version": version})
    fate = fate or fate_of_mirror(caller, mirror, ESTABLISHED, is_new=is_new)
    if fate.outcome is not None and snapshot.outcome != COMPLETED:
        fate = Fate(None, tuple(_as_detail(reason) for reason in snapshot.outcome_reasons))
    start = snapshot.ends_at or caller.now()
    options: Any = {"own_seconds": copying_seconds(source), "start": start}
    columns: list[str] = []
    if is_new:
        plan_new(APP_MIRROR, mirror, fate, caller, **options)
    else:
        columns = begin_in(APP_MIRROR, mirror, ESTABLISHING, fate, caller, **options)
    columns += begin_transfer(
        mirror,
        caller.now(),
        started_at=start,
        ends_at=mirror.ends_at,
        snapshot_id=snapshot.id,
        reasons=[],
    )
    mirror.state_desired = ESTABLISHED
    _show_health(mirror, fate, WARNING if snapshot.outcome != COMPLETED else CRITICAL)
    return [*columns, "state_desired"]


def _fail_over(caller: Caller, mirror: AppMirror) -> list[str]:
    fate = fate_of_mirror(caller, mirror, FAILED_OVER)
    columns = begin_in(APP_MIRROR, mirror, FAILING_OVER, fate, caller)
    mirror.state_desired = FAILED_OVER
    columns += _end_transfers(caller, mirror)
    _show_health(mirror, fate, CRITICAL)
    return [*columns, "state_desired"]


def _hold_apps(mirror: AppMirror) -> None:
    """Lock the apps of a locked mirror: they may be on their way themselves."""
    ends: Any = (mirror.source_app_id, mirror.destination_app_id)
    rows = App.objects.select_for_update().filter(id__in=ends)
    apps = {app.id: app for app in rows.order_by("id")}
    mirror.source_app = apps[mirror.source_app_id]
    if mirror.destination_app_id is not None:
        mirror.destination_app = apps[mirror.destination_app_id]


def _resynchronize(caller: Caller, mirror: AppMirror) -> list[str]:
    """Let the destination stand by once more, and the mirror be established anew."""
    source, destination = mirror.source_app, mirror.destination_app
    assert destination is not None
    if source.state != READY or destination.state not in APP.final:
        raise ApiProblem(REPLICATION_NOT_SUPPORTED)
    stand_by(destination, source.id, caller.now())
    return _establish(caller, mirror, None)


def _turn(caller: Caller, mirror: AppMirror) -> list[str]:
    """Swap the two ends; what stood by takes over at once. Return the columns."""
    source, destination = mirror.source_app, mirror.destination_app
    assert destination is not None
    take_over(destination, caller.now(), said_around(source, "failover"))
    mirror.source_app, mirror.destination_app = destination, source
    mirror.destination_id = source.id
    clusters = mirror.source_cluster_id, mirror.destination_cluster_id
    mirror.destination_cluster_id, mirror.source_cluster_id = clusters
    mirror.destination_scopes = source.namespace_scoped_resources
    return [
        "source_app",
        "destination_app",
        "destination_id",
        "source_cluster",
        "destination_cluster",
        "destination_scopes",
    ]


def _begin_to_go(caller: Caller, mirror: AppMirror) -> list[str]:
    if mirror.state == DELETING:
        return []
    columns = begin_in(APP_MIRROR, mirror, DELETING, Fate(DELETED), caller)
    mirror.state_desired = DELETED
    return [*columns, *_end_transfers(caller, mirror), "state_desired"]


def _end_transfers(caller: Caller, mirror: AppMirror) -> list[str]:
    return begin_transfer(
        mirror, caller.now(), started_at=None, ends_at=None, snapshot_id=None, reasons=[]
    )


def _show_health(mirror: AppMirror, fate: Fate, state: str) -> None:
    """Let a mirror that is not to go on say so."""
    if fate.outcome is None:
        mirror.health_state, mirror.health_state_details = state, list(fate.reasons)


def _as_detail(reason: str) -> dict[str, str]:
    return {"type": SIMULATED, "title": "Snapshot failed", "detail": reason}
