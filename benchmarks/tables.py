"""Tables, in Markdown: what is printed is what the documentation has."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.spread import Spread

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column is text, the others are numbers."""

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """Return it aligned, so that it can be read as it is too."""
        lines = [self.headers, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
        return "".join(_line(cells, widths) for cells in (self.headers, rule, *self.rows))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return f"| {' | '.join(padded)} |\n"


def number(value: float) -> str:
    """Return a number with three digits that say something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    decimals = 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:.{decimals}f}"


def cell(found: Spread | None) -> str:
    """Return a median with its interval."""
    if found is None:
        return NOTHING
    if found.low == found.high:
        return number(found.median)
    return f"{number(found.median)} ({number(found.low)} to {number(found.high)})"


def median(found: Spread | None) -> str:
    """Return a median alone."""
    return NOTHING if found is None else number(found.median)
