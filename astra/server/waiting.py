"""Where requests wait that do nothing for a while: in a line, not each in a thread."""

import heapq
import itertools
import threading
from collections.abc import Callable

from astra.api.clock import monotonic_seconds


class WaitingRoom:
    """Calls things when they are due, each in a thread of its own, which it may keep."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        threading.Thread(target=self._watch, name="waiting", daemon=True).start()

    def enter(self, seconds: float, call: Callable[[], None]) -> None:
        """Have something called in so many seconds."""
        with self._changed:
            heapq.heappush(self._due, (monotonic_seconds() + seconds, next(self._numbers), call))
            self._changed.notify()

    def _watch(self) -> None:
        while True:
            threading.Thread(target=self._next(), daemon=True).start()

    def _next(self) -> Callable[[], None]:
        with self._changed:
            while True:
                left = self._due[0][0] - monotonic_seconds() if self._due else None
                if left is not None and left <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(left)
