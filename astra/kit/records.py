"""What the control surface answers about accounts, clocks, faults, checkpoints and scenarios.

Each is made from the JSON by `from_json`, which ignores members that it does not know, so that the
client of one version reads the answers of the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self, TypeAlias, TypedDict

Json: TypeAlias = Mapping[str, Any]


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
class Record:
    """An answer; ``document`` is the JSON as it came, with all that there is."""

    document: Json = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Readiness(Record):
    """Whether the service can serve, and if not, why."""

    is_ready: bool
    reasons: tuple[str, ...]

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Return what the JSON says."""
        return cls(
            document=document,
            is_ready=document["status"] == "ready",
            reasons=tuple(document["reasons"]),
        )


@dataclass(frozen=True, slots=True)
class Clock(Record):
    """The clock of an account; ``target`` is where it is going while its status is `advancing`."""

    mode: str
    rate: float
    now: datetime
    status: str
    target: datetime | None = None

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Return what the JSON says."""
        return cls(
            document=document,
            mode=document["mode"],
            rate=document["rate"],
            now=datetime.fromisoformat(document["now"]),
            status=document["status"],
            target=instant_of(document, "target"),
        )


@dataclass(frozen=True, slots=True)
class Event:
    """A resource that changed its state, at an instant of the account's clock."""

    at: datetime
    kind: str
    id: str
    from_state: str
    to_state: str
    reason: str

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Return what the JSON says."""
        return cls(
            at=datetime.fromisoformat(document["at"]),
            kind=document["kind"],
            id=document["id"],
            from_state=document["from"],
            to_state=document["to"],
            reason=document["reason"],
        )


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

    @classmethod
    def from_json(cls, document: Json, *, is_over: bool) -> Self:
        """Return what the JSON says."""
        return cls(
            document=document,
            clock=Clock.from_json(document["clock"]),
            events=tuple(Event.from_json(each) for each in document["events"]),
            event_count=document["eventCount"],
            is_over=is_over,
        )


@dataclass(frozen=True, slots=True)
class Named:
    """Something of an account: its id and its name."""

    id: str
    name: str

    @classmethod
    def all_from_json(cls, items: list[Json]) -> tuple[Self, ...]:
        """Return what the JSON says."""
        return tuple(cls(item["id"], item["name"]) for item in items)


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

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Return what the JSON says."""
        return cls(
            document=document,
            id=document["id"],
            name=document["name"],
            clock=Clock.from_json(document["clock"]),
            scenario=document.get("scenario"),
            token=document.get("token"),
            user_id=document.get("userID"),
            apps=Named.all_from_json(document.get("apps", [])),
            buckets=Named.all_from_json(document.get("buckets", [])),
            expires_at=instant_of(document, "expiresAt"),
        )


@dataclass(frozen=True, slots=True)
class Fault(Record):
    """A fault rule and how often it acted."""

    id: str
    name: str | None
    match: Json
    effect: Json
    hits: int

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Return what the JSON says."""
        return cls(
            document=document,
            id=document["id"],
            name=document.get("name"),
            match=document["match"],
            effect=document["effect"],
            hits=document["hits"],
        )


@dataclass(frozen=True, slots=True)
class Explanation(Record):
    """Whether a rule would act on a call, and if not, why."""

    id: str
    name: str | None
    effect: str
    matches: bool
    reasons: tuple[str, ...]

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Return what the JSON says."""
        return cls(
            document=document,
            id=document["id"],
            name=document.get("name"),
            effect=document["effect"],
            matches=document["matches"],
            reasons=tuple(document["reasons"]),
        )


@dataclass(frozen=True, slots=True)
class Checkpoint(Record):
    """A saved state of an account: ``at`` its instant, ``rows`` how much of each kind there is."""

    name: str
    account_id: str
    at: datetime
    saved_at: datetime
    format_version: int
    rows: Mapping[str, int]

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Return what the JSON says."""
        return cls(
            document=document,
            name=document["name"],
            account_id=document["accountID"],
            at=datetime.fromisoformat(document["at"]),
            saved_at=datetime.fromisoformat(document["savedAt"]),
            format_version=document["formatVersion"],
            rows=document["rows"],
        )


@dataclass(frozen=True, slots=True)
class Scenario(Record):
    """A scenario of the library, with the numbers that can be set and their defaults."""

    name: str
    title: str
    description: str
    parameters: Json
    is_seeded: bool

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Return what the JSON says."""
        return cls(
            document=document,
            name=document["name"],
            title=document["title"],
            description=document["description"],
            parameters=document["parameters"],
            is_seeded=document["isSeeded"],
        )


@dataclass(frozen=True, slots=True)
class SeedReport(Record):
    """What loading a scenario made and kept, by kind; of a preview, what it would."""

    scenario: str
    is_preview: bool
    account_ids: tuple[str, ...]
    created: Mapping[str, int]
    kept: Mapping[str, int]

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Return what the JSON says."""
        counts: Mapping[str, Mapping[str, int]] = document["counts"]
        return cls(
            document=document,
            scenario=document["scenario"],
            is_preview=document["preview"],
            account_ids=tuple(document["accounts"]),
            created={kind: count["create"] for kind, count in counts.items()},
            kept={kind: count["keep"] for kind, count in counts.items()},
        )


def instant_of(document: Json, member: str) -> datetime | None:
    """Return the instant of an optional member."""
    text = document.get(member)
    return None if text is None else datetime.fromisoformat(text)
