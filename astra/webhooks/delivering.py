"""Telling of ends: the worker's part, which waits for no receiver.

A call is made in a thread of its own. The worker claims what is to be told for as long as a call may
take, and brings what became of calls into the database; a claim of a worker that is gone runs out, and
the call is made again. So each end is told at least once, and those of one resource in order.
"""

import contextlib
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import orjson

from astra.api.clock import monotonic_seconds, timestamp
from astra.api.media import with_values
from astra.api.metrics import WEBHOOKS_DROPPED, WEBHOOKS_FAILED, WEBHOOKS_TAKEN
from astra.api.statements import Statement
from astra.engine.chores import Trim, Trimmed, Trimmer
from astra.engine.registry import ANY_BEGINNING, registration
from astra.engine.settling import LOCK_CLASS
from astra.webhooks.models import ERROR_MAX_LENGTH
from astra.webhooks.sending import Sending

# Calls that one worker makes at a time: of all accounts, and of one.
MOST_CALLS = 16
MOST_CALLS_OF_ACCOUNT = 2
# How long a call may take, and how long nobody else makes it meanwhile.
LONGEST_CALL_SECONDS = 10.0
CLAIM_SECONDS = 60.0
# The pause after the first failure, doubled with each, and the longest one; then it is given up.
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 300.0
MOST_ATTEMPTS = 12
# What waits for one account, at most; beyond that the oldest go.
MOST_WAITING = 1000
TRIM_SECONDS = 2.0

# Whoever waits for longest comes first; an account that has calls under way waits until they are over.
_CLAIM = Statement("""
    WITH ready AS (
        SELECT next.id
        FROM webhooks_webhook AS webhook CROSS JOIN LATERAL (
            SELECT id, next_attempt_at FROM webhooks_delivery AS delivery
            WHERE account_id = webhook.account_id
              AND next_attempt_at <= statement_timestamp() AND NOT EXISTS (
                SELECT FROM webhooks_delivery AS earlier
                WHERE earlier.account_id = delivery.account_id
                  AND earlier.resource_id = delivery.resource_id AND earlier.id < delivery.id
            )
            ORDER BY id LIMIT %(most_of_account)s
        ) AS next
        WHERE webhook.account_id <> ALL(%(busy)s::uuid[])
        ORDER BY next.next_attempt_at, next.id LIMIT %(most)s
    ), claimed AS (
        UPDATE webhooks_delivery AS delivery
        SET attempts = attempts + 1,
            next_attempt_at = statement_timestamp() + %(seconds)s::float8 * interval '1 second'
        FROM ready WHERE delivery.id = ready.id AND delivery.next_attempt_at <= statement_timestamp()
        RETURNING delivery.*
    )
    SELECT claimed.id, claimed.account_id, claimed.kind, claimed.resource_id, claimed.from_state,
           claimed.state, claimed.reason, claimed.at, claimed.attempts, webhook.url, webhook.secret,
           coalesce(step.from_state, claimed.from_state) AS set_out
    FROM claimed
    JOIN webhooks_webhook AS webhook USING (account_id)
    LEFT JOIN engine_transition AS step
      ON step.resource_id = claimed.resource_id AND step.kind = claimed.kind
     AND step.account_id = claimed.account_id AND step.sequence = claimed.sequence - 1
     AND step.to_state = claimed.from_state
    ORDER BY claimed.id
""")
_OVER = Statement("DELETE FROM webhooks_delivery WHERE id = ANY(%(ids)s::bigint[])")
_LATER = Statement("""
    WITH later AS (
        UPDATE webhooks_delivery
        SET next_attempt_at = statement_timestamp() + %(seconds)s::float8 * interval '1 second'
        WHERE id = %(id)s AND %(seconds)s::float8 IS NOT NULL
    ), over AS (
        DELETE FROM webhooks_delivery WHERE id = %(id)s AND %(seconds)s::float8 IS NULL RETURNING 1
    ), counted AS (
        UPDATE webhooks_webhook
        SET last_error = %(error)s::text, dropped = dropped + (SELECT count(*) FROM over)
        WHERE account_id = %(account)s
    )
    SELECT count(*) FROM over
""")
# Real seconds; a call under way is due when its claim runs out.
_QUEUE = Statement("""
    SELECT count(*),
           coalesce(extract(epoch FROM statement_timestamp() - min(next_attempt_at)), 0)::float8
    FROM webhooks_delivery
""")
_NEWEST = Statement("SELECT coalesce(max(id), 0) FROM webhooks_delivery")
# One pass at a time, whoever makes it. What has no webhook any more goes, and is not counted.
_TRIM = Statement("""
    WITH turn AS MATERIALIZED (
        SELECT pg_try_advisory_xact_lock(%(class)s, 4) AS is_ours
    ), written AS MATERIALIZED (
        SELECT DISTINCT account_id FROM webhooks_delivery, turn WHERE turn.is_ours AND id > %(since)s
    ), excess AS MATERIALIZED (
        SELECT written.account_id, newest.id
        FROM written CROSS JOIN LATERAL (
            SELECT id FROM webhooks_delivery WHERE account_id = written.account_id
            ORDER BY id DESC OFFSET %(most)s LIMIT 1
        ) AS newest
    ), trimmed AS (
        DELETE FROM webhooks_delivery AS delivery USING excess
        WHERE delivery.account_id = excess.account_id AND delivery.id <= excess.id
        RETURNING delivery.account_id
    ), counted AS (
        UPDATE webhooks_webhook AS webhook SET dropped = dropped + trimmed.count
        FROM (SELECT account_id, count(*) FROM trimmed GROUP BY account_id) AS trimmed
        WHERE webhook.account_id = trimmed.account_id
    ), swept AS (
        DELETE FROM webhooks_delivery WHERE account_id IN (
            SELECT account_id FROM written
            WHERE account_id NOT IN (SELECT account_id FROM webhooks_webhook)
        )
    )
    SELECT count(*) FROM trimmed
""")


