"""What is wrong is found: the judge of the crashes, judged."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest

from tests.server.crash import checking
from tests.server.crash.checking import Histories, Step
from tests.server.crash.ledger import KINDS, Ledger

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def steps(*way: str, at: datetime = START) -> list[Step]:
    return [
        Step(number, before, after, at)
        for number, (before, after) in enumerate(zip(["", *way], way, strict=False))
    ]


def faults(history: list[Step], row: list[Any] | None) -> list[str]:
    histories: Histories = {kind: {} for kind in KINDS}
    histories["appBackup"]["b"] = history
    rows: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    if row is not None:
        rows["appBackup"]["b"] = ["name", *row]
    return list(checking._of_histories(histories, rows))


def test_a_history_as_it_should_be() -> None:
    assert faults(steps("pending", "discovering"), ["discovering", 2]) == []
    assert faults(steps("pending", "discovering", "deleted"), None) == []


@pytest.mark.parametrize(
    ("history", "row", "said"),
    [
        (steps("pending", "discovering", "running")[::2], ["running", 2], "gap"),
        ([*steps("pending"), Step(1, "running", "completed", START)], ["completed", 2], "was not"),
        (steps("pending", "completed"), ["completed", 2], "there is not"),
        (steps("pending", "failed"), ["failed", 2], "there is not"),
        (
            [*steps("pending"), *steps("pending", "discovering", at=START - MINUTE)[1:]],
            ["discovering", 2],
            "back in time",
        ),
        (steps("pending"), None, "is None"),
        (steps("pending"), ["running", 1], "is ['name', 'running', 1]"),
        (steps("pending", "discovering", "deleted"), ["discovering", 2], "and its history"),
    ],
)
def test_a_history_that_cannot_be(history: list[Step], row: list[Any] | None, said: str) -> None:
    (fault,) = faults(history, row)
    assert said in fault


def test_a_half_pair() -> None:
    histories: Histories = {"appBackup": {"b": steps("pending")}, "appSnap": {}}
    assert "backups alone" in next(checking._of_pairs(histories, set()))
    histories["appSnap"] = {"s": steps("pending"), "own": steps("pending", at=START + MINUTE)}
    assert list(checking._of_pairs(histories, {"own"})) == []
    assert "snapshots alone" in next(checking._of_pairs(histories, set()))


@pytest.mark.parametrize(("minutes", "said"), [([1], "missing"), ([1, 2, 2], "too many")])
def test_a_schedule_with_a_gap_or_a_double(minutes: list[int], said: str) -> None:
    def fired(minutes: list[int]) -> list[str]:
        backups = {
            str(number): steps("pending", at=START + minute * MINUTE)
            for number, minute in enumerate(minutes)
        }
        backups["of a client"] = steps("pending")
        schedule = [(START + MINUTE / 2, START + 3 * MINUTE)]
        return list(checking._of_firings(backups, {"of a client"}, schedule, MINUTE))

    assert fired([1, 2]) == []
    (fault,) = fired(minutes)
    assert said in fault


def learn(ledger: Ledger, found: dict[str, str]) -> None:
    ledger.learn({"appBackup": found, "appSnap": {}}, {kind: set() for kind in KINDS})


def test_a_client_knows_what_was_lost_and_what_came_back() -> None:
    ledger = Ledger("c", StringIO())
    rows = ledger.rows["appBackup"]
    rows.there = {"1": "c-1", "2": "c-2"}
    rows.doubtful_ids, rows.doubtful_names = {"2"}, {"c-3"}
    learn(ledger, {"1": "c-1", "3": "c-3"})
    assert ledger.faults == []
    learn(ledger, {"2": "c-2", "3": "c-3"})
    assert ledger.faults == [
        "c-1 (1) was acknowledged and is not there",
        "c-2 (2) is there and was never made, or was deleted",
    ]


def test_a_restore_that_was_not_answered_is_done_as_a_whole_or_not_at_all() -> None:
    ledger = Ledger("c", StringIO())
    ledger.rows["appBackup"].there = {"1": "c-1"}
    ledger.saved("before")
    ledger.rows["appBackup"].there = {"2": "c-2"}
    for found, count in (({"2": "c-2"}, 0), ({"1": "c-1"}, 0), ({"1": "c-1", "2": "c-2"}, 1)):
        ledger.is_restore_doubtful = True
        learn(ledger, found)
        assert len(ledger.faults) == count
