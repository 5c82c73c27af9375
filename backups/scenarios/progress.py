"""The columns of a seeded backup that follow from where it stands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from astra.scenarios.placing import Fate, Placement
from backups.lifecycle import APP_BACKUP, RUNNING
from backups.scenarios.protection import protection_columns


def backup_columns(
    placement: Placement, *, state: str, values: Mapping[str, Any], fate: Fate, now: datetime
) -> dict[str, Any]:
    """Return the staged columns; progress runs to the end of the way, or stops here if held."""
    columns = protection_columns(APP_BACKUP, placement, state=state, values=values, fate=fate) | {
        "full_at": placement.reached[-1]
    }
    if state == RUNNING and fate.outcome is None:
        columns["ends_at"] = now
    return columns
