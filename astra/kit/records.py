"""What the control surface is told, and what it answers, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

from .reading import Json, Value, found


class FaultMatch(TypedDict, total=False):
    """What a fault rule matches; everything, if it says nothing."""

    operation: str
    method: str
    path: str
    app: str
    bucket: str
    name: str
    every: int
    next: int
    probability: float
    until: str


class ClockSetting(TypedDict, total=False):
    """The clock that an account starts with; `rate` is for `scaled`, `now` not for `real`."""

    mode: str
    rate: float
    now: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Value):
    """An answer; ``document`` is the JSON as it came, with all that there is."""

    document: Json = field(repr=False, compare=False, metadata=found(lambda answer: answer))


@dataclass(frozen=True, slots=True)
class Readiness(Record):
    """Whether the service can serve, and if not, why."""

    is_ready: bool = field(metadata=found(lambda answer: answer["status"] == "ready"))
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clock(Record):
    """The clock of an account; ``target`` is where it is going while its status is `advancing`."""

    mode: str
    rate: float
    now: datetime
    status: str
    target: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event(Value):
    """A resource that changed its state, at an instant of the account's clock."""

    at: datetime
    kind: str
    id: str
    from_state: str = field(metadata=found(lambda answer: answer["from"]))
    to_state: str = field(metadata=found(lambda answer: answer["to"]))
    reason: str


@dataclass(frozen=True, slots=True)
class Move(Record):
    """What happened while a clock moved, in order.

    ``event_count`` may be more than there are events here. A move that is not over is carried on by
    the service; `ClockControls.wait` waits for its end.
    """

    clock: Clock
    events: tuple[Event, ...]
    event_count: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class Named(Value):
    """Something of an account: its id and its name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Account(Record):
    """An account. The token is there in the answer to `new` alone; lists have no apps, no buckets."""

    id: str
    name: str
    clock: Clock
    scenario: str | None = None
    token: str | None = None
    user_id: str | None = None
    apps: tuple[Named, ...] = ()
    buckets: tuple[Named, ...] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Token(Record):
    """A token of a user, in clear: this answer alone has it."""

    id: str
    token: str
    user_id: str
    email: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reset(Record):
    """The accounts that a reset of the service put back, made again because they were gone, deleted."""

    reset: tuple[Named, ...]
    made: tuple[Named, ...]
    deleted: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Fault(Record):
    """A fault rule and how often it acted."""

    id: str
    name: str | None
    match: Json
    effect: Json
    hits: int
    is_enabled: bool = field(metadata=found(lambda answer: answer["enabled"]))


@dataclass(frozen=True, slots=True)
class Webhook(Record):
    """Who is called when something ends: ``waiting`` ends are to be told, ``dropped`` were given up.

    The secret is there in the answer to `set` alone; the next attempt is told in real time.
    """

    url: str
    waiting: int
    dropped: int
    secret: str | None = field(default=None, repr=False)
    next_attempt_at: datetime | None = None
    last_error: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation(Record):
    """Whether a rule would act on a call, and if not, why."""

    id: str
    name: str | None
    effect: str
    matches: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint(Record):
    """A saved state of an account: ``at`` its instant, ``rows`` how much of each kind there is."""

    name: str
    account_id: str
    at: datetime
    saved_at: datetime
    format_version: int
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Scenario(Record):
    """A scenario of the library, with the numbers that can be set and their defaults."""

    name: str
    title: str
    description: str
    parameters: Json
    is_seeded: bool


@dataclass(frozen=True, slots=True)
class SeedReport(Record):
    """What loading a scenario made and kept, by kind; of a preview, what it would."""

    scenario: str
    is_preview: bool = field(metadata=found(lambda answer: answer["preview"]))
    account_ids: tuple[str, ...] = field(metadata=found(lambda answer: answer["accounts"]))
    created: Mapping[str, int] = field(metadata=found(lambda answer: _counted(answer, "create")))
    kept: Mapping[str, int] = field(metadata=found(lambda answer: _counted(answer, "keep")))


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


def _counted(answer: Json, what: str) -> dict[str, int]:
    return {kind: count[what] for kind, count in answer["counts"].items()}
