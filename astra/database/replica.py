"""Which database a thread reads: the primary, or for a moment its replica, if there is one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections

from astra.database.patience import seconds_left, within

ALIAS = "replica"
# A replica is no reason to wait for long: the primary answers too.
_PATIENCE_SECONDS = 2.0
_REST_SECONDS = 5.0


class _Reading(threading.local):
    alias = DEFAULT_DB_ALIAS


_reading = _Reading()
_rests_until = 0.0


def alias_read() -> str:
    """Return Django's alias of the database that this thread reads."""
    return _reading.alias


def replica_serves() -> bool:
    """Tell whether there is a replica, and it did not fail a moment ago."""
    return ALIAS in connections.settings and monotonic() >= _rests_until


@contextmanager
def reading_replica() -> Iterator[None]:
    """Have what is asked within the block answered by the replica; nothing may be written there.

    Where that raises one of Django's database errors, the replica is left alone for a while.
    """
    global _rests_until  # noqa: PLW0603 - of all threads
    left = seconds_left()
    _reading.alias = ALIAS
    try:
        with within(_PATIENCE_SECONDS if left is None else min(left, _PATIENCE_SECONDS)):
            yield
    except (DatabaseError, InterfaceError):
        _rests_until = monotonic() + _REST_SECONDS
        raise
    finally:
        _reading.alias = DEFAULT_DB_ALIAS
