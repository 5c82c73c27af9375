"""Random histories of an account, made through HTTP alone: what is asked, and how its clock moves.

A life begins with a new account of the same seed, which has the ids of the one before, and ends with
its deletion.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.test import Client

from astra.accounts.models import Account
from astra.api.clock import timestamp
from astra.engine.models import Transition
from astra.faults.models import FaultRule
from backups.models import AppBackup
from clusters.models import Cluster
from notices.models import ReadMark
from tests import wire
from tests.conftest import BACKUP
from tests.isolation.control import control
from tests.isolation.test_accounts import state
from tests.properties.operations import (
    SOURCES,
    Clone,
    Create,
    Delete,
    Hook,
    Look,
    Operation,
    Read,
    Replace,
    Replicate,
    Restore,
    Rule,
    Steer,
)

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
# Backups of the one app take some twenty minutes, of the other longer than from hour to hour: they
# are under way while schedules fire.
SCENARIO = {
    "scenario": "histories",
    "accounts": [
        {
            "name": "histories",
            "users": [{"email": "owner@example.com", "role": "owner"}],
            "buckets": [
                {
                    "name": "store",
                    "provider": "generic-s3",
                    "bucketParameters": {"s3": {"serverURL": "s3.example.com", "bucketName": "b"}},
                }
            ],
            "settings": [
                {
                    "name": "astra.account.executionHooks.enabled",
                    "currentConfig": {"isEnabled": "true"},
                }
            ],
            "hookSources": [{"name": "script", "source": "ZWNobwo="}],
            "clusters": [
                {"name": "east"},
                {"name": "west"},
            ],
            "apps": [
                {"name": "shop", "cluster": "east", "size": "4GiB", "throughput": "3MiB"},
                {"name": "orders", "cluster": "east", "size": "4GiB", "throughput": "1MiB"},
            ],
        }
    ],
}
NEW = {
    "scenario": SCENARIO,
    "seed": 7,
    "clock": {"mode": "manual", "now": timestamp(START)},
}
RETENTION = "Retention of its schedule."
BODIES = {
    "appBackups": BACKUP,
    "appSnaps": {"type": "application/astra-appSnap", "version": "1.1"},
    "schedules": {"type": "application/astra-schedule", "version": "1.1"},
}
APP = {"type": "application/astra-app", "version": "2.2"}
MIRROR = {"type": "application/astra-appMirror", "version": "1.1"}
MIRRORS = "k8s/v1/appMirrors"
HOOK = {"type": "application/astra-executionHook", "version": "1.3", "hookType": "custom"}
# What limits a rule, and its column.
LIMITS = {
    "every": "every",
    "next": "next_count",
    "probability": "probability",
    "until": "until",
}
# What apps and mirrors came to.
BECAME = (
    ("app", "restoring"),
    ("appMirror", "established"),
    ("appMirror", "failedOver"),
    ("appMirror", "deleted"),
)
PAGES = (
    *("", "topology/v1/buckets", "topology/v1/appBackups?count=true", "faults"),
    *("k8s/v2/apps", MIRRORS, "core/v1/executionHooks"),
    *("core/v1/events", "core/v1/notifications", "core/v1/tasks"),
)


class Answer(NamedTuple):
    """An answer to the byte."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Outcome(NamedTuple):
    """What may not depend on how the clock was moved: history in order, answers, all rows."""

    history: list[tuple[Any, ...]]
    answers: list[Answer]
    rows: list[tuple[str, str]]


