"""Lists that a caller takes as they were a moment ago, from a replica of the database.

`Cache-Control: max-stale` allows any age, `max-stale=5` one of five seconds (RFC 9111, 5.2.1.2). Without
`ASTRA_REPLICA_URL`, and whenever the replica fails or is older than that, the primary is asked.
"""

import logging
import math
import re
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest

from astra.api.statements import Statement
from astra.database.replica import reading_replica, replica_serves

logger = logging.getLogger(__name__)

T = TypeVar("T")

_MAX_STALE = re.compile(r'max-stale(?:="?([0-9]{1,9})"?)?')
# Of the last commit that it knows; the workers' signs of life are one every other second. NULL where
# it knows none, or is no replica.
_AGE = Statement("""
    SELECT extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8
""")


def accepted_age(request: HttpRequest) -> float | None:
    """Return how many seconds old an answer may be; None: it must not be."""
    said = request.META.get("HTTP_CACHE_CONTROL")
    if said is None or not replica_serves():
        return None
    for directive in said.lower().split(","):
        if found := _MAX_STALE.fullmatch(directive.strip()):
            return math.inf if found[1] is None else float(found[1])
    return None


def read_stale(most_seconds: float, read: Callable[[], T]) -> tuple[T, int] | None:
    """Return what is read from the replica, and its age in seconds; None: the primary is to be asked."""
    try:
        with reading_replica():
            row: Any = _AGE.fetch_one({})
            if row is None or row[0] is None or row[0] > most_seconds:
                return None
            return read(), math.ceil(max(row[0], 0.0))
    except (DatabaseError, InterfaceError) as error:
        logger.warning("the replica fails, the primary is asked: %s", error)
        return None
