"""What is written down of rows that reach an end, in the statement that brings them there.

Only of accounts that somebody listens to, so others are settled as if there was none of it. The engine
may not import who tells of it, and how; that registers here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from astra.engine.registry import Registration


@dataclass(frozen=True, slots=True)
class Outbox:
    """What takes in ends. ``listens``: SQL that says whether it does of the account `%(account)s`.

    ``takes`` compiles the named step of a statement that does: from a registration and the name of a
    step before it, which has of each line of history `resource_id`, `sequence`, `from_state`,
    `to_state`, `reason` and `at`.
    """

    listens: str
    takes: Callable[[Registration, str], str]


outboxes: list[Outbox] = []


def listens() -> str:
    """Compile whether anybody listens to the account."""
    return " OR ".join(each.listens for each in outboxes) or "false"


def taking(registration: Registration, steps: str) -> str:
    """Compile the steps of a statement that take in what ends in ``steps``."""
    if not registration.ended_as:
        return ""
    return "".join(f", {each.takes(registration, steps)}" for each in outboxes)
