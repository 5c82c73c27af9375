"""Rows as answers need them: only the columns that are shown, without the cost of model instances.

A queryset that depends on nothing but ids is the same SQL at every call: it is built with a
``Parameter`` in the place of each, compiled once, and stays prepared.
"""

import functools
import itertools
import re
from collections import namedtuple
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BooleanField, Expression, Field, QuerySet

from astra.api.statements import Statement, fetch_made

# A light row has the columns as attributes, its ids as the API writes them.
Row: TypeAlias = Any

_CONSTANT = re.compile("%s")


class Parameter(Expression):
    """In a queryset that is compiled once: a value that each call gives, by its name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the placeholder, as ``Statement`` has it."""
        return f"%({self.name})s", ()


class Proof(Expression):
    """In a queryset: who calls is still who was remembered, or asked for a moment ago.

    The caller (``self.caller`` of a view) has its SQL, and the values of its placeholders.
    """

    conditional = True
    output_field = BooleanField()

    def __init__(self, sql: str) -> None:
        super().__init__()
        self.sql = sql

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the condition, as ``Statement`` has it."""
        return self.sql, ()


class Selection:
    """A queryset with a ``Parameter`` for whatever changes from call to call, as one statement.

    ``is_kept``: as of ``Statement``.
    """

    def __init__(
        self, rows: QuerySet[Any], columns: Sequence[str], *, is_kept: bool = True
    ) -> None:
        sql, constants = _compiled(rows, columns)
        numbers = itertools.count()
        self._constants = {f"constant_{number}": value for number, value in enumerate(constants)}
        named = _CONSTANT.sub(lambda _: f"%(constant_{next(numbers)})s", sql)
        self._statement = Statement(named.replace("%%", "%"), is_kept=is_kept)
        self._make = row_class(tuple(columns))._make

    def __str__(self) -> str:
        return str(self._statement)

    def fetch(self, values: Mapping[str, Any]) -> list[Row]:
        """Return the light rows for these values of its parameters."""
        return self._statement.fetch_made({**self._constants, **values}, self._make)


def fetch_rows(rows: QuerySet[Any], columns: Sequence[str], values: Mapping[str, Any]) -> list[Row]:
    """Return the light rows of a queryset that is asked but once, for the values of a ``Proof``."""
    try:
        sql, constants = _compiled(rows, columns)
    except EmptyResultSet:
        return []
    return fetch_made(sql, constants, values, row_class(tuple(columns))._make)


def count_rows(rows: QuerySet[Any]) -> int:
    """Return how many rows a queryset has, asked as light rows are."""
    try:
        sql, constants = _compiled(rows.order_by(), ("id",))
    except EmptyResultSet:
        return 0
    ((count,),) = fetch_made(f"SELECT count(*) FROM ({sql}) AS counted", constants, {}, tuple)
    return int(count)


@functools.cache
def row_class(columns: tuple[str, ...]) -> Any:
    """Return the class of light rows with these columns."""
    return namedtuple("Row", columns)


def _compiled(rows: QuerySet[Any], columns: Sequence[str]) -> tuple[str, list[Any]]:
    compiler = rows.values_list(*columns).query.get_compiler(DEFAULT_DB_ALIAS)
    sql, parameters = compiler.as_sql()
    # PostgreSQL writes an id at a tenth of what Python needs to.
    fields = {field.attname: field for field in rows.model._meta.concrete_fields}
    shown = ", ".join(_shown(name, fields.get(name)) for name in columns)
    return f"SELECT {shown} FROM ({sql}) AS light", list(parameters)


def _shown(name: str, field: "Field[Any, Any] | None") -> str:
    column = name if field is None else str(field.column)
    is_id = field is not None and field.db_type(connection) == "uuid"
    return f'"{column}"::text' if is_id else f'"{column}"'
