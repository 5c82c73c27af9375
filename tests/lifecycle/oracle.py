"""A single row's life in plain Python, from the same stage table: what the SQL is compared with.

It takes one step after another, where the statements work on sets; it shares no code with them but
the stage tables and ``unit_interval``.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from astra.api.dice import unit_interval
from astra.engine.stages import MAX_DELAY_SECONDS, Column, Fate, Lifecycle, Stage
from backups.lifecycle import APP_BACKUP, SNAPSHOT

Row = dict[str, Any]
Step = tuple[str, str, str, datetime]


@dataclass(frozen=True)
class Overrides:
    """What an account or an app changes: seconds by stage, kinds without delay."""

    delays: Mapping[str, float] = field(default_factory=dict)
    immediate: Sequence[str] = ()


@dataclass(frozen=True)
class Setting:
    """What a fate depends on, beside the row and its fate."""

    start: datetime
    seed: int
    size: int
    throughput: int
    account: Overrides = Overrides()
    app: Overrides = Overrides()


def delay(lifecycle: Lifecycle, stage: Stage, row_id: uuid.UUID, setting: Setting) -> timedelta:
    """How long a row waits before the stage."""
    if lifecycle.kind in (*setting.app.immediate, *setting.account.immediate):
        return timedelta(0)
    seconds = setting.app.delays.get(stage.name, setting.account.delays.get(stage.name))
    if seconds is None:
        seconds = stage.delay_seconds
        if stage.depends_on_row:
            seconds = float(setting.size) / float(setting.throughput)
        if stage.jitter:
            chance = unit_interval(setting.seed, row_id, stage.name)
            seconds = seconds * (1.0 + stage.jitter * (2.0 * chance - 1.0))
    return timedelta(microseconds=round(1_000_000.0 * min(max(seconds, 0.0), MAX_DELAY_SECONDS)))


def partway(start: datetime, end: datetime, fraction: float) -> datetime:
    """The instant at a fraction between two."""
    micros = (end - start) // timedelta(microseconds=1)
    return start + timedelta(microseconds=round(fraction * float(micros)))


def new_snapshot(row_id: uuid.UUID, fate: Fate, setting: Setting) -> Row:
    """The snapshot that is created with this fate."""
    discover, run, complete = SNAPSHOT.stages
    discovering_at = setting.start + delay(SNAPSHOT, discover, row_id, setting)
    running_at = discovering_at + delay(SNAPSHOT, run, row_id, setting)
    full_at = running_at + delay(SNAPSHOT, complete, row_id, setting)
    return _new(row_id, fate, setting) | {
        "discovering_at": discovering_at,
        "running_at": running_at,
        "ends_at": partway(running_at, full_at, fate.at_fraction) if fate.outcome else None,
        "next_transition_at": discovering_at,
    }


def new_backup(row_id: uuid.UUID, fate: Fate, setting: Setting, own_snapshot: Row | None) -> Row:
    """The backup that is created with this fate, of its own snapshot or of a finished one."""
    row = _new(row_id, fate, setting) | {"snapshot_shown": own_snapshot is None}
    if own_snapshot is not None and own_snapshot["outcome"] != SNAPSHOT.success:
        ended = own_snapshot["ends_at"]
        nothing = dict.fromkeys(("discovering_at", "running_at", "full_at"))
        return (
            row
            | nothing
            | {
                "ends_at": ended,
                "outcome": "failed" if ended else None,
                "outcome_reasons": own_snapshot["outcome_reasons"],
                "next_transition_at": ended,
            }
        )
    discover, run, complete = APP_BACKUP.stages
    discovering_at = setting.start + delay(APP_BACKUP, discover, row_id, setting)
    if own_snapshot is not None:
        discovering_at = max(discovering_at, own_snapshot["ends_at"])
    running_at = discovering_at + delay(APP_BACKUP, run, row_id, setting)
    full_at = running_at + delay(APP_BACKUP, complete, row_id, setting)
    return row | {
        "discovering_at": discovering_at,
        "running_at": running_at,
        "full_at": full_at,
        "ends_at": partway(running_at, full_at, fate.at_fraction) if fate.outcome else None,
        "next_transition_at": discovering_at,
    }


def _new(row_id: uuid.UUID, fate: Fate, setting: Setting) -> Row:
    return {
        "id": row_id,
        "state": "pending",
        "state_unready": [],
        "hook_state": None,
        "hook_state_details": [],
        "modified_at": setting.start,
        "transition_count": 1,
        "outcome": fate.outcome,
        "outcome_reasons": list(fate.reasons),
        "outcome_hook_state": fate.hook_state,
        "outcome_hook_details": list(fate.hook_details),
    }


def settled(lifecycle: Lifecycle, row: Row, until: datetime) -> tuple[Row, list[Step]]:
    """The row after everything due at ``until``, and the steps it took: from, to, reason, when."""
    row = dict(row)
    steps: list[Step] = []
    if row["next_transition_at"] is None or row["next_transition_at"] > until:
        return row, []
    while (stage := _next_stage(lifecycle, row)) is not None:
        at = row[stage.instant_column]
        if at > until:
            row["next_transition_at"] = at
            return row, steps
        to_state = stage.to_state or row["outcome"]
        reasons = row["outcome_reasons"] if to_state in lifecycle.failures else []
        steps.append((row["state"], to_state, reasons[0] if reasons else "", at))
        for name, value in stage.sets.items():
            row[name] = row[value.name] if isinstance(value, Column) else value
        row |= {"state": to_state, "modified_at": at}
        row["transition_count"] += 1
    row["next_transition_at"] = None
    return row, steps


def _next_stage(lifecycle: Lifecycle, row: Row) -> Stage | None:
    """The first stage that leads on from the row's state and comes before its end, if it has one."""
    if row["state"] in lifecycle.final:
        return None
    passed = [lifecycle.initial, *(stage.to_state for stage in lifecycle.stages)]
    for stage in lifecycle.stages[passed.index(row["state"]) :]:
        at = row[stage.instant_column]
        if at is not None and (row["ends_at"] is None or at <= row["ends_at"]):
            return stage
    return None
