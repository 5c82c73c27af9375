"""Settling: one set-based statement per kind that carries out every due hop of an account.

All hops of a row up to the instant are written at once, each with a history row stamped with its
own due time. The unit of work is the account: a transaction-level advisory lock keeps two workers
from the same account. It is not the account's row that is locked, because every create holds that
one shared (it reads the clock) and a busy account would never be free to settle.
"""

import functools
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from astra.simulation.registry import Registration, registrations
from astra.simulation.stages import Column, Lifecycle, Stage

# First key of the two-part advisory locks, so that ours cannot meet anybody else's.
LOCK_CLASS = 0x0A57

_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%(class)s, hashtext(%(account)s))"
_LOCK = "SELECT pg_advisory_xact_lock(%(class)s, hashtext(%(account)s))"


@dataclass(frozen=True, slots=True)
class Hop:
    """One transition that settling carried out."""

    kind: str
    resource_id: uuid.UUID
    sequence: int
    from_state: str
    to_state: str
    reason: str
    at: datetime


def settle_account(
    account_id: uuid.UUID, until: datetime, *, wait: bool = True
) -> list[Hop] | None:
    """Carry out everything of the account that is due at ``until``; return the hops in order.

    One transaction. Returns None when another worker has the account and ``wait`` is false.
    """
    with transaction.atomic():
        if not lock_account(account_id, wait=wait):
            return None
        hops = [hop for each in registrations() for hop in settle_rows(each, account_id, until)]
    # Kinds are registered parents first: of equal instants the parent's hop comes first (stable).
    hops.sort(key=lambda hop: hop.at)
    return hops


def settle_account_quietly(
    account_id: uuid.UUID, until: datetime, *, wait: bool = True
) -> int | None:
    """Do as ``settle_account`` does, but return only the number of hops, however many they are."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not lock_account(account_id, wait=wait):
            return None
        count = 0
        for each in registrations():
            statement = f"{settling_statement(each)} SELECT count(*) FROM history"
            cursor.execute(statement, {"account": account_id, "until": until})
            count += cursor.fetchone()[0]
    return count


def settle_rows(registration: Registration, account_id: uuid.UUID, until: datetime) -> list[Hop]:
    """Carry out what is due of one kind; the caller holds the account's lock."""
    statement = f"""{settling_statement(registration)}
    SELECT resource_id, sequence, from_state, to_state, reason, at
    FROM history ORDER BY at, resource_id, sequence"""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"account": account_id, "until": until})
        return [Hop(registration.lifecycle.kind, *row) for row in cursor.fetchall()]


def lock_account(account_id: uuid.UUID, *, wait: bool = True) -> bool:
    """Keep every other settling away from the account until the transaction ends.

    Returns False, without the lock, when somebody else has it and ``wait`` is false.
    """
    with connection.cursor() as cursor:
        key: dict[str, int | str] = {"class": LOCK_CLASS, "account": str(account_id)}
        cursor.execute(_LOCK if wait else _TRY_LOCK, key)
        row = cursor.fetchone()
    return wait or bool(row and row[0])


@functools.cache
def settling_statement(registration: Registration) -> str:
    """Compile the settling statement of a kind from its stage table, up to its last SELECT."""
    lifecycle = registration.lifecycle
    return f"""
    WITH due AS (
        SELECT * FROM {registration.table}
        WHERE account_id = %(account)s AND next_transition_at <= %(until)s
        FOR NO KEY UPDATE
    ), hop AS (
        SELECT due.id, due.state AS left_state, stage.ordinal, stage.to_state, stage.at,
               stage.at <= %(until)s AS is_taken
        FROM due CROSS JOIN LATERAL (VALUES {_stage_rows(lifecycle)}) AS stage (ordinal, to_state, at)
        WHERE stage.ordinal >= {_next_ordinal(lifecycle)}
          AND stage.at IS NOT NULL AND (due.ends_at IS NULL OR stage.at <= due.ends_at)
    ), taken AS (
        SELECT hop.*, row_number() OVER steps AS step,
               coalesce(lag(hop.to_state) OVER steps, hop.left_state) AS from_state
        FROM hop WHERE hop.is_taken
        WINDOW steps AS (PARTITION BY hop.id ORDER BY hop.ordinal)
    ), reached AS (
        SELECT id, min(left_state) AS from_state, count(*) FILTER (WHERE is_taken) AS steps,
               (array_agg(to_state ORDER BY ordinal DESC) FILTER (WHERE is_taken))[1] AS state,
               array_agg(ordinal) FILTER (WHERE is_taken) AS ordinals,
               max(at) FILTER (WHERE is_taken) AS at,
               min(at) FILTER (WHERE NOT is_taken) AS next_at
        FROM hop GROUP BY id HAVING bool_or(is_taken)
    ), settled AS (
        UPDATE {registration.table} AS resource
        SET state = reached.state,
            transition_count = resource.transition_count + reached.steps,
            modified_at = reached.at,
            next_transition_at = reached.next_at{_settings(lifecycle)}
        FROM reached WHERE resource.id = reached.id
        RETURNING resource.*, reached.from_state, reached.steps AS steps_taken
    ), history AS (
        INSERT INTO simulation_transition
            (account_id, kind, resource_id, sequence, from_state, to_state, reason, at)
        SELECT settled.account_id, '{lifecycle.kind}', taken.id,
               settled.transition_count - settled.steps_taken + taken.step - 1,
               taken.from_state, taken.to_state,
               CASE WHEN taken.to_state IN ({_literals(lifecycle.failures)})
                    THEN left(coalesce(settled.outcome_reasons->0->>'title',
                                        settled.outcome_reasons->>0, ''), 127) ELSE '' END,
               taken.at
        FROM taken JOIN settled USING (id)
        RETURNING resource_id, sequence, from_state, to_state, reason, at
    ){registration.after_settling_sql}"""


def _stage_rows(lifecycle: Lifecycle) -> str:
    return ", ".join(
        f"({ordinal}, {_target(stage)}, due.{stage.instant_column})"
        for ordinal, stage in enumerate(lifecycle.stages, start=1)
    )


def _target(stage: Stage) -> str:
    return f"'{stage.to_state}'::text" if stage.to_state else "due.outcome::text"


def _next_ordinal(lifecycle: Lifecycle) -> str:
    """Compile the ordinal of the stage that leads out of a row's state."""
    cases: list[str] = []
    before = lifecycle.initial
    for ordinal, stage in enumerate(lifecycle.stages, start=1):
        cases.extend(f"WHEN '{state}' THEN {ordinal}" for state in (before, *stage.also_from))
        before = stage.to_state or ""
    return f"CASE due.state {' '.join(cases)} END"


def _settings(lifecycle: Lifecycle) -> str:
    """Compile what the stages set: a column is set when the row took the stage."""
    return "".join(
        f",\n            {column} = CASE WHEN {ordinal} = ANY (reached.ordinals)"
        f" THEN {_value(value)} ELSE resource.{column} END"
        for ordinal, stage in enumerate(lifecycle.stages, start=1)
        for column, value in stage.sets.items()
    )


def _value(value: Column | str | bool) -> str:
    if isinstance(value, Column):
        return f"resource.{value.name}"
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"


def _literals(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
