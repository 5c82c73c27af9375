"""Fate: when a new row takes each stage of its lifecycle, and how it ends.

The one planner: for calls, for schedules that fire, and for what is seeded. The instants follow from
the row, the stage table, the account's seed and its overrides, so they are the same whenever and
wherever they are computed. Source: `docs/architecture.md`, 'Stages' and 'Fate is fixed at creation'.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from astra.accounts.callers import Caller
from astra.api.dice import unit_interval
from astra.engine.models import Transition, record_step
from astra.engine.registry import registration
from astra.engine.stages import MAX_DELAY_SECONDS, Fate, Lifecycle

_MICROSECOND = timedelta(microseconds=1)


class Pace(Protocol):
    """What overrides the delays of stages: an account, or what is in it."""

    @property
    def stage_delays(self) -> Mapping[str, float]:
        """Seconds, by stage."""

    @property
    def immediate_kinds(self) -> Sequence[str]:
        """The kinds that go through their stages without delay."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When a row takes each stage, the last one that of a full run; ``ends_at`` None: it never ends."""

    lifecycle: Lifecycle
    instants: tuple[datetime, ...]
    ends_at: datetime | None

    @property
    def full_at(self) -> datetime:
        """When it would have gone all the way, whatever its fate."""
        return self.instants[-1]

    @property
    def first_at(self) -> datetime | None:
        """When it takes its first stage."""
        return self.instants[0] if len(self.instants) > 1 else self.ends_at

    def columns(self) -> dict[str, datetime | None]:
        """Return the columns of the instants at which it moves, and of the next one."""
        passing = zip(self.lifecycle.stages[:-1], self.instants, strict=False)
        return {
            **{stage.instant_column: at for stage, at in passing},
            self.lifecycle.stages[-1].instant_column: self.ends_at,
            "next_transition_at": self.first_at,
        }


def planned(
    lifecycle: Lifecycle,
    row_id: Any,
    start: datetime,
    fate: Fate,
    *,
    seed: int,
    paces: Sequence[Pace],
    own_seconds: float | None = None,
    not_before: datetime | None = None,
) -> Plan:
    """Return the way of a row that is made at ``start``; see ``stage_seconds``.

    ``not_before``: an instant that the first stage waits for.
    """
    # An id is written slowly, and each stage looks at it.
    chance = seed, str(row_id)
    seconds = stage_seconds(lifecycle, paces, own_seconds=own_seconds, jitter_of=chance)
    instants: list[datetime] = []
    before = at = start
    for each in seconds:
        before, at = at, at + timedelta(microseconds=round(1_000_000.0 * each))
        if not_before is not None and not instants:
            at = max(at, not_before)
        instants.append(at)
    ends_at = partway(before, at, fate.at_fraction) if fate.outcome else None
    return Plan(lifecycle, tuple(instants), ends_at)


def stage_seconds(
    lifecycle: Lifecycle,
    paces: Sequence[Pace],
    *,
    own_seconds: float | None = None,
    jitter_of: tuple[int, Any] | None = None,
) -> list[float]:
    """Return the delays of the stages; of the ``paces`` the nearest comes first.

    ``own_seconds``: the delay of a stage that depends on the row. ``jitter_of``: the account's seed and
    the id of the row, from which the jitter follows; None: there is none.
    """
    if any(lifecycle.kind in pace.immediate_kinds for pace in paces):
        return [0.0] * len(lifecycle.stages)
    delays = []
    for stage in lifecycle.stages:
        for pace in paces:
            if stage.name in pace.stage_delays:
                seconds = float(pace.stage_delays[stage.name])
                break
        else:
            is_own = stage.depends_on_row and own_seconds is not None
            seconds = own_seconds if is_own and own_seconds is not None else stage.delay_seconds
            if stage.jitter and jitter_of is not None:
                chance = unit_interval(*jitter_of, stage.name)
                seconds *= 1.0 + stage.jitter * (2.0 * chance - 1.0)
        delays.append(min(max(seconds, 0.0), float(MAX_DELAY_SECONDS)))
    return delays


def partway(start: datetime, end: datetime, fraction: float) -> datetime:
    """Return the instant at a fraction between two, to the microsecond."""
    if fraction == 1.0:
        return end
    return start + timedelta(microseconds=round(fraction * float((end - start) // _MICROSECOND)))


def plan_new(
    lifecycle: Lifecycle,
    row: Any,
    fate: Fate,
    caller: Caller,
    *,
    own_seconds: float | None = None,
    start: datetime | None = None,
) -> None:
    """Fix the fate of a row that the caller is about to insert in a state that it begins or ends in.

    ``own_seconds``: the delay of a stage that depends on the row. ``start``: the instant from which
    its stages count, by default that of its creation.
    """
    row.transition_count = 1
    if row.state in lifecycle.final:
        row.outcome, row.ends_at = row.state, row.created_at
    else:
        start = start or row.created_at
        _fix(lifecycle, row, fate, caller, start=start, own_seconds=own_seconds)


def begin_in(
    lifecycle: Lifecycle,
    row: Any,
    state: str,
    fate: Fate,
    caller: Caller,
    *,
    own_seconds: float | None = None,
    start: datetime | None = None,
) -> list[str]:
    """Put a locked row into a state, with another fate from there on; return the columns to save.

    Options as of ``plan_new``, ``start`` by default now.
    """
    at = record_step(lifecycle.kind, row, state, caller.now())
    start = at if start is None else max(start, at)
    columns = _fix(lifecycle, row, fate, caller, start=start, own_seconds=own_seconds)
    return ["state", "transition_count", "modified_at", "outcome", "outcome_reasons", *columns]


def _fix(
    lifecycle: Lifecycle,
    row: Any,
    fate: Fate,
    caller: Caller,
    *,
    start: datetime,
    own_seconds: float | None,
) -> list[str]:
    """Set when a row takes its stages from its state on; return the columns of the instants."""
    target = registration(lifecycle.kind).target
    plan = planned(
        lifecycle.begun_in(row.state),
        row.id,
        start,
        fate,
        seed=caller.seed,
        paces=(caller,) if target is None else (target(row), caller),
        own_seconds=own_seconds,
    )
    caller.note_due(plan.first_at)
    columns = plan.columns()
    for name, value in columns.items():
        setattr(row, name, value)
    row.outcome, row.outcome_reasons = fate.outcome, list(fate.reasons)
    return list(columns)


def begin_history(lifecycle: Lifecycle, row: Any) -> None:
    """Write down that a planned row was inserted; within its transaction."""
    Transition.objects.create(
        account_id=row.account_id,
        kind=lifecycle.kind,
        resource_id=row.id,
        sequence=0,
        to_state=row.state,
        at=row.created_at,
    )