@dataclass
class Life:
    """A new account and its callers; ``move`` carries out how its clock moves."""

    move: "Mover"
    account: Account
    token: str
    apps: list[str]
    other_cluster: str
    unread: str
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))
    answers: list[Answer] = field(default_factory=list)
    moves: list[Answer] = field(default_factory=list)

    def live(self, operations: list[Operation]) -> None:
        """Do all of it, one request after another."""
        for operation in operations:
            match operation:
                case Create(what, app, members):
                    self.call("POST", self.path(what, app), BODIES[what] | members)
                case Replace(app, number, members):
                    body = BODIES["schedules"] | members
                    self.call_chosen("PUT", "schedules", app, number, body)
                case Delete(what, app, number):
                    self.call_chosen("DELETE", what, app, number)
                case Hook(app, action):
                    self.hook(app, action)
                case Read(number):
                    self.call_chosen("DELETE", self.unread, 0, number)
                case Clone() | Restore() | Replicate() | Steer():
                    self.copy(operation)
                case Rule():
                    self.control("POST", "faults", operation.body(self.apps))
                case Look():
                    self.look()
                case _:
                    self.move(self, operation)

    def copy(self, operation: Clone | Restore | Replicate | Steer) -> None:
        """Do what makes an app of another, or of what was made of it."""
        match operation:
            case Clone(what, app, number):
                name = f"copy-{len(self.answers)}"
                for source in self.sources(what, app, number):
                    self.call("POST", "k8s/v2/apps", APP | {"name": name, SOURCES[what]: source})
            case Restore(app, number):
                path = f"k8s/v2/apps/{self.apps[app]}"
                for source in self.sources("appBackups", app, number):
                    self.call("PUT", path, APP | {"backupID": source}, ForceUpdate="true")
            case Replicate(app):
                ends = {"sourceAppID": self.apps[app], "destinationClusterID": self.other_cluster}
                self.call("POST", MIRRORS, MIRROR | ends | {"stateDesired": "established"})
            case Steer(number, desired, swapped):
                for found in self.chosen(MIRRORS, 0, number):
                    ends = self.swapped(found) if swapped else {}
                    self.call("PUT", found, MIRROR | ends | {"stateDesired": desired})

    def hook(self, app: int, action: str) -> None:
        """Let an app have a hook, before the action where it can be."""
        (source,) = self.call("GET", "core/v1/hookSources").json()["items"]
        own = {
            "name": f"hook-{len(self.answers)}",
            "action": action,
            "stage": "pre" if action in ("snapshot", "backup") else "post",
            "hookSourceID": source["id"],
            "appID": self.apps[app],
        }
        self.call("POST", self.path("executionHooks", app), HOOK | own)

    def call_chosen(self, method: str, what: str, app: int, number: int, body: Any = None) -> None:
        """Ask about one of those that are listed, if there is any."""
        for found in self.chosen(what, app, number):
            self.call(method, found, body)

    def path(self, what: str, app: int) -> str:
        if what in (MIRRORS, self.unread):
            return what
        return "faults" if what == "faults" else f"k8s/v1/apps/{self.apps[app]}/{what}"

    def sources(self, what: str, app: int, number: int) -> list[str]:
        """Return the id of what is cloned or restored; none if there is none."""
        if what == "apps":
            return [self.apps[app]]
        return [path.rsplit("/", 1)[1] for path in self.chosen(what, app, number)]

    def swapped(self, path: str) -> dict[str, str]:
        """Return the ends of a mirror the other way round."""
        page = self.call("GET", path)
        mirror = page.json() if page.status == 200 and page.body else {}
        pairs = {f"source{of}": f"destination{of}" for of in ("AppID", "ClusterID")}
        both = pairs | {there: here for here, there in pairs.items()}
        return {name: mirror[other] for name, other in both.items() if mirror}

    def chosen(self, what: str, app: int, number: int) -> list[str]:
        """Return the path of one of those that are listed; none if none is."""
        path = self.path(what, app)
        page = self.call("GET", path)
        items = page.json()["items"] if page.status == 200 and page.body else []
        return [f"{path}/{items[number % len(items)]['id']}"] if items else []

    def look(self) -> None:
        """Ask for everything that a caller can see."""
        apps = range(len(self.apps))
        paths = [self.path(what, app) for what in ("appSnaps", "schedules") for app in apps]
        for path in (*PAGES, self.unread, *paths):
            self.call("GET", path)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Ask the API, or for rules the control surface; keep the answer."""
        if path.startswith("faults"):
            return self.control(method, path, body)
        url = f"/accounts/{self.account.id}/{path}".rstrip("/")
        answer = self._ask(method, url, self.token, body, **headers)
        self.answers.append(answer)
        return answer

    def control(self, method: str, path: str, body: Any = None) -> Answer:
        answer = self.ask_control(method, path, body)
        self.answers.append(answer)
        return answer

    def ask_control(self, method: str, path: str, body: Any = None) -> Answer:
        """Ask the control surface about the account; what it refuses is not part of a history."""
        url = f"/simulator/v1/accounts/{self.account.id}/{path}"
        answer = self._ask(method, url, control().token, body)
        assert answer.status < 400, answer.body
        return answer

    def _ask(self, method: str, url: str, token: str, body: Any, **further: str) -> Answer:
        data = "" if body is None else json.dumps(body)
        headers = {"Authorization": f"Bearer {token}", **further}
        response = wire.whole(
            self.client.generic(method, url, data, "application/json", headers=headers)
        )
        assert response.status_code != 500, response.content
        return Answer(response.status_code, dict(response.items()), response.content)

    def advance(self, **how: Any) -> Answer:
        """Move the clock."""
        self.moves.append(self.ask_control("POST", "clock/advance", how))
        return self.moves[-1]

    def now(self) -> datetime:
        """Return where the clock stands."""
        return Account.objects.get(id=self.account.id).clock_sim

    def outcome(self) -> Outcome:
        # The token of each life is another, and hidden
        rows = [row for row in state(self.account) if row[0] != "accounts.token"]
        return Outcome(self.history(), list(self.answers), rows)

    def history(self) -> list[tuple[Any, ...]]:
        steps = Transition.objects.filter(account_id=self.account.id)
        return list(
            steps.order_by("kind", "resource_id", "sequence").values_list(
                "kind", "resource_id", "sequence", "from_state", "to_state", "reason", "at"
            )
        )

    def events(self) -> dict[str, int]:
        """Count what makes a history worth comparing."""
        backups = AppBackup.objects.filter(account_id=self.account.id)
        rules = FaultRule.objects.filter(account_id=self.account.id, hits__gt=0)
        deletions = [step[5] for step in self.history() if step[4] == "deleted"]
        return {
            "scheduled": backups.exclude(schedule_id=None).count(),
            "cloned": sum(step[3:5] == ("", "provisioning") for step in self.history()),
            **{
                f"became {state}": sum(
                    step[0] == kind and step[4] == state for step in self.history()
                )
                for kind, state in BECAME
            },
            "hooked": backups.filter(outcome_hook_state="success")
            .exclude(outcome_hook_details=[])
            .count(),
            "read": ReadMark.objects.filter(account_id=self.account.id).count(),
            "let go": deletions.count(RETENTION),
            "deleted by hand": len(deletions) - deletions.count(RETENTION),
            "refused": sum(answer.status >= 400 for answer in self.answers),
            "cut off": sum(answer.headers.get("Content-Length") == "-1" for answer in self.answers),
            "left to workers": sum(answer.status == 202 for answer in self.moves),
            **{
                f"hit by {name}": rules.exclude(**{column: None}).count()
                for name, column in LIMITS.items()
            },
        }


Mover = Callable[[Life, Any], None]


@contextmanager
def new_life(move: Mover) -> Iterator[Life]:
    """A new account of always the same seed, deleted in the end."""
    made = control().new(**NEW)
    apps = [app["id"] for app in made["apps"]]
    account = Account.objects.get(id=made["id"])
    west = Cluster.objects.get(account=account, name="west")
    unread = f"core/v1/users/{account.user_set.get().id}/unreadNotifications"
    try:
        yield Life(move, account, made["token"], apps, str(west.id), unread)
    finally:
        assert control().call("DELETE", f"accounts/{account.id}").status_code == 204
