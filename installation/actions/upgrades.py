"""What may be asked of an upgrade: when it runs."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from astra.accounts.callers import Caller
from astra.accounts.metadata import restamp
from astra.api.problems import CONFLICT, refusal
from astra.engine.models import record_step
from astra.engine.plan import stage_seconds
from installation.lifecycle import COMPLETE, PROPOSED, RUNNING, SCHEDULED
from installation.lifecycle import UPGRADE as LIFECYCLE
from installation.models import Upgrade

# From each state, what may be asked for beside what it is.
_ALLOWED = {PROPOSED: (SCHEDULED, RUNNING), SCHEDULED: (PROPOSED, RUNNING)}
_ASKED = (
    "state",
    "state_desired",
    "transition_count",
    "scheduled_at",
    "running_at",
    "ends_at",
    "next_transition_at",
    "outcome",
)


def upgrade_replace(*, caller: Caller, row: Upgrade, body: Mapping[str, Any]) -> None:
    """Ask for a state of a locked upgrade, from a validated body.

    One that is scheduled starts by the clock. Raises problem 10 for what its state does not lead to, and
    for a read-only label.
    """
    columns = restamp(row, caller, body)
    desired = body.get("stateDesired", row.state)
    if desired != row.state:
        if desired not in _ALLOWED.get(row.state, ()):
            raise refusal(CONFLICT, "stateDesired", f"The upgrade is {row.state}.")
        _begin(caller, row, desired)
        columns += _ASKED
    row.save(update_fields=columns)


def _begin(caller: Caller, row: Upgrade, state: str) -> None:
    now = row.modified_at
    *_, waiting, running = stage_seconds(LIFECYCLE, [caller], jitter_of=(caller.seed, row.id))
    record_step(LIFECYCLE.kind, row, state, now)
    row.state_desired = state
    row.scheduled_at = now if state == SCHEDULED else None
    row.running_at = {SCHEDULED: now + timedelta(seconds=waiting), RUNNING: now}.get(state)
    row.ends_at = row.running_at and row.running_at + timedelta(seconds=running)
    row.next_transition_at = row.running_at if state == SCHEDULED else row.ends_at
    row.outcome = None if state == PROPOSED else COMPLETE
