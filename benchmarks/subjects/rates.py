"""Rates of calls: one measurement, and the tables of many."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from benchmarks.plan import Plan
from benchmarks.plots import Panel
from benchmarks.processes import Processes
from benchmarks.record import PER_SECOND, Figure, Record
from benchmarks.services import THIS
from benchmarks.tables import Table, cell, median
from benchmarks.targets import Target

P50, P99 = "p50 in ms", "p99 in ms"
CPU, MIB = "µs of ", "MiB of "
LOAD, ALL = "load", "all"
COST = CPU + ALL


def measure_call(record: Record, plan: Plan, subject: str, target: Target, what: str) -> None:
    """Warm up, load, and note the rate, the latencies and the CPU of a request by part.

    A target that has no such call is left out.
    """
    if (call := target.calls.get(what)) is None:
        return
    for connections in plan.connections:
        call(connections, target.warming_seconds)
        before = target.processes.cpu_seconds()
        load = call(connections, plan.seconds)
        used = Processes.difference(target.processes.cpu_seconds(), before)
        used |= {LOAD: load.cpu_seconds, ALL: sum(used.values()) + load.cpu_seconds}
        found = {PER_SECOND: load.per_second, P50: load.p50, P99: load.p99}
        for part, seconds in used.items():
            found[CPU + part] = 1e6 * seconds / load.requests
        for unit, value in found.items():
            if value is not None:
                record.note(Figure(subject, target.name, what, unit, connections), value)


def rate_table(record: Record, figures: Iterable[Figure]) -> Table:
    """Return rates, latencies and CPU: what was measured with the same number of connections first."""
    figures = list(figures)
    units = [P50, P99, *_units(figures, CPU)]
    rates = [each for each in figures if each.unit == PER_SECOND]
    whats = list(dict.fromkeys(rate.what for rate in rates))
    rows = [
        [
            rate.what,
            str(rate.connections),
            rate.of,
            cell(record.spread(rate)),
            *(median(record.spread(replace(rate, unit=unit))) for unit in units),
        ]
        for rate in sorted(rates, key=lambda each: (each.connections, whats.index(each.what)))
    ]
    return Table(["call", "connections", "of", PER_SECOND, *units], rows)


def memory_table(record: Record, figures: Iterable[Figure]) -> Table:
    """Return the memory by part."""
    figures = list(figures)
    units = _units(figures, MIB)
    found = dict.fromkeys(replace(each, unit="") for each in figures if each.unit in units)
    rows = [
        [key.what, key.of, *(cell(record.spread(replace(key, unit=unit))) for unit in units)]
        for key in found
    ]
    return Table(["memory", "of", *units], rows)


def with_connections(rate: Figure) -> str:
    """Say over how many connections something was measured."""
    return "1 connection" if rate.connections == 1 else f"{rate.connections} connections"


def _units(figures: Iterable[Figure], prefix: str) -> list[str]:
    return list(dict.fromkeys(each.unit for each in figures if each.unit.startswith(prefix)))


def rate_panels(record: Record, figures: Iterable[Figure]) -> Iterator[Panel]:
    """Show the rates of each call, of all that have it."""
    rates = [each for each in figures if each.unit == PER_SECOND]
    for key in dict.fromkeys(replace(rate, of="") for rate in rates):
        yield Panel(
            f"{key.what}, {with_connections(key)}",
            PER_SECOND,
            {rate.of: record.spread(rate) for rate in rates if replace(rate, of="") == key},
            ours=THIS,
        )


def panel_over(record: Record, title: str, over: Figure, *, prefix: str = MIB) -> Iterator[Panel]:
    """Show the memory by part over what was noted at the same moments, if it was.

    ``prefix``: that of other units, which are MiB of something else.
    """
    if values := record.values.get(over):
        lines = {
            each.unit.removeprefix(prefix): found
            for each, found in record.values.items()
            if each.unit.startswith(prefix) and each == replace(over, unit=each.unit)
        }
        yield Panel(title, "MiB", over=(over.unit, values), lines=lines)
