"""How long this thread waits for the database: in all, or for each lock alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic


class _Patience(threading.local):
    ends_at: float | None = None
    lock_seconds: float | None = None


_patience = _Patience()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let what is asked of the database within the block take so many seconds of real time in all:
    to wait for a free session, for locks and for answers.

    What is late raises Django's ``OperationalError``, and its transaction is rolled back.
    """
    before, _patience.ends_at = _patience.ends_at, monotonic() + seconds
    try:
        yield
    finally:
        _patience.ends_at = before


def postpone(seconds: float) -> None:
    """Do not count so many seconds, which are spent on something else."""
    if _patience.ends_at is not None:
        _patience.ends_at += seconds


def seconds_left() -> float | None:
    """Return what is left, never less than 0; None: as long as it takes."""
    ends_at = _patience.ends_at
    return None if ends_at is None else max(ends_at - monotonic(), 0.0)


@contextmanager
def locks_within(seconds: float) -> Iterator[None]:
    """Let no lock be waited for longer than so many seconds within the block; work takes its time.

    What is late raises Django's ``OperationalError``. A session that the thread has already goes on as
    it began.
    """
    before, _patience.lock_seconds = _patience.lock_seconds, seconds
    try:
        yield
    finally:
        _patience.lock_seconds = before


def lock_seconds() -> float | None:
    """Return how long each lock is waited for; None: as long as it takes, or as all else may."""
    return _patience.lock_seconds
