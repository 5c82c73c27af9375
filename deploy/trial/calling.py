"""Clients that call through the load balancer while machines are lost, and what came of it."""

import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from astra.kit.client import Simulator
from deploy.trial.database import Database
from deploy.trial.hosts import SHARED
from deploy.trial.machines import eventually
from tests.server.crash.checking import check
from tests.server.crash.ledger import Ledger
from tests.server.crash.load import Client, Tenant

# After some twenty seconds without a database, it must be possible to make up for what was due meanwhile.
EVERY = {name: timedelta(minutes=5) for name in ("busy", "still")}
CLOCKS = {"busy": {"mode": "scaled", "rate": 600}, "still": "manual"}
WEIGHTS = {
    "busy": {"back_up": 8, "remove_backup": 3, "snap": 2, "remove_snap": 1, "look": 1},
    "still": {"back_up": 6, "remove_backup": 3, "advance": 3},
}
CLIENTS = {"busy": 4, "still": 2}
_UNFINISHED = """
    SELECT FROM backups_appbackup AS backup WHERE account_id = %s AND next_transition_at IS NOT NULL
       AND created_at < %s LIMIT 1
"""


@dataclass
class TimedLedger(Ledger):
    """A client's book that also has when it was told what."""

    # When, whether it was a write that was acknowledged, and what was answered.
    told: list[tuple[float, bool, str]] = field(default_factory=list)

    def note(self, **what: Any) -> None:
        answer = str(what.get("status") or what.get("unanswered"))
        is_write = not str(what["call"]).startswith("GET") and answer in ("201", "204", "200")
        self.told.append((time.monotonic(), is_write, answer))
        super().note(at=time.time(), **what)


@dataclass
class Outcome:
    """What clients saw of one accident."""

    outage_seconds: float
    acknowledged: int
    answers: Counter[str]
    faults: list[str]

    @property
    def refused(self) -> int:
        return self.answers["503"]

    @property
    def others(self) -> dict[str, int]:
        """Answers that nobody should get: no answer at all, 5xx, 503 without `Retry-After`."""
        fine = {"200", "201", "202", "204", "404", "409", "503"}
        return {each: count for each, count in self.answers.items() if each not in fine}


class World:
    """Two accounts with a schedule each, and their clients."""

    def __init__(self, url: str, database: Database, log: Path, seed: int) -> None:
        self._database, self._chance = database, Random(seed)
        token = SHARED["ASTRA_CONTROL_TOKEN"]
        self.simulator = Simulator(url, token)
        self._log = log.open("a", buffering=1)
        self._clients: dict[str, list[Client]] = {}
        self._ledgers: list[TimedLedger] = []
        for name, clock in CLOCKS.items():
            account = self.simulator.accounts.new(clock=clock)  # type: ignore[arg-type]
            tenant = Tenant(name, account, url, {"Authorization": f"Bearer {token}"})
            self._clients[name] = [self._client(tenant, each) for each in range(CLIENTS[name])]
            self._clients[name][0].schedule(EVERY[name])
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def _client(self, tenant: Tenant, number: int) -> Client:
        ledger = TimedLedger(f"{tenant.name}{number}", self._log)
        self._ledgers.append(ledger)
        return Client(tenant, ledger, Random(self._chance.random()), WEIGHTS[tenant.name])

    def call(self) -> None:
        """Have every client call on a thread of its own."""
        self._stop.clear()
        for ledger in self._ledgers:
            ledger.told.clear()
        clients = [each for clients in self._clients.values() for each in clients]
        self._threads = [threading.Thread(target=each.run, args=[self._stop]) for each in clients]
        for thread in self._threads:
            thread.start()

    def acknowledged_since(self, instant: float) -> bool:
        """Tell whether a write was acknowledged after an instant."""
        told = [each for ledger in self._ledgers for each in ledger.told[-50:]]
        return any(is_write and at > instant for at, is_write, _ in told)

    def outcome(self) -> Outcome:
        """End the calls; return what came of them, once nothing is under way any more."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        told = [each for ledger in self._ledgers for each in ledger.told]
        writes = sorted(at for at, is_write, _ in told if is_write)
        outage = max(later - at for at, later in pairwise(writes))
        return Outcome(
            outage, len(writes), Counter(answer for _, _, answer in told), list(self._faults())
        )

    def _faults(self) -> list[str]:
        with self._database.admin(self._database.primary()) as session:
            (now,) = session.execute("SELECT clock_timestamp()").fetchone() or [None]
            eventually(
                lambda: not session.execute(_BUSY, [now]).rowcount, "the end of old sessions"
            )
            faults = [
                f"{name}: {fault}"
                for name, clients in self._clients.items()
                for fault in check(
                    session,
                    clients[0].tenant.account.id,
                    [client.ledger for client in clients],
                    EVERY[name],
                )
            ]
            faults += self._unsettled(session)
        return faults

    def _unsettled(self, session: psycopg.Connection[Any]) -> list[str]:
        """Return a fault unless the workers carry out what was under way."""
        account = self._clients["busy"][0].tenant.account
        now = self.simulator.account(account.id).clock.read().now
        with suppress(SystemExit):
            eventually(
                lambda: not session.execute(_UNFINISHED, [account.id, now]).rowcount,
                "the workers settle",
                120,
            )
            return []
        return ["the workers do not settle any more"]

    def close(self) -> None:
        for clients in self._clients.values():
            self.simulator.accounts.delete(clients[0].tenant.account.id)
        self.simulator.close()
        self._log.close()


_BUSY = """
    SELECT FROM pg_stat_activity WHERE backend_type = 'client backend'
    AND state <> 'idle' AND xact_start < %s AND pid <> pg_backend_pid()
"""
