"""The page on performance says what was measured."""

import pytest

from benchmarks.pages import PAGE, between_marks, written
from benchmarks.peers.servers import PRISM
from benchmarks.record import Figure, Record
from benchmarks.services import THIS
from benchmarks.subjects.every import SUBJECTS

TEXT = "before\n<!-- calls, by make bench -->\n\nold\n\n<!-- end of calls -->\nafter\n"


def test_what_lies_between_the_marks_is_replaced_and_nothing_else() -> None:
    replaced = between_marks(TEXT, "calls", r"new \1")
    assert replaced == TEXT.replace("old", r"new \1")
    assert between_marks(replaced, "calls", "old") == TEXT


def test_a_page_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="start, by make bench"):
        between_marks(TEXT, "start", "new")


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_page_has_a_place_for_whatever_can_be_measured(name: str) -> None:
    assert "new" in between_marks(PAGE.read_text(), name, "new")


def test_a_page_shows_what_was_measured_with_its_ratios_and_nothing_twice() -> None:
    record = Record({"calls": "here"})
    for of, what, rate, cost in (
        (THIS, "floor", 1000, 100),
        (THIS, "create", 150, 800),
        (PRISM, "create", 300, 400),
        (THIS, "retrieve", 500, 300),
        (THIS, "list", 200, 900),
    ):
        record.note(Figure("calls", of, what, connections=16), rate)
        record.note(Figure("calls", of, what, "µs of all", 16), cost)
    page = written(TEXT, record)
    shown = {" ".join(line.split()) for line in page.splitlines()}
    assert shown >= {
        "![calls](pictures/performance/calls.svg)",
        f"| create | 16 | {PRISM} | 300 | – | – | 400 |",
        "| create of the floor, 16 connections | 0.150 | 0.125 | at least 0.16, missed |",
        f"| create to {PRISM}, 16 connections | 0.500 | 0.500 | |",
        "| list to retrieve, 16 connections | 0.400 | 0.333 | |",
        "Measured: here.",
    }
    assert written(page, record) == page
