"""A month in one call: apps that are backed up every hour, and keep the newest day."""

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from benchmarks.plan import KEPT, Plan, Ratio
from benchmarks.plots import Panel
from benchmarks.record import PER_SECOND, Figure, Record
from benchmarks.services import THIS, Revision, running
from benchmarks.subjects.rates import MIB, memory_table, panel_over
from benchmarks.tables import Table, cell

SUBJECT = "month"
APPS, DAYS, HOURS = 1000, 30, 24
NEWEST = 24
START = "2026-01-05T00:00:00Z"
SECONDS = "s"
ALONG, DAYS_SO_FAR = "along the way", "days so far"
_SAMPLE_SECONDS = 1.0


def measure(record: Record, plan: Plan) -> None:
    """Move a clock by a month, once for each revision."""
    apps = plan.scaled(APPS)
    for _, revisions in plan.turns(SUBJECT, rounds=1):
        for revision in revisions:
            _measure(record, revision, apps)


def _measure(record: Record, revision: Revision, apps: int) -> None:
    what = f"{DAYS} days of {apps:,} apps"

    def note(of_what: str, unit: str, value: float) -> None:
        record.note(Figure(SUBJECT, revision.name, of_what, unit), value)

    with running(revision) as service:
        account = service.control("accounts", "POST", {"scenario": _world(apps)})["id"]
        path, most, is_over = f"accounts/{account}/clock", defaultdict[str, float](float), False
        start = time.perf_counter()
        service.control(f"{path}/advance", "POST", {"by": f"P{DAYS}D", "wait": 0})
        while not is_over:
            clock = service.control(path)
            taken, is_over = time.perf_counter() - start, clock["status"] != "advancing"
            moved = datetime.fromisoformat(clock["now"]) - datetime.fromisoformat(START)
            note(ALONG, DAYS_SO_FAR, moved / timedelta(days=1))
            for part, mib in service.processes.private_mib().items():
                note(ALONG, MIB + part, mib)
                most[part] = max(most[part], mib)
            time.sleep(0 if is_over else _SAMPLE_SECONDS)
    note(what, SECONDS, taken)
    note(what, PER_SECOND, apps * DAYS * HOURS / taken)
    for part, mib in most.items():
        note(what, MIB + part, mib)


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
    most = [each for each in record.figures(SUBJECT) if each.what != ALONG]
    yield "most memory", memory_table(record, most)


def ratios(record: Record) -> Iterator[Ratio]:
    """Compare with other revisions."""
    for figure in record.figures(SUBJECT):
        if figure.of != THIS and figure.unit == PER_SECOND:
            yield Ratio(f"month to {figure.of}", replace(figure, of=THIS), figure, KEPT)


def panels(record: Record) -> Iterator[Panel]:
    """Show the memory of this revision over the days."""
    title = "private memory while the clock is on its way"
    yield from panel_over(record, title, Figure(SUBJECT, THIS, ALONG, DAYS_SO_FAR))
