"""What the worker does beside settling: each app registers its part when it is ready.

The engine may not import what it does this for.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

# One look at what grows by itself: drops what is too much of it, returns how much that was.
Trim: TypeAlias = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Chore:
    """Something done to single accounts, before what is due in any.

    ``accounts``: those it is to be done to by now. An account that raises is set aside for a while.
    """

    accounts: Callable[[], Iterable[uuid.UUID]]
    act: Callable[[uuid.UUID], None]


_chores: list[Chore] = []
_trimmers: list[Callable[[], Trim]] = []


def register_chore(chore: Chore) -> None:
    """Add a chore of every pass."""
    _chores.append(chore)


def chores() -> Iterator[Chore]:
    """Yield the registered chores."""
    yield from _chores


def register_trimmer(make: Callable[[], Trim]) -> None:
    """Add something that trims; it is made once per worker, and may remember its last look."""
    _trimmers.append(make)


def new_trimmers() -> list[Trim]:
    """Return one of each for a worker."""
    return [make() for make in _trimmers]
