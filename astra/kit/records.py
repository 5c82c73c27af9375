"""What the control surface answers about accounts, clocks, faults, checkpoints and scenarios."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict

from astra.kit.reading import Json, Value, found


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
class Fault(Record):
    """A fault rule and how often it acted."""

    id: str
    name: str | None
    match: Json
    effect: Json
    hits: int


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


def _counted(answer: Json, what: str) -> dict[str, int]:
    return {kind: count[what] for kind, count in answer["counts"].items()}
