"""What scales how: calls per second, and what each costs of CPU, part by part, in turns."""

import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from astra.kit.client import Simulator
from benchmarks.loads import Request, run_wrk
from deploy.trial.database import DIRECT, TRANSACTION, Database
from deploy.trial.hosts import SHARED, Hosts
from deploy.trial.machines import Machine

ROUNDS = 3
_SECONDS = 3.0
_CONNECTIONS = 16
_STORED = 100
_BODY = '{"type":"application/astra-appBackup","version":"1.1"}'


@dataclass
class Cost:
    """What some calls took, a figure for each round."""

    per_second: list[float] = field(default_factory=list)
    # Microseconds of CPU of a call, by part.
    microseconds: dict[str, list[float]] = field(default_factory=dict)

    def add(self, requests: int, seconds: float, used: Mapping[str, float]) -> None:
        self.per_second.append(requests / seconds)
        for part, spent in used.items():
            self.microseconds.setdefault(part, []).append(spent * 1e6 / requests)

    def __str__(self) -> str:
        parts = ", ".join(
            f"{part} {statistics.median(found):.0f}" for part, found in self.microseconds.items()
        )
        return f"{statistics.median(self.per_second):,.0f} a second; µs of CPU: {parts}"


def measured(folder: Path, database: Database) -> Iterator[str]:
    """Yield a line for each arrangement and call."""
    for name, way, webs, options in (
        ("one web process", DIRECT, 1, {"ASTRA_WEB_PROCESSES": "1"}),
        ("two web processes", DIRECT, 1, {}),
        ("four web processes, on two hosts", DIRECT, 2, {}),
        ("four, calls in files", DIRECT, 2, {"ASTRA_JOURNAL_SPOOL": "on"}),
        ("four, PgBouncer in transaction mode", TRANSACTION, 2, {}),
    ):
        hosts = Hosts(folder / "scaling", database, way, **options)
        del hosts.webs[webs:], hosts.workers[1:]
        try:
            hosts.start()
            for call, cost in _costs(hosts, database).items():
                yield f"{name:40} {call:22} {cost}"
        finally:
            hosts.stop()


def _costs(hosts: Hosts, database: Database) -> dict[str, Cost]:
    with Simulator(hosts.url, SHARED["ASTRA_CONTROL_TOKEN"]) as simulator:
        account = simulator.accounts.new(clock="real")
        url = f"{hosts.url}/accounts/{account.id}/k8s/v1/apps/{account.apps[0].id}/appBackups"
        bearer = {"Authorization": f"Bearer {account.token}"}
        listing = f"{url}?limit=20"
        calls = {
            "create": Request(url, "POST", _BODY, bearer),
            "list": Request(listing, headers=bearer),
            "list of the replica": Request(
                listing, headers=bearer | {"Cache-Control": "max-stale"}
            ),
        }
        costs = {name: Cost() for name in calls}
        run_wrk(calls["create"], _CONNECTIONS, 1)
        for _ in range(ROUNDS):
            for name, request in calls.items():
                with _used(hosts, database) as used:
                    began = time.monotonic()
                    load = run_wrk(request, _CONNECTIONS, _SECONDS)
                    seconds = time.monotonic() - began
                costs[name].add(load.requests, seconds, used | {"load": load.cpu_seconds})
        simulator.accounts.delete(account.id)
    return costs


@contextmanager
def _used(hosts: Hosts, database: Database) -> Iterator[dict[str, float]]:
    """Fill a dictionary with the CPU seconds that each part used within the block."""
    primary = database.primary()
    parts: dict[str, list[psutil.Process]] = {
        "web": _processes(*hosts.webs),
        "worker": _processes(*hosts.workers),
        "primary": list(primary.postgres()),
        "replica": list(database.other(primary).postgres()),
        "HAProxy and PgBouncer": _processes(database.haproxy, database.pgbouncer),
    }
    before = {part: _seconds(each) for part, each in parts.items()}
    used: dict[str, float] = {}
    yield used
    parts["primary"], parts["replica"] = (
        list(primary.postgres()),
        list(database.other(primary).postgres()),
    )
    used |= {part: _seconds(each) - before[part] for part, each in parts.items()}


def _processes(*machines: Machine) -> list[psutil.Process]:
    return [each for machine in machines for each in machine.all_processes()]


def _seconds(processes: list[psutil.Process]) -> float:
    total = 0.0
    for each in processes:
        try:
            times = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total
