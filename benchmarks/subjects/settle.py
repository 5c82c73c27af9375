"""Settling: how many due backups a second, each with its snapshot, as a share of a fixed floor.

In each round two accounts of a new database have the same rows. Of one the clock is moved past all
of them, in one call; of the other, `settle.sql` writes what that comes to.
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace

import psycopg

from benchmarks.loads import HERE
from benchmarks.plan import KEPT, Plan, Ratio, turned
from benchmarks.plots import Panel
from benchmarks.record import PER_SECOND, Figure, Record
from benchmarks.services import THIS, Service, call, running
from benchmarks.subjects.rates import MIB, memory_table
from benchmarks.tables import Table, cell
from benchmarks.targets import BACKUP

SUBJECT = "settle"
DUE = (10_000, 100_000, 1_000_000)
# Of those that take minutes, a fraction of the rounds.
MANY, FRACTION = 1_000_000, 5
SETTLE, FLOOR = "settle", "floor"
# What settling shall reach at least, of writing the same barely.
OF_THE_FLOOR = 0.5
SECONDS = "s"
MOST_WAIT_SECONDS = 300
_POLL_SECONDS = 0.1
_SNAPSHOTS, _BACKUPS, _HISTORY = "backups_snapshot", "backups_appbackup", "engine_transition"


# An app and a bucket have a history too.
_ONLY = {_HISTORY: " AND kind IN ('appSnap', 'appBackup')"}


def measure(record: Record, plan: Plan) -> None:
    """Settle fewer and more, in rounds."""
    for many in DUE:
        due = plan.scaled(many)
        rounds = plan.rounds if many < MANY else max(1, plan.rounds // FRACTION)
        for number, revisions in plan.turns(f"{SUBJECT} {due:,}", rounds):
            for revision in revisions:
                with running(revision) as service:
                    _measure(record, revision.name, service, due, number)


def _measure(record: Record, name: str, service: Service, due: int, number: int) -> None:
    accounts = {what: _account(service, due) for what in (SETTLE, FLOOR)}
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        for what in turned((SETTLE, FLOOR), number):
            connection.execute("CHECKPOINT")
            with service.processes.watched() as most:
                start = time.perf_counter()
                if what == SETTLE:
                    _settle(service, accounts[what])
                else:
                    _write_barely(connection, accounts[what])
                taken = time.perf_counter() - start
            called = f"{what} {due:,}"
            record.note(Figure(SUBJECT, name, called, SECONDS), taken)
            record.note(Figure(SUBJECT, name, called, PER_SECOND), due / taken)
            if what == SETTLE:
                for part, mib in most.items():
                    record.note(Figure(SUBJECT, name, called, MIB + part), mib)
        came_to = [_came_to(connection, each) for each in accounts.values()]
    assert came_to[0] == came_to[1], came_to


def _came_to(connection: psycopg.Connection, account: str) -> list[object]:
    """Return what there is, by all that settling writes: the same for both, or one did not do it."""
    columns = "state, transition_count, modified_at = ends_at, next_transition_at, state_unready"
    columns += ", hook_state, hook_state_details"
    return [
        connection.execute(
            f"SELECT {those}, count(*) FROM {table} WHERE account_id = %s{_ONLY.get(table, '')}"
            f" GROUP BY {those} ORDER BY {those}",
            [account],
        ).fetchall()
        for table, those in {
            _SNAPSHOTS: columns,
            _BACKUPS: f"{columns}, snapshot_shown",
            _HISTORY: "kind, sequence, from_state, to_state, reason",
        }.items()
    ]


def _account(service: Service, due: int) -> str:
    """Make an account whose clock stands, with so many backups that are on their way."""
    made = service.control("accounts", "POST")
    account, app = str(made["id"]), made["apps"][0]["id"]
    backups = f"{service.root}/accounts/{account}/k8s/v1/apps/{app}/appBackups"
    call(backups, made["token"], "POST", json.loads(BACKUP))
    with psycopg.connect(service.database_url) as connection:
        connection.execute(
            "CREATE TEMP TABLE copy ON COMMIT DROP AS SELECT number, gen_random_uuid() AS backup,"
            " gen_random_uuid() AS snapshot, number * interval '1 ms' AS later"
            " FROM generate_series(1, %s) AS number",
            [due - 1],
        )
        of_step = "CASE one.kind WHEN 'appBackup' THEN copy.backup ELSE copy.snapshot END"
        for table, values in {
            _SNAPSHOTS: {"id": "copy.snapshot", "name": "'s-' || copy.number"},
            _BACKUPS: {
                "id": "copy.backup",
                "snapshot_id": "copy.snapshot",
                "name": "'b-' || copy.number",
            },
            _HISTORY: {"resource_id": of_step},
        }.items():
            _multiply(connection, table, account, values)
    return account


def _multiply(
    connection: psycopg.Connection, table: str, account: str, values: Mapping[str, str]
) -> None:
    """Copy an account's rows of a table, with some other values, each copy later than the last."""
    columns = connection.execute(
        "SELECT column_name, data_type = 'timestamp with time zone' FROM information_schema.columns"
        " WHERE table_name = %s AND is_generated = 'NEVER' AND is_identity = 'NO'",
        [table],
    ).fetchall()
    copied = (
        values.get(name, f"one.{name} + copy.later" if is_instant else f"one.{name}")
        for name, is_instant in columns
    )
    connection.execute(
        f"INSERT INTO {table} ({', '.join(name for name, _ in columns)})"
        f" SELECT {', '.join(copied)} FROM {table} AS one CROSS JOIN copy"
        f" WHERE account_id = %s{_ONLY.get(table, '')}",
        [account],
    )


