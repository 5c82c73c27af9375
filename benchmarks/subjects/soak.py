"""A soak: a million requests of all kinds to one service, and its memory along the way."""

import itertools
import statistics
import sys
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.plan import Plan, Ratio
from benchmarks.plots import Panel
from benchmarks.record import Figure, Record
from benchmarks.services import THIS
from benchmarks.subjects.rates import MIB, panel_over
from benchmarks.tables import NOTHING, Table, number
from benchmarks.targets import CREATE, FILTERED, LIST, RETRIEVE, service_target

SUBJECT = "soak"
REQUESTS = 1_000_000
REQUESTS_SO_FAR = "requests so far"
WHATS = (CREATE, RETRIEVE, LIST, FILTERED)
CONNECTIONS = 16
# In the first fifth caches fill; from then on memory shall be flat, but for this much. What is at work at
# a moment has its memory too, so fifths of the way are compared, not moments.
EARLY, AIM = 0.2, 1.1
ALONG, AT_FIRST, AT_LAST = "along the way", "in the second fifth", "in the last fifth"
_PER = 100_000


def measure(record: Record, plan: Plan) -> None:
    """Load in turns, until there were as many requests; note the private memory after each turn."""
    wanted, done = plan.scaled(REQUESTS), 0
    target = service_target(plan.revisions[0])
    try:
        for turn in itertools.count():
            load = target.calls[WHATS[turn % len(WHATS)]](CONNECTIONS, plan.seconds)
            done += load.requests
            print(f"soak: {done:,} of {wanted:,}", file=sys.stderr)
            record.note(Figure(SUBJECT, target.name, ALONG, REQUESTS_SO_FAR), done)
            for part, mib in target.processes.private_mib().items():
                record.note(Figure(SUBJECT, target.name, ALONG, MIB + part), mib)
            if done >= wanted:
                break
        for figure in list(record.figures(SUBJECT)):
            if figure.unit.startswith(MIB):
                second = _usual(record, figure, EARLY, 2 * EARLY)
                record.note(replace(figure, what=AT_FIRST), second)
                last = _usual(record, figure, 1 - EARLY, 1)
                record.note(replace(figure, what=AT_LAST), last)
    finally:
        target.stop()


def tables(record: Record) -> Iterator[tuple[str, Table]]:
    """Tell the private memory on the way, and how it grows from a fifth of the way on."""
    requests = record.values.get(Figure(SUBJECT, THIS, ALONG, REQUESTS_SO_FAR), [])
    rows = []
    for figure in record.figures(SUBJECT):
        if figure.what == ALONG and figure.unit.startswith(MIB):
            values = record.values[figure]
            points = [values[0], values[len(values) // 2], values[-1]]
            rows.append([figure.unit, *map(number, points), _growth(requests, values)])
    total = f"{requests[-1]:,.0f} requests" if requests else "requests"
    headers = ["private memory", "at first", "halfway", f"after {total}", f"per {_PER:,}"]
    yield "memory", Table(headers, rows)


def _usual(record: Record, figure: Figure, start: float, end: float) -> float:
    """Return the median of a memory between two shares of the way."""
    requests, values = record.values[replace(figure, unit=REQUESTS_SO_FAR)], record.values[figure]
    there = [
        mib
        for done, mib in zip(requests, values, strict=True)
        if start <= done / requests[-1] <= end
    ]
    return statistics.median(there or values[-1:])


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
    """Compare the memory of the last fifth with that of the second."""
    for figure in record.figures(SUBJECT):
        if figure.what == AT_LAST:
            first = Figure(SUBJECT, figure.of, AT_FIRST, figure.unit)
            yield Ratio(f"soak: {figure.unit}, last fifth to second", figure, first, at_most=AIM)


def panels(record: Record) -> Iterator[Panel]:
    """Show the memory over the requests."""
    requests = Figure(SUBJECT, THIS, ALONG, REQUESTS_SO_FAR)
    yield from panel_over(record, "private memory under load", requests)
