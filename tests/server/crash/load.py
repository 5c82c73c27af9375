"""Clients that call a service which may die at any moment, and write down what they are told."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import urllib3

from astra.kit.records import Account
from tests.server.crash.ledger import Ledger

_PATIENCE_SECONDS = 20.0
_OF = {"appBackup": "appBackups", "appSnap": "appSnaps"}
_VERSIONS = {"appBackup": "1.1", "appSnap": "1.1", "schedule": "1.1"}
# What a call may be refused with while others act, or while the service recovers.
_REFUSALS = (404, 409)
_UNAVAILABLE = 503


@dataclass
class Tenant:
    """An account that clients call, and how its clock goes."""

    name: str
    account: Account
    url: str
    control: Mapping[str, str]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.account.token}"}

    @property
    def app(self) -> str:
        return f"accounts/{self.account.id}/k8s/v1/apps/{self.account.apps[0].id}"


@dataclass
class Client:
    """One caller: one call after another, chosen by chance, for as long as it is told to."""

    tenant: Tenant
    ledger: Ledger
    chance: Random
    weights: Mapping[str, int]
    _number: int = 0
    _last_seen: str = ""
    _is_parked: bool = False
    _pool: urllib3.PoolManager = field(
        default_factory=lambda: urllib3.PoolManager(retries=False, timeout=_PATIENCE_SECONDS)
    )

    def run(self, stop: threading.Event) -> None:
        """Call until told to stop, or until what may be so is not known any more."""
        self._is_parked = False
        names = list(self.weights)
        while not stop.is_set() and not self._is_parked:
            (name,) = self.chance.choices(names, list(self.weights.values()))
            acts: Callable[[], None] = getattr(self, name)
            acts()

    def schedule(self, every: timedelta) -> None:
        """Have a schedule fire so often, from now on."""
        clock = self._control("GET", "clock")
        start = datetime.fromisoformat(clock["now"]).strftime("%Y%m%dT%H%M00Z")
        minutes = every // timedelta(minutes=1)
        body = {
            "type": "application/astra-schedule",
            "version": _VERSIONS["schedule"],
            "name": "often",
            "granularity": "custom",
            "recurrenceRule": f"DTSTART:{start}\nRRULE:FREQ=MINUTELY;INTERVAL={minutes}",
            "snapshotRetention": "3",
            "backupRetention": "3",
        }
        status, document = self._api("POST", f"{self.tenant.app}/schedules", body)
        assert status == 201, document

    def back_up(self) -> None:
        self._create("appBackup")

    def snap(self) -> None:
        self._create("appSnap")

    def remove_backup(self) -> None:
        self._delete("appBackup")

    def remove_snap(self) -> None:
        self._delete("appSnap")

    def look(self) -> None:
        """Read the clock, which never goes back."""
        answer = self._control("GET", "clock")
        if answer is not None:
            self._see(answer["now"])

    def advance(self) -> None:
        answer = self._control("POST", "clock/advance", {"by": f"PT{self.chance.randint(1, 900)}S"})
        if answer is not None:
            self._see(answer["clock"]["now"])

    def save(self) -> None:
        self._number += 1
        name = f"{self.ledger.client}-{self._number}"
        if self._control("POST", "checkpoints", {"name": name}) is not None:
            self.ledger.saved(name)

    def restore(self) -> None:
        if self.ledger.checkpoint is None:
            return
        self.ledger.is_restore_doubtful = True
        # The clock is where it was then.
        self._last_seen = ""
        answer = self._control("POST", f"checkpoints/{self.ledger.checkpoint[0]}/restore")
        if answer is None:
            self._is_parked = True
            return
        self.ledger.is_restore_doubtful = False
        self.ledger.restored()

    def is_fault(self, status: int, document: Any) -> bool:
        """Tell whether no call of this client should be answered so."""
        return status >= 400 and status not in _REFUSALS

    def _create(self, kind: str) -> None:
        rows = self.ledger.rows[kind]
        self._number += 1
        name = f"{self.ledger.client}-{self._number}"
        rows.doubtful_names.add(name)
        body = {"type": f"application/astra-{kind}", "version": _VERSIONS[kind], "name": name}
        status, document = self._api("POST", f"{self.tenant.app}/{_OF[kind]}", body)
        if status is None:
            return
        rows.doubtful_names.discard(name)
        if status == 201:
            rows.there[document["id"]] = name
            rows.made.add(document["id"])

    def _delete(self, kind: str) -> None:
        rows = self.ledger.rows[kind]
        chosen = sorted(rows.there.keys() - rows.doubtful_ids)
        if not chosen:
            return
        each = self.chance.choice(chosen)
        rows.doubtful_ids.add(each)
        status, _ = self._api("DELETE", f"{self.tenant.app}/{_OF[kind]}/{each}")
        if status is None:
            return
        rows.doubtful_ids.discard(each)
        if status == 204:
            del rows.there[each]
        elif status == 404:
            self.ledger.faults.append(f"{kind} {each} was acknowledged, and a delete answers 404")

    def _see(self, now: str) -> None:
        if now < self._last_seen:
            self.ledger.faults.append(f"the clock went from {self._last_seen} back to {now}")
        self._last_seen = now

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        """Call a control of the account; return the document, None for a refusal or no answer."""
        url = f"simulator/v1/accounts/{self.tenant.account.id}/{path}"
        status, document = self._send(method, url, body, self.tenant.control)
        return document if status is not None and status < 400 else None

    def _api(self, method: str, path: str, body: Any = None) -> tuple[int | None, Any]:
        return self._send(method, path, body, self.tenant.headers)

    def _send(
        self, method: str, path: str, body: Any, headers: Mapping[str, str]
    ) -> tuple[int | None, Any]:
        """Return status and document; None where it is not known whether anything was done."""
        url = f"{self.tenant.url}/{path}"
        try:
            answer = self._pool.request(
                method, url, body=None if body is None else json.dumps(body), headers=dict(headers)
            )
        except urllib3.exceptions.HTTPError as error:
            self._doubt(method, path, type(error).__name__)
            return None, None
        if answer.status == _UNAVAILABLE:
            told = "503" if "Retry-After" in answer.headers else "503 without Retry-After"
            self._doubt(method, path, told)
            return None, None
        is_json = "json" in answer.headers.get("Content-Type", "")
        document = json.loads(answer.data) if answer.data and is_json else {}
        self.ledger.note(call=f"{method} {path}", status=answer.status, id=document.get("id"))
        if self.is_fault(answer.status, document):
            self.ledger.faults.append(f"{method} {path} answers {answer.status}: {document}")
        return answer.status, document

    def _doubt(self, method: str, path: str, why: str) -> None:
        self.ledger.note(call=f"{method} {path}", unanswered=why)
        # Where a checkpoint may come back, what is doubtful now would be so for good.
        self._is_parked = self._is_parked or "restore" in self.weights
        time.sleep(0.02)
