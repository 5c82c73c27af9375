"""What a run of the benchmarks found: every value of every round, as it is kept in JSON."""

import json
import os
import platform
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

import psutil

from benchmarks.spread import Spread, paired, spread

PER_SECOND = "per second"


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured of what: one value for each round."""

    subject: str
    of: str
    what: str
    unit: str = PER_SECOND
    connections: int = 0


@dataclass(slots=True)
class Record:
    """The figures of a run, in the order in which they were first noted.

    ``circumstances`` say of each subject where and of which revision it was measured.
    """

    circumstances: dict[str, str] = field(default_factory=dict)
    values: dict[Figure, list[float]] = field(default_factory=dict)

    def note(self, figure: Figure, value: float) -> None:
        """Add the value of one more round."""
        self.values.setdefault(figure, []).append(value)

    def spread(self, figure: Figure) -> Spread | None:
        """Return the median of a figure and its interval, None if it was not measured."""
        return spread(found) if (found := self.values.get(figure)) else None

    def ratio(self, of: Figure, to: Figure) -> Spread | None:
        """Return the median of the ratios of each round, None if one of the two is missing."""
        if of not in self.values or to not in self.values:
            return None
        return spread(paired(self.values[of], self.values[to]))

    def figures(self, subject: str) -> Iterator[Figure]:
        """Go through the figures of a subject."""
        return (figure for figure in self.values if figure.subject == subject)

    def replaced_by(self, other: "Record") -> "Record":
        """Return this record with the subjects of another in place of its own."""
        new = {figure.subject for figure in other.values}
        kept = {figure: found for figure, found in self.values.items() if figure.subject not in new}
        return Record(self.circumstances | other.circumstances, kept | other.values)

    def to_json(self) -> str:
        """Return the document that `from_json` reads: a line for each figure."""
        lines = [json.dumps({**asdict(key), "values": found}) for key, found in self.values.items()]
        circumstances = json.dumps(self.circumstances, indent=2)
        figures = ",\n  ".join(lines)
        return f'{{"circumstances": {circumstances},\n "figures": [\n  {figures}]}}\n'

    @classmethod
    def from_json(cls, document: str) -> Self:
        """Read what `to_json` wrote."""
        read = json.loads(document)
        values = [each.pop("values") for each in read["figures"]]
        figures = [Figure(**each) for each in read["figures"]]
        return cls(read["circumstances"], dict(zip(figures, values, strict=True)))


def circumstances(root: Path) -> str:
    """Describe the revision of a checkout and this machine."""
    described = ["git", "describe", "--always", "--dirty"]
    revision = subprocess.check_output(described, cwd=root, text=True).strip()
    gib = round(psutil.virtual_memory().total / 2**30)
    machine = f"{psutil.cpu_count()} cores, {gib} GiB, {platform.system()}"
    python = f"Python {platform.python_version()}"
    # Of one that had other things to do, the figures say less.
    return f"{revision} on {machine}, {python}; load average before {os.getloadavg()[0]:.1f}"
