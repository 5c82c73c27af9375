"""A ratio knows its aim; tables show what was found, and that something was not."""

import pytest

from benchmarks.plan import Ratio, ratio_table, turned
from benchmarks.record import Figure, Record
from benchmarks.spread import Spread
from benchmarks.tables import Table, cell, number

OF, TO = Figure("calls", "a", "create"), Figure("calls", "b", "create")
COST = "µs of all"


def record(of: list[float], to: list[float]) -> Record:
    return Record(values={OF: of, TO: to})


@pytest.mark.parametrize(
    ("median", "at_least", "at_most", "is_missed"),
    [
        (0.94, 0.95, None, True),
        (0.95, 0.95, None, False),
        (1.2, None, 1.1, True),
        (1.1, None, 1.1, False),
        (9.9, None, None, False),
    ],
)
def test_an_aim_is_missed_by_the_median(
    median: float, at_least: float | None, at_most: float | None, *, is_missed: bool
) -> None:
    ratio = Ratio("create", OF, TO, at_least, at_most)
    assert ratio.is_missed(record([0.01, median, 99], [1, 1, 1])) is is_missed


def test_what_was_not_measured_misses_nothing() -> None:
    assert not Ratio("create", OF, TO, at_least=0.95).is_missed(Record())


def test_costs_are_compared_the_other_way_round() -> None:
    # Half the rate at twice the cost: both say a half.
    found = record([50], [100])
    found.note(Figure("calls", "a", "create", COST), 2000)
    found.note(Figure("calls", "b", "create", COST), 1000)
    ratio = Ratio("create", OF, TO, at_least=0.95, cost=COST)
    table = ratio_table(found, [ratio])
    assert table.rows == [["create", "0.500", "0.500", "at least 0.95, missed"]]


def test_who_is_first_changes_from_round_to_round() -> None:
    assert [list(turned("ab", number)) for number in range(3)] == [
        ["a", "b"],
        ["b", "a"],
        ["a", "b"],
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12345.6, "12,346"),
        (100, "100"),
        (99.94, "99.9"),
        (9.876, "9.88"),
        (0.05, "0.050"),
        (0, "0.000"),
    ],
)
def test_numbers_have_as_many_digits_as_say_something(value: float, text: str) -> None:
    assert number(value) == text


def test_an_interval_of_one_value_is_not_shown() -> None:
    assert [cell(each) for each in (Spread(2, 1, 3), Spread(2, 2, 2), None)] == [
        "2.00 (1.00 to 3.00)",
        "2.00",
        "–",
    ]


def test_a_table_is_aligned() -> None:
    assert Table(["call", "of"], [["create", "1"], ["a", "1,000"]]).markdown() == (
        "| call   |    of |\n| ------ | ----: |\n| create |     1 |\n| a      | 1,000 |\n"
    )
