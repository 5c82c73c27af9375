"""Hand-written SQL: on the hot path prepared once in a session, then executed by libpq itself.

A cursor would parse, type and convert at every call what never changes. With ``ASTRA_PREPARE=off``,
for a pooler in transaction mode, nothing is prepared and all else is the same.
"""

import itertools
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from psycopg import DataError
from psycopg.adapt import PyFormat

from astra.database.replica import alias_read
from astra.database.sessions import Session, Sessions

T = TypeVar("T")
# What makes something of a row's values.
Make: TypeAlias = Callable[[Sequence[Any]], Any]

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_ANY = re.compile(r"%s|%%|%\((\w+)\)s")
_numbers = itertools.count(1)


class Statement:
    """A statement with `%(name)s` placeholders, whose types PostgreSQL infers.

    It runs in the transaction of this thread, if there is one. Made once, at import or in a cache that
    is bounded: a session keeps what is prepared in it. ``is_kept``: False for one that is planned for
    its values each time, of which no session keeps anything.
    """

    def __init__(self, text: str, *, is_kept: bool = True) -> None:
        names = list(dict.fromkeys(_PLACEHOLDER.findall(text)))
        numbers = {name: f"${index}" for index, name in enumerate(names, start=1)}
        self._names = names
        self._text = _PLACEHOLDER.sub(lambda match: numbers[match[1]], text).encode()
        self._name = b"astra_%d" % next(_numbers)
        self._is_kept = is_kept

    def __str__(self) -> str:
        return self._text.decode()

    def fetch_one(self, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Execute; return the first row or None. Raises Django's database errors."""
        rows = self.fetch_all(parameters)
        return rows[0] if rows else None

    def fetch_all(self, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Execute; return the rows. Raises Django's database errors."""
        return self.fetch_made(parameters, tuple)

    def fetch_made(self, parameters: Mapping[str, Any], make: Make) -> list[Any]:
        """Execute; return what ``make`` makes of each row. Raises Django's database errors."""
        return _run(self._text, lambda held: _made(held, self._send(parameters, held), make))

    def execute(self, parameters: Mapping[str, Any]) -> None:
        """Execute a statement without rows. Raises Django's database errors."""
        _run(self._text, partial(self._send, parameters))

    def _send(self, parameters: Mapping[str, Any], held: Session) -> Any:
        values = [_written(held, parameters[name]) for name in self._names]
        if self._is_kept and settings.ASTRA.prepare_statements:
            return held.execute_prepared(self._name, self._text, values)
        return held.execute_once(self._text, values)


def fetch_made(
    sql: str, positional: Sequence[Any], named: Mapping[str, Any], make: Make
) -> list[Any]:
    """Execute SQL with `%s` and `%(name)s` that is not asked again; see ``Statement.fetch_made``."""
    rest = iter(positional)
    parameters: list[Any] = []

    def number(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        parameters.append(next(rest) if match[1] is None else named[match[1]])
        return f"${len(parameters)}"

    text = _ANY.sub(number, sql)

    def run(held: Session) -> list[Any]:
        writer = held.writer
        values: Any = writer.dump_sequence(parameters, [PyFormat.TEXT] * len(parameters))
        return _made(held, held.execute_once(text.encode(), values, writer.types), make)

    return _run(text.encode(), run)


def fetch(sql: str, parameters: Mapping[str, Any] | Sequence[Any] | None = None) -> list[Any]:
    """Execute SQL that is not on the hot path; return its rows, none where it has no result."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall()) if cursor.description else []


def release() -> None:
    """Give the session of this thread back before a wait that is not for the database."""
    wrapper = connections[DEFAULT_DB_ALIAS]
    if wrapper.connection is not None and not wrapper.in_atomic_block:
        wrapper.close()


def _run(text: bytes, ask: Callable[[Session], T]) -> T:
    """Ask the session that this thread has, as within a transaction, else one that is free."""
    wrapper: Any = connections[alias_read()]
    if wrapper.queries_logged:
        wrapper.queries_log.append({"sql": text.decode(), "time": "0"})
    pool: Sessions | None = None if wrapper.connection is not None else wrapper.pool
    if pool is None:
        wrapper.ensure_connection()
        with wrapper.wrap_database_errors:
            return ask(wrapper.connection)
    with wrapper.wrap_database_errors:
        held = pool.getconn()
        try:
            return ask(held)
        finally:
            pool.putconn(held)


def _made(held: Session, result: Any, make: Make) -> list[Any]:
    held.reader.set_pgresult(result)
    return held.reader.load_rows(0, result.ntuples, make)


def _written(held: Session, value: Any) -> bytes | None:
    """Return a value as PostgreSQL reads it in text form."""
    if value is None:
        return None
    write = _WRITERS.get(type(value))
    if write is None:
        return bytes(held.writer.get_dumper(value, PyFormat.TEXT).dump(value) or b"")
    return write(value)


def _written_text(value: str) -> bytes:
    # To libpq it would be the end.
    if "\0" in value:
        raise DataError("a text cannot have NUL")
    return value.encode()


_WRITERS: dict[type, Callable[[Any], bytes]] = {
    str: _written_text,
    bytes: lambda value: value,
    uuid.UUID: lambda value: b"%032x" % value.int,
    bool: lambda value: b"t" if value else b"f",
    int: lambda value: b"%d" % value,
    float: lambda value: repr(value).encode(),
    datetime: lambda value: value.isoformat().encode(),
}
