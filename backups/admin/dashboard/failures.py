"""Panel: the newest failed backups, and why they failed."""

from typing import Any

from backups.admin.dashboard.newest import newest_in_state
from backups.admin.dashboard.scope import Scope
from backups.lifecycle import FAILED

SHOWN = 5


def fill(scope: Scope) -> dict[str, Any]:
    """Return the backups; their reasons are `stateUnready`."""
    return {
        "rows": newest_in_state(scope, FAILED, SHOWN),
        "path": scope.list_path("backups.appbackup", state=FAILED),
    }
