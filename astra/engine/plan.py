"""Fate: from a lifecycle to SQL that gives a new row the instants of its stages, and its outcome.

The instants follow from the row, the stage table, the account's seed and its overrides, so they are
the same whenever and wherever they are computed; ``tests/lifecycle/oracle.py`` does it in Python.
"""

import functools
import uuid

import orjson

from astra.api.statements import fetch
from astra.engine.registry import Registration, registration
from astra.engine.stages import MAX_DELAY_SECONDS, Fate, Lifecycle, Stage


def planned_instants(
    lifecycle: Lifecycle,
    *,
    identifier: str,
    start: str,
    not_before: str | None = None,
    account: str = "account",
    target: str = "target",
) -> str:
    """Return `CROSS JOIN LATERAL` clauses that add each stage's instant to a FROM clause.

    ``identifier`` and ``start`` are the expressions of the row's id and creation instant;
    ``not_before`` an instant that the first stage waits for; ``account`` and ``target`` the aliases
    with `seed`, `stage_delays` and `immediate_kinds`; delays that depend on the row read ``target``.
    Stage `x` is read as `x_stage.<its column>`, the last one's instant being that of a full run.
    """
    delays = f"{lifecycle.kind.lower()}_delays"
    micros = ", ".join(
        f"{_delay_microseconds(lifecycle, stage, identifier, account, target)} AS delay_{index}"
        for index, stage in enumerate(lifecycle.stages)
    )
    # OFFSET 0 keeps the planner from putting the expression in wherever it is read, each instant
    # within the next: that had the statement of a create compute each delay a dozen times.
    clauses = [f"CROSS JOIN LATERAL (SELECT {micros} OFFSET 0) AS {delays}"]
    previous = start
    for index, stage in enumerate(lifecycle.stages):
        instant = f"{previous} + {delays}.delay_{index} * interval '1 microsecond'"
        if index == 0 and not_before:
            instant = f"greatest({instant}, {not_before}) AS {stage.instant_column} OFFSET 0"
        else:
            instant = f"{instant} AS {stage.instant_column}"
        clauses.append(f"CROSS JOIN LATERAL (SELECT {instant}) AS {_alias(stage)}")
        previous = instant_of(stage)
    return "\n".join(clauses)


def partway(start: str, end: str, fraction: str) -> str:
    """Return the SQL of the instant at a fraction between two, to the microsecond."""
    # Not by multiplying the interval: that rounds its days and its time one by one.
    micros = f"(extract(epoch FROM {end} - {start}) * 1000000)::float8"
    return f"{start} + round(({fraction})::float8 * {micros}) * interval '1 microsecond'"


def instant_of(stage: Stage) -> str:
    """Return the column with which ``planned_instants`` offers a stage's instant."""
    return f"{_alias(stage)}.{stage.instant_column}"


def _alias(stage: Stage) -> str:
    return f"{stage.name.replace('-', '_')}_stage"


def _delay_microseconds(
    lifecycle: Lifecycle, stage: Stage, identifier: str, account: str, target: str
) -> str:
    own = stage.delay_sql(target) if stage.delay_sql else f"{stage.delay_seconds!r}::float8"
    unit = (
        f"('x' || left(md5({account}.seed || ':' || {identifier} || ':{stage.name}'), 8))"
        "::bit(32)::bigint / 4294967296.0::float8"
    )
    jittered = (
        f"({own}) * (1.0::float8 + {stage.jitter!r}::float8 * (2.0::float8 * {unit} - 1.0::float8))"
        if stage.jitter
        else f"({own})"
    )
    nearest_first = (target, account)
    overrides = "".join(
        f"({each}.stage_delays->>'{stage.name}')::float8, " for each in nearest_first
    )
    is_immediate = " OR ".join(
        f"{each}.immediate_kinds @> to_jsonb('{lifecycle.kind}'::text)" for each in nearest_first
    )
    return (
        f"CASE WHEN {is_immediate} THEN 0::float8"
        f" ELSE round(1000000.0::float8 * least(greatest(coalesce({overrides}{jittered}), 0),"
        f" {MAX_DELAY_SECONDS})) END"
    )


def plan_new(kind: str, identifier: uuid.UUID, fate: Fate) -> None:
    """Fix the fate of a new row of the kind, which is in its initial state, and open its history.

    To be called in the transaction that inserted the row. The hot path plans within its own statement.
    """
    parameters = {
        "id": identifier,
        "outcome": fate.outcome,
        "reasons": orjson.dumps(fate.reasons).decode(),
        "fraction": fate.at_fraction,
    }
    fetch(_planning(registration(kind)), parameters)


@functools.cache
def _planning(item: Registration) -> str:
    """Compile the planning statement of a kind."""
    *passing, last = item.lifecycle.stages
    columns = [f"{stage.instant_column} = {instant_of(stage)}" for stage in passing]
    before = instant_of(passing[-1]) if passing else "ids.created_at"
    end = partway(before, instant_of(last), "%(fraction)s")
    first = instant_of(passing[0]) if passing else end
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
