"""Panel: the newest running backups, and how far they are at their account's instant."""

from datetime import datetime, timedelta
from typing import Any

from astra.adminsite import cells
from astra.adminsite.units import human_bytes, human_span
from backups.admin.dashboard.newest import newest_in_state
from backups.admin.dashboard.scope import Scope
from backups.lifecycle import RUNNING
from backups.models import AppBackup

SHOWN = 6


def fill(scope: Scope) -> dict[str, Any]:
    """Return the backups with their progress."""
    backups = newest_in_state(scope, RUNNING, SHOWN)
    return {
        "rows": [_row(each) for each in backups],
        "path": scope.list_path("backups.appbackup", state=RUNNING),
    }


def _row(backup: AppBackup) -> dict[str, Any]:
    now = backup.account.now()
    done = human_bytes(backup.bytes_done(now))
    return {
        "backup": backup,
        "bar": cells.progress_bar(backup.percent_done(now), backup.state, of=backup),
        "done": f"{done} of {human_bytes(backup.total_bytes)}",
        "left": _left(backup, now),
    }


def _left(backup: AppBackup, now: datetime) -> str:
    # One that never ends has an instant at which it stops, and no outcome.
    if backup.ends_at is None or backup.outcome is None:
        return "never ends"
    return f"{human_span(max(backup.ends_at - now, timedelta()))} left"
