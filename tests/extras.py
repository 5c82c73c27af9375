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
