"""The one injected clock: real time enters the service here and nowhere else.

Simulated time is an account's own matter, see ``astra.accounts.models.Account``; this is the wall
clock underneath. The linter refuses any other way of asking for the time.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import orjson

Clock = Callable[[], datetime]

# No account's clock goes beyond: what is planned there still has a year of four digits.
LAST_INSTANT = datetime(9000, 1, 1, tzinfo=UTC)
TIME_ENDS = f"Time ends at {LAST_INSTANT:%Y-%m-%d}."


def _system_clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 (this is the one place)


_clock: Clock = _system_clock
_seconds: Callable[[], float] = time.monotonic


def real_now() -> datetime:
    """Return the wall-clock instant, in UTC. It may jump: the machine's time can be set."""
    return _clock()


def monotonic_seconds() -> float:
    """Return seconds that only pass, whatever the machine's time is set to: for what lasts."""
    return _seconds()


@contextmanager
def clock_set_to(
    clock: Clock = _system_clock, *, seconds: Callable[[], float] = time.monotonic
) -> Iterator[None]:
    """Use another clock, or other seconds that pass, within the block (tests)."""
    global _clock, _seconds
    previous = _clock, _seconds
    _clock, _seconds = clock, seconds
    try:
        yield
    finally:
        _clock, _seconds = previous


def timestamp(instant: datetime) -> str:
    """Write an instant as the API does: ISO 8601, UTC, microseconds, `Z`."""
    utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    # A third of what Python's own way costs, which is the most of a row in a list.
    text = str(orjson.dumps(utc, option=orjson.OPT_UTC_Z), "ascii")[1:-1]
    return text if utc.microsecond else f"{text[:-1]}.000000Z"


def whole_second(instant: datetime) -> str:
    """Write an instant without its fraction of a second, for what callers parse that way."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
