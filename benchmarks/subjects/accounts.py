"""An account for each test: what it costs alone, and while many tests live in one of their own."""

import http.client
import json
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from benchmarks.plan import KEPT, Plan, Ratio
from benchmarks.plots import Panel
from benchmarks.record import PER_SECOND, Figure, Record
from benchmarks.services import THIS, Service, running
from benchmarks.tables import Table, cell
from benchmarks.targets import BACKUP

SUBJECT = "accounts"
ALONE, AT_ONCE = 20, 200
ALL_OF_IT = "a whole test"
MILLISECONDS = "ms"
Times: TypeAlias = "dict[str, list[float]]"


def measure(record: Record, plan: Plan) -> None:
    """Live through tests one after the other, then through many at once."""
    for _, revisions in plan.turns(SUBJECT):
        for revision in revisions:
            with running(revision) as service:
                _measure(record, revision.name, service, plan.scaled(AT_ONCE))


def _measure(record: Record, name: str, service: Service, clients: int) -> None:
    _live(service, 2)
    _note(record, name, 1, [_live(service, ALONE)])
    start = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        times = list(pool.map(lambda _: _live(service, 1), range(clients)))
    rate = clients / (time.perf_counter() - start)
    record.note(Figure(SUBJECT, name, ALL_OF_IT, PER_SECOND, clients), rate)
    _note(record, name, clients, times)


def _note(record: Record, name: str, clients: int, times: list[Times]) -> None:
    for what in times[0]:
        taken = statistics.median(seconds for one in times for seconds in one[what])
        record.note(Figure(SUBJECT, name, what, MILLISECONDS, clients), 1000 * taken)


def _live(service: Service, lives: int) -> Times:
    """Do as a test does: an account of one's own, a backup, time, a look, a reset, gone."""
    client = _Client(service)
    for _ in range(lives):
        made = client.control("new", "POST", "", {"ttl": "10m"})
        own, token = f"/{made['id']}", made["token"]
        base = f"/accounts/{made['id']}"
        create = f"{base}/k8s/v1/apps/{made['apps'][0]['id']}/appBackups"
        client.call("backup", "POST", create, token, json.loads(BACKUP))
        client.control("advance", "POST", f"{own}/clock/advance", {"by": "PT1M"})
        seen = client.call("list", "GET", f"{base}/topology/v1/appBackups", token)["items"]
        assert [item["state"] for item in seen] == ["completed"]
        client.control("save", "POST", f"{own}/checkpoints", {"name": "a"})
        client.control("restore", "POST", f"{own}/checkpoints/a/restore")
        client.control("reset", "POST", f"{own}/reset")
        assert client.call("list", "GET", f"{base}/topology/v1/appBackups", token)["items"] == []
        client.control("delete", "DELETE", own)
    return client.times


class _Client:
    """One connection, as a test has it."""

    def __init__(self, service: Service) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(service.root).netloc, timeout=600)
        self._control_token = service.control_token
        self.times: Times = {}

    def control(self, what: str, method: str, path: str, body: object = None) -> Any:
        """Call the control surface below its accounts."""
        return self.call(what, method, f"/simulator/v1/accounts{path}", self._control_token, body)

    def call(self, what: str, method: str, path: str, token: str, body: object = None) -> Any:
        """Return the JSON answer; note how long it took."""
        sent = None if body is None else json.dumps(body)
        start = time.perf_counter()
        self._connection.request(method, path, sent, {"Authorization": f"Bearer {token}"})
        response = self._connection.getresponse()
        content = response.read()
        self.times.setdefault(what, []).append(time.perf_counter() - start)
        assert response.status < 300, (method, path, response.status, content)
        return json.loads(content) if content else None


def tables(record: Record) -> Iterator[tuple[str, Table]]:
    """Tell what each call takes, alone and among many."""
    found = list(record.figures(SUBJECT))
    calls = dict.fromkeys(
        replace(each, connections=0) for each in found if each.unit == MILLISECONDS
    )
    clients = sorted({each.connections for each in found})
    rows = [
        [call.what, call.of]
        + [cell(record.spread(replace(call, connections=count))) for count in clients]
        for call in calls
    ]
    yield (
        "milliseconds of a call",
        Table(["call", "of", *(_at_once(count) for count in clients)], rows),
    )
    rates = [each for each in found if each.unit == PER_SECOND]
    rows = [[_at_once(each.connections), each.of, cell(record.spread(each))] for each in rates]
    yield "whole tests", Table(["tests", "of", PER_SECOND], rows)


def _at_once(count: int) -> str:
    return "alone" if count == 1 else f"{count} at once"


def ratios(record: Record) -> Iterator[Ratio]:
    """Compare with other revisions: more than 1 is quicker."""
    for figure in record.figures(SUBJECT):
        if figure.of != THIS:
            own, name = replace(figure, of=THIS), f"{figure.what} {_at_once(figure.connections)}"
            pair = (own, figure) if figure.unit == PER_SECOND else (figure, own)
            yield Ratio(f"{name} to {figure.of}", *pair, at_least=KEPT)


def panels(record: Record) -> Iterator[Panel]:
    """Show what each call takes alone."""
    found = [each for each in record.figures(SUBJECT) if each.connections == 1]
    for of in dict.fromkeys(each.of for each in found):
        bars = {f"{each.what}": record.spread(each) for each in found if each.of == of}
        yield Panel(f"calls of a test that is alone, {of}", MILLISECONDS, bars)
