"""Define, clone or restore an app; redefine it or restore it in place; unmanage it."""

import uuid
from collections.abc import Mapping, Set
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from astra.accounts.callers import Caller
from astra.accounts.metadata import restamp, stamps
from astra.api.problems import INVALID_FIELDS, ApiProblem, Invalid, ProblemType
from astra.engine.models import record_step
from astra.engine.plan import begin_history, plan_new
from astra.engine.stages import Fate
from astra.resources import registry
from backups import problems
from backups.lifecycle import APP, APP_BACKUP, COMPLETED, PENDING, READY, RESTORING
from backups.models import App, AppBackup, Schedule, Snapshot

RESTORE_STAGE = "app-complete"
# What an app is cloned or restored from: a completed backup or snapshot of the account.
_SOURCES: Mapping[str, tuple[str, type[AppBackup | Snapshot], ProblemType, ProblemType]] = {
    "backupID": ("backup", AppBackup, problems.BACKUP_NOT_FOUND, INVALID_FIELDS),
    "snapshotID": ("snapshot", Snapshot, problems.SNAPSHOT_NOT_FOUND, problems.SNAPSHOT_NOT_READY),
}


def app_create(*, caller: Caller, body: dict[str, Any], fate: Fate = Fate(READY)) -> App:
    """Create the app, pending, from a validated request body; it is discovered, then ready.

    A clone has its source's size. Raises 147 (empty GVKN), 75, 151, 74, 46, 9 or 111 (source), 10
    (read-only label).
    """
    refuse_empty_filter(body)
    with transaction.atomic():
        source = _source(caller, body)
        app = App(state=PENDING, **_like(source), **stamps(caller, body))
        members = registry.resource(APP.kind).members
        members.apply(app, body | {"namespaceScopedResources": _scopes(body, source)})
        plan_new(APP, app, fate, caller)
        app.save(force_insert=True)
        begin_history(APP, app)
    return app


def _like(source: App | None) -> dict[str, Any]:
    """Return the columns of an app that it has from its source: where it runs, how large it is."""
    if source is None:
        return {}
    copied = ("cluster_id", "cluster_name", "size_bytes", "throughput_bytes_per_second")
    return {"source_app_id": source.id, **{name: getattr(source, name) for name in copied}}


def _source(caller: Caller, body: Mapping[str, Any]) -> App | None:
    """Return the app that is cloned or restored, if any."""
    if "sourceAppID" in body:
        source = App.objects.filter(
            id=body["sourceAppID"], account__checked=caller.account_id, deleted_at__checked=None
        ).first()
        if source is None:
            unknown = Invalid("sourceAppID", "The account manages no such app.")
            raise ApiProblem(problems.APP_NOT_FOUND, fields=[unknown])
        if source.state != READY:
            raise ApiProblem(problems.CLONE_NOT_SUPPORTED)
        return source
    restored = source_of_restore(caller.account_id, body)
    return restored.app if restored else None


def _scopes(body: Mapping[str, Any], source: App | None) -> list[dict[str, Any]]:
    """Return `namespaceScopedResources`: as given, else the source's, mapped; else the app's name.

    Raises problem 9 for a mapping that is not one of the source's namespaces.
    """
    if given := body.get("namespaceScopedResources"):
        return list(given)
    scopes = source.namespace_scoped_resources if source else []
    if not scopes:
        return [{"namespace": body["name"], "labelSelectors": []}]
    goes_to = _mapping(body, {item["namespace"] for item in scopes})
    return [item | {"namespace": goes_to[item["namespace"]]} for item in scopes]


def _mapping(body: Mapping[str, Any], sources: Set[str]) -> Mapping[str, str]:
    """Return where each namespace of a source goes: a single one, if nothing is said, to the app's name.

    Source: the reference, `families.md`, section 6. Raises problem 9.
    """
    if "namespaceMapping" not in body:
        if len(sources) > 1:
            member = "namespace" if "namespace" in body else "namespaceMapping"
            raise _refusal(INVALID_FIELDS, member, "The source has several namespaces: map each.")
        return dict.fromkeys(sources, body.get("namespace", body["name"]))
    if "namespace" in body:
        raise _refusal(INVALID_FIELDS, "namespace", "`namespaceMapping` says it already.")
    pairs = [(item["source"], item["destination"]) for item in body["namespaceMapping"]]
    goes_to = dict(pairs)
    if len(goes_to) < len(pairs) or goes_to.keys() != sources:
        reason = f"Must have each of the source's namespaces once: {', '.join(sorted(sources))}."
        raise _refusal(INVALID_FIELDS, "namespaceMapping", reason)
    return goes_to


