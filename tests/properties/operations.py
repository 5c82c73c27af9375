"""What may happen in a history, and the strategies that choose of it."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hypothesis import strategies as st


@dataclass(frozen=True)
class Create:
    """A backup, snapshot or schedule of that app is asked for, with these members."""

    what: str
    app: int
    members: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Replace:
    """The schedule of that number is replaced."""

    app: int
    number: int
    members: dict[str, Any]


@dataclass(frozen=True)
class Clone:
    """The app, or its backup or snapshot of that number, is made a new app."""

    source: str
    app: int
    number: int = 0


@dataclass(frozen=True)
class Restore:
    """The app is restored in place from its backup of that number."""

    app: int
    number: int


@dataclass(frozen=True)
class Replicate:
    """The app is replicated to the other cluster."""

    app: int


@dataclass(frozen=True)
class Steer:
    """Something is desired of the mirror of that number, perhaps the other way round."""

    number: int
    desired: str
    swapped: bool = False


@dataclass(frozen=True)
class Hook:
    """The app gets a hook that runs around the action."""

    app: int
    action: str


@dataclass(frozen=True)
class Read:
    """The owner has read the notification of that number, if any is unread."""

    number: int


@dataclass(frozen=True)
class Delete:
    """The backup, snapshot, schedule, hook, mirror or rule of that number is deleted, if there is any."""

    what: str
    app: int
    number: int


@dataclass(frozen=True)
class Rule:
    """A fault rule is added; for one app, if a number is given."""

    effect: dict[str, Any]
    match: dict[str, Any]
    app: int | None = None

    def body(self, apps: list[str]) -> dict[str, Any]:
        match = self.match | ({} if self.app is None else {"app": apps[self.app]})
        return {"match": match, "effect": self.effect}


@dataclass(frozen=True)
class Look:
    """Everything is read."""


@dataclass(frozen=True)
class Pass:
    """So much time passes, in one move or in many: cut at these fractions of it."""

    seconds: int
    cuts: tuple[float, ...]


@dataclass(frozen=True)
class Elapse:
    """So much time passes, at once."""

    seconds: int


@dataclass(frozen=True)
class Step:
    """The clock moves to the next thing due, so many times."""

    count: int


@dataclass(frozen=True)
class Drain:
    """The clock moves until nothing that exists is under way."""


Move: TypeAlias = Pass | Elapse | Step | Drain
Operation: TypeAlias = (
    Create
    | Clone
    | Restore
    | Replicate
    | Steer
    | Hook
    | Read
    | Replace
    | Delete
    | Rule
    | Look
    | Move
)

HALF_HOURLY = "DTSTART:20220512T000500Z\nRRULE:FREQ=MINUTELY;INTERVAL=30"
DETAIL = {"type": "https://example.com/hook", "title": "Freeze failed", "detail": "Exit code 1."}
FATES = (
    {"type": "backup-fail", "at": 0.5, "reasons": ["Disk full."]},
    {"type": "backup-fail", "hookDetails": [DETAIL]},
    {"type": "backup-remove", "at": 0.0},
    {"type": "backup-unknown"},
    {"type": "backup-never-ends"},
    {"type": "hooks-fail", "details": [DETAIL]},
    {"type": "snapshot-fail", "at": 0.7, "reasons": ["Quiesce."]},
    {"type": "app-fail", "at": 0.5},
    {"type": "mirror-hangs"},
    {"type": "transfer-fail"},
    {"type": "failover-hooks-fail", "details": [DETAIL]},
)
# These meet writes alone: who cannot list has nothing to choose from.
REFUSALS = (
    {"type": "refuse", "problem": 107},
    {"type": "status", "status": 503, "retryAfter": 7},
    {"type": "drop-connection", "when": "after"},
)
WHAT = ("appBackups", "appSnaps", "schedules", "executionHooks", "k8s/v1/appMirrors", "faults")
ACTIONS = ("snapshot", "backup", "restore", "failover")

# What an app is cloned from or restored from, and how a body names it.
SOURCES = {"apps": "sourceAppID", "appBackups": "backupID", "appSnaps": "snapshotID"}

_apps = st.integers(0, 1)
_limits: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "every": st.integers(1, 3),
        "next": st.integers(1, 4),
        "probability": st.sampled_from([0.3, 0.7]),
        "until": st.sampled_from(["2026-01-05T12:30:00Z", "2026-01-05T15:00:00Z"]),
    },
)
_rules = st.one_of(
    st.builds(Rule, st.sampled_from(FATES), _limits, st.none() | _apps),
    st.builds(
        Rule,
        st.sampled_from(REFUSALS),
        st.builds(
            lambda method, limits: {"method": method} | limits,
            st.sampled_from(["POST", "DELETE"]),
            _limits,
        ),
    ),
)
_retentions = st.fixed_dictionaries(
    {
        "backupRetention": st.sampled_from(["0", "1", "2"]),
        "snapshotRetention": st.sampled_from(["0", "1", "2"]),
    }
)
_schedules = st.builds(
    lambda times, retentions, replicate: {"name": "nightly"} | times | retentions | replicate,
    st.sampled_from(
        [
            {"granularity": "hourly", "minute": "5"},
            {"granularity": "hourly"},
            {"granularity": "daily", "hour": "13", "minute": "5"},
            {
                "granularity": "custom",
                "recurrenceRule": HALF_HOURLY,
            },
        ]
    ),
    _retentions,
    st.sampled_from([{}, {"replicate": "true"}]),
)
_replacements = st.builds(
    lambda retentions, members: retentions | members,
    _retentions,
    st.sampled_from([{}, {"enabled": "false"}, {"granularity": "hourly", "minute": "17"}]),
)
_names = st.sampled_from([{}, {"name": "mine"}])
_moves = st.one_of(
    st.builds(
        Pass,
        st.sampled_from([2 * 3600 + 301, 1800, 61, 2]),
        st.lists(st.floats(0.0, 1.0), min_size=1, max_size=3).map(tuple),
    ),
    st.builds(Elapse, st.integers(0, 2 * 3600)),
    st.builds(Step, st.integers(1, 4)),
    st.just(Drain()),
)
_firing = st.builds(Create, st.just("schedules"), _apps, _schedules)
_requests = st.one_of(
    st.builds(Create, st.sampled_from(["appBackups", "appSnaps"]), _apps, _names),
    _firing,
    st.builds(Replace, _apps, st.integers(0, 3), _replacements),
    st.builds(Delete, st.sampled_from(WHAT), _apps, st.integers(0, 3)),
    st.builds(Clone, st.sampled_from(list(SOURCES)), _apps, st.integers(0, 3)),
    st.builds(Restore, _apps, st.integers(0, 3)),
    st.builds(Replicate, _apps),
    st.builds(
        Steer, st.integers(0, 1), st.sampled_from(["established", "failedOver"]), st.booleans()
    ),
    st.builds(Hook, _apps, st.sampled_from(ACTIONS)),
    st.builds(Read, st.integers(0, 3)),
    _rules,
    st.just(Look()),
)


@st.composite
def operations(draw: st.DrawFn, *, rounds: int = 3) -> list[Operation]:
    """Schedules and rules to begin with, then requests and moves, in at most so many rounds."""
    first: list[Operation] = draw(st.lists(_rules, min_size=1, max_size=3))
    first += draw(st.lists(_firing, min_size=1, max_size=2))
    rest = draw(st.lists(st.tuples(_requests, _requests, _moves), min_size=1, max_size=rounds))
    return [*draw(st.permutations(first)), *(each for some in rest for each in some)]


OFTEN = {
    "granularity": "custom",
    "recurrenceRule": HALF_HOURLY,
    "backupRetention": "0",
    "snapshotRetention": "0",
}

# One history in which everything happens that may.
EVENTFUL: list[Operation] = [
    Hook(0, "snapshot"),
    Hook(0, "restore"),
    Hook(0, "failover"),
    Create(
        "schedules",
        0,
        {"name": "Every hour!", "granularity": "hourly", "minute": "5"}
        | {"backupRetention": "1", "snapshotRetention": "1"},
    ),
    Create(
        "schedules",
        1,
        {"name": "often", "granularity": "custom", "recurrenceRule": HALF_HOURLY}
        | {"backupRetention": "1", "snapshotRetention": "0"},
    ),
    Rule(FATES[0], {"every": 3}),
    Rule(FATES[5], {"probability": 0.5}),
    Rule(FATES[2], {"until": "2026-01-05T12:40:00Z"}, app=1),
    Rule(REFUSALS[0], {"method": "DELETE", "next": 1}),
    Rule(REFUSALS[2], {"operation": "appBackup.create", "every": 2}),
    Create("appBackups", 0, {"name": "mine"}),
    Step(2),
    Create("appBackups", 0, {"name": "mine"}),
    Pass(2 * 3600 + 301, (0.3,)),
    Delete("appBackups", 0, 0),
    Delete("appBackups", 0, 0),
    Replace(0, 0, {"backupRetention": "2", "snapshotRetention": "2"}),
    Delete("faults", 0, 4),
    Create("appSnaps", 1),
    Elapse(3600),
    Delete("schedules", 1, 0),
    Clone("apps", 0),
    Clone("appSnaps", 1, 0),
    Delete("schedules", 0, 0),
    Elapse(7200),
    Restore(0, 0),
    Elapse(7200),
    Replicate(0),
    Create("schedules", 0, {"name": "replication", "replicate": "true"} | OFTEN),
    Elapse(7200),
    Steer(0, "failedOver"),
    Elapse(60),
    Steer(0, "established", swapped=True),
    Pass(7200, (0.1, 0.7)),
    Read(0),
    Delete("executionHooks", 0, 1),
    Delete("k8s/v1/appMirrors", 0, 0),
    Drain(),
]
