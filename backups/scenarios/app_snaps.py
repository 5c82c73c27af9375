"""The section of snapshots."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from astra.resources.sections import ResourceSection
from astra.scenarios.placing import Fate, Placement, fate_of, place, stage_seconds
from astra.scenarios.schema import ref
from astra.scenarios.sections import Item
from backups import kinds
from backups.lifecycle import COMPLETED, SNAPSHOT
from backups.models import Snapshot
from backups.scenarios.protection import protection_columns, protection_properties


class SnapshotSection(ResourceSection):
    """`snapshots` of an app."""

    def properties_of(self) -> dict[str, Any]:
        """Return the JSON Schema of the members that an item may have."""
        return {
            "name": ref("dnsLabel"),
            "bucket": {"description": "Name of a bucket.", "type": "string"},
            "schedule": {"description": "Name of the schedule that made it.", "type": "string"},
            **protection_properties(SNAPSHOT),
        }

    def build(self, item: Item) -> Sequence[Model]:
        """Return the snapshot."""
        assert item.parent is not None
        state = item.get("state", COMPLETED)
        seconds = stage_seconds(SNAPSHOT, (item.parent.row, item.account_row))
        placement = place(item, SNAPSHOT, seconds, state=state)
        snapshot = snapshot_row(
            item,
            placement,
            identifier=item.id,
            name=item.name,
            state=state,
            values=item.values,
            fate=fate_of(item, SNAPSHOT, "stateUnready"),
        )
        if "bucket" in item.values:
            snapshot.bucket = item.find("buckets", "bucket").row
        return [snapshot]


def schedule_id(item: Item) -> uuid.UUID | None:
    """Return the id of the schedule that made the snapshot or backup of an item."""
    return item.find("schedules", "schedule").id if "schedule" in item.values else None


def snapshot_row(
    item: Item,
    placement: Placement,
    *,
    identifier: uuid.UUID,
    name: str,
    state: str,
    values: Any,
    fate: Fate,
) -> Snapshot:
    """Return the snapshot of an item, or the one that an item of a backup made for itself."""
    columns = protection_columns(SNAPSHOT, placement, state=state, values=values, fate=fate)
    described = item.described(kinds.APP_SNAP.versions[0]) | {"id": identifier}
    if identifier != item.id:
        described["labels"] = []
    assert item.parent is not None
    return Snapshot(
        **described | columns,
        account=item.account_row,
        app=item.parent.row,
        name=name,
        schedule_id=schedule_id(item),
    )
