"""Where a seeded resource stands on its way: from its state and age to the instants of its stages.

What a create plans ahead (``engine.plan``), this finds backwards: what is running at
40 % now, or failed three days ago, must have been pending at some time. There is no jitter in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from astra.engine.stages import Column, Lifecycle
from astra.scenarios.sections import Item

HELD = "held"
# How long ago something finished is made that does not say.
_USUAL_AGE = timedelta(hours=1)
# How much of its last stage a resource has behind it that does not say.
_HALF = 50
# A stage that takes no time takes this long where something is to have stopped in the midst of it.
_LEAST_SECONDS = 1.0
# Instants are kept to the microsecond: in less than this a percentage cannot be told.
_LEAST_SPENT = timedelta(microseconds=200)


@dataclass(frozen=True, slots=True)
class Fate:
    """How a resource that is on its way is to go on; ``outcome`` None: it is held where it is."""

    outcome: str | None
    percent: int = 100
    reasons: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Placement:
    """A resource on its way: ``reached`` has an instant per stage, the last one that of a full run.

    ``taken`` counts the stages behind it, without the one that ended it; ``ends_at`` is set once it
    has ended.
    """

    created_at: datetime
    reached: tuple[datetime, ...]
    taken: int
    ends_at: datetime | None = None

    @property
    def modified_at(self) -> datetime:
        """The instant of its last transition."""
        if self.ends_at is not None:
            return self.ends_at
        return self.reached[self.taken - 1] if self.taken else self.created_at

    def spent(self, now: datetime) -> timedelta:
        """Return how long it has been, or was, in its last stage."""
        begun = self.reached[-2] if len(self.reached) > 1 else self.created_at
        return (self.ends_at or now) - begun

    def changed_last(self, instant: datetime) -> "Placement":
        """Return the way with its last transition at an instant, and those before it in proportion."""
        whole, room = self.modified_at - self.created_at, instant - self.created_at
        ratio = room / whole if whole else 0.0
        passed = len(self.reached) if self.ends_at is not None else self.taken
        reached = [self.created_at + (step - self.created_at) * ratio for step in self.reached]
        if self.ends_at is not None:
            return replace(self, reached=tuple(reached), ends_at=instant)
        if not passed:
            return self
        return replace(self, reached=(*reached[: passed - 1], instant, *self.reached[passed:]))

    def not_before(self, instant: datetime) -> "Placement":
        """Return the way with what is ahead put off, so that none of it is earlier."""
        delay = max(instant - self.reached[self.taken], timedelta())
        ahead = (step + delay for step in self.reached[self.taken :])
        return replace(self, reached=(*self.reached[: self.taken], *ahead))


def next_stage(lifecycle: Lifecycle, state: str) -> int:
    """Return the index of the stage that leads out of an unfinished state."""
    before = lifecycle.initial
    for index, stage in enumerate(lifecycle.stages):
        if state in (before, *stage.also_from):
            return index
        before = stage.to_state or ""
    raise ValueError(f"{state} is no unfinished state of {lifecycle.kind}")


def is_aside(lifecycle: Lifecycle, state: str) -> bool:
    """Tell whether a state is entered from outside the stages, such as `restoring`."""
    return any(state in stage.also_from for stage in lifecycle.stages)


def fate_of(item: Item, lifecycle: Lifecycle, reasons_member: str) -> Fate:
    """Return how an item goes on; raises ``ScenarioError`` where it says what cannot be."""
    given = item.get("fate", lifecycle.success)
    if isinstance(given, str):
        return Fate(None) if given == HELD else Fate(given)
    percent = 100 if given["outcome"] == lifecycle.success else given.get("percentDone", 100)
    if percent < item.get("percentDone", 0):
        raise item.error("Must not be less than it is now.", "fate", "percentDone")
    return Fate(given["outcome"], percent, given.get(reasons_member, ()))


def place(
    item: Item, lifecycle: Lifecycle, seconds: Sequence[float], *, state: str, fate: Fate
) -> Placement:
    """Return the way of an item by its own members; raises ``ScenarioError`` for the impossible."""
    created_at = item.created_at
    if created_at is not None and created_at > item.now:
        raise item.error("Made later than the account's clock says it is.", item.created_where)
    _refuse_the_impossible(item, lifecycle, state)
    if state in lifecycle.final:
        # What failed had begun, what was lost had been there.
        usual = 0 if state == lifecycle.failures[0] else 100
        way = place_final(
            lifecycle,
            seconds=seconds,
            now=item.now,
            created_at=created_at,
            fraction=_fraction(item.get("percentDone", usual)),
            left_from=item.get("from"),
        )
    else:
        is_last = next_stage(lifecycle, state) == len(lifecycle.stages) - 1
        usual = min(_HALF, fate.percent) if is_last and len(seconds) > 1 else 0
        way = place_unfinished(
            lifecycle,
            state=state,
            seconds=seconds,
            now=item.now,
            created_at=created_at,
            fraction=_fraction(item.get("percentDone", usual)),
        )
    if (changed_at := item.modified_at) is not None:
        if not way.created_at <= changed_at <= item.now:
            raise item.error("Must be between when it was made and now.", "modifiedAt")
        way = way.changed_last(changed_at)
    if 0 < item.get("percentDone", 0) < 100 and way.spent(item.now) < _LEAST_SPENT:
        raise item.error("Made too recently to have done a part of it.", "percentDone")
    return way


def _refuse_the_impossible(item: Item, lifecycle: Lifecycle, state: str) -> None:
    if state in lifecycle.final and "fate" in item.values:
        raise item.error(f"What is {state} has its fate behind it.", "fate")
    if "from" in item.values and state not in lifecycle.failures:
        raise item.error(f"What is {state} did not leave its way.", "from")
    if "percentDone" not in item.values:
        return
    if state == lifecycle.success and item.get("percentDone") != 100:
        raise item.error(f"What is {state} is done to 100 percent.", "percentDone")
    was_in = item.get("from", lifecycle.unfinished[-1]) if state in lifecycle.final else state
    if was_in != lifecycle.unfinished[-1]:
        raise item.error(f"Nothing is done in {was_in}.", "percentDone")


def place_unfinished(
    lifecycle: Lifecycle,
    *,
    state: str,
    seconds: Sequence[float],
    now: datetime,
    created_at: datetime | None,
    fraction: float,
) -> Placement:
    """Return the way of what is in ``state`` at ``now``, ``fraction`` of that stage behind it.

    ``seconds`` are the delays of the stages. With ``created_at`` the stage it is in takes as long
    as that needs, without it the age follows from the delays.
    """
    leaving = next_stage(lifecycle, state)
    taken = 0 if is_aside(lifecycle, state) else leaving
    passed = _ahead(seconds[:taken])
    # A single stage has no progress to show.
    is_last = 0 < leaving == len(seconds) - 1
    ahead = seconds[leaving] or (_LEAST_SECONDS if is_last else 0.0)
    if created_at is None:
        created_at = now - passed[-1] - timedelta(seconds=fraction * ahead)
    instants = [created_at + _fitted(step, passed[-1], now - created_at) for step in passed[1:]]
    if instants and is_last and not fraction:
        instants[-1] = now
    entered = instants[-1] if instants else created_at
    instants += [created_at] * (leaving - taken)
    if fraction and now > entered:
        # Progress is derived from these two instants, so at `now` it is the fraction asked for.
        instants.append(entered + (now - entered) / fraction)
    else:
        instants.append(now + timedelta(seconds=(1 - fraction) * ahead))
    for delay in seconds[leaving + 1 :]:
        instants.append(instants[-1] + timedelta(seconds=delay))
    return Placement(created_at, tuple(instants), taken)


def place_final(
    lifecycle: Lifecycle,
    *,
    seconds: Sequence[float],
    now: datetime,
    created_at: datetime | None,
    fraction: float,
    left_from: str | None = None,
) -> Placement:
    """Return the way of what has ended, ``fraction`` of its last stage behind it.

    ``left_from`` is the state that it was in before. An age that is too short makes it faster.
    """
    last = len(seconds) - 1
    left = next_stage(lifecycle, left_from) if left_from else last
    created = created_at or now - _USUAL_AGE
    is_midway = left == last and fraction < 1
    passed = _ahead(seconds)
    stage = seconds[left] or (_LEAST_SECONDS if is_midway else 0.0)
    end = passed[left] + timedelta(seconds=stage * (fraction if left == last else 0.5))
    room = max(now - created, timedelta())
    reached = [created + _fitted(step, end, room) for step in passed[1:]]
    ends_at = created + _fitted(end, end, room)
    if is_midway:
        # A full run would have gone on at the pace that it had; it need not have ended by now.
        begun = reached[-2] if last else created
        whole = (ends_at - begun) / fraction if fraction else timedelta(seconds=stage)
        reached[-1] = begun + whole
    return Placement(created, tuple(reached), left, ends_at)


def _fraction(percent: int) -> float:
    # Percentages are shown rounded down: half of one more keeps a microsecond from costing one.
    return (percent + 0.5) / 100 if 0 < percent < 100 else percent / 100


def _ahead(seconds: Sequence[float]) -> list[timedelta]:
    return [timedelta(seconds=total) for total in accumulate(seconds, initial=0.0)]


def _fitted(step: timedelta, whole: timedelta, room: timedelta) -> timedelta:
    """Return the step, made shorter by as much as the whole is longer than the room for it."""
    return step if whole <= room else step * (room / whole)


def staged_columns(
    lifecycle: Lifecycle,
    placement: Placement,
    *,
    state: str,
    fate: Fate,
    reasons: Sequence[Any] = (),
    further: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the staged columns of a row that stands where ``placement`` says.

    ``reasons`` belong to a final state, ``further`` are columns that its stages may read or set.
    """
    is_final = state in lifecycle.final
    *between, full = placement.reached
    ends_at, next_at = placement.ends_at, None
    leaving = len(between) if is_final else next_stage(lifecycle, state)
    if not is_final and fate.outcome is not None:
        begun = between[-1] if between else placement.created_at
        ends_at = begun + (full - begun) * _fraction(fate.percent)
        next_at = (*between, ends_at)[leaving]
    columns: dict[str, Any] = {
        **(further or {}),
        "created_at": placement.created_at,
        "modified_at": placement.modified_at,
        "state": state,
        "transition_count": placement.taken + (2 if is_final else 1),
        "ends_at": ends_at,
        "next_transition_at": next_at,
        "outcome": state if is_final else fate.outcome,
        "outcome_reasons": list(reasons if is_final else fate.reasons),
    }
    stages = lifecycle.stages
    never = range(placement.taken, leaving)  # what ended early, or came in from aside
    for index, at in enumerate(between):
        columns[stages[index].instant_column] = None if index in never else at
    for stage in (*stages[: placement.taken], *(stages[-1:] if is_final else ())):
        for column, value in stage.sets.items():
            columns[column] = columns[value.name] if isinstance(value, Column) else value
    return columns
