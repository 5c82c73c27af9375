"""Whether the rows of an account are ones that settling can carry on: what an import must not break."""

import functools
import uuid
from collections.abc import Iterator

from astra.accounts.belongings import state_belongings
from astra.api.statements import Statement
from astra.engine.paces import pace_errors
from astra.engine.registry import Registration, registrations
from astra.engine.settling import next_instant, next_ordinal

# More steps than any row takes, and room for more.
_MOST_STEPS = 10**9


def impossible_fates(account_id: uuid.UUID) -> Iterator[str]:
    """Yield what is wrong with the fates of an account's rows, and with its paces."""
    for registration in registrations():
        for identifier, reason in _faults(registration).fetch_all({"account": account_id}):
            yield f"{registration.model._meta.label_lower} {identifier}: {reason}"
    for item in state_belongings():
        if "stage_delays" in item.columns:
            rows = item.model._default_manager.filter(**{item.column: account_id})
            for key, *paces in rows.values_list("pk", "stage_delays", "immediate_kinds"):
                for error in pace_errors(*paces):
                    yield f"{item.label} {key}: {error.column}: {error.reason}"


@functools.cache
def _faults(registration: Registration) -> Statement:
    lifecycle = registration.lifecycle
    reasons = {
        f"next_transition_at IS DISTINCT FROM {next_instant(lifecycle, 'own')}"
        " AND next_transition_at IS NOT NULL": "It does not go on when its next stage is.",
        "next_transition_at IS NOT NULL AND ends_at IS NOT NULL AND outcome IS NULL": (
            "It ends in no outcome."
        ),
        f"transition_count > {_MOST_STEPS}": "It has taken too many steps.",
        f"""EXISTS (
            SELECT FROM engine_transition AS step
            WHERE step.account_id = own.account_id AND step.kind = '{lifecycle.kind}'
              AND step.resource_id = own.id AND step.sequence >= own.transition_count
        )""": "Its history is longer than the steps that it has taken.",
    }
    cases = " ".join(f"WHEN {condition} THEN '{reason}'" for condition, reason in reasons.items())
    return Statement(f"""
        SELECT id, reason FROM (
            SELECT own.id, CASE {cases} END AS reason
            FROM (
                SELECT *, {next_ordinal(lifecycle)} AS next_ordinal FROM {registration.table}
                WHERE account_id = %(account)s
            ) AS own
        ) AS found
        WHERE reason IS NOT NULL LIMIT 1
    """)
