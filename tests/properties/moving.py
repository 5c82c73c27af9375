"""How the clock of a life moves: as it is cut, in one jump, or by several workers at once."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from astra.accounts.models import Account
from astra.api.clock import timestamp
from astra.engine.worker import Worker
from tests.lifecycle.test_at_once import in_thread
from tests.properties.histories import Life, Mover
from tests.properties.operations import Drain, Elapse, Pass, Step


def in_many_moves(reached: list[datetime]) -> Mover:
    """Move as cut; note in ``reached`` the instant at which each move ends."""

    def move(life: Life, how: Any) -> None:
        for way in _ways(life, how):
            life.advance(**way)
        reached.append(life.now())

    return move


def in_one_jump(reached: list[datetime]) -> Mover:
    """Move at once to where the moves of another life have ended."""
    left = iter(reached)

    def move(life: Life, how: Any) -> None:
        life.advance(to=timestamp(next(left)))

    return move


def by_workers(count: int) -> Mover:
    """Leave each move to so many workers at once; they share it barrier by barrier."""

    def move(life: Life, how: Any) -> None:
        for way in _ways(life, how):
            if life.advance(**way, wait=0).status == 202:
                _share(life, count)

    return move


def _ways(life: Life, how: Any) -> Iterator[dict[str, Any]]:
    """Yield the bodies by which the clock is moved."""
    match how:
        case Pass(seconds, cuts):
            start = life.now()
            for cut in [*sorted(cuts), 1.0]:
                yield {"to": timestamp(start + timedelta(seconds=seconds) * cut)}
        case Elapse(seconds):
            yield {"by": f"PT{seconds}S"}
        case Step(count):
            yield from [{"step": True}] * count
        case Drain():
            yield {"drain": True}
        case _:
            raise NotImplementedError(how)


def _share(life: Life, count: int) -> None:
    """Have workers, each on a connection of its own, bring the account to where it is going."""
    together = threading.Barrier(count, timeout=60)
    with ThreadPoolExecutor(count) as threads:
        list(threads.map(in_thread, [lambda: _work(life, together)] * count))


def _work(life: Life, together: threading.Barrier) -> None:
    """Pass again and again until the account has arrived, a barrier at a time."""
    # Asked whether to stop before a pass, and after its first barrier
    stops = cycle([False, True])
    worker = Worker(lambda seconds: next(stops))
    together.wait()
    while Account.objects.filter(id=life.account.id).exclude(clock_target=None).exists():
        worker.advance()