def _settle(service: Service, account: str) -> None:
    clock = f"accounts/{account}/clock"
    service.control(f"{clock}/advance", "POST", {"by": "P1D", "wait": MOST_WAIT_SECONDS})
    while service.control(clock)["status"] == "advancing":
        time.sleep(_POLL_SECONDS)


def _write_barely(connection: psycopg.Connection, account: str) -> None:
    _, *statements = (HERE / "settle.sql").read_text().split("-- statement\n")
    with connection.transaction():
        for statement in statements:
            connection.execute(statement, {"account": account})


def tables(record: Record) -> Iterator[tuple[str, Table]]:
    """Tell the time, and the most memory of what settles."""
    found = list(record.figures(SUBJECT))
    rows = [
        [each.what, each.of]
        + [cell(record.spread(replace(each, unit=unit))) for unit in (SECONDS, PER_SECOND)]
        for each in found
        if each.unit == SECONDS
    ]
    yield "time", Table(["due", "of", SECONDS, PER_SECOND], rows)
    yield "most memory", memory_table(record, found)


def ratios(record: Record) -> Iterator[Ratio]:
    """Compare with the floor and other revisions, and the memory of the most with the fewest."""
    found = [each for each in record.figures(SUBJECT) if each.what.startswith(SETTLE)]
    for rate in (each for each in found if each.unit == PER_SECOND):
        floor = replace(rate, what=rate.what.replace(SETTLE, FLOOR))
        if rate.of == THIS:
            yield Ratio(f"{rate.what} of the floor", rate, floor, OF_THE_FLOOR)
        else:
            yield Ratio(f"{rate.what} to {rate.of}", replace(rate, of=THIS), rate, KEPT)


def panels(record: Record) -> Iterator[Panel]:
    """Show the rates beside those of the floor."""
    rates = [each for each in record.figures(SUBJECT) if each.unit == PER_SECOND]
    bars = {
        f"{FLOOR if each.what.startswith(FLOOR) else each.of}, {each.what.split()[1]} due": (
            record.spread(each)
        )
        for each in rates
    }
    yield Panel("due backups settled, each with its snapshot", PER_SECOND, bars, ours=THIS)
