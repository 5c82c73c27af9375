"""The journal of an account, as values: the calls that it had, and what checking them gave."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

from astra.kit.reading import Json, Value, found
from astra.kit.records import Record


class CallMatch(TypedDict, total=False):
    """What a call of the journal must have; patterns as fault rules have them."""

    method: str
    path: str
    operation: str
    status: int
    problem: int
    fault: str
    body: Any


class Criteria(CallMatch, total=False):
    """What calls are looked for by: beside the call itself, from when on, and until when."""

    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Entry(Record):
    """A call and its answer; ``at`` is the account's instant, ``real_at`` the real one."""

    sequence: int
    at: datetime
    real_at: datetime
    duration_milliseconds: float
    method: str
    path: str
    query: str = field(default="", kw_only=True)
    operation: str | None
    user_id: str | None
    request_headers: Json
    request_body: Any
    status: int | None
    problem: int | None
    response_body: Any
    correlation_id: str | None
    fault_ids: tuple[str, ...]

    def __str__(self) -> str:
        """Return a line for people."""
        path = f"{self.path}?{self.query}" if self.query else self.path
        status = str(self.status) if self.status else "no answer"
        problem = "" if self.problem is None else f" (problem {self.problem})"
        fault = " by a fault rule" if self.fault_ids else ""
        return f"#{self.sequence} {self.method} {path} → {status}{problem}{fault}"


@dataclass(frozen=True, slots=True)
class JournalPage(Record):
    """Calls of the journal; ``total`` match, ``dropped`` were too old or too many to be kept."""

    items: tuple[Entry, ...]
    total: int = field(metadata=found(lambda answer: answer["metadata"]["total"]))
    dropped: int = field(metadata=found(lambda answer: answer["metadata"]["dropped"]))
    cap: int = field(metadata=found(lambda answer: answer["metadata"]["cap"]))


@dataclass(frozen=True, slots=True)
class Near(Value):
    """A call that nearly matched, and why it does not."""

    entry: Entry = field(metadata=found(lambda answer: answer))
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        """Return a line for people."""
        return f"{self.entry} – {' '.join(self.reasons)}"


@dataclass(frozen=True, slots=True, repr=False)
class Verdict(Record):
    """Whether the journal has the calls that were asked for; true in a condition if it has.

    ``count`` is how many match; where an order was asked for, how many came in it.
    """

    verified: bool
    count: int
    reason: str
    nearest: tuple[Near, ...]

    def __bool__(self) -> bool:
        """Return whether it is verified: `assert journal.verify(…)`."""
        return self.verified

    def __repr__(self) -> str:
        """Return what a failed assertion should say."""
        begin = f"{'verified' if self.verified else 'not verified'}: {self.reason}"
        return "\n".join([begin, *(f"  near: {each}" for each in self.nearest)])
