"""Puts what was measured into `docs/performance.md`: the tables of a subject between its marks."""

import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.plan import Subject, ratio_table
from benchmarks.plots import draw
from benchmarks.record import Record
from benchmarks.services import ROOT
from benchmarks.subjects.every import measured

PAGE = ROOT / "docs" / "performance.md"
# Where the page looks for the pictures that `plot` draws.
PICTURES = ROOT / "docs" / "pictures" / "performance"


def written(text: str, record: Record) -> str:
    """Return the page with the tables of what was measured, and all else as it was.

    Raises ``ValueError`` if it has no place for them.
    """
    for subject in measured(record):
        text = between_marks(text, subject.SUBJECT, "\n".join(_parts(record, subject)).strip())
    return text


def between_marks(text: str, name: str, content: str) -> str:
    """Return the text with other content between the marks of that name."""
    begin, end = f"<!-- {name}, by make bench -->", f"<!-- end of {name} -->"
    marked = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not marked.search(text):
        raise ValueError(f"there is no {begin} … {end}")
    return marked.sub(lambda _: f"{begin}\n\n{content}\n\n{end}", text, count=1)


def _parts(record: Record, subject: Subject) -> Iterator[str]:
    if any(subject.panels(record)):
        yield f"![{subject.SUBJECT}]({PICTURES.relative_to(PAGE.parent)}/{subject.SUBJECT}.svg)\n"
    for _, table in subject.tables(record):
        yield table.markdown()
    if ratios := list(subject.ratios(record)):
        yield ratio_table(record, ratios).markdown()
    yield f"Measured: {record.circumstances[subject.SUBJECT]}."


def plot(record: Record, folder: Path) -> None:
    """Draw a picture of each subject that has one."""
    folder.mkdir(parents=True, exist_ok=True)
    for subject in measured(record):
        if panels := list(subject.panels(record)):
            draw(panels, folder / f"{subject.SUBJECT}.svg")
