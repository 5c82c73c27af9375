"""Calls: so many a second, how long they take and what they cost, beside the floor and peers.

Each round has servers of its own with new data. What only reads comes first, and whoever has been
loaded with creates is stopped before the next one is: it would go on to settle them.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from benchmarks.peers.servers import PEER_NAMES
from benchmarks.plan import KEPT, Plan, Ratio, turned
from benchmarks.plots import Panel
from benchmarks.record import PER_SECOND, Figure, Record
from benchmarks.services import THIS
from benchmarks.subjects.rates import (
    COST,
    MIB,
    measure_call,
    memory_table,
    rate_panels,
    rate_table,
    with_connections,
)
from benchmarks.tables import Table
from benchmarks.targets import CREATE, FILTERED, FLOOR, LIST, RETRIEVE, Target, service_target

SUBJECT = "calls"
READS = (RETRIEVE, LIST, FILTERED)
WRITES = (FLOOR, CREATE)
AIM_OF_FLOOR, AIM_CONNECTIONS = 0.16, 16


def measure(record: Record, plan: Plan) -> None:
    """Measure revisions and peers."""
    services = [partial(service_target, revision) for revision in plan.revisions]
    measure_targets(record, plan, SUBJECT, [*services, *plan.peers], (*READS, *WRITES))


def measure_targets(
    record: Record,
    plan: Plan,
    subject: str,
    starts: Sequence[Callable[[], Target]],
    whats: Sequence[str],
) -> None:
    """Measure some calls of all targets in each round, one target after the other."""
    for number in range(plan.rounds):
        print(f"{subject}: round {number + 1} of {plan.rounds}", file=sys.stderr)
        targets: list[Target] = []
        try:
            targets.extend(start() for start in turned(starts, number))
            for what in (each for each in whats if each in READS):
                for target in targets:
                    measure_call(record, plan, subject, target, what)
            for target in targets:
                for what in (each for each in whats if each in WRITES):
                    measure_call(record, plan, subject, target, what)
                for part, mib in target.processes.memory_mib().items():
                    record.note(Figure(subject, target.name, "after creates", MIB + part), mib)
                target.stop()
        finally:
            for target in targets:
                target.stop()


def tables(record: Record) -> Iterator[tuple[str, Table]]:
    """Tell the rates with their latencies and their CPU, and the memory."""
    figures = list(record.figures(SUBJECT))
    yield "rates", rate_table(record, figures)
    yield "memory", memory_table(record, figures)


def ratios(record: Record) -> Iterator[Ratio]:
    """Compare with the floor, a list with one backup, and each call with that of all others."""
    found = [each for each in record.figures(SUBJECT) if each.unit == PER_SECOND]
    for rate in (each for each in found if each.of == THIS):
        if rate.what == CREATE:
            aim = AIM_OF_FLOOR if rate.connections == AIM_CONNECTIONS else None
            floor = replace(rate, what=FLOOR)
            yield Ratio(_named(rate, "of the floor"), rate, floor, at_least=aim, cost=COST)
        if rate.what in (LIST, FILTERED):
            retrieve = replace(rate, what=RETRIEVE)
            yield Ratio(_named(rate, f"to {RETRIEVE}"), rate, retrieve, cost=COST)
        for other in found:
            if other == replace(rate, of=other.of) and other.of != THIS:
                is_revision = other.of not in PEER_NAMES and rate.what != FLOOR
                aim = KEPT if is_revision else None
                yield Ratio(_named(rate, f"to {other.of}"), rate, other, at_least=aim, cost=COST)


def _named(rate: Figure, other: str) -> str:
    return f"{rate.what} {other}, {with_connections(rate)}"


def panels(record: Record) -> Iterator[Panel]:
    """Show the rates of each call that is not the floor."""
    figures = [each for each in record.figures(SUBJECT) if each.what != FLOOR]
    yield from rate_panels(record, figures)
