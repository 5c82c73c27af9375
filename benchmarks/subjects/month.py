"""A month in one call: apps that are backed up every hour, and keep the newest day."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from benchmarks.plan import KEPT, Plan, Ratio
from benchmarks.plots import Panel
from benchmarks.record import PER_SECOND, Figure, Record
from benchmarks.services import THIS, Revision, running
from benchmarks.subjects.rates import MIB, memory_table
from benchmarks.tables import Table, cell

SUBJECT = "month"
APPS, DAYS, HOURS = 1000, 30, 24
NEWEST = 24
START = "2026-01-05T00:00:00Z"
SECONDS = "s"
_POLL_SECONDS = 0.2


def measure(record: Record, plan: Plan) -> None:
    """Move a clock by a month, once for each revision."""
    apps = plan.scaled(APPS)
    for _, revisions in plan.turns(SUBJECT, rounds=1):
        for revision in revisions:
            _measure(record, revision, apps)


def _measure(record: Record, revision: Revision, apps: int) -> None:
    what = f"{DAYS} days of {apps:,} apps"
    with running(revision) as service:
        account = service.control("accounts", "POST", {"scenario": _world(apps)})["id"]
        clock = f"accounts/{account}/clock"
        with service.processes.watched() as most:
            start = time.perf_counter()
            service.control(f"{clock}/advance", "POST", {"by": f"P{DAYS}D", "wait": 0})
            while service.control(clock)["status"] == "advancing":
                time.sleep(_POLL_SECONDS)
            taken = time.perf_counter() - start
        made = apps * DAYS * HOURS
        record.note(Figure(SUBJECT, revision.name, what, SECONDS), taken)
        record.note(Figure(SUBJECT, revision.name, what, PER_SECOND), made / taken)
        for part, mib in most.items():
            record.note(Figure(SUBJECT, revision.name, what, MIB + part), mib)


def _world(apps: int) -> dict[str, Any]:
    schedule = {
        "name": "hourly",
        "granularity": "hourly",
        "minute": "0",
        "snapshotRetention": str(NEWEST),
        "backupRetention": str(NEWEST),
    }
    return {
        "scenario": "month",
        "title": "Apps that are backed up every hour",
        "seed": 1,
        "accounts": [
            {
                "name": "month",
                "clock": {"mode": "manual", "at": START},
                "users": [{"email": "owner@example.com", "role": "owner"}],
                "buckets": [{"name": "bucket", "provider": "generic-s3", "isDefault": True}],
                "apps": [
                    {"name": f"app-{number}", "schedules": [schedule]} for number in range(apps)
                ],
            }
        ],
    }


def tables(record: Record) -> Iterator[tuple[str, Table]]:
    """Tell the time, and the most memory."""
    rows = [
        [each.what, each.of]
        + [cell(record.spread(replace(each, unit=unit))) for unit in (SECONDS, PER_SECOND)]
        for each in record.figures(SUBJECT)
        if each.unit == SECONDS
    ]
    yield "time", Table(["move", "of", SECONDS, f"backups {PER_SECOND}"], rows)
    yield "most memory", memory_table(record, record.figures(SUBJECT))


def ratios(record: Record) -> Iterator[Ratio]:
    """Compare with other revisions."""
    for figure in record.figures(SUBJECT):
        if figure.of != THIS and figure.unit == PER_SECOND:
            yield Ratio(f"month to {figure.of}", replace(figure, of=THIS), figure, KEPT)


def panels(record: Record) -> Iterator[Panel]:
    """Show the rate."""
    rates = [each for each in record.figures(SUBJECT) if each.unit == PER_SECOND]
    bars = {f"{each.of}, {each.what}": record.spread(each) for each in rates}
    yield Panel("backups made and settled in one call", PER_SECOND, bars)
