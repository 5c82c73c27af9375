"""The journal of an account, as values: the calls that it had, and what checking them gave."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, TypedDict

from astra.kit.records import Json, Record


class CallMatch(TypedDict, total=False):
    """What a call of the journal must have; patterns as fault rules have them."""

    method: str
    path: str
    operation: str
    status: int
    problem: int
    fault: str
    body: Any


@dataclass(frozen=True, slots=True)
class Entry(Record):
    """A call and its answer; ``at`` is the account's instant, ``real_at`` the real one."""

    sequence: int
    at: datetime
    real_at: datetime
    duration_milliseconds: float
    method: str
    path: str
    query: str
    operation: str | None
    user_id: str | None
    request_headers: Json
    request_body: Any
    status: int | None
    problem: int | None
    response_body: Any
    correlation_id: str | None
    fault_ids: tuple[str, ...]

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Return what the JSON says."""
        return cls(
            document=document,
            sequence=document["sequence"],
            at=datetime.fromisoformat(document["at"]),
            real_at=datetime.fromisoformat(document["realAt"]),
            duration_milliseconds=document["durationMilliseconds"],
            method=document["method"],
            path=document["path"],
            query=document.get("query", ""),
            operation=document.get("operation"),
            user_id=document.get("userID"),
            request_headers=document.get("requestHeaders", {}),
            request_body=document.get("requestBody"),
            status=document.get("status"),
            problem=document.get("problem"),
            response_body=document.get("responseBody"),
            correlation_id=document.get("correlationID"),
            fault_ids=tuple(document.get("faultIDs", ())),
        )

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
    total: int
    dropped: int
    cap: int

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Return what the JSON says."""
        metadata = document["metadata"]
        return cls(
            document=document,
            items=tuple(Entry.from_json(item) for item in document["items"]),
            total=metadata["total"],
            dropped=metadata["dropped"],
            cap=metadata["cap"],
        )


@dataclass(frozen=True, slots=True)
class Near:
    """A call that nearly matched, and why it does not."""

    entry: Entry
    reasons: tuple[str, ...]

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Return what the JSON says."""
        return cls(Entry.from_json(document), tuple(document["reasons"]))

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

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Return what the JSON says."""
        return cls(
            document=document,
            verified=document["verified"],
            count=document["count"],
            reason=document["reason"],
            nearest=tuple(Near.from_json(each) for each in document["nearest"]),
        )

    def __bool__(self) -> bool:
        """Return whether it is verified: `assert journal.verify(…)`."""
        return self.verified

    def __repr__(self) -> str:
        """Return what a failed assertion should say."""
        begin = f"{'verified' if self.verified else 'not verified'}: {self.reason}"
        return "\n".join([begin, *(f"  near: {each}" for each in self.nearest)])
