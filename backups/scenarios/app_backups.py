"""The section of backups."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.db.models import Model

from astra.engine.plan import stage_seconds
from astra.scenarios.placing import (
    Fate,
    Placement,
    fate_of,
    place,
    place_final,
    place_unfinished,
)
from astra.scenarios.schema import ref
from astra.scenarios.sections import Item
from astra.scenarios.writing import reporting_conflicts
from backups import kinds
from backups.lifecycle import APP_BACKUP, AVAILABLE, COMPLETED, FAILED, PENDING, SNAPSHOT
from backups.models import App, Bucket, Snapshot
from backups.naming import system_name
from backups.scenarios.protection import (
    ProtectionSection,
    backup_columns,
    occupy_with,
    protection_columns,
)


class BackupSection(ProtectionSection):
    """`backups` of an app.

    A backup that names a snapshot was made from it, or, unless that is completed, made it itself
    and waits for it or failed with it. One that names none made one of its own, which is completed
    unless the backup is pending.
    """

    further_properties = {
        **ProtectionSection.further_properties,
        "version": {"enum": list(kinds.APP_BACKUP.versions)},
        "snapshot": {
            "description": "Name of a snapshot of the app; null: it is deleted since.",
            "type": ["string", "null"],
        },
        "ownsSnapshot": {"description": "It made the snapshot itself.", "type": "boolean"},
        "totalBytes": {"description": "The app's size if left out.", **ref("size")},
        "bytesDone": {
            "description": "What it has backed up, where the percentage is not exact enough.",
            **ref("size"),
        },
        "backupCreationTimestamp": {"description": "When it began to run.", **ref("instant")},
    }

    def companions(self, item: Item) -> Mapping[type[Model], uuid.UUID]:
        """Return the id of the snapshot that a backup makes for itself."""
        return {} if "snapshot" in item.values else {Snapshot: item.derived_id("snapshot")}

    def build(self, item: Item) -> Sequence[Model]:
        """Return the backup, and the snapshot that it made if it names none."""
        assert item.parent is not None
        app: App = item.parent.row
        total = item.size("totalBytes", app.size_bytes)
        state = item.get("state", COMPLETED)
        fate = fate_of(item, APP_BACKUP, "stateUnready")
        run_seconds = total / app.throughput_bytes_per_second
        seconds = stage_seconds(APP_BACKUP, self.paces(item), own_seconds=run_seconds)
        placement = place(item, APP_BACKUP, seconds, state=state, fate=fate)
        snapshot = self._snapshot(item, placement, state, fate)
        backup = self.new_row(
            item,
            **_as_exact(item, _columns(item, placement, snapshot, state, fate), total),
            version=item.get("version", self.resource.kind.versions[0]),
            bucket_id=_bucket(item).id,
            snapshot_id=snapshot and snapshot.id,
            owns_snapshot=snapshot is not None and _is_own(item, snapshot),
            total_bytes=total,
        )
        if snapshot is not None and "snapshot" not in item.values:
            # The backup refers to it; both are in the database when the transaction ends.
            return [backup, snapshot]
        return [backup]

    def written(self, items: Sequence[Item]) -> None:
        """Let the new backups that are completed occupy their buckets."""
        if items:
            with reporting_conflicts(items[0]):
                occupy_with([item.id for item in items])

    def _snapshot(
        self, item: Item, placement: Placement, state: str, fate: Fate
    ) -> Snapshot | None:
        if "snapshot" not in item.values:
            return _own_snapshot(item, placement, state, fate)
        if item.get("snapshot") is None:
            if state not in APP_BACKUP.final:
                raise item.error("Only what is finished can do without its snapshot.", "snapshot")
            return None
        found = item.find("snapshots", "snapshot").row
        assert isinstance(found, Snapshot)
        if found.state in SNAPSHOT.unfinished and state != PENDING:
            raise item.error(f"The snapshot is {found.state}, so it can only be pending.", "state")
        if found.state in SNAPSHOT.unfinished and found.outcome is None and fate.outcome:
            raise item.error("The snapshot is held, so the backup must be held too.", "snapshot")
        if found.state in SNAPSHOT.failures and state != FAILED:
            raise item.error(f"The snapshot is {found.state}, so it can only be failed.", "state")
        is_older = item.get("ownsSnapshot") or found.modified_at <= placement.created_at
        if found.state == COMPLETED and not is_older:
            raise item.error("The snapshot is younger than the backup.", "snapshot")
        return found


def _columns(
    item: Item, placement: Placement, snapshot: Snapshot | None, state: str, fate: Fate
) -> dict[str, Any]:
    """Return the staged columns; a backup stands and falls with the snapshot that it made."""
    if snapshot is not None and snapshot.state in SNAPSHOT.failures:
        return _failed_with(item, placement, snapshot)
    waits = snapshot is not None and state == PENDING and fate.outcome is not None
    if waits and snapshot is not None and snapshot.ends_at is not None:
        if snapshot.outcome != COMPLETED:
            return _failing_with(item, placement, snapshot)
        placement = placement.not_before(snapshot.ends_at)
    columns = backup_columns(placement, state=state, values=item.values, fate=fate, now=item.now)
    if snapshot is not None and not _is_own(item, snapshot):
        columns["snapshot_shown"] = True
    return columns


def _as_exact(item: Item, columns: dict[str, Any], total: int) -> dict[str, Any]:
    """Return the columns, with what the item says of its running to the microsecond and the byte."""
    if columns["running_at"] is None:
        return columns
    begun, reached = columns["running_at"], min(columns["ends_at"] or item.now, item.now)
    if "backupCreationTimestamp" in item.values:
        begun = item.instant("backupCreationTimestamp")
        if not columns["created_at"] <= begun <= reached:
            raise item.error("It did not run then.", "backupCreationTimestamp")
    exact = {"running_at": begun, "discovering_at": min(columns["discovering_at"], begun)}
    done = item.size("bytesDone", 0)
    if columns["state"] != COMPLETED and 0 < done < total and begun < reached:
        # The middle of what gives this number of bytes, so that rounding does not give another.
        exact["full_at"] = full = begun + (reached - begun) * ((2 * total) / (2 * done + 1))
        if columns["next_transition_at"] is not None and columns["outcome"] == COMPLETED:
            exact |= {"ends_at": full, "next_transition_at": full}
    return columns | exact


def _failed_with(item: Item, placement: Placement, snapshot: Snapshot) -> dict[str, Any]:
    """Return the columns of a backup that failed when its snapshot did: it was never discovered."""
    assert snapshot.ends_at is not None
    created_at = min(placement.created_at, snapshot.created_at)
    return backup_columns(
        Placement(created_at, placement.reached, 0, snapshot.ends_at),
        state=FAILED,
        values={"stateUnready": snapshot.state_unready} | dict(item.values),
        fate=Fate(FAILED),
        now=item.now,
    ) | {"full_at": None}


def _failing_with(item: Item, placement: Placement, snapshot: Snapshot) -> dict[str, Any]:
    """Return the columns of a pending backup that fails when its snapshot does."""
    columns = backup_columns(
        placement, state=PENDING, values=item.values, fate=Fate(None), now=item.now
    )
    return columns | {
        "discovering_at": None,
        "running_at": None,
        "full_at": None,
        "ends_at": snapshot.ends_at,
        "next_transition_at": snapshot.ends_at,
        "outcome": FAILED,
        "outcome_reasons": snapshot.outcome_reasons,
    }


def _bucket(item: Item) -> Bucket:
    """Return the bucket that is named, else the one that the service would choose."""
    if "bucket" in item.values:
        row: Bucket = item.find("buckets", "bucket").row
        return row
    usual = partial(_usual_bucket, item.account)
    chosen = _default_bucket(item) or item.account.once("bucket", usual)
    if chosen is None:
        raise item.error("The account has no bucket that is available; name another.")
    return chosen


def _default_bucket(item: Item) -> Bucket | None:
    """Return the available bucket that is the default of the cluster, else of the cloud, of an app."""
    assert item.parent is not None
    app: App = item.parent.row
    clusters = (each.row for each in item.account.children["clusters"])
    cluster = next((each for each in clusters if each.id == app.cluster_id), None)
    if cluster is None:
        return None
    wanted = cluster.default_bucket_id or cluster.cloud.default_bucket_id
    buckets: list[Bucket] = [each.row for each in item.account.children["buckets"]]
    return next((each for each in buckets if (each.id, each.state) == (wanted, AVAILABLE)), None)


def _usual_bucket(account: Item) -> Bucket | None:
    buckets: list[Bucket] = [each.row for each in account.children["buckets"]]
    available = [bucket for bucket in buckets if bucket.state == AVAILABLE]
    default = (bucket for bucket in available if bucket.is_default)
    return next(default, available[0] if available else None)


def _is_own(item: Item, snapshot: Snapshot) -> bool:
    makes_one = item.get("ownsSnapshot", "snapshot" not in item.values)
    return bool(makes_one) or snapshot.state != COMPLETED


def _own_snapshot(item: Item, placement: Placement, state: str, fate: Fate) -> Snapshot:
    """Return the snapshot that the backup's own create made: there before it was discovered."""
    assert item.parent is not None
    identifier = item.derived_id("snapshot")
    seconds = stage_seconds(SNAPSHOT, (item.parent.row, item.account_row))
    is_pending = state == PENDING
    if is_pending:
        way = place_unfinished(
            SNAPSHOT,
            state=SNAPSHOT.initial,
            seconds=seconds,
            now=item.now,
            created_at=placement.created_at,
            fraction=0.0,
        )
    else:
        way = place_final(
            SNAPSHOT,
            seconds=seconds,
            now=placement.reached[0] if placement.taken else placement.modified_at,
            created_at=placement.created_at,
            fraction=1.0,
        )
    hooks = {name: item.values[name] for name in item.values if name.startswith("hookState")}
    columns = protection_columns(
        SNAPSHOT,
        way,
        state=PENDING if is_pending else COMPLETED,
        values=hooks,
        fate=replace(fate, outcome=COMPLETED, percent=100, reasons=()) if fate.outcome else fate,
    )
    described = item.described(kinds.APP_SNAP.versions[0]) | {"id": identifier, "labels": []}
    return Snapshot(
        **described | columns,
        account=item.account_row,
        app=item.parent.row,
        name=system_name(item.parent.row.name, "snapshot", placement.created_at, identifier),
        schedule_id=item.find("schedules", "schedule").id if "schedule" in item.values else None,
    )
