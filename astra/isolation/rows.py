"""Rows of an account as JSON, in and out of the database, set-based and for any registered table.

PostgreSQL does the conversion both ways (`to_jsonb`, `jsonb_populate_recordset`): exact for every
type in use, timestamps to the microsecond and floats to the last bit.
"""

import functools
import uuid
from collections.abc import Generator, Mapping, Sequence
from typing import Any

import orjson
from django.db import connection

from astra.accounts.belongings import Belonging, belongings, state_belongings
from astra.accounts.models import Account
from astra.accounts.revisions import REVISION
from astra.api.statements import fetch

ACCOUNT = Account._meta.label_lower
# Of an account's row these are no state: what a checkpoint says of them is not put back.
_KEPT_OF_ACCOUNT = ("id", "expires_at")
_FETCHED_AT_ONCE = 2000


def insert_rows(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Insert rows of any tables in one statement: by label, each with all its columns."""
    labels = tuple(item.label for item in belongings() if rows.get(item.label))
    if labels:
        fetch(_insertion(labels), {"rows": orjson.dumps(rows).decode()})


def insert_array(item: Belonging, array: str) -> None:
    """Insert the rows of one table, given as the text of a JSON array."""
    statement = (
        f"INSERT INTO {item.table} ({_columns(item)}) SELECT {_columns(item)}"
        f" FROM jsonb_populate_recordset(NULL::{item.table}, %(rows)s::jsonb)"
    )
    fetch(statement, {"rows": array})


def update_account(account_id: uuid.UUID, row: Mapping[str, Any]) -> None:
    """Give the account's row the state of another, all of it but the id and how long it lives."""
    item = next(item for item in belongings() if item.label == ACCOUNT)
    columns = ", ".join(_quoted(name) for name in item.columns if name not in _KEPT_OF_ACCOUNT)
    statement = (
        f"UPDATE {item.table} SET ({columns}) = (SELECT {columns}"
        f" FROM jsonb_populate_record(NULL::{item.table}, %(row)s::jsonb)) WHERE id = %(account)s"
    )
    fetch(statement, {"row": orjson.dumps(row).decode(), "account": account_id})


def delete_rows(account_id: uuid.UUID, items: Sequence[Belonging]) -> None:
    """Delete the account's rows of these tables in one statement; foreign keys wait for its end."""
    if not items:
        return
    steps = ", ".join(
        f"gone_{number} AS (DELETE FROM {item.table} WHERE {item.column} = %(account)s)"
        for number, item in enumerate(items)
    )
    fetch(f"WITH {steps} SELECT 1", {"account": account_id})


def state_rows(account_id: uuid.UUID) -> Generator[tuple[str, str]]:
    """Yield (label, JSON text) of every row of the account's state, all as of one instant.

    One statement, so one moment, read through a cursor: to be used within a transaction, and closed
    there when not read to the end.
    """
    selects = " UNION ALL ".join(
        f"(SELECT '{item.label}' AS label, (to_jsonb(own.*){_without_what_is_new(item)})::text"
        f" FROM {item.table} AS own WHERE {item.column} = %(account)s"
        f" ORDER BY {_quoted(item.key)})"
        for item in state_belongings()
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(selects, {"account": account_id})
        while found := cursor.fetchmany(_FETCHED_AT_ONCE):
            yield from found


def foreign_parents(account_id: uuid.UUID) -> list[str]:
    """Return the foreign keys, as `label.column`, by which rows refer to those of other accounts."""
    owned = {item.model: item for item in state_belongings()}
    checks = [
        f"SELECT '{child.label}.{column}' WHERE EXISTS (SELECT FROM {child.table} AS child"
        f" JOIN {owned[parent].table} AS parent ON parent.id = child.{column}"
        f" WHERE child.{child.column} = %(account)s AND parent.{owned[parent].column} <> %(account)s)"
        for child in owned.values()
        for column, parent in child.parents.items()
        if parent in owned and column != child.column
    ]
    return [key for (key,) in fetch(" UNION ALL ".join(checks), {"account": account_id})]


@functools.cache
def _insertion(labels: tuple[str, ...]) -> str:
    by_label = {item.label: item for item in belongings()}
    steps = ", ".join(
        f"new_{number} AS (INSERT INTO {item.table} ({_columns(item)}) SELECT"
        f" {_columns(item, 'each')} FROM sent, jsonb_populate_recordset(NULL::{item.table},"
        f" sent.rows->'{item.label}') AS each)"
        for number, item in enumerate(by_label[label] for label in labels)
    )
    return f"WITH sent AS (SELECT %(rows)s::jsonb AS rows), {steps} SELECT 1"


def _columns(item: Belonging, alias: str = "") -> str:
    prefix = f"{alias}." if alias else ""
    return ", ".join(f"{prefix}{_quoted(name)}" for name in item.columns)


def _without_what_is_new(item: Belonging) -> str:
    """Return what takes from a row's JSON that which no copy of the row shares."""
    return f" - '{REVISION}'" + (f" - '{item.counted_key}'" if item.counted_key else "")


def _quoted(name: str) -> str:
    return f'"{name}"'
