"""The section of snapshots."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from astra.accounts.models import Account
from astra.simulation.scenarios.placing import (
    Fate,
    Placement,
    fate_of,
    place,
    staged_columns,
    staged_properties,
)
from astra.simulation.scenarios.schema import ref
from astra.simulation.scenarios.sections import Item, Section
from astra.simulation.stages import Lifecycle
from backups import kinds
from backups.lifecycle import COMPLETED, SNAPSHOT
from backups.models import App, Snapshot


def stage_seconds(
    lifecycle: Lifecycle, account: Account, app: App, *, run_seconds: float | None = None
) -> list[float]:
    """Return the delays of the stages, without jitter: the account's and the app's overrides first.

    ``run_seconds`` is the delay of a stage that depends on the row.
    """
    if lifecycle.kind in (*account.immediate_kinds, *app.immediate_kinds):
        return [0.0] * len(lifecycle.stages)
    overrides = {**account.stage_delays, **app.stage_delays}
    return [
        float(
            overrides.get(
                stage.name,
                run_seconds if stage.delay_sql and run_seconds is not None else stage.delay_seconds,
            )
        )
        for stage in lifecycle.stages
    ]


class SnapshotSection(Section):
    """`snapshots` of an app."""

    name = "snapshots"
    parent = "apps"
    model = Snapshot
    order = 10
    properties = {
        "name": ref("dnsLabel"),
        "bucket": {"description": "Name of a bucket.", "type": "string"},
        "scheduleID": ref("identifier"),
        **staged_properties(SNAPSHOT),
    }

    def build(self, item: Item) -> Sequence[Model]:
        """Return the snapshot."""
        assert item.parent is not None
        seconds = stage_seconds(SNAPSHOT, item.account_row, item.parent.row)
        placement = place(item, SNAPSHOT, seconds, default=COMPLETED)
        snapshot = snapshot_row(
            item,
            placement,
            identifier=item.id,
            name=item.name,
            state=item.get("state", COMPLETED),
            values=item.values,
            fate=fate_of(item, SNAPSHOT),
        )
        if "bucket" in item.values:
            snapshot.bucket = item.find("buckets", "bucket").row
        return [snapshot]


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
    columns = staged_columns(SNAPSHOT, placement, state=state, values=values, fate=fate)
    described = item.described(kinds.APP_SNAP.versions[0]) | {"id": identifier}
    if identifier != item.id:
        described["labels"] = []
    assert item.parent is not None
    return Snapshot(
        **described | columns,
        account=item.account_row,
        app=item.parent.row,
        name=name,
        schedule_id=item.get("scheduleID"),
    )
