"""Where this service answers otherwise than the published document of release 24.02, and why.

The one list: ``tests.reference`` complains about every other difference. Each entry says what is
different; those with problem numbers also say on which operations the number may appear although
the published document does not list it there. The list only shrinks.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Extra:
    """One intended difference. ``where``: a pattern over `METHOD /path/template`."""

    what: str
    why: str
    problems: tuple[int, ...] = ()
    where: str = "."

    def covers(self, operation: str, number: int) -> bool:
        return number in self.problems and re.search(self.where, operation) is not None


EXTRAS = (
    Extra(
        "problems 46, 47, 108, 111, 112, 127 on the create of a backup",
        "The catalogue has a number for a snapshot that is unknown, of another app or unfinished,"
        " for an unknown bucket, for no bucket and for an app that is not ready, but lists them on"
        " no operation; a caller learns more from them than from 9.",
        problems=(46, 47, 108, 111, 112, 127),
        where=r"^POST .*/appBackups$",
    ),
    Extra(
        "problem 107 on the create of a backup",
        "Listed on no operation; only a fault rule answers it.",
        problems=(107,),
        where=r"^POST .*/appBackups$",
    ),
    Extra(
        "problems 108, 111 and 112 where a snapshot, a schedule or an app is made or changed",
        "The same causes as on the create of a backup get the same numbers.",
        problems=(108, 111, 112),
        where=r"^(POST|PUT) .*/(appSnaps|schedules|apps|\{schedule_id\}|\{app_id\})$",
    ),
    Extra(
        "problems 46, 74, 75, 76 and 79 where an app is cloned or restored",
        "The catalogue has a number for each source that is missing or of another app, and for a"
        " missing forceUpdate header, but lists them on no operation.",
        problems=(46, 74, 75, 76, 79),
        where=r"^(POST|PUT) .*/apps(/\{app_id\})?$",
    ),
    Extra(
        "problem 57 where a bucket is made or renamed",
        "The catalogue has a number for a bucket that exists, but lists it on no operation.",
        problems=(57,),
        where=r"^(POST|PUT) .*/buckets(/\{bucket_id\})?$",
    ),
    Extra(
        "problems 83 and 84 on the deletion of a bucket",
        "The catalogue has numbers for a bucket in use and a default one; the operation lists no"
        " 409 at all.",
        problems=(83, 84),
        where=r"^DELETE .*/buckets/\{bucket_id\}$",
    ),
    Extra(
        "problem 132 where a schedule is made or renamed",
        "The catalogue has a number for a duplicate schedule, but lists it on no operation.",
        problems=(132,),
        where=r"^(POST|PUT) .*/schedules(/\{schedule_id\})?$",
    ),
    Extra(
        "problem 38 on every PUT",
        "Preconditions are documented in prose for every PUT, but listed on one.",
        problems=(38,),
        where=r"^PUT ",
    ),
    Extra(
        "problems 49, 80 to 105 as the 500 of operations that list none",
        "The catalogue has a number for the failure of most operations.",
        problems=(49, 80, 86, 87, 88, 90, 98, 99, 100, 101, 102, 103, 104, 105),
    ),
    Extra(
        "status 405 with problem 69",
        "The catalogue has the problem, no operation lists it; RFC 9110 asks for it, with Allow.",
        problems=(69,),
    ),
    Extra(
        "status 406 with problem 32",
        "Listed on five operations; an Accept header can rule out every other answer as well.",
        problems=(32,),
    ),
    Extra(
        "status 413 with problem 85",
        "The catalogue has the problem, no operation lists it; a body has a limit.",
        problems=(85,),
    ),
    Extra(
        "status 503 with problems 24 and 41",
        "Listed on no operation; a database out of reach is no fault of the request.",
        problems=(24, 41),
    ),
    Extra(
        "status 500 with problem 34 where an operation lists no 500 of its own",
        "Any operation can fail; the catalogue's general number stands in.",
        problems=(34,),
    ),
    Extra(
        "media type application/json for single instances",
        "Documented in prose only: Accept absent or */* gets application/json.",
    ),
    Extra(
        "version 1.2 of appBackup refused, state deleting never shown",
        "The service speaks the release of the user's document, which has 1.0 and 1.1.",
    ),
    Extra(
        "type and version beside items and metadata in a list",
        "The published examples show them, the published schemas do not declare them.",
    ),
    Extra(
        "rows of include may be equal",
        "The schemas ask for unique items, but two resources can agree in the fields asked for.",
    ),
    Extra(
        "all seven query parameters on every list",
        "The published document declares fewer on some; ASTRA_STRICT_QUERIES refuses the others.",
    ),
    Extra(
        "invalidFields on problems 8, 46, 47, 108, 111 and 143 as well",
        "The user's document shows invalidFields on every 400; problem documents are open.",
    ),
)


def is_extra(operation: str, number: int) -> bool:
    """Tell whether the problem may appear on the operation although it is not listed there."""
    return any(extra.covers(operation, number) for extra in EXTRAS)
