"""Giving a row that was just inserted its fate, in one statement.

The hot path plans within its own statement; this serves the others.
"""

import functools
import uuid

import orjson

from astra.api.statements import fetch
from astra.engine.plan import alias_of, partway, planned_instants
from astra.engine.registry import Registration, registration
from astra.engine.stages import Fate, Stage


def plan_new(kind: str, identifier: uuid.UUID, fate: Fate) -> None:
    """Fix the fate of a new row of the kind, which is in its initial state, and open its history.

    To be called in the transaction that inserted the row.
    """
    parameters = {
        "id": identifier,
        "outcome": fate.outcome,
        "reasons": orjson.dumps(fate.reasons).decode(),
        "fraction": fate.at_fraction,
    }
    fetch(_statement(registration(kind)), parameters)


@functools.cache
def _statement(item: Registration) -> str:
    """Compile the planning statement of a kind."""
    *passing, last = item.lifecycle.stages
    columns = [f"{stage.instant_column} = {_instant(stage)}" for stage in passing]
    before = _instant(passing[-1]) if passing else "ids.created_at"
    end = partway(before, _instant(last), "%(fraction)s")
    first = _instant(passing[0]) if passing else end
    moves_anyway = str(bool(passing)).lower()
    settings = [
        *columns,
        f"ends_at = CASE WHEN %(outcome)s::text IS NOT NULL THEN {end} END",
        "outcome = %(outcome)s::text",
        "outcome_reasons = %(reasons)s::jsonb",
        (
            f"next_transition_at = CASE WHEN %(outcome)s::text IS NOT NULL OR {moves_anyway}"
            f" THEN {first} END"
        ),
        "transition_count = 1",
    ]
    return f"""
    WITH planned AS (
        UPDATE {item.table} AS resource SET {", ".join(settings)}
        FROM {item.table} AS ids
        JOIN accounts_account AS account ON account.id = ids.account_id
        {item.target_sql("ids")}
        {planned_instants(item.lifecycle, identifier="ids.id", start="ids.created_at")}
        WHERE ids.id = %(id)s AND resource.id = ids.id
        RETURNING resource.*
    )
    INSERT INTO engine_transition
        (account_id, kind, resource_id, sequence, from_state, to_state, reason, at)
    SELECT account_id, '{item.lifecycle.kind}', id, 0, '', state, '', created_at FROM planned
    """


def _instant(stage: Stage) -> str:
    return f"{alias_of(stage)}.{stage.instant_column}"
