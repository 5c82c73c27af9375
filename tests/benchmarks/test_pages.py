"""The page on performance says what was measured."""

import pytest

from benchmarks.pages import PAGE, between_marks
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
