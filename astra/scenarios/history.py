"""The history of seeded rows: what settling would have written, from the instants of the row."""

import functools
import uuid
from collections.abc import Iterable, Sequence

from astra.api.statements import fetch
from astra.engine.registry import Registration
from astra.engine.stages import Lifecycle
from astra.scenarios.placing import is_aside, next_stage


def write_history(registration: Registration, ids: Sequence[uuid.UUID]) -> None:
    """Write the transitions of rows that have none of their own yet.

    They are numbered so that the last is the row's `transition_count`: a row that was deleted and
    seeded again goes on where its history ended.
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
