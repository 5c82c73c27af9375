"""What seeded snapshots and backups have in common: their members, and the columns of their way."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db import DataError

from astra.accounts.constraints import most_counted
from astra.api.statements import fetch
from astra.engine.plan import Pace
from astra.engine.stages import Lifecycle
from astra.resources.sections import ResourceSection
from astra.scenarios.placing import Fate, Placement, staged_columns
from astra.scenarios.sections import Item
from backups.lifecycle import APP_BACKUP, COMPLETED, RUNNING
from backups.models import Bucket
from backups.models.protection import HookState

MOST_STORED = most_counted(Bucket._meta.get_field("stored_bytes"))

_PERCENT = {"type": "integer", "minimum": 0, "maximum": 100}


class ProtectionSection(ResourceSection):
    """A section of what protects an app."""

    further_properties: ClassVar[Mapping[str, Any]] = {
        "percentDone": {
            "description": "How far it is, or how far it got before it failed or was lost.",
            **_PERCENT,
        },
        "from": {
            "description": "The state that it was in before it failed or was lost.",
            "enum": list(APP_BACKUP.unfinished),
        },
    }

    def fate_of_items(self) -> dict[str, Any]:
        """Return the JSON Schema of what `fate` may say beside the outcome."""
        return {"percentDone": _PERCENT, **super().fate_of_items()}

    def paces(self, item: Item) -> Sequence[Pace]:
        """Return what overrides the delays of an item's stages: its app, its account."""
        assert item.parent is not None
        return (item.parent.row, item.account_row)

    def further(self, item: Item) -> dict[str, Any]:
        """Return the columns that the stages read or set, as the item has them."""
        return _further(item.values)


def protection_columns(
    lifecycle: Lifecycle, placement: Placement, *, state: str, values: Mapping[str, Any], fate: Fate
) -> dict[str, Any]:
    """Return the columns of a snapshot or a backup; ``values`` are members as in the API."""
    further = _further(values)
    return staged_columns(
        lifecycle,
        placement,
        state=state,
        fate=fate,
        reasons=further["state_unready"],
        further=further,
    )


def backup_columns(
    placement: Placement, *, state: str, values: Mapping[str, Any], fate: Fate, now: datetime
) -> dict[str, Any]:
    """Return the columns of a backup; progress runs to the end of the way, or stops here if held."""
    columns = protection_columns(APP_BACKUP, placement, state=state, values=values, fate=fate) | {
        "full_at": placement.reached[-1]
    }
    if state == RUNNING and fate.outcome is None:
        columns["ends_at"] = now
    return columns


def _further(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "state_unready": list(values.get("stateUnready", ())),
        # What hooks say is shown from the stage on that has run them.
        "hook_state": None,
        "hook_state_details": [],
        "outcome_hook_state": values.get("hookState", HookState.SUCCESS),
        "outcome_hook_details": list(values.get("hookStateDetails", ())),
    }


def occupy_with(ids: Sequence[uuid.UUID]) -> None:
    """Let those of the backups that are completed occupy their buckets, as what settling completes.

    Raises as ``occupy``.
    """
    statement = (
        "SELECT bucket_id, sum(total_bytes) FROM backups_appbackup"
        " WHERE id = ANY(%(ids)s) AND state = %(state)s GROUP BY bucket_id"
    )
    occupy(dict(fetch(statement, {"ids": list(ids), "state": COMPLETED})))


def occupy(added: Mapping[uuid.UUID, int]) -> None:
    """Add bytes to buckets; raises ``DataError`` beyond what settling can add more to."""
    statement = (
        "UPDATE backups_bucket SET stored_bytes = stored_bytes + %(bytes)s::numeric"
        " WHERE id = %(id)s RETURNING stored_bytes"
    )
    for bucket_id in sorted(added):
        for (stored,) in fetch(statement, {"id": bucket_id, "bytes": added[bucket_id]}):
            if stored > MOST_STORED:
                raise DataError(f"A bucket stores {MOST_STORED} bytes at most.")
