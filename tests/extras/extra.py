"""What one intended difference says."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Extra:
    """One intended difference. ``where``: a pattern over `METHOD /path/template`.

    ``facts``: patterns over the differing facts of the documents, see ``tests.openapi.facts``; `+` is
    said by ours alone, `-` by the published one alone.
    """

    what: str
    why: str
    problems: tuple[int, ...] = ()
    where: str = "."
    unanswered: tuple[int, ...] = ()
    facts: tuple[str, ...] = ()

    def covers(self, operation: str, number: int) -> bool:
        return number in self.problems and re.search(self.where, operation) is not None
