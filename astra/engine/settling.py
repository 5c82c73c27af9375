"""Settling: one set-based statement per kind that carries out every due hop of an account.

All hops of a row up to the instant are written at once, each with a history row stamped with its
own due time; millions of rows a part at a time, so that memory stays flat. The unit of work is the
account: a transaction-level advisory lock keeps two workers from the same account. It is not the
account's row that is locked, because every create holds that one shared (it reads the clock) and a
busy account would never be free to settle.
"""

import functools
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from astra.api.statements import Statement, fetch
from astra.engine.outbox import taking
from astra.engine.registry import Registration, registrations
from astra.engine.stages import Column, Lifecycle, Stage

# First key of the two-part advisory locks, so that ours cannot meet anybody else's.
LOCK_CLASS = 0x0A57

# How much is due, the planner can only guess: on a guess it shall neither read whole tables nor
# compile. What is left to it is one look-up per due row, so the cost follows what is due.
_PLANNED = ", ".join(
    f"set_config('{name}', 'off', true)"
    for name in ("enable_seqscan", "enable_mergejoin", "enable_hashjoin", "jit")
)
_PATIENCE = """
    set_config('lock_timeout', coalesce(%(patience)s::text, current_setting('lock_timeout')), true)
"""
_KEY = "%(class)s, hashtext(%(account)s)"
_TRY_LOCK = f"SELECT pg_try_advisory_xact_lock({_KEY}), {_PLANNED}, {_PATIENCE}"
_LOCK = f"SELECT {_PATIENCE}, pg_advisory_xact_lock({_KEY}), {_PLANNED}"
# What the steps after the update read of a row; it is all that is remembered of each.
_READ = ("id", "account_id", "state", "transition_count", "outcome_reasons")
# Rows that one statement carries on, at most: what it remembers of them stays small.
MOST_ROWS = 10_000


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


def settle_due(
    account_id: uuid.UUID,
    until: datetime,
    *,
    kinds: Iterable[Registration] | None = None,
    hops: list[Hop] | None = None,
    tells: bool = False,
) -> int:
    """Carry out what is due of the kinds (all, if none are named); return the number of hops.

    ``tells``: somebody listens to the account, so what ends is written down for them.

    They are added to ``hops``, in order, if that is given: nobody else holds millions in memory. The
    caller holds the account's lock and the transaction.
    """
    parameters = {"account": account_id, "until": until, "most": MOST_ROWS}
    kinds = list(registrations() if kinds is None else kinds)
    if hops is None:
        return sum(_count(each, parameters, tells=tells) for each in kinds)
    taken = [hop for each in kinds for hop in _list(each, parameters, tells=tells)]
    # Kinds are registered parents first: of equal instants the parent's hop comes first (stable).
    taken.sort(key=lambda hop: hop.at)
    hops.extend(taken)
    return len(taken)


def _count(registration: Registration, parameters: Mapping[str, Any], *, tells: bool) -> int:
    count = 0
    while row := _counting(registration, tells=tells).fetch_one(parameters):
        count += row[0]
    if count and registration.after_settling is not None:
        registration.after_settling(parameters["account"])
    return count


def _list(registration: Registration, parameters: Mapping[str, Any], *, tells: bool) -> list[Hop]:
    kind = registration.lifecycle.kind
    hops: list[Hop] = []
    while rows := _listing(registration, tells=tells).fetch_all(parameters):
        hops += [Hop(kind, *row) for row in rows if row[0] is not None]
    if hops and registration.after_settling is not None:
        registration.after_settling(parameters["account"])
    return sorted(hops, key=lambda hop: (hop.at, hop.resource_id, hop.sequence))


@functools.cache
def _counting(registration: Registration, *, tells: bool = False) -> Statement:
    """Compile what settles rows; it returns the number of their hops, no row when none was due."""
    return Statement(f"""{settling_statement(registration, tells=tells)}
    SELECT coalesce(sum(cardinality(states)), 0) FROM settled HAVING {_any_due(registration)}""")


@functools.cache
def _listing(registration: Registration, *, tells: bool = False) -> Statement:
    """Compile what settles rows; it returns their hops, an empty one if there is none."""
    return Statement(f"""{settling_statement(registration, tells=tells)}
    SELECT resource_id, sequence, from_state, to_state, reason, at
    FROM (SELECT WHERE {_any_due(registration)}) AS any_due LEFT JOIN steps ON true""")


def _any_due(registration: Registration) -> str:
    # When the statement began: what somebody held then is due still, for the next statement.
    earliest = f"SELECT min(next_transition_at) FROM {registration.table}"
    return f"({earliest} WHERE account_id = %(account)s) <= %(until)s"


def lock_account(account_id: uuid.UUID, *, wait: bool = True, patience: str | None = None) -> bool:
    """Keep every other settling away from the account until the transaction ends.

    ``patience``: how long the transaction waits for any lock, as PostgreSQL has it (`10s`); None: as
    its session does. Returns False, without the lock, when somebody else has it and ``wait`` is false.
    """
    key = {"class": LOCK_CLASS, "account": str(account_id), "patience": patience}
    (row,) = fetch(_LOCK if wait else _TRY_LOCK, key)
    return wait or bool(row[0])


