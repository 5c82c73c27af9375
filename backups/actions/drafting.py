"""From what is wanted of a backup or a snapshot to the rows to be, their fate planned.

A call wants one backup, a schedule that fires a backup and its snapshot, or a snapshot alone. What a
draft is made from may be out of date by the time it is written; the statement that writes it
(``backups.actions.create_statement``) makes nothing of one that is.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from astra.api.problems import COLLECTION_NOT_FOUND, ApiProblem
from astra.api.statements import Statement
from astra.engine.plan import Pace, planned
from astra.engine.stages import Fate
from backups import kinds
from backups.lifecycle import APP_BACKUP, COMPLETED, FAILED, READY, SNAPSHOT
from backups.naming import system_name

NO_FAULT = Fate(COMPLETED)
Draft = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BackupWanted:
    """What is asked for; None where the system is to decide. Both names are those of schedules."""

    version: str
    name: str | None = None
    bucket_id: uuid.UUID | None = None
    snapshot_id: uuid.UUID | None = None
    schedule_id: uuid.UUID | None = None
    labels: list[dict[str, str]] = field(default_factory=list)
    fate: Fate = NO_FAULT
    snapshot_fate: Fate = NO_FAULT
    # What the hooks of the snapshot alone say; None: as those of the backup.
    snapshot_hooks: tuple[Mapping[str, str], ...] | None = None
    snapshot_name: str | None = None
    # Without it, the snapshot alone is wanted.
    makes_backup: bool = True


class AppFacts(NamedTuple):
    """What a draft takes from an app; whoever writes to the app's row gives it another revision."""

    id: uuid.UUID
    revision: uuid.UUID
    name: str
    state: str
    size_bytes: int
    throughput_bytes_per_second: int
    stage_delays: Mapping[str, float]
    immediate_kinds: Sequence[str]
    has_hooks: bool
    # What follows is of its cluster, else of its cloud; with each change the app gets another revision.
    default_bucket_id: uuid.UUID | None
    # The `protectionState` of a cluster on which no snapshot can be taken.
    unprotectable: str | None

    @property
    def is_able(self) -> bool:
        """Tell whether backups can be made of it."""
        return self.state == READY and self.unprotectable is None


_OWN = ", ".join(f"app.{name}" for name in AppFacts._fields[:-2])
_APPS = f"""
    SELECT {_OWN}, coalesce(cluster.default_bucket_id, cloud.default_bucket_id),
        CASE WHEN NOT cluster.snapshot_supported THEN cluster.protection_state END
    FROM backups_app AS app
    LEFT JOIN clusters_cluster AS cluster ON cluster.id = app.cluster_id
    LEFT JOIN clusters_cloud AS cloud ON cloud.id = cluster.cloud_id
    WHERE app.id = ANY(%(apps)s::uuid[]) AND (app.account_id = %(account)s) IS TRUE
      AND (app.deleted_at IS NULL) IS TRUE
"""
_APP = Statement(_APPS)
# Nobody changes them before the end of the transaction.
_HELD_APPS = Statement(f"{_APPS} FOR SHARE OF app")


# What this process knows of apps, by account and id; what is written by it is guarded by the revision.
_remembered: dict[tuple[uuid.UUID, uuid.UUID], AppFacts] = {}
_MOST_REMEMBERED = 10_000


def remembered_app(account_id: uuid.UUID, app_id: uuid.UUID) -> AppFacts:
    """Return what is known of an app, asked for if nothing is; raises as ``asked_app``.

    That no backup can be made of it is not remembered: no statement would prove it.
    """
    known = _remembered.get((account_id, app_id))
    return known if known and known.is_able else asked_app(account_id, app_id)


def asked_app(account_id: uuid.UUID, app_id: uuid.UUID) -> AppFacts:
    """Return an app as it is now. Raises problem 2 when the account manages no such app."""
    row = _APP.fetch_one({"apps": [app_id], "account": account_id})
    if row is None:
        _remembered.pop((account_id, app_id), None)
        raise ApiProblem(COLLECTION_NOT_FOUND)
    if len(_remembered) >= _MOST_REMEMBERED:
        _remembered.clear()
    facts = _remembered[account_id, app_id] = AppFacts._make(row)
    return facts


def held_apps(account_id: uuid.UUID, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, AppFacts]:
    """Return the managed apps with these ids, held until the transaction ends."""
    rows = _HELD_APPS.fetch_all({"apps": list(ids), "account": account_id})
    return {facts.id: facts for facts in map(AppFacts._make, rows)}


def draft(
    wanted: BackupWanted,
    app: AppFacts,
    *,
    ids: tuple[uuid.UUID, uuid.UUID],
    now: datetime,
    seed: int,
    account: Pace,
    user_id: uuid.UUID,
) -> Draft:
    """Return the rows to be, of a backup and a snapshot with these ids, made at the account's ``now``.

    Of its own snapshot a backup is discovered once that is complete, and fails when it fails.
    """
    backup_id, snapshot_id = ids
    snapshot = None
    if wanted.snapshot_id is None:
        fate = wanted.snapshot_fate
        snapshot = planned(SNAPSHOT, snapshot_id, now, fate, seed=seed, paces=(app, account))
    rows: Draft = {
        "app_id": app.id,
        "app_revision": app.revision,
        "backup_id": backup_id,
        "snapshot_id": snapshot_id,
        "source_id": wanted.snapshot_id,
        "named_bucket_id": wanted.bucket_id,
        "default_bucket_id": app.default_bucket_id,
        "schedule_id": wanted.schedule_id,
        "user_id": user_id,
        "makes_backup": wanted.makes_backup,
        "name": wanted.name or system_name(app.name, "backup", now, backup_id),
        "snapshot_name": wanted.snapshot_name
        or system_name(app.name, "snapshot", now, snapshot_id),
        "version": wanted.version,
        "snapshot_version": kinds.APP_SNAP.versions[0],
        "labels": wanted.labels,
        "created_at": now,
        "size_bytes": app.size_bytes,
        "hook_state": wanted.fate.hook_state,
        "hook_details": wanted.fate.hook_details,
        "snapshot_hook_details": wanted.fate.hook_details
        if wanted.snapshot_hooks is None
        else wanted.snapshot_hooks,
        "snapshot_outcome": wanted.snapshot_fate.outcome,
        "snapshot_reasons": wanted.snapshot_fate.reasons,
        "snapshot_discovering_at": None,
        "snapshot_running_at": None,
        "snapshot_ends_at": None,
    }
    if snapshot is not None:
        way = snapshot.columns()
        rows |= {
            f"snapshot_{name}": way[name] for name in ("discovering_at", "running_at", "ends_at")
        }
        if wanted.snapshot_fate.outcome != COMPLETED:
            return rows | _failing(snapshot.ends_at, wanted.snapshot_fate)
    plan = planned(
        APP_BACKUP,
        backup_id,
        now,
        wanted.fate,
        seed=seed,
        paces=(app, account),
        own_seconds=app.size_bytes / app.throughput_bytes_per_second,
        not_before=None if snapshot is None else snapshot.ends_at,
    )
    return rows | {
        **plan.columns(),
        "full_at": plan.full_at,
        "outcome": wanted.fate.outcome,
        "reasons": wanted.fate.reasons,
    }


def _failing(ends_at: datetime | None, fate: Fate) -> Draft:
    """Return the way of a backup whose own snapshot never completes: it fails when that fails."""
    return {
        "discovering_at": None,
        "running_at": None,
        "full_at": None,
        "ends_at": ends_at,
        "next_transition_at": ends_at,
        "outcome": FAILED if ends_at else None,
        "reasons": fate.reasons,
    }
