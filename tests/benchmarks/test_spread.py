"""Medians, their intervals and paired ratios."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.record import Figure, Record
from benchmarks.spread import Spread, paired, spread


def test_of_ten_values_the_interval_leaves_out_one_at_either_end() -> None:
    assert spread([10, 1, 2, 3, 4, 5, 6, 7, 8, 9]) == Spread(5.5, 2, 9)


def test_of_twenty_it_leaves_out_five() -> None:
    assert spread(range(20)) == Spread(9.5, 5, 14)


@pytest.mark.parametrize("count", range(1, 9))
def test_few_values_have_an_interval_from_the_smallest_to_the_largest(count: int) -> None:
    assert spread(range(count)) == Spread((count - 1) / 2, 0, count - 1)


@given(st.lists(st.floats(0.001, 1000), min_size=1, max_size=60))
def test_the_median_lies_in_its_interval(values: list[float]) -> None:
    found = spread(values)
    assert min(values) <= found.low <= found.median <= found.high <= max(values)


def test_ratios_are_taken_round_by_round() -> None:
    # A machine that gets ten times slower changes both, and not their ratio.
    assert paired([100, 10, 1], [200, 20, 2]) == [0.5, 0.5, 0.5]


def test_series_of_different_length_are_no_pairs() -> None:
    with pytest.raises(ValueError, match="shorter"):
        paired([1, 2], [1])


def test_a_ratio_is_the_median_of_the_ratios_and_not_the_ratio_of_the_medians() -> None:
    of, to = Figure("calls", "a", "create"), Figure("calls", "b", "create")
    record = Record(values={of: [1, 20, 3], to: [2, 10, 12]})
    assert record.ratio(of, to) == Spread(0.5, 0.25, 2)


def test_what_was_not_measured_has_no_ratio() -> None:
    of, to = Figure("calls", "a", "create"), Figure("calls", "b", "create")
    assert Record(values={of: [1]}).ratio(of, to) is None


def test_a_record_is_the_same_when_it_is_read_again() -> None:
    record = Record({"calls": "2 cores"})
    for value in (1.5, 2):
        record.note(Figure("calls", "a", "create", connections=16), value)
        record.note(Figure("calls", "a", "create", "p50 in ms", 16), value / 3)
    assert Record.from_json(record.to_json()) == record


def test_a_record_takes_over_the_subjects_of_another_and_keeps_the_rest() -> None:
    calls, gone = Figure("calls", "a", "create"), Figure("calls", "b", "create")
    start = Figure("start", "a", "on new data")
    before = Record({"calls": "old", "start": "old"}, {calls: [1], gone: [1], start: [1]})
    after = before.replaced_by(Record({"calls": "new"}, {calls: [2]}))
    assert after == Record({"calls": "new", "start": "old"}, {calls: [2], start: [1]})
