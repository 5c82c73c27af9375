"""Calls on threads, each with a database connection of its own."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event
from typing import Any

from django.db import connection, connections

from astra.api.clock import real_now

PATIENCE_SECONDS = 60


def at_once(calls: Iterable[Callable[[], Any]]) -> list[Any]:
    """Make the calls on threads that start together; return the answers in the calls' order."""
    calls = list(calls)
    together = Barrier(len(calls), timeout=PATIENCE_SECONDS)

    def run(call: Callable[[], Any]) -> Any:
        together.wait()
        return closing(call)

    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        futures = [pool.submit(run, call) for call in calls]
        return [future.result(PATIENCE_SECONDS) for future in futures]


def waiting(pool: ThreadPoolExecutor, call: Callable[[], Any]) -> Future[Any]:
    """Start the call on a thread; return once it waits for a lock (of this transaction)."""
    deadline = real_now().timestamp() + PATIENCE_SECONDS
    future = pool.submit(closing, call)
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return future
            assert not future.done(), "the call did not wait"
            assert real_now().timestamp() < deadline, "the call neither waited nor ended"
            Event().wait(0.005)


@contextmanager
def blocked(call: Callable[[], Any]) -> Iterator[Future[Any]]:
    """Start the call on a thread of its own, as ``waiting`` does; leave the block when it ended."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        yield waiting(pool, call)


def until(holds: Callable[[], bool]) -> None:
    """Return once something holds."""
    deadline = real_now().timestamp() + PATIENCE_SECONDS
    while not holds():
        assert real_now().timestamp() < deadline, "it never came to that"
        Event().wait(0.001)


def closing(call: Callable[[], Any]) -> Any:
    """Make a call, and close the connections that its thread has to the database."""
    try:
        return call()
    finally:
        connections.close_all()
