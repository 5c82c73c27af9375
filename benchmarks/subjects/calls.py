"""Calls: so many a second, how long they take and what they cost, beside the floor and peers.

Each round has servers of its own with new data. What only reads comes first, and whoever has been
loaded with creates is stopped before the next one is: it would go on to settle them.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from benchmarks.peers.servers import PEER_NAMES
from benchmarks.plan import Plan, Ratio, turned
from benchmarks.processes import Processes
from benchmarks.record import PER_SECOND, Figure, Record
from benchmarks.services import THIS
from benchmarks.tables import Table, cell, median
from benchmarks.targets import CREATE, FILTERED, FLOOR, LIST, RETRIEVE, Target, service_target

SUBJECT = "calls"
READS = (RETRIEVE, LIST, FILTERED)
WRITES = (FLOOR, CREATE)
WARMING_SECONDS = 1.0
P50, P99 = "p50 in ms", "p99 in ms"
LOAD, ALL = "load", "all"
AIM_OF_FLOOR = 0.16
# 'Kept' means: not slower than this share of what it is compared with.
KEPT = 0.95
_CPU, _MEMORY = "µs of ", "MiB of "
COST = _CPU + ALL


def measure(record: Record, plan: Plan) -> None:
    """Measure all targets in each round, one after the other."""
    services = [partial(service_target, revision) for revision in plan.revisions]
    starts: list[Callable[[], Target]] = [*services, *plan.peers]
    for number in range(plan.rounds):
        print(f"calls: round {number + 1} of {plan.rounds}", file=sys.stderr)
        targets: list[Target] = []
        try:
            targets.extend(start() for start in turned(starts, number))
            for what in READS:
                for target in targets:
                    _measure_call(record, plan, target, what)
            for target in targets:
                for what in WRITES:
                    _measure_call(record, plan, target, what)
                for part, mib in target.processes.memory_mib().items():
                    record.note(Figure(SUBJECT, target.name, "memory", _MEMORY + part), mib)
                target.stop()
        finally:
            for target in targets:
                target.stop()


def _measure_call(record: Record, plan: Plan, target: Target, what: str) -> None:
    """Warm up, load, and note the rate, the latencies and the CPU of a request by part."""
    if (call := target.calls.get(what)) is None:
        return
    for connections in plan.connections:
        call(connections, WARMING_SECONDS)
        before = target.processes.cpu_seconds()
        load = call(connections, plan.seconds)
        used = Processes.difference(target.processes.cpu_seconds(), before)
        found = {PER_SECOND: load.per_second, P50: load.p50, P99: load.p99}
        used |= {LOAD: load.cpu_seconds, ALL: sum(used.values()) + load.cpu_seconds}
        for part, seconds in used.items():
            found[_CPU + part] = 1e6 * seconds / load.requests
        for unit, value in found.items():
            if value is not None:
                record.note(Figure(SUBJECT, target.name, what, unit, connections), value)


def tables(record: Record) -> Iterator[tuple[str, Table]]:
    """Tell the rates with their latencies and their CPU, and the memory."""
    found = list(record.figures(SUBJECT))
    parts = _parts(found, _CPU)
    headers = ["call", "connections", "of", PER_SECOND, P50, P99, *(_CPU + part for part in parts)]
    units = headers[4:]
    rates = [each for each in found if each.unit == PER_SECOND]
    rows = [
        [
            rate.what,
            str(rate.connections),
            rate.of,
            cell(record.spread(rate)),
            *(median(record.spread(replace(rate, unit=unit))) for unit in units),
        ]
        for rate in sorted(rates, key=lambda each: (each.connections, _order(each.what)))
    ]
    yield "rates", Table(headers, rows)
    of = dict.fromkeys(each.of for each in found)
    parts = _parts(found, _MEMORY)
    rows = [
        [name]
        + [cell(record.spread(Figure(SUBJECT, name, "memory", _MEMORY + part))) for part in parts]
        for name in of
    ]
    yield "memory", Table(["after the creates", *(_MEMORY + part for part in parts)], rows)


def ratios(record: Record) -> Iterator[Ratio]:
    """Compare with the floor, a list with one backup, and each call with that of all others."""
    found = [each for each in record.figures(SUBJECT) if each.unit == PER_SECOND]
    for rate in (each for each in found if each.of == THIS):
        if rate.what == CREATE:
            floor = replace(rate, what=FLOOR)
            yield Ratio(_named(rate, "of the floor"), rate, floor, at_least=AIM_OF_FLOOR, cost=COST)
        if rate.what in (LIST, FILTERED):
            yield Ratio(
                _named(rate, f"to {RETRIEVE}"), rate, replace(rate, what=RETRIEVE), cost=COST
            )
        for other in found:
            if other == replace(rate, of=other.of) and other.of != THIS:
                is_revision = other.of not in PEER_NAMES and rate.what != FLOOR
                name = _named(rate, f"to {other.of}")
                yield Ratio(name, rate, other, KEPT if is_revision else None, cost=COST)


def _named(rate: Figure, other: str) -> str:
    return f"{rate.what} {other}, {rate.connections} connections"


def _parts(figures: Iterable[Figure], prefix: str) -> list[str]:
    """Return the parts of which there are figures in a unit that begins so."""
    units = dict.fromkeys(each.unit for each in figures if each.unit.startswith(prefix))
    return [unit.removeprefix(prefix) for unit in units]


def _order(what: str) -> int:
    return (*WRITES, *READS).index(what)
