"""Whatever happens in an account, its history does not depend on how its clock is moved, by how many
workers, or on what was undone; and the same requests get the same answers, byte for byte.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from itertools import zip_longest
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings

from tests.properties.histories import BECAME, LIMITS, Answer, Mover, Outcome, new_life
from tests.properties.moving import by_workers, in_many_moves, in_one_jump
from tests.properties.operations import EVENTFUL, Operation, operations

# A history that fails is short already: to shrink and explain it would take minutes.
histories = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
)
# What must have happened over the examples of a property, or it says nothing.
EVENTS = {
    "scheduled",
    "cloned",
    *(f"became {state}" for _, state in BECAME),
    "hooked",
    "read",
    "let go",
    "deleted by hand",
    "refused",
    "cut off",
    *(f"hit by {name}" for name in LIMITS),
}


def lived(happening: list[Operation], move: Mover, seen: Counter[str]) -> Outcome:
    """Live it in a new account; return what came of it."""
    with new_life(move) as here:
        here.live(happening)
        here.look()
        seen.update(here.events())
        return here.outcome()


def same(one: Outcome, other: Outcome) -> None:
    """Assert that nothing differs; what does first is shown, all of it would take minutes."""
    parts: Iterable[Any] = zip(one, other, strict=True)
    for some, others in parts:
        differing = (pair for pair in zip_longest(some, others) if pair[0] != pair[1])
        assert next(differing, None) is None


def in_order(outcome: Outcome) -> None:
    """Assert that the steps of each resource follow one another, in state and time."""
    for one, other in zip(outcome.history, outcome.history[1:], strict=False):
        if one[:2] == other[:2]:
            assert (other[2], other[3]) == (one[2] + 1, one[4])
            assert other[6] >= one[6]


@pytest.mark.django_db
def test_one_jump_and_many_moves_make_the_same_history() -> None:
    seen: Counter[str] = Counter()

    @histories
    @example(happening=EVENTFUL)
    @given(happening=operations())
    def holds(happening: list[Operation]) -> None:
        reached: list[datetime] = []
        walked = lived(happening, in_many_moves(reached), seen)
        jumped = lived(happening, in_one_jump(reached), seen)
        same(jumped, walked)
        in_order(walked)

    holds()
    assert set(+seen) == EVENTS


@pytest.mark.django_db(transaction=True)
def test_one_worker_and_two_make_the_same_history(caplog: pytest.LogCaptureFixture) -> None:
    seen: Counter[str] = Counter()

    @histories
    @example(happening=EVENTFUL)
    @given(happening=operations())
    def holds(happening: list[Operation]) -> None:
        one, two = (lived(happening, by_workers(count), seen) for count in (1, 2))
        same(two, one)
        # What is tried again after an error shows nowhere else
        assert not [each for each in caplog.records if each.name == "astra.engine.worker"]

    holds()
    assert set(+seen) == EVENTS | {"left to workers"}


@pytest.mark.django_db
def test_after_a_restore_the_same_happens_as_after_the_save() -> None:
    seen: Counter[str] = Counter()

    @histories
    @example(before=EVENTFUL[:15], after=EVENTFUL[15:])
    @given(before=operations(rounds=1), after=operations(rounds=2))
    def holds(before: list[Operation], after: list[Operation]) -> None:
        with new_life(in_many_moves([])) as here:
            here.live(before)
            seen.update(here.events())
            saved = here.outcome()
            here.ask_control("POST", "checkpoints", {"name": "here"})

            def go_on() -> tuple[Outcome, list[Answer]]:
                here.answers, here.moves = [], []
                here.live(after)
                here.look()
                return here.outcome(), here.moves

            first, first_moves = go_on()
            seen.update(here.events())
            here.ask_control("POST", "checkpoints/here/restore")
            restored = here.outcome()
            assert (restored.history, restored.rows) == (saved.history, saved.rows)
            again, moves = go_on()
            same(again, first)
            assert moves == first_moves

    holds()
    assert set(+seen) == EVENTS


@pytest.mark.django_db
def test_the_same_seed_and_requests_get_the_same_bytes() -> None:
    seen: Counter[str] = Counter()

    @histories
    @example(happening=EVENTFUL)
    @given(happening=operations())
    def holds(happening: list[Operation]) -> None:
        played = []
        for _ in range(2):
            with new_life(in_many_moves([])) as here:
                here.live(happening)
                here.look()
                seen.update(here.events())
                played.append((here.outcome(), here.moves))
        (first, first_moves), (second, second_moves) = played
        same(second, first)
        assert second_moves == first_moves

    holds()
    assert set(+seen) == EVENTS
