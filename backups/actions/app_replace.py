"""Replace an app: rename or redefine it, or restore it in place."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from astra.accounts.callers import Caller
from astra.accounts.metadata import restamp
from astra.api.problems import ApiProblem
from astra.engine.history import record_step
from astra.resources import registry
from backups.actions.restoring import refuse_empty_filter, source_of_restore
from backups.lifecycle import APP, APP_BACKUP, READY, RESTORING
from backups.models import App, AppBackup
from backups.problems import (
    APP_NOT_READY,
    FORCE_UPDATE_MISSING,
    NOT_OF_THE_APP,
    RESTORE_DURING_BACKUP,
)

RESTORE_STAGE = "app-complete"


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
        raise ApiProblem(FORCE_UPDATE_MISSING)
    source = source_of_restore(caller.account_id, body)
    assert source is not None
    if source.app_id != app.id:
        raise ApiProblem(NOT_OF_THE_APP)
    if app.state != READY:
        raise ApiProblem(APP_NOT_READY)
    if AppBackup.objects.filter(app=app, state__in=APP_BACKUP.unfinished).exists():
        raise ApiProblem(RESTORE_DURING_BACKUP)
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
