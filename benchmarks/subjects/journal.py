"""The journal: what it costs to write every call down."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from benchmarks.plan import Plan, Ratio
from benchmarks.plots import Panel
from benchmarks.record import PER_SECOND, Record
from benchmarks.services import THIS, Revision
from benchmarks.subjects.calls import measure_targets
from benchmarks.subjects.rates import COST, rate_panels, rate_table, with_connections
from benchmarks.tables import Table
from benchmarks.targets import CREATE, RETRIEVE, service_target

SUBJECT = "journal"
WITHOUT = "without a journal"


def measure(record: Record, plan: Plan) -> None:
    """Measure this revision as it is, and with the journal switched off."""
    revisions = (Revision(), Revision(WITHOUT, options={"ASTRA_JOURNAL_CAP": "0"}))
    starts = [partial(service_target, revision) for revision in revisions]
    measure_targets(record, plan, SUBJECT, starts, (RETRIEVE, CREATE))


def tables(record: Record) -> Iterator[tuple[str, Table]]:
    """Tell the rates."""
    yield "rates", rate_table(record, record.figures(SUBJECT))


def ratios(record: Record) -> Iterator[Ratio]:
    """Compare with what goes without."""
    for rate in record.figures(SUBJECT):
        if rate.of == THIS and rate.unit == PER_SECOND:
            name = f"{rate.what} to one {WITHOUT}, {with_connections(rate)}"
            yield Ratio(name, rate, replace(rate, of=WITHOUT), cost=COST)


def panels(record: Record) -> Iterator[Panel]:
    """Show the rates with and without."""
    yield from rate_panels(record, record.figures(SUBJECT))
