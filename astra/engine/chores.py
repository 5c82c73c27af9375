"""What the worker does beside settling: each app adds its part when it is ready.

The engine may not import what it does this for.
"""

import uuid
from collections.abc import Callable, Iterable
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


chores: list[Chore] = []
# What makes something that trims, once per worker; it may remember its last look.
trimmers: list[Callable[[], Trim]] = []
