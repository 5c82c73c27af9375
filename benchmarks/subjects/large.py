"""Much of everything: calls among a million backups, and among a thousand, side by side.

Both services are up all the time, since a million backups are not made anew for each round. While
one is measured, the other is paused: it would settle what it was loaded with.
"""

import json
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from urllib.parse import quote

from benchmarks.plan import Plan, Ratio, turned
from benchmarks.plots import Panel
from benchmarks.record import PER_SECOND, Figure, Record
from benchmarks.services import Revision, Service, call, running
from benchmarks.subjects.rates import COST, P50, measure_call, rate_table, with_connections
from benchmarks.tables import Table, cell
from benchmarks.targets import (
    CREATE,
    FILTERED,
    LIST,
    OWNER,
    PAGE,
    RETRIEVE,
    Call,
    Target,
    bearer,
    calls_of_app,
    world,
    wrk,
)

SUBJECT = "large"
FEW = {"backups": 1000, "apps": 10}
MANY = {"backups": 1_000_000, "apps": 1000}
OF_ACCOUNT, BY_NAME = "list of the account", "list by name"
# Linear in the number of backups, so each is asked alone.
LINEAR = ("count", "skip half", "orderBy=totalBytes", "orderBy=percentDone desc")
# What a call among many shall reach at least, of one among few.
AMONG_MANY = 0.85
READY = "state eq 'ready'"
SECONDS = "s"
_ACCOUNT = str(uuid.UUID(int=7, version=4))


def measure(record: Record, plan: Plan) -> None:
    """Seed both, then measure in rounds, first what reads."""
    revision = plan.revisions[0]
    alone = replace(plan, connections=[1])
    with ExitStack() as stack:
        sizes = (FEW, {name: plan.scaled(count) for name, count in MANY.items()})
        targets = [stack.enter_context(_seeded(record, revision, **size)) for size in sizes]
        for target in targets:
            target.processes.pause()
        for whats, how in (
            ((RETRIEVE, LIST, FILTERED, OF_ACCOUNT, BY_NAME), plan),
            (LINEAR, alone),
            ((CREATE,), plan),
        ):
            for number in range(plan.rounds):
                print(f"large: {whats[0]} and so on, round {number + 1}", file=sys.stderr)
                for what in whats:
                    for target in turned(targets, number):
                        target.processes.resume()
                        measure_call(record, how, SUBJECT, target, what)
                        target.processes.pause()
        for target in targets:
            target.processes.resume()


@contextmanager
def _seeded(record: Record, revision: Revision, *, backups: int, apps: int) -> Iterator[Target]:
    with running(revision) as service:
        document = service.folder / "world.json"
        document.write_text(json.dumps(world(backups, apps, id=_ACCOUNT)))
        print(f"large: seeding {backups:,} backups", file=sys.stderr)
        start = time.perf_counter()
        service.manage("seed", str(document))
        name = _named(backups)
        taken = time.perf_counter() - start
        record.note(Figure(SUBJECT, name, "seeding", SECONDS), taken)
        token = service.manage("createtoken", OWNER, "--account", _ACCOUNT).split()[-1]
        yield Target(name, _calls(service, token, backups), service.processes, service.stop)


def _named(backups: int) -> str:
    return f"{backups:,} backups"


def _calls(service: Service, token: str, backups: int) -> dict[str, Call]:
    account = f"{service.root}/accounts/{_ACCOUNT}"
    app = call(f"{account}/k8s/v2/apps?limit=1&filter={quote(READY)}", token)["items"][0]["id"]
    collection = f"{account}/topology/v1/appBackups"
    some = call(f"{collection}?limit=1&skip={backups // 2}", token)["items"][0]["name"]
    queries = {
        OF_ACCOUNT: "",
        BY_NAME: f"&filter={quote(f'name eq {some!r}')}",
        "count": "&count=true",
        "skip half": f"&skip={backups // 2}",
        "orderBy=totalBytes": "&orderBy=totalBytes",
        "orderBy=percentDone desc": "&orderBy=percentDone%20desc",
    }
    headers = bearer(token)
    lists = {
        what: wrk(f"{collection}?limit={PAGE}{query}", headers=headers)
        for what, query in queries.items()
    }
    return calls_of_app(account, app, token) | lists


def tables(record: Record) -> Iterator[tuple[str, Table]]:
    """Tell the rates, and how long what is linear takes."""
    found = list(record.figures(SUBJECT))
    yield "rates", rate_table(record, [each for each in found if each.what not in LINEAR])
    linear = [each for each in found if each.what in LINEAR and each.unit == P50]
    rows = [[each.what, each.of, cell(record.spread(each))] for each in linear]
    yield "linear calls, one at a time", Table(["call", "of", P50], rows)
    seeding = [each for each in found if each.unit == SECONDS]
    rows = [[each.of, cell(record.spread(each))] for each in seeding]
    yield "seeding", Table(["of", SECONDS], rows)


def ratios(record: Record) -> Iterator[Ratio]:
    """Compare each call among many with the same among few."""
    few = _named(FEW["backups"])
    for rate in record.figures(SUBJECT):
        if rate.unit == PER_SECOND and rate.of != few:
            aim = None if rate.what in LINEAR else AMONG_MANY
            name = f"{rate.what} among {rate.of} to {few}, {with_connections(rate)}"
            yield Ratio(name, rate, replace(rate, of=few), at_least=aim, cost=COST)


def panels(record: Record) -> Iterator[Panel]:
    """Show the rates of calls among many, as shares of those among few."""
    shares = {
        ratio.of.what: record.ratio(ratio.of, ratio.to)
        for ratio in ratios(record)
        if ratio.at_least is not None
    }
    yield Panel("calls among many, as shares of the same among few", "share", shares)
