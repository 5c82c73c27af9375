"""What must hold in the database after every crash, whatever was under way."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import psycopg

from astra.engine.models import DELETED
from astra.engine.stages import Lifecycle
from backups.lifecycle import APP_BACKUP, SNAPSHOT
from tests.server.crash.ledger import KINDS, Ledger

_TABLES = {"appBackup": "backups_appbackup", "appSnap": "backups_snapshot"}
_LIFECYCLES = {"appBackup": APP_BACKUP, "appSnap": SNAPSHOT}
# Nothing in the load fails, so a row only goes the way of its stages, or is deleted.
_BEFORE = ""


class Step(NamedTuple):
    sequence: int
    from_state: str
    to_state: str
    at: datetime


Histories = dict[str, dict[str, list[Step]]]


def arrows(lifecycle: Lifecycle) -> set[tuple[str, str]]:
    """Return the steps that a row may take."""
    way = [_BEFORE, lifecycle.initial]
    way += [stage.to_state or lifecycle.success for stage in lifecycle.stages]
    return {*pairwise(way), *((state, DELETED) for state in way[1:])}


def check(
    database: psycopg.Connection[Any], account_id: str, ledgers: list[Ledger], every: timedelta
) -> list[str]:
    """Return what is wrong in an account that these clients called, and nobody calls now.

    ``every``: the schedule of the account fires so often. The clients learn what is so.
    """
    with database.transaction():
        database.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        rows = {kind: _rows(database, kind, account_id) for kind in KINDS}
        histories = _histories(database, account_id)
        schedules = database.execute(
            "SELECT created_at, next_firing_at FROM backups_schedule WHERE account_id = %s",
            [account_id],
        ).fetchall()
        buckets = database.execute(_BUCKETS, {"account": account_id}).fetchall()
    for ledger in ledgers:
        mine = f"{ledger.client}-"
        ledger.learn(
            {
                kind: {each: row[0] for each, row in found.items() if row[0].startswith(mine)}
                for kind, found in rows.items()
            },
            {kind: set(found) for kind, found in histories.items()},
        )
    by_clients = {
        kind: set[str]().union(*(ledger.rows[kind].made for ledger in ledgers)) for kind in KINDS
    }
    faults = [fault for ledger in ledgers for fault in ledger.faults]
    faults += _of_histories(histories, rows)
    faults += _of_pairs(histories, by_clients["appSnap"])
    faults += _of_firings(histories["appBackup"], by_clients["appBackup"], schedules, every)
    faults += [f"bucket {each} stores {has} bytes, and says {says}" for each, says, has in buckets]
    return faults


_BUCKETS = """
    SELECT bucket.id, stored_bytes, bytes FROM backups_bucket AS bucket, LATERAL (
        SELECT coalesce(sum(total_bytes), 0) AS bytes FROM backups_appbackup
        WHERE bucket_id = bucket.id AND state = 'completed') AS backups
    WHERE account_id = %(account)s AND stored_bytes <> bytes
"""


def _rows(database: psycopg.Connection[Any], kind: str, account_id: str) -> dict[str, Any]:
    found = database.execute(
        f"SELECT id, name, state, transition_count FROM {_TABLES[kind]} WHERE account_id = %s",
        [account_id],
    )
    return {str(each): rest for each, *rest in found}


def _histories(database: psycopg.Connection[Any], account_id: str) -> Histories:
    histories: Histories = {kind: {} for kind in KINDS}
    found = database.execute(
        "SELECT kind, resource_id, sequence, from_state, to_state, at FROM engine_transition"
        " WHERE account_id = %s AND kind = ANY(%s) ORDER BY kind, resource_id, sequence",
        [account_id, list(KINDS)],
    )
    for kind, resource_id, *step in found:
        histories[kind].setdefault(str(resource_id), []).append(Step(*step))
    return histories


def _of_histories(histories: Histories, rows: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield the histories with gaps or forbidden steps, and the rows that are not where they end."""
    for kind, lifecycle in _LIFECYCLES.items():
        allowed = arrows(lifecycle)
        for each, steps in histories[kind].items():
            way = [step.to_state for step in steps]
            if [step.sequence for step in steps] != list(range(len(steps))):
                yield f"{kind} {each} has a gap in its history: {steps}"
            elif [step.from_state for step in steps] != [_BEFORE, *way[:-1]]:
                yield f"{kind} {each} went from where it was not: {steps}"
            elif not {(step.from_state, step.to_state) for step in steps} <= allowed:
                yield f"{kind} {each} went a way that there is not: {way}"
            elif any(after.at < before.at for before, after in pairwise(steps)):
                yield f"{kind} {each} went back in time: {steps}"
            expected = None if way[-1] == DELETED else [way[-1], len(way)]
            found = rows[kind].get(each)
            if (None if found is None else found[1:]) != expected:
                yield f"{kind} {each} is {found}, and its history {way}"
        for each in rows[kind].keys() - histories[kind].keys():
            yield f"{kind} {each} has no history"


def _of_pairs(histories: Histories, snaps_by_clients: set[str]) -> Iterator[str]:
    """Yield the instants at which a backup was made without its snapshot, or a snapshot alone."""
    backups = Counter(steps[0].at for steps in histories["appBackup"].values())
    snaps = Counter(
        steps[0].at for each, steps in histories["appSnap"].items() if each not in snaps_by_clients
    )
    if backups != snaps:
        yield f"half pairs: backups alone {backups - snaps}, snapshots alone {snaps - backups}"


def _of_firings(
    backups: dict[str, list[Step]], by_clients: set[str], schedules: list[Any], every: timedelta
) -> Iterator[str]:
    """Yield the instants at which a schedule did not fire, or twice, or when it was not to."""
    fired = Counter(steps[0].at for each, steps in backups.items() if each not in by_clients)
    for created_at, next_firing_at in schedules:
        at, expected = next_firing_at - every, set[datetime]()
        while at > created_at:
            expected.add(at)
            at -= every
        if fired != Counter(expected):
            yield f"firings missing {Counter(expected) - fired}, too many {fired - Counter(expected)}"
