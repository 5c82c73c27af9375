"""The lifecycle of a kind of resource, as data: from state to state, after a delay, and what it sets.

A lifecycle knows no HTTP and no ORM. ``plan`` fixes by it a row's fate when it is created, ``settling``
compiles it to the statement that carries the fate out. Source:
`docs/architecture.md`, 'Stages' and 'Fate is fixed at creation'.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """In ``Stage.sets``: the value comes from this column of the row, where its fate keeps it."""

    name: str


# No stage takes longer, whatever size an app has: 31 years.
MAX_DELAY_SECONDS = 10**9


@dataclass(frozen=True, slots=True)
class Stage:
    """One arrow. ``instant_column`` holds when the row takes it, NULL if it never does.

    ``to_state`` None means that the row's fate names the state (its ``outcome``). The delay is
    ``delay_seconds``, unless it ``depends_on_row``; jitter spreads it by that fraction either way.
    """

    name: str
    instant_column: str
    to_state: str | None
    delay_seconds: float = 0.0
    depends_on_row: bool = False
    jitter: float = 0.0
    sets: Mapping[str, Column | str | bool] = field(default_factory=dict)
    # Further states that this stage leads out of, beside the one before it.
    also_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The stages of a kind in order; the last one ends in the row's outcome.

    ``by_hand``: from each state, those that an action may put a row into, beside the stages.
    ``instead``: from each of these states, the stage that takes the place of the one with the same
    column, at a pace of its own. ``further_instants``: columns whose instants move along when an
    action hastens a row.
    ``published``: every state as the published schema lists them, where that is another order.
    """

    kind: str
    initial: str
    stages: tuple[Stage, ...]
    success: str
    failures: tuple[str, ...]
    by_hand: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    instead: Mapping[str, Stage] = field(default_factory=dict)
    further_instants: tuple[str, ...] = ()
    published: tuple[str, ...] = ()

    @property
    def final(self) -> tuple[str, ...]:
        """The states that nothing leads out of by itself."""
        return (self.success, *self.failures)

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order of the lifecycle."""
        passed = tuple(stage.to_state for stage in self.stages if stage.to_state)
        aside = tuple(state for stage in self.stages for state in stage.also_from)
        return (self.initial, *passed, *aside, *self.final)

    @property
    def listed(self) -> tuple[str, ...]:
        """Every state, in the order of the published schema."""
        return self.published or self.states

    @property
    def unfinished(self) -> tuple[str, ...]:
        """The states that a row is still on its way in."""
        return tuple(state for state in self.states if state not in self.final)

    @property
    def stage_names(self) -> tuple[str, ...]:
        """The names of all stages, those that take another's place last."""
        return tuple(stage.name for stage in (*self.stages, *self.instead.values()))

    def begun_in(self, state: str) -> "Lifecycle":
        """Return the lifecycle as a row goes through it that begins in the state."""
        other = self.instead.get(state)
        if other is None:
            return self
        stages = (
            other if stage.instant_column == other.instant_column else stage
            for stage in self.stages
        )
        return replace(self, stages=tuple(stages))


@dataclass(frozen=True, slots=True)
class Fate:
    """How a row is to end. ``outcome`` None: never. ``at_fraction`` of the last stage, 0 to 1."""

    outcome: str | None
    reasons: tuple[Any, ...] = ()
    at_fraction: float = 1.0
    hook_state: str = "success"
    hook_details: tuple[Mapping[str, str], ...] = ()
