"""So many calls about one account are at work; the others wait in order, and not for ever."""

import dataclasses
from contextlib import ExitStack
from typing import Any

import pytest

from astra.api.problems import SERVICE_UNAVAILABLE, ApiProblem
from astra.api.turns import Turns, turn_of_control
from astra.database.patience import seconds_left, within
from tests.threads import at_once


def refused(turns: Turns, key: str) -> bool:
    try:
        turns.enter(key)
    except ApiProblem as problem:
        assert (problem.type, problem.headers) == (SERVICE_UNAVAILABLE, {"Retry-After": "1"})
        return True
    return False


def test_a_key_has_so_many_turns_and_the_others_have_theirs() -> None:
    turns = Turns(most=2, most_waiting=0)
    assert [refused(turns, "a") for _ in range(3)] == [False, False, True]
    assert not refused(turns, "b")
    turns.leave("a")
    assert [refused(turns, "a") for _ in range(2)] == [False, True]


def test_who_may_not_wait_longer_is_refused_and_leaves_the_line() -> None:
    turns = Turns(most=1, most_waiting=9)
    with turns.turn("a"), within(0.01):
        assert refused(turns, "a")
    assert not refused(turns, "a")


def test_a_control_call_waits_for_its_turn_so_long(settings: Any) -> None:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, control_seconds=0.01)
    with ExitStack() as turns:
        for _ in range(4):
            turns.enter_context(turn_of_control("a"))
        with pytest.raises(ApiProblem) as refusal, turn_of_control("a"):
            pass
        assert refusal.value.type == SERVICE_UNAVAILABLE
        with turn_of_control("b"):
            assert seconds_left() is None


def test_whoever_waits_is_called_and_never_more_than_may_be_at_work() -> None:
    turns = Turns(most=2, most_waiting=20)
    at_work: list[int] = []
    most: list[int] = []

    def call() -> None:
        for _ in range(20):
            with turns.turn("a"):
                at_work.append(1)
                most.append(len(at_work))
                at_work.pop()

    at_once([call] * 8)
    assert len(most) == 160
    assert max(most) <= 2
    assert not at_work
    assert [refused(Turns(most=1, most_waiting=0), "a")] == [False]


def test_a_turn_ends_with_what_it_was_for() -> None:
    turns = Turns(most=1, most_waiting=0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), turns.turn("a"):
            raise ZeroDivisionError
