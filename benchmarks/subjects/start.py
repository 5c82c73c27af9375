"""Start: the seconds from the command to the first answer of the API."""

import http.client
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from benchmarks.plan import KEPT, Plan, Ratio
from benchmarks.plots import Panel
from benchmarks.record import Figure, Record
from benchmarks.services import THIS, Service
from benchmarks.tables import Table, cell

SUBJECT = "start"
SECONDS = "s"
NEW, AGAIN = "on new data", "on data that are there"


def measure(record: Record, plan: Plan) -> None:
    """Start each revision on a new folder, stop it, and start it again."""
    for _, revisions in plan.turns(SUBJECT):
        for revision in revisions:
            service = Service(revision)
            try:
                for what in (NEW, AGAIN):
                    taken = _seconds_to_answer(service)
                    record.note(Figure(SUBJECT, revision.name, what, SECONDS), taken)
            finally:
                service.remove()


def _seconds_to_answer(service: Service) -> float:
    start = time.perf_counter()
    service.start()
    connection = http.client.HTTPConnection(urlsplit(service.root).netloc)
    connection.request("GET", "/simulator/v1/health")
    assert connection.getresponse().status == http.client.OK
    taken = time.perf_counter() - start
    service.stop()
    return taken


def tables(record: Record) -> Iterator[tuple[str, Table]]:
    """Tell the seconds."""
    rows = [[each.what, each.of, cell(record.spread(each))] for each in record.figures(SUBJECT)]
    yield "first answer", Table(["start", "of", SECONDS], rows)


def ratios(record: Record) -> Iterator[Ratio]:
    """Compare with other revisions: more than 1 is quicker."""
    for figure in record.figures(SUBJECT):
        if figure.of != THIS:
            yield Ratio(
                f"start {figure.what} to {figure.of}", figure, replace(figure, of=THIS), KEPT
            )


def panels(record: Record) -> Iterator[Panel]:
    """Show the seconds."""
    bars = {f"{each.of}, {each.what}": record.spread(each) for each in record.figures(SUBJECT)}
    yield Panel("from the command to the first answer", SECONDS, bars, ours=THIS)
