"""Generic plans of statements, on tables of a size that is planted in the planner's statistics."""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import QuerySet
from psycopg.pq import ExecStatus

from astra.api.statements import Statement
from astra.resources import registry

MILLION = 1_000_000


def tables() -> Iterator[str]:
    """Yield the tables of the service's own models."""
    for model in apps.get_models():
        if model._meta.managed and not model.__module__.startswith("django."):
            yield model._meta.db_table


def any_is_empty() -> bool:
    """Tell whether a table that resources are in has no page."""
    named = [resource.model._meta.db_table for resource in registry.resources()]
    own = [table for table in named if table in set(tables())]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM unnest(%s::text[]) AS own (name)"
            " WHERE pg_relation_size(own.name::regclass) = 0",
            [own],
        )
        ((count,),) = cursor.fetchall()
    return bool(count)


def plant(rows: int | None) -> None:
    """Have the planner believe that every table has so many rows; None: that nobody ever counted.

    PostgreSQL believes a number of rows per page, and counts the pages of the file itself: a table
    needs a row, which has one page. Nothing is read as a whole, however small: which index answers is
    the question.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for table in tables():
            cursor.execute("SELECT pg_clear_relation_stats('public', %s)", [table])
            if rows is not None:
                cursor.execute(
                    "SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', %s::text,"
                    " 'relpages', %s::int, 'reltuples', %s::real)",
                    [table, 1, rows],
                )


def generic_plan(statement: str) -> dict[str, Any]:
    """Return the generic plan of a statement with `$n` or `%s` placeholders."""
    numbers = itertools.count(1)
    text = re.sub(r"%s", lambda _: f"${next(numbers)}", statement)
    connection.ensure_connection()
    # By the simple protocol: the extended one would want values for the placeholders.
    result = connection.connection.pgconn.exec_(
        f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {text}".encode()
    )
    assert result.status == ExecStatus.TUPLES_OK, result.error_message.decode()
    plan: dict[str, Any] = json.loads(result.get_value(0, 0))[0]["Plan"]
    return plan


def scans(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield how each table of a plan is read: the table, and the index or the kind of the scan."""
    if "Relation Name" in plan and plan["Node Type"] != "ModifyTable":
        how = plan.get("Index Name", plan["Node Type"])
        if plan["Node Type"] == "Bitmap Heap Scan":
            how = "+".join(index for child in plan["Plans"] for index in _bitmaps(child))
        yield plan["Relation Name"], how
    for child in plan.get("Plans", []):
        yield from scans(child)


def _bitmaps(plan: dict[str, Any]) -> Iterator[str]:
    if "Index Name" in plan:
        yield plan["Index Name"]
    for child in plan.get("Plans", []):
        yield from _bitmaps(child)


def scans_of(rows: "QuerySet[Any] | Statement") -> dict[str, set[str]]:
    """Return how a query reads each of its tables."""
    statement = str(rows) if isinstance(rows, Statement) else rows.query.sql_with_params()[0]
    found: dict[str, set[str]] = {}
    for table, how in scans(generic_plan(statement)):
        found.setdefault(table, set()).add(how)
    return found
