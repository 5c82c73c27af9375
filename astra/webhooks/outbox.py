"""The outbox: ends, written down in the statement that brings them about.

Seeding and restoring write rows as they are and bring none about, so nothing is told of them.
"""

from astra.engine.outbox import Outbox
from astra.engine.registry import Registration


def _takes(registration: Registration, steps: str) -> str:
    lifecycle = registration.lifecycle
    return f"""told AS (
        INSERT INTO webhooks_delivery
            (account_id, kind, resource_id, sequence, from_state, state, reason, at)
        SELECT webhook.account_id, '{lifecycle.kind}', resource_id, sequence, from_state, to_state,
               reason, at
        FROM {steps} JOIN webhooks_webhook AS webhook ON webhook.account_id = %(account)s
        WHERE from_state IN ({_literals(lifecycle.unfinished)})
          AND to_state IN ({_literals(lifecycle.final)})
        ORDER BY at, resource_id, sequence
    )"""


def _literals(states: tuple[str, ...]) -> str:
    return ", ".join(f"'{state}'" for state in states)


OUTBOX = Outbox(
    listens="EXISTS (SELECT FROM webhooks_webhook WHERE account_id = %(account)s)", takes=_takes
)
