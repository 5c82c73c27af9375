"""Rewriting the fate of rows that exist: end now, take the next step, finish, let the hooks fail.

Set-based, and the same for every registered kind. Each way is gone in a transaction that holds the
rows' account (``hold_account``); what it makes due is carried out by ``advance_to``.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from astra.accounts.clocks import clock_sql
from astra.api.clock import real_now
from astra.api.statements import fetch
from astra.engine.barriers import advance_to
from astra.engine.outbox import taking
from astra.engine.registry import Registration
from astra.engine.settling import Hop, lock_account
from astra.engine.stages import Column

REASON_MAX_LENGTH = 127

# The clock's row is shared with the creates that read it, and closed to whoever moves it.
_PRESENT = f"""
    SELECT {clock_sql("%(now)s")}
    FROM accounts_account WHERE id = %(account)s FOR SHARE
"""

# What is made of the rows `settled`, after which a statement may go on. A call that came between the
# instant and the row may have left a later one in it: no history goes back.
_HISTORY = """
    history AS (
        INSERT INTO engine_transition
            (account_id, kind, resource_id, sequence, from_state, to_state, reason, at)
        SELECT account_id, %(kind)s, id, transition_count - 1, from_state, state,
               left(%(reason)s, 127), %(now)s
        FROM settled
        RETURNING resource_id, sequence, from_state, to_state, reason, at
    )
"""
_STEPS = """
    SELECT resource_id, sequence, from_state, to_state, reason, at
    FROM history ORDER BY resource_id
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


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a kind in a held account, at its instant, whose fate is rewritten in one of four ways."""

    registration: Registration
    account_id: uuid.UUID
    ids: Sequence[uuid.UUID]
    now: datetime

    def end_now(self, *, outcome: str, reason: str) -> list[Hop]:
        """Put rows into a failure at once, where the arrow exists; return the steps taken.

        A row in another state stays as it is; one that had ended before keeps the instant it ended
        at. Raises ``ValueError`` for an outcome that is no failure of the kind.
        """
        lifecycle, table = self.registration.lifecycle, self.registration.table
        if outcome not in lifecycle.failures:
            raise ValueError(f"{lifecycle.kind} cannot be made to end {outcome}")
        # The columns in which the last stage shows why a row ended as it did.
        reasons = "".join(
            f", {column} = %(reasons)s::jsonb"
            for column, value in lifecycle.stages[-1].sets.items()
            if value == Column("outcome_reasons")
        )
        statement = f"""
            WITH chosen AS (
                SELECT id, state FROM {table}
                WHERE account_id = %(account)s AND id = ANY(%(ids)s) AND state = ANY(%(from)s)
                ORDER BY id FOR NO KEY UPDATE
            ), settled AS (
                UPDATE {table} AS resource
                SET state = %(outcome)s::text, outcome = %(outcome)s::text,
                    outcome_reasons = %(reasons)s::jsonb{reasons},
                    ends_at = CASE WHEN chosen.state = ANY(%(final)s)
                                   THEN coalesce(resource.ends_at, %(now)s) ELSE %(now)s END,
                    next_transition_at = NULL,
                    modified_at = greatest(%(now)s, resource.modified_at),
                    transition_count = resource.transition_count + 1
                FROM chosen WHERE resource.id = chosen.id
                RETURNING resource.*, chosen.state AS from_state
            ), {_HISTORY}{self.registration.after_settling_sql}
            {taking(self.registration, "history")} {_STEPS}
        """
        parameters = {
            "from": [state for state, to in lifecycle.by_hand.items() if outcome in to],
            "final": list(lifecycle.final),
            "outcome": outcome,
            "reasons": orjson.dumps([reason[:REASON_MAX_LENGTH]] if reason else []).decode(),
            "kind": lifecycle.kind,
            "reason": reason,
        }
        return [Hop(lifecycle.kind, *row) for row in self._run(statement, parameters)]

    def hasten(self) -> None:
        """Make the next step due now, the later ones earlier by the same span, where there is one."""
        moved = ", ".join(
            f"{column} = CASE WHEN resource.{column} >= ahead.next_at"
            f" THEN resource.{column} - ahead.span ELSE resource.{column} END"
            for column in self._instant_columns
        )
        statement = f"""
            WITH ahead AS (
                SELECT id, next_transition_at AS next_at, next_transition_at - %(now)s AS span
                FROM {self.registration.table}
                WHERE account_id = %(account)s AND id = ANY(%(ids)s)
                  AND next_transition_at > %(now)s
                ORDER BY id FOR NO KEY UPDATE
            )
            UPDATE {self.registration.table} AS resource SET {moved}, next_transition_at = %(now)s
            FROM ahead WHERE resource.id = ahead.id
        """
        self._run(statement, {})

    def finish_now(self, *, succeed: bool = True) -> None:
        """Make all steps of unfinished rows due now.

        ``succeed``: whatever their fate was, it is success now; otherwise it stays as it is, and a
        row that was never to end is left alone.
        """
        lifecycle = self.registration.lifecycle
        # A step that was never to come is due now if the row is to succeed.
        due = "coalesce(resource.{0}, %(now)s)" if succeed else "resource.{0}"
        moved = ", ".join(
            f"{column} = least({due.format(column)}, %(now)s)" for column in self._instant_columns
        )
        success = ", outcome = %(success)s, outcome_reasons = '[]'" if succeed else ""
        statement = f"""
            UPDATE {self.registration.table} AS resource
            SET {moved}, next_transition_at = %(now)s{success}
            WHERE account_id = %(account)s AND id = ANY(%(ids)s) AND state = ANY(%(unfinished)s)
                  {"" if succeed else "AND ends_at IS NOT NULL"}
        """
        parameters: dict[str, Any] = {"unfinished": list(lifecycle.unfinished)}
        self._run(statement, parameters | ({"success": lifecycle.success} if succeed else {}))

    def fail_hooks(self, *, details: Sequence[Mapping[str, Any]]) -> list[Hop]:
        """Let the hooks of rows have failed; return a step, from a state to itself, for each row.

        It shows at once where the hooks have run, elsewhere when they will have.
        """
        kind = self.registration.lifecycle.kind
        statement = f"""
            WITH settled AS (
                UPDATE {self.registration.table}
                SET outcome_hook_state = 'failed', outcome_hook_details = %(details)s::jsonb,
                    hook_state = CASE WHEN hook_state IS NOT NULL THEN 'failed' END,
                    hook_state_details = CASE WHEN hook_state IS NOT NULL THEN %(details)s::jsonb
                                              ELSE hook_state_details END,
                    modified_at = greatest(%(now)s, modified_at),
                    transition_count = transition_count + 1
                WHERE account_id = %(account)s AND id = ANY(%(ids)s)
                RETURNING *, state AS from_state
            ), {_HISTORY} {_STEPS}
        """
        titles = [str(detail["title"]) for detail in details]
        parameters = {
            "details": orjson.dumps(list(details)).decode(),
            "kind": kind,
            "reason": ": ".join(["hooks failed", *titles[:1]]),
        }
        return [Hop(kind, *row) for row in self._run(statement, parameters)]

    @property
    def _instant_columns(self) -> tuple[str, ...]:
        lifecycle = self.registration.lifecycle
        return (*(stage.instant_column for stage in lifecycle.stages), *lifecycle.further_instants)

    def _run(self, statement: str, parameters: Mapping[str, Any]) -> list[Any]:
        own = {"account": self.account_id, "ids": list(self.ids), "now": self.now}
        return fetch(statement, {**own, **parameters})
