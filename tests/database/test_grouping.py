"""What threads want at the same time is asked in one go, and each gets what it would get alone."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Event

import psycopg
import pytest
from django.db import IntegrityError, OperationalError

from astra.database import grouping
from astra.database.grouping import Grouped
from astra.database.patience import within
from astra.database.sessions import Late
from tests.threads import PATIENCE_SECONDS, until

# What is asked for, of which key, in one go.
Asked = list[tuple[str, list[int]]]


class Question:
    """Answers a number with its tenfold; 1 and 2 when they are let, 13 never."""

    def __init__(self) -> None:
        self.asked: Asked = []
        self.is_begun = {1: Event(), 2: Event()}
        self.may_answer = {1: Event(), 2: Event()}
        self.may_answer[2].set()
        self.failure: Callable[[], Exception] = IntegrityError
        self.grouped: Grouped[int, int] = Grouped(self.answer)

    def answer(self, key: str, numbers: Sequence[int]) -> Sequence[int]:
        self.asked.append((key, list(numbers)))
        if (first := numbers[0]) in self.is_begun:
            self.is_begun[first].set()
            wait_for(self.may_answer[first])
        if 13 in numbers:
            raise self.failure()
        return [10 * each for each in numbers]

    def has_waiting(self, many: int) -> bool:
        return len(self.grouped._lines["a"].waiting) == many


def wait_for(event: Event) -> None:
    assert event.wait(PATIENCE_SECONDS)


@pytest.fixture
def question() -> Question:
    return Question()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=8) as made:
        yield made


@pytest.fixture(autouse=True)
def nobody_goes_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "LONGEST_SECONDS", PATIENCE_SECONDS)


def refused() -> Exception:
    """What Django makes of the server's refusal."""
    error = IntegrityError("refused")
    error.__cause__ = psycopg.errors.UniqueViolation("refused")
    return error


def lost() -> Exception:
    error = OperationalError("lost")
    error.__cause__ = psycopg.OperationalError("lost")
    return error


def queue(
    pool: ThreadPoolExecutor, question: Question, *calls: Callable[[], int]
) -> list[Future[int]]:
    """Have 1 asked, and what comes meanwhile, in this order; return what they get."""
    futures = [pool.submit(question.grouped.ask, "a", 1)]
    wait_for(question.is_begun[1])
    for place, call in enumerate(calls, start=1):
        futures.append(pool.submit(call))
        until(partial(question.has_waiting, place))
    question.may_answer[1].set()
    return futures


def asking(question: Question, *numbers: int) -> list[Callable[[], int]]:
    return [partial(question.grouped.ask, "a", each) for each in numbers]


def test_who_comes_alone_asks_at_once_and_for_itself(question: Question) -> None:
    question.may_answer[1].set()
    assert [question.grouped.ask("a", each) for each in (1, 2)] == [10, 20]
    assert question.asked == [("a", [1]), ("a", [2])]
    assert not question.grouped._lines


def test_who_comes_while_one_asks_is_asked_for_with_the_others(
    question: Question, pool: ThreadPoolExecutor
) -> None:
    futures = queue(pool, question, *asking(question, 2, 3, 4))
    assert [each.result(PATIENCE_SECONDS) for each in futures] == [10, 20, 30, 40]
    assert question.asked == [("a", [1]), ("a", [2, 3, 4])]
    assert not question.grouped._lines


def test_what_has_another_key_does_not_wait(question: Question, pool: ThreadPoolExecutor) -> None:
    first = pool.submit(question.grouped.ask, "a", 1)
    wait_for(question.is_begun[1])
    assert question.grouped.ask("b", 2) == 20
    question.may_answer[1].set()
    assert first.result(PATIENCE_SECONDS) == 10


def test_what_the_server_refuses_is_refused_to_its_cause_alone(
    question: Question, pool: ThreadPoolExecutor
) -> None:
    question.failure = refused
    first, *others = queue(pool, question, *asking(question, 2, 13, 4))
    assert first.result(PATIENCE_SECONDS) == 10
    assert isinstance(others[1].exception(PATIENCE_SECONDS), IntegrityError)
    assert [others[0].result(PATIENCE_SECONDS), others[2].result(PATIENCE_SECONDS)] == [20, 40]
    assert question.asked[1] == ("a", [2, 13, 4])
    assert sorted(question.asked[2:]) == [("a", [2]), ("a", [4]), ("a", [13])]


def test_a_lost_server_is_lost_to_all_and_nothing_is_asked_twice(
    question: Question, pool: ThreadPoolExecutor
) -> None:
    """What was asked may have been done."""
    question.failure = lost
    _, *others = queue(pool, question, *asking(question, 2, 13, 4))
    errors = [each.exception(PATIENCE_SECONDS) for each in others]
    assert [type(each) for each in errors] == [OperationalError] * 3
    assert [type(each and each.__cause__) for each in errors] == [psycopg.OperationalError] * 3
    assert question.asked == [("a", [1]), ("a", [2, 13, 4])]


def test_who_was_held_up_long_enough_asks_beside_it_for_all_that_wait(
    question: Question, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "LONGEST_SECONDS", 0.01)
    first = pool.submit(question.grouped.ask, "a", 1)
    wait_for(question.is_begun[1])
    assert question.grouped.ask("a", 2) == 20
    question.may_answer[1].set()
    assert first.result(PATIENCE_SECONDS) == 10
    assert not question.grouped._lines


def test_nobody_waits_longer_than_it_may(
    question: Question, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even for whoever asks for it, and may wait longer."""
    hurried = threading.local()

    def left() -> float | None:
        if not hasattr(hurried, "call"):
            return None
        wait_for(question.is_begun[2])
        return 0.0

    def hurry() -> int:
        hurried.call = True
        return question.grouped.ask("a", 3)

    monkeypatch.setattr(grouping, "seconds_left", left)
    question.may_answer[2].clear()
    first, second, late = queue(pool, question, *asking(question, 2), hurry)
    error = late.exception(PATIENCE_SECONDS)
    assert isinstance(error and error.__cause__, Late)
    question.may_answer[2].set()
    assert [each.result(PATIENCE_SECONDS) for each in (first, second)] == [10, 20]
    assert question.asked == [("a", [1]), ("a", [2, 3])]


def test_who_goes_ahead_of_who_came_before_asks_for_that_too(
    question: Question, pool: ThreadPoolExecutor
) -> None:
    held_up = pool.submit(question.grouped.ask, "a", 1)
    wait_for(question.is_begun[1])
    before = pool.submit(question.grouped.ask, "a", 3)
    until(partial(question.has_waiting, 1))

    def ask() -> int:
        with within(0.01):
            return question.grouped.ask("a", 4)

    ahead = pool.submit(ask)
    assert [each.result(PATIENCE_SECONDS) for each in (ahead, before)] == [40, 30]
    question.may_answer[1].set()
    assert held_up.result(PATIENCE_SECONDS) == 10
    assert question.asked == [("a", [1]), ("a", [4, 3])]
