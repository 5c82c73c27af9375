"""Rewriting the fate of rows that exist: end now, take the next step, finish, let the hooks fail.

Set-based, and the same for every registered kind. Each function is called in a transaction that
holds the rows' account (``hold_account``); what it makes due is carried out by ``advance_to``.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from astra.accounts.clocks import clock_sql
from astra.api.clock import real_now
from astra.api.statements import fetch
from astra.engine.barriers import advance_to
from astra.engine.registry import Registration
from astra.engine.settling import Hop, lock_account
from astra.engine.stages import Column

REASON_MAX_LENGTH = 127

# The clock's row is shared with the creates that read it, and closed to whoever moves it.
_PRESENT = f"""
    SELECT {clock_sql("%(now)s")}
    FROM accounts_account WHERE id = %(account)s FOR SHARE
"""

_HISTORY = """
    INSERT INTO engine_transition
        (account_id, kind, resource_id, sequence, from_state, to_state, reason, at)
    SELECT account_id, %(kind)s, id, transition_count - 1, from_state, state,
           left(%(reason)s, 127), %(now)s
    FROM settled
    RETURNING resource_id, sequence, from_state, to_state, reason, at
"""


def hold_account(account_id: uuid.UUID) -> datetime:
    """Hold an account until the transaction ends; return its instant, everything due carried out.

    An action by hand is a barrier: what was due before it happens before it. Raises ``LookupError``
    when there is no such account.
    """
    lock_account(account_id)
    rows = fetch(_PRESENT, {"account": account_id, "now": real_now()})
    if not rows:
        raise LookupError(f"there is no account {account_id}")
    now: datetime = rows[0][0]
    advance_to(account_id, now)
    return now


def end_now(
    registration: Registration,
    *,
    account_id: uuid.UUID,
    ids: Sequence[uuid.UUID],
    outcome: str,
    reason: str,
    now: datetime,
) -> list[Hop]:
    """Put rows into a failure at once, where the arrow exists; return the steps taken.

    A row that had ended before keeps the instant it ended at. Raises ``ValueError`` for an outcome
    that is no failure of the kind.
    """
    lifecycle = registration.lifecycle
    if outcome not in lifecycle.failures:
        raise ValueError(f"{lifecycle.kind} cannot be made to end {outcome}")
    parameters = {
        "account": account_id,
        "ids": list(ids),
        "from": [state for state, to in lifecycle.by_hand.items() if outcome in to],
        "final": list(lifecycle.final),
        "outcome": outcome,
        "reasons": orjson.dumps([reason[:REASON_MAX_LENGTH]] if reason else []).decode(),
        "kind": lifecycle.kind,
        "reason": reason,
        "now": now,
    }
    rows = fetch(_ending_statement(registration), parameters)
    return [Hop(lifecycle.kind, *row) for row in rows]


def _ending_statement(registration: Registration) -> str:
    """Compile the conditional UPDATE of an arrow: a row in another state stays as it is."""
    reasons = "".join(
        f", {column} = %(reasons)s::jsonb" for column in _reason_columns(registration)
    )
    return f"""
        WITH chosen AS (
            SELECT id, state FROM {registration.table}
            WHERE account_id = %(account)s AND id = ANY(%(ids)s) AND state = ANY(%(from)s)
            ORDER BY id FOR NO KEY UPDATE
        ), settled AS (
            UPDATE {registration.table} AS resource
            SET state = %(outcome)s, outcome = %(outcome)s,
                outcome_reasons = %(reasons)s::jsonb{reasons},
                ends_at = CASE WHEN chosen.state = ANY(%(final)s)
                               THEN coalesce(resource.ends_at, %(now)s) ELSE %(now)s END,
                next_transition_at = NULL, modified_at = %(now)s,
                transition_count = resource.transition_count + 1
            FROM chosen WHERE resource.id = chosen.id
            RETURNING resource.*, chosen.state AS from_state
        ), history AS ({_HISTORY}){registration.after_settling_sql}
        SELECT resource_id, sequence, from_state, to_state, reason, at
        FROM history ORDER BY resource_id
    """


def hasten(
    registration: Registration, *, account_id: uuid.UUID, ids: Sequence[uuid.UUID], now: datetime
) -> set[uuid.UUID]:
    """Make the next step of rows due now, the later ones earlier by the same span; return the rows.

    A row without a next step is left alone.
    """
    moved = ", ".join(
        f"{column} = CASE WHEN resource.{column} >= ahead.next_at"
        f" THEN resource.{column} - ahead.span ELSE resource.{column} END"
        for column in _instant_columns(registration)
    )
    statement = f"""
        WITH ahead AS (
            SELECT id, next_transition_at AS next_at, next_transition_at - %(now)s AS span
            FROM {registration.table}
            WHERE account_id = %(account)s AND id = ANY(%(ids)s) AND next_transition_at > %(now)s
            ORDER BY id FOR NO KEY UPDATE
        )
        UPDATE {registration.table} AS resource SET {moved}, next_transition_at = %(now)s
        FROM ahead WHERE resource.id = ahead.id
        RETURNING resource.id
    """
    return _ids(fetch(statement, {"account": account_id, "ids": list(ids), "now": now}))


def finish_now(
    registration: Registration,
    *,
    account_id: uuid.UUID,
    ids: Sequence[uuid.UUID],
    now: datetime,
    succeed: bool = True,
) -> set[uuid.UUID]:
    """Make all steps of unfinished rows due now; return the rows.

    ``succeed``: whatever their fate was, it is success now; otherwise it stays as it is, and a row
    that was never to end is left alone.
    """
    lifecycle = registration.lifecycle
    moved = ", ".join(
        f"{column} = least({_due(f'resource.{column}', succeed=succeed)}, %(now)s)"
        for column in _instant_columns(registration)
    )
    success = ", outcome = %(success)s, outcome_reasons = '[]'" if succeed else ""
    statement = f"""
        UPDATE {registration.table} AS resource
        SET {moved}, next_transition_at = %(now)s{success}
        WHERE account_id = %(account)s AND id = ANY(%(ids)s) AND state = ANY(%(unfinished)s)
              {"" if succeed else "AND ends_at IS NOT NULL"}
        RETURNING id
    """
    parameters = {
        "account": account_id,
        "ids": list(ids),
        "unfinished": list(lifecycle.unfinished),
        "now": now,
    }
    return _ids(fetch(statement, parameters | ({"success": lifecycle.success} if succeed else {})))


def _due(instant: str, *, succeed: bool) -> str:
    """Compile when a step is due: one that was never to come, now if the row is to succeed."""
    return f"coalesce({instant}, %(now)s)" if succeed else instant


def fail_hooks(
    registration: Registration,
    *,
    account_id: uuid.UUID,
    ids: Sequence[uuid.UUID],
    details: Sequence[Mapping[str, Any]],
    now: datetime,
) -> list[Hop]:
    """Let the hooks of rows have failed; return a step, from a state to itself, for each row.

    It shows at once where the hooks have run, elsewhere when they will have.
    """
    lifecycle = registration.lifecycle
    statement = f"""
        WITH settled AS (
            UPDATE {registration.table}
            SET outcome_hook_state = 'failed', outcome_hook_details = %(details)s::jsonb,
                hook_state = CASE WHEN hook_state IS NOT NULL THEN 'failed' END,
                hook_state_details = CASE WHEN hook_state IS NOT NULL THEN %(details)s::jsonb
                                          ELSE hook_state_details END,
                modified_at = %(now)s, transition_count = transition_count + 1
            WHERE account_id = %(account)s AND id = ANY(%(ids)s)
            RETURNING *, state AS from_state
        ), history AS ({_HISTORY})
        SELECT resource_id, sequence, from_state, to_state, reason, at
        FROM history ORDER BY resource_id
    """
    titles = [str(detail["title"]) for detail in details]
    parameters = {
        "account": account_id,
        "ids": list(ids),
        "details": orjson.dumps(list(details)).decode(),
        "kind": lifecycle.kind,
        "reason": ": ".join(["hooks failed", *titles[:1]]),
        "now": now,
    }
    return [Hop(lifecycle.kind, *row) for row in fetch(statement, parameters)]


def _instant_columns(registration: Registration) -> tuple[str, ...]:
    lifecycle = registration.lifecycle
    return (*(stage.instant_column for stage in lifecycle.stages), *lifecycle.further_instants)


def _reason_columns(registration: Registration) -> list[str]:
    """Return the columns in which the last stage shows why a row ended as it did."""
    sets = registration.lifecycle.stages[-1].sets
    return [name for name, value in sets.items() if value == Column("outcome_reasons")]


def _ids(rows: Sequence[tuple[Any, ...]]) -> set[uuid.UUID]:
    return {row[0] for row in rows}
