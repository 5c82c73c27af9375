"""What a run was asked to do, as each subject is told, and what a subject is."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from benchmarks.plots import Panel
from benchmarks.record import Figure, Record
from benchmarks.services import Revision
from benchmarks.spread import Spread
from benchmarks.tables import Table, cell
from benchmarks.targets import Target

T = TypeVar("T")
# 'Kept within 5 %' means: at least this share of another revision.
KEPT = 0.95


@dataclass(frozen=True, slots=True)
class Plan:
    """Revisions and peers to measure, side by side; the first revision is the one to judge."""

    revisions: Sequence[Revision]
    peers: Sequence[Callable[[], Target]]
    connections: Sequence[int]
    rounds: int
    seconds: float
    scale: float = 1.0

    def scaled(self, count: int) -> int:
        """Return how many of what a subject has so many of; fewer, to try something."""
        return max(1, round(count * self.scale))

    def turns(
        self, subject: str, rounds: int | None = None
    ) -> Iterator[tuple[int, Sequence[Revision]]]:
        """Go through the rounds, telling so: each has a number, and its own order of revisions."""
        rounds = self.rounds if rounds is None else rounds
        for number in range(rounds):
            print(f"{subject}: round {number + 1} of {rounds}", file=sys.stderr)
            yield number, turned(self.revisions, number)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Two figures to compare, and what their ratio shall at least, or at most, be.

    ``cost`` is a unit: the same two in it, turned round, say how far another measure agrees.
    """

    name: str
    of: Figure
    to: Figure
    at_least: float | None = None
    at_most: float | None = None
    cost: str = ""

    @property
    def aim(self) -> str:
        """Say what is aimed at, if anything."""
        wanted = {"at least": self.at_least, "at most": self.at_most}
        return " and ".join(f"{how} {limit}" for how, limit in wanted.items() if limit is not None)

    def is_missed(self, record: Record) -> bool:
        """Say whether it was measured, and misses its aim."""
        found = record.ratio(self.of, self.to)
        if found is None:
            return False
        is_low = self.at_least is not None and found.median < self.at_least
        return is_low or (self.at_most is not None and found.median > self.at_most)

    def by_cost(self, record: Record) -> Spread | None:
        """Return the ratio of what the two cost, the second to the first."""
        if not self.cost:
            return None
        return record.ratio(replace(self.to, unit=self.cost), replace(self.of, unit=self.cost))


def ratio_table(record: Record, ratios: Sequence[Ratio]) -> Table:
    """Return the ratios with their aims."""
    rows = [
        [
            ratio.name,
            cell(record.ratio(ratio.of, ratio.to)),
            cell(ratio.by_cost(record)),
            f"{ratio.aim}, missed" if ratio.is_missed(record) else ratio.aim,
        ]
        for ratio in ratios
    ]
    return Table(["ratio", "median (95 %)", "by CPU", "aim"], rows)


class Subject(Protocol):
    """A module of `benchmarks.subjects`."""

    SUBJECT: str

    def measure(self, record: Record, plan: Plan) -> None:
        """Note figures under its name, in each round one value of each."""

    def tables(self, record: Record) -> Iterator[tuple[str, Table]]:
        """Tell what was found, in tables with a name each."""

    def ratios(self, record: Record) -> Iterator[Ratio]:
        """Compare what was found."""

    def panels(self, record: Record) -> Iterator[Panel]:
        """Show what was found, in a picture."""


def turned(items: Sequence[T], number: int) -> Sequence[T]:
    """Return them in the order of a round: who is first, changes, so drifts do not add up."""
    return items if number % 2 == 0 else items[::-1]
