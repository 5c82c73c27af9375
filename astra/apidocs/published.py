"""The operations of the published API, release 24.02: `published.csv` lists method, path and tag."""

import csv
import functools
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("published.csv")


class Published(NamedTuple):
    """One operation of the published document."""

    method: str
    path: str
    tag: str


@functools.cache
def published_operations() -> tuple[Published, ...]:
    """Return the operations, grouped by tag."""
    with FILE.open(newline="") as file:
        return tuple(Published(**row) for row in csv.DictReader(file))


@functools.cache
def published_tags() -> dict[tuple[str, str], str]:
    """Return the tag of each operation, by method and path."""
    return {(item.method, item.path): item.tag for item in published_operations()}
