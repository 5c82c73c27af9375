"""Writing seeded rows: one item at a time, or many at once by COPY; and their history."""

import functools
import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import JSONField, Model

from astra.api.statements import fetch
from astra.engine.models import Staged
from astra.engine.registry import Registration, registrations
from astra.engine.stages import Lifecycle
from astra.scenarios.errors import ScenarioConflictError
from astra.scenarios.placing import is_aside, next_stage
from astra.scenarios.sections import Item


def write_item(item: Item, rows: Sequence[Model]) -> None:
    """Insert the rows of an item; raises ``ScenarioConflictError`` where others have its place."""
    with reporting_conflicts(item):
        for row in rows:
            _write_row(row)


@contextmanager
def reporting_conflicts(item: Item) -> Iterator[None]:
    """Raise ``ScenarioConflictError`` at the item for what the database refuses within."""
    try:
        # A savepoint, so that the load ends with our message and not with the next statement's.
        with transaction.atomic():
            yield
    except (IntegrityError, DataError) as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        reason = f"The database refuses it: {error}".strip()
        if diagnosis is not None and diagnosis.constraint_name:
            # Of a domain it knows the value, not the row.
            detail = diagnosis.message_detail or diagnosis.message_primary
            reason = f"The database refuses it ({diagnosis.constraint_name}): {detail}"
        raise ScenarioConflictError([item.document.finding(item.path, reason)]) from error


def _write_row(row: Model) -> None:
    registration = next((item for item in registrations() if item.model is type(row)), None)
    if registration is None:
        row.save(force_insert=True)
        return
    assert isinstance(row, Staged)
    taken = next_sequences(registration.lifecycle.kind, [row.id])
    row.transition_count += taken.get(row.id, 0)
    row.save(force_insert=True)
    write_history(registration, [row.id])


class Copying:
    """Rows of one staged model on their way into the database, a chunk at a time."""

    def __init__(self, registration: Registration) -> None:
        """Take down the columns of the model, in an order that every row is written in."""
        self._registration = registration
        self.model = registration.model
        fields = registration.model._meta.concrete_fields
        # Columns and attributes have the same names here, foreign keys included.
        self._columns = [field.attname for field in fields]
        self._json = {field.attname for field in fields if isinstance(field, JSONField)}
        self._statement = f"COPY {registration.table} ({', '.join(self._columns)}) FROM STDIN"

    @staticmethod
    def values_of(row: Model) -> dict[str, Any]:
        """Return the values of a row by column; the caller changes what differs in the next."""
        return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}

    def write(self, rows: Sequence[dict[str, Any]], *, go_on: bool) -> None:
        """Insert the rows and their history; ``go_on``: some may have a history from before."""
        ids: list[uuid.UUID] = [row["id"] for row in rows]
        if not ids:
            return
        if go_on:
            taken = next_sequences(self._registration.lifecycle.kind, ids)
            for row in rows:
                row["transition_count"] += taken.get(row["id"], 0)
        # Django turns the driver's errors into its own for what it calls itself, and no further.
        with (
            connection.cursor() as cursor,
            connection.wrap_database_errors,
            cursor.copy(self._statement) as copy,
        ):
            for row in rows:
                copy.write_row([self._cell(column, row[column]) for column in self._columns])
        write_history(self._registration, ids)

    def _cell(self, column: str, value: Any) -> Any:
        # Most JSON cells are empty lists.
        if column not in self._json or value is None:
            return value
        return json.dumps(value, ensure_ascii=False) if value else "[]" if value == [] else "{}"


@contextmanager
def references_checked_at_once() -> Iterator[None]:
    """Let the database check foreign keys with each statement, not remember millions to the end."""
    fetch("SET CONSTRAINTS ALL IMMEDIATE")
    yield
    fetch("SET CONSTRAINTS ALL DEFERRED")


def analyze(*models: type[Model]) -> None:
    """Tell the planner of many new rows at once; it would find out by itself, but later."""
    tables = ", ".join(model._meta.db_table for model in models)
    fetch(f"ANALYZE {tables}")


def write_history(registration: Registration, ids: Sequence[uuid.UUID]) -> None:
    """Write the transitions of rows that have none yet: what settling would have written.

    They follow from the instants of the row, and are numbered so that the last is the row's
    `transition_count`: a row that was deleted and seeded again goes on where its history ended.
    """
    fetch(_statement(registration), {"ids": list(ids)})


def next_sequences(kind: str, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return, of those ids that have a history, the number that the next transition gets."""
    statement = (
        "SELECT resource_id, max(sequence) + 1 FROM engine_transition"
        " WHERE kind = %(kind)s AND resource_id = ANY(%(ids)s) GROUP BY resource_id"
    )
    return dict(fetch(statement, {"kind": kind, "ids": list(ids)}))


@functools.cache
def _statement(registration: Registration) -> str:
    lifecycle = registration.lifecycle
    last = len(lifecycle.stages)
    between = "".join(
        f", ({ordinal}, '{stage.to_state}', seeded.{stage.instant_column})"
        for ordinal, stage in enumerate(lifecycle.stages[:-1], start=1)
    )
    leaving = " ".join(
        f"WHEN '{state}' THEN {next_stage(lifecycle, state) + 1}" for state in lifecycle.unfinished
    )
    return f"""
    WITH step AS (
        SELECT seeded.*, step.ordinal, step.to_state AS step_state, step.at AS step_at,
               row_number() OVER steps AS number, count(*) OVER (PARTITION BY seeded.id) AS total,
               coalesce(lag(step.to_state) OVER steps, '') AS step_from
        FROM {registration.table} AS seeded
        CROSS JOIN LATERAL (VALUES
            (0, {_beginning(lifecycle)}, seeded.created_at){between},
            ({last}, seeded.state, seeded.ends_at)
        ) AS step (ordinal, to_state, at)
        WHERE seeded.id = ANY(%(ids)s) AND step.at IS NOT NULL
          AND CASE WHEN seeded.state IN ({_literals(lifecycle.final)}) THEN true
              ELSE step.ordinal < CASE seeded.state {leaving} END END
        WINDOW steps AS (PARTITION BY seeded.id ORDER BY step.ordinal)
    )
    INSERT INTO engine_transition
        (account_id, kind, resource_id, sequence, from_state, to_state, reason, at)
    SELECT account_id, '{lifecycle.kind}', id, transition_count - total + number - 1,
           step_from, step_state,
           CASE WHEN ordinal = {last} AND step_state IN ({_literals(lifecycle.failures)})
                THEN left(coalesce(outcome_reasons->0->>'title', outcome_reasons->>0, ''), 127)
                ELSE '' END,
           step_at
    FROM step
    ORDER BY step_at, id, number
    """


def _beginning(lifecycle: Lifecycle) -> str:
    """Compile the state that a row was made in."""
    aside = [state for state in lifecycle.unfinished if is_aside(lifecycle, state)]
    if not aside:
        return f"'{lifecycle.initial}'"
    return (
        f"CASE WHEN seeded.state IN ({_literals(aside)}) THEN seeded.state"
        f" ELSE '{lifecycle.initial}' END"
    )


def _literals(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)
