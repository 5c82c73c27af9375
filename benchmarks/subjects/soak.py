"""A soak: a million requests of all kinds to one service, its memory and tables along the way."""

import itertools
import statistics
import sys
from collections.abc import Iterator
from dataclasses import replace

import psycopg

from benchmarks.plan import Plan, Ratio
from benchmarks.plots import Panel
from benchmarks.record import Figure, Record
from benchmarks.services import THIS
from benchmarks.subjects.rates import MIB, panel_over
from benchmarks.tables import NOTHING, Table, number
from benchmarks.targets import CREATE, DELETE, FILTERED, LIST, RETRIEVE, service_target

SUBJECT = "soak"
REQUESTS = 1_000_000
REQUESTS_SO_FAR = "requests so far"
# How long each turn is, to the others. Deletes are slower than creates, and all that is made has to go.
TURNS = {CREATE: 0.25, RETRIEVE: 1.0, LIST: 1.0, FILTERED: 1.0, DELETE: 3.0}
CONNECTIONS = 16
# Before it begins, every session of the database shall be open, and know what each call asks: their
# number is bounded, and so is what one remembers.
WARMING_CONNECTIONS, WARMING_ROUNDS = 128, 2
# In the first fifth caches and histories fill; from then on memory and tables shall be flat, but for
# this much. What is at work at a moment has its memory too, so fifths of the way are compared, not
# moments.
EARLY, AIM = 0.2, 1.1
ALONG, AT_FIRST, AT_LAST = "along the way", "in the second fifth", "in the last fifth"
_PER = 100_000
# Of what calls write, with its indexes, and with the room in both that is to be used again.
DISK = "MiB on disk of "
_SIZES = """
    SELECT relname, pg_total_relation_size(oid) / 1048576.0 FROM pg_class
    WHERE relname IN (
        'backups_appbackup', 'backups_snapshot', 'engine_transition', 'journal_journalentry'
    )
    UNION ALL SELECT 'the database', pg_database_size(current_database()) / 1048576.0
"""


def measure(record: Record, plan: Plan) -> None:
    """Load in turns, until there were as many requests; note memory and tables after each turn."""
    wanted, done = plan.scaled(REQUESTS), 0
    target = service_target(plan.revisions[0])
    try:
        for what in list(TURNS) * WARMING_ROUNDS:
            target.calls[what](WARMING_CONNECTIONS, plan.seconds)
        for what, share in itertools.cycle(TURNS.items()):
            done += target.calls[what](CONNECTIONS, max(1.0, share * plan.seconds)).requests
            print(f"soak: {done:,} of {wanted:,}", file=sys.stderr)
            found = {REQUESTS_SO_FAR: float(done)}
            found |= {MIB + part: mib for part, mib in target.processes.private_mib().items()}
            found |= {DISK + name: mib for name, mib in _sizes(target.database_url).items()}
            for unit, value in found.items():
                record.note(Figure(SUBJECT, target.name, ALONG, unit), value)
            if done >= wanted:
                break
        for figure in list(record.figures(SUBJECT)):
            if figure.unit != REQUESTS_SO_FAR:
                second = _usual(record, figure, EARLY, 2 * EARLY)
                record.note(replace(figure, what=AT_FIRST), second)
                last = _usual(record, figure, 1 - EARLY, 1)
                record.note(replace(figure, what=AT_LAST), last)
    finally:
        target.stop()


def _sizes(database_url: str) -> dict[str, float]:
    """Return the MiB of each table that calls write, and of all there is."""
    with psycopg.connect(database_url) as connection:
        return {name: float(mib) for name, mib in connection.execute(_SIZES)}


def tables(record: Record) -> Iterator[tuple[str, Table]]:
    """Tell private memory and tables on the way, and how they grow from a fifth of it on."""
    requests = record.values.get(Figure(SUBJECT, THIS, ALONG, REQUESTS_SO_FAR), [])
    total = f"{requests[-1]:,.0f} requests" if requests else "requests"
    for title, unit in (("private memory", MIB), ("tables", DISK)):
        rows = []
        for figure in record.figures(SUBJECT):
            if figure.what == ALONG and figure.unit.startswith(unit):
                values = record.values[figure]
                points = [values[0], values[len(values) // 2], values[-1]]
                rows.append([figure.unit, *map(number, points), _growth(requests, values)])
        headers = [title, "at first", "halfway", f"after {total}", f"per {_PER:,}"]
        yield title, Table(headers, rows)


def _usual(record: Record, figure: Figure, start: float, end: float) -> float:
    """Return the mean of what was noted between two shares of the way."""
    requests, values = record.values[replace(figure, unit=REQUESTS_SO_FAR)], record.values[figure]
    there = [
        mib
        for done, mib in zip(requests, values, strict=True)
        if start <= done / requests[-1] <= end
    ]
    return statistics.fmean(there or values[-1:])


def _growth(requests: list[float], values: list[float]) -> str:
    """Return the MiB by which it grows with so many requests, once the caches are full."""
    late = [
        (done / _PER, mib)
        for done, mib in zip(requests, values, strict=True)
        if done >= EARLY * requests[-1]
    ]
    if len(late) < 2:
        return NOTHING
    return number(statistics.linear_regression(*zip(*late, strict=True)).slope)


def ratios(record: Record) -> Iterator[Ratio]:
    """Compare what was usual in the last fifth with the second."""
    for figure in record.figures(SUBJECT):
        if figure.what == AT_LAST:
            first = Figure(SUBJECT, figure.of, AT_FIRST, figure.unit)
            yield Ratio(f"soak: {figure.unit}, last fifth to second", figure, first, at_most=AIM)


def panels(record: Record) -> Iterator[Panel]:
    """Show memory and tables over the requests."""
    requests = Figure(SUBJECT, THIS, ALONG, REQUESTS_SO_FAR)
    yield from panel_over(record, "private memory under load", requests)
    yield from panel_over(record, "tables under load", requests, prefix=DISK)