@functools.cache
def settling_statement(registration: Registration, *, tells: bool = False) -> str:
    """Compile the settling statement of a kind from its stage table, up to its last SELECT.

    Of what is due it takes the earliest `%(most)s` rows. A row is found again by its place; one that
    somebody has written meanwhile stays due. It carries its hops along as arrays, so that
    no step joins another by a guess of the planner.
    """
    lifecycle = registration.lifecycle
    return f"""
    WITH settled AS (
        UPDATE {registration.table} AS resource
        SET state = coalesce(way.states[cardinality(way.states)], resource.state),
            transition_count = resource.transition_count + cardinality(way.states),
            modified_at = coalesce(way.instants[cardinality(way.states)], resource.modified_at),
            next_transition_at = way.next_at{_settings(lifecycle)}
        FROM ({_way(registration)}) AS way
        WHERE resource.ctid = way.place AND resource.transition_count = way.transition_count
          AND resource.next_transition_at = way.next_transition_at
        RETURNING {_columns("resource", *_READ, *registration.settled_columns)},
                  {_columns("way", "from_state", "states", "instants")}
    ), steps AS (
        SELECT settled.account_id, settled.id AS resource_id,
               settled.transition_count - cardinality(settled.states) + step.number - 1 AS sequence,
               CASE step.number WHEN 1 THEN settled.from_state
                                ELSE settled.states[step.number - 1] END AS from_state,
               step.to_state,
               CASE WHEN step.to_state IN ({_literals(lifecycle.failures)})
                    THEN left(coalesce(settled.outcome_reasons->0->>'title',
                                       settled.outcome_reasons->>0, ''), 127) ELSE '' END AS reason,
               step.at
        FROM settled CROSS JOIN LATERAL unnest(settled.states, settled.instants)
             WITH ORDINALITY AS step (to_state, at, number)
    ), history AS (
        INSERT INTO engine_transition
            (account_id, kind, resource_id, sequence, from_state, to_state, reason, at)
        SELECT account_id, '{lifecycle.kind}', resource_id, sequence, from_state, to_state, reason, at
        FROM steps
    ){registration.after_settling_sql}{taking(registration, "steps") if tells else ""}"""


def _way(registration: Registration) -> str:
    """Compile which hops the due rows take. OFFSET 0: each step is computed once, not where read."""
    lifecycle = registration.lifecycle
    return f"""
        SELECT place, transition_count, next_transition_at, state AS from_state, taken,
               array_remove(ARRAY[{_each(lifecycle, _state_if_taken)}], NULL) AS states,
               array_remove(ARRAY[{_each(lifecycle, _instant_if_taken)}], NULL) AS instants,
               least({_each(lifecycle, _instant_to_come)}) AS next_at
        FROM (
            SELECT due.*, ARRAY[{_each(lifecycle, _is_taken)}] AS taken
            FROM (
                SELECT *, ctid AS place, {next_ordinal(lifecycle)} AS next_ordinal
                FROM {registration.table}
                WHERE account_id = %(account)s AND next_transition_at <= %(until)s
                ORDER BY next_transition_at LIMIT %(most)s
            ) AS due
            OFFSET 0
        ) AS checked
        OFFSET 0"""


def _columns(row: str, *names: str) -> str:
    return ", ".join(f"{row}.{name}" for name in names)


def next_ordinal(lifecycle: Lifecycle) -> str:
    """Compile the ordinal of the stage that leads out of a row's state; of a final one, NULL."""
    cases: list[str] = []
    before = lifecycle.initial
    for ordinal, stage in enumerate(lifecycle.stages, start=1):
        cases.extend(f"WHEN '{state}' THEN {ordinal}" for state in (before, *stage.also_from))
        before = stage.to_state or ""
    return f"CASE state {' '.join(cases)} END"


def _each(lifecycle: Lifecycle, compile_one: Callable[[int, Stage], str]) -> str:
    return ", ".join(compile_one(*each) for each in enumerate(lifecycle.stages, start=1))


def _lies_ahead(ordinal: int, stage: Stage, *, row: str) -> str:
    # A stage that was to come after the end of the row is skipped.
    in_time = f"{row}.ends_at IS NULL OR {row}.{stage.instant_column} <= {row}.ends_at"
    return f"{row}.next_ordinal <= {ordinal} AND ({in_time})"


def _is_taken(ordinal: int, stage: Stage) -> str:
    return f"{_lies_ahead(ordinal, stage, row='due')} AND due.{stage.instant_column} <= %(until)s"


def _state_if_taken(ordinal: int, stage: Stage) -> str:
    state = f"'{stage.to_state}'" if stage.to_state else "outcome"
    return f"CASE WHEN taken[{ordinal}] THEN {state}::text END"


def _instant_if_taken(ordinal: int, stage: Stage) -> str:
    return f"CASE WHEN taken[{ordinal}] THEN {stage.instant_column} END"


def _instant_to_come(ordinal: int, stage: Stage) -> str:
    ahead = _lies_ahead(ordinal, stage, row="checked")
    return f"CASE WHEN {ahead} AND NOT taken[{ordinal}] THEN checked.{stage.instant_column} END"


def next_instant(lifecycle: Lifecycle, row: str) -> str:
    """Compile the instant of the next stage of a row that has its `next_ordinal`, NULL if none is to
    come.
    """
    return f"""least({
        _each(
            lifecycle,
            lambda ordinal, stage: (
                f"CASE WHEN {_lies_ahead(ordinal, stage, row=row)}"
                f" THEN {row}.{stage.instant_column} END"
            ),
        )
    })"""


def _settings(lifecycle: Lifecycle) -> str:
    """Compile what the stages set: a column is set when the row took the stage."""
    return "".join(
        f",\n            {column} = CASE WHEN way.taken[{ordinal}]"
        f" THEN {_value(value)} ELSE resource.{column} END"
        for ordinal, stage in enumerate(lifecycle.stages, start=1)
        for column, value in stage.sets.items()
    )


def _value(value: object) -> str:
    if isinstance(value, Column):
        return f"resource.{value.name}"
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"


def _literals(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