@dataclass(frozen=True, slots=True)
class _Claimed:
    """An end that is to be told."""

    id: int
    account_id: uuid.UUID
    kind: str
    resource_id: uuid.UUID
    from_state: str
    state: str
    reason: str
    at: datetime
    attempts: int
    url: str
    secret: str
    set_out: str

    @property
    def ended(self) -> str | None:
        """What has ended, None where nobody is to be told."""
        names = registration(self.kind).ended_as
        return names.get(self.set_out, names.get(ANY_BEGINNING))

    def sending(self, ended: str) -> Sending:
        """Return the call that tells of it."""
        document = {
            "id": str(self.id),
            "event": f"{ended}.{self.state}",
            "accountID": self.account_id,
            "kind": self.kind,
            "resourceID": self.resource_id,
            "state": self.state,
            "previousState": self.from_state,
            "reason": self.reason or None,
            "at": timestamp(self.at),
        }
        return Sending(self.url, self.secret, self.id, orjson.dumps(with_values(document)))

    @property
    def pause_seconds(self) -> float | None:
        """How long to wait after a failure, None where it is given up."""
        if self.attempts >= MOST_ATTEMPTS:
            return None
        return float(min(FIRST_PAUSE_SECONDS * 2 ** (self.attempts - 1), LONGEST_PAUSE_SECONDS))


@dataclass(frozen=True, slots=True)
class _Call:
    """A call under way."""

    claimed: _Claimed
    sending: Sending
    ends_at: float


class Deliverer:
    """The calls that a worker makes."""

    def __init__(self) -> None:
        self._calls: dict[int, _Call] = {}
        # What became of calls: empty, or what went wrong.
        self._outcomes: SimpleQueue[tuple[_Call, str]] = SimpleQueue()

    def deliver(self) -> int:
        """Bring in what became of calls, begin others; return how many ends were given up.

        Raises ``django.db.Error``; what was not brought in is told once more.
        """
        dropped = self._settle()
        now = monotonic_seconds()
        for call in self._calls.values():
            if call.ends_at < now:
                call.sending.give_up()
        if len(self._calls) < MOST_CALLS:
            self._begin()
        return dropped

    def finish(self, *, timeout_seconds: float) -> int:
        """Wait for the calls under way, and bring in what became of them; for who has the time."""
        dropped = 0
        while self._calls:
            self._outcomes.put(self._outcomes.get(timeout=timeout_seconds))
            dropped += self._settle()
        return dropped

    def _settle(self) -> int:
        taken: list[int] = []
        dropped = 0
        with contextlib.suppress(Empty):
            while True:
                call, error = self._outcomes.get_nowait()
                del self._calls[call.claimed.id]
                if error:
                    dropped += self._failed(call.claimed, error)
                else:
                    taken.append(call.claimed.id)
        if taken:
            _OVER.execute({"ids": taken})
            WEBHOOKS_TAKEN.inc(len(taken))
        WEBHOOKS_DROPPED.inc(dropped)
        return dropped

    def _failed(self, claimed: _Claimed, error: str) -> int:
        WEBHOOKS_FAILED.inc()
        [(dropped,)] = _LATER.fetch_all(
            {
                "id": claimed.id,
                "account": claimed.account_id,
                "seconds": claimed.pause_seconds,
                "error": error.replace("\0", "")[:ERROR_MAX_LENGTH],
            }
        )
        return int(dropped)

    def _begin(self) -> None:
        of_account = Counter(call.claimed.account_id for call in self._calls.values())
        claimed = _CLAIM.fetch_made(
            {
                "busy": list(of_account),
                "most": MOST_CALLS - len(self._calls),
                "most_of_account": MOST_CALLS_OF_ACCOUNT,
                "seconds": CLAIM_SECONDS,
            },
            lambda row: _Claimed(*row),
        )
        silent = [each.id for each in claimed if each.ended is None]
        if silent:
            _OVER.execute({"ids": silent})
        for each in claimed:
            if (ended := each.ended) is not None:
                ends_at = monotonic_seconds() + LONGEST_CALL_SECONDS
                call = _Call(each, each.sending(ended), ends_at)
                self._calls[each.id] = call
                # It ends with the process, whatever it waits for.
                Thread(target=self._make, args=(call,), daemon=True).start()

    def _make(self, call: _Call) -> None:
        self._outcomes.put((call, call.sending.send()))


def queues_state() -> tuple[int, float]:
    """Return how many ends wait to be told, and for how many real seconds the oldest was due."""
    [(waiting, seconds)] = _QUEUE.fetch_all({})
    return waiting, max(seconds, 0.0)


def queues_trim(*, since: int = 0) -> int:
    """Drop what is too much of what waits for accounts, of those with something after that number.

    Returns how many ends were dropped.
    """
    parameters: dict[str, Any] = {"class": LOCK_CLASS + 1, "since": since, "most": MOST_WAITING}
    [(count,)] = _TRIM.fetch_all(parameters)
    WEBHOOKS_DROPPED.inc(count)
    return int(count)


def new_trimmer() -> Trim:
    """Return what a worker calls, again and again, to keep the queues within their bound."""
    return Trimmer(
        "webhooks", _NEWEST, lambda since: Trimmed(queues_trim(since=since)), TRIM_SECONDS
    ).trim


def new_deliverer() -> Trim:
    """Return what a worker calls, again and again, to tell of ends."""
    deliverer = Deliverer()
    return lambda: Trimmed(deliverer.deliver())