def app_replace(
    *, caller: Caller, row: App, body: Mapping[str, Any], force_update: bool = False
) -> None:
    """Change a locked app from a validated body; what is absent is kept.

    A body that names a backup or snapshot other than the one it was last restored from restores the
    app in place. Raises for that 79 (header forceUpdate missing), 76 (of another app), 112 (not
    ready), 152 (a backup is in progress) and the source's own problems; 147 (empty GVKN), 10.
    """
    refuse_empty_filter(body)
    is_restore = restores(row, body)
    columns = restamp(row, caller, body)
    columns += registry.resource(APP.kind).members.apply(row, body)
    if is_restore:
        columns += _restore(caller, row, body, force_update=force_update)
    row.save(update_fields=columns)


def restores(app: App, body: Mapping[str, Any]) -> bool:
    """Tell whether a PUT body asks for an in-place restore rather than sending back what is."""
    wanted = body.get("backupID", app.backup_id), body.get("snapshotID", app.snapshot_id)
    return wanted != (app.backup_id, app.snapshot_id)


def _restore(caller: Caller, app: App, body: Mapping[str, Any], *, force_update: bool) -> list[str]:
    """Put the app into restoring, to be ready again after its last stage; return the columns."""
    if not force_update:
        raise ApiProblem(problems.FORCE_UPDATE_MISSING)
    source = source_of_restore(caller.account_id, body)
    assert source is not None
    if source.app_id != app.id:
        raise ApiProblem(problems.NOT_OF_THE_APP)
    if app.state != READY:
        raise ApiProblem(problems.APP_NOT_READY)
    if _is_backed_up(app):
        raise ApiProblem(problems.RESTORE_DURING_BACKUP)
    app.backup_id, app.snapshot_id = body.get("backupID"), body.get("snapshotID")
    app.restore_filter = body.get("restoreFilter")
    delay = app.stage_delays.get(RESTORE_STAGE, APP.stage(RESTORE_STAGE).delay_seconds)
    record_step(APP.kind, app, RESTORING, caller.now())
    app.discovering_at, app.outcome = None, READY
    app.ends_at = app.next_transition_at = caller.now() + timedelta(seconds=delay)
    return [
        "backup_id",
        "snapshot_id",
        "restore_filter",
        "state",
        "transition_count",
        "discovering_at",
        "outcome",
        "ends_at",
        "next_transition_at",
    ]


def source_of_restore(
    account_id: uuid.UUID, body: Mapping[str, Any]
) -> AppBackup | Snapshot | None:
    """Return the backup or snapshot that a body names, None if it names neither.

    Raises problem 74 or 46 when the account has none of that id, 9 for an unfinished backup, 111 for
    an unfinished snapshot.
    """
    for name, (word, model, not_found, not_ready) in _SOURCES.items():
        if name not in body:
            continue
        rows = model._default_manager.filter(id=body[name], account__checked=account_id)
        source = rows.select_related("app").first()
        if source is None:
            raise _refusal(not_found, name, f"The account has no such {word}.")
        if source.state != COMPLETED:
            raise _refusal(not_ready, name, f"The {word} is {source.state}.")
        return source
    return None


def refuse_empty_filter(body: Mapping[str, Any]) -> None:
    """Raise problem 147 when an element of `restoreFilter.GVKN` is empty."""
    if not all(body.get("restoreFilter", {}).get("GVKN", [])):
        raise ApiProblem(problems.INVALID_GVKN)


def _refusal(problem: ProblemType, name: str, reason: str) -> ApiProblem:
    return ApiProblem(problem, fields=[Invalid(name, reason)])


def refuse_busy(app: App) -> None:
    """Raise what keeps an app from being unmanaged.

    Problem 112 while it is on its way to ready (discovered, provisioned, restored), 157 while a
    backup of it is in progress.
    """
    if app.state in APP.unfinished:
        raise ApiProblem(problems.APP_NOT_READY)
    if _is_backed_up(app):
        raise ApiProblem(problems.APP_BACKUP_IN_PROGRESS)


def app_delete(app: App, now: datetime) -> None:
    """Unmanage a locked app: it and its schedules go, its snapshots and backups stay."""
    count = app.transition_count + 1
    App.objects.filter(id=app.id).update(deleted_at=now, transition_count=count)
    Schedule.objects.filter(app=app).delete()


def _is_backed_up(app: App) -> bool:
    return AppBackup.objects.filter(app=app, state__in=APP_BACKUP.unfinished).exists()
