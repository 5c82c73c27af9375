"""What the transfers of a mirror let it say, derived from their instants and the clock.

``transfer_state``, ``details`` and ``health`` look at a row, light or not; `filter` compares with what
the expressions say of many. Tests hold the two against each other.
"""

import uuid
from datetime import datetime
from typing import Any

from django.db.models import Case, F, Q, Value, When

from astra.api.clock import timestamp
from mirrors.lifecycle import IDLE, NORMAL, TRANSFERRING, WARNING
from mirrors.models import AppMirror

TRANSFERRED = "https://astra.netapp.io/stateDetails/24"
# The columns that all of it follows from.
COLUMNS = (
    "transfer_started_at",
    "transfer_ends_at",
    "transfer_snapshot_id",
    "transfer_reasons",
    "state_details",
    "health_state",
    "health_state_details",
)


def is_over(mirror: Any, now: datetime) -> bool:
    """Tell whether the last transfer has ended at the account's instant."""
    return mirror.transfer_ends_at is not None and mirror.transfer_ends_at <= now


def transfer_state(mirror: Any, now: datetime) -> str:
    """Return `transferState` at the account's instant."""
    has_begun = mirror.transfer_started_at is not None and mirror.transfer_started_at <= now
    return TRANSFERRING if has_begun and not is_over(mirror, now) else IDLE


def details(mirror: Any, now: datetime) -> list[dict[str, Any]]:
    """Return `stateDetails` at the account's instant: the last transfer that was completed."""
    if not is_over(mirror, now) or mirror.transfer_reasons:
        return list(mirror.state_details)
    return [
        {
            "type": TRANSFERRED,
            "title": "Transfer completed",
            "detail": "The snapshot was transferred to the destination.",
            "additionalDetails": {
                "startTime": timestamp(mirror.transfer_started_at),
                "completionTime": timestamp(mirror.transfer_ends_at),
                "snapshotID": str(mirror.transfer_snapshot_id),
            },
        }
    ]


def health(mirror: Any, now: datetime) -> tuple[str, list[dict[str, Any]]]:
    """Return `healthState` and `healthStateDetails` at the account's instant."""
    if not is_over(mirror, now):
        return mirror.health_state, list(mirror.health_state_details)
    return (WARNING if mirror.transfer_reasons else NORMAL), list(mirror.transfer_reasons)


def begin_transfer(
    mirror: AppMirror,
    now: datetime,
    *,
    started_at: datetime | None,
    ends_at: datetime | None,
    snapshot_id: uuid.UUID | None,
    reasons: list[Any],
) -> list[str]:
    """Let another transfer follow the last one; return the columns to save.

    ``started_at`` None: there is none for now; ``ends_at`` None: it never ends.
    """
    mirror.state_details = details(mirror, now)
    mirror.health_state, mirror.health_state_details = health(mirror, now)
    mirror.transfer_started_at, mirror.transfer_ends_at = started_at, ends_at
    mirror.transfer_snapshot_id, mirror.transfer_reasons = snapshot_id, reasons
    return list(COLUMNS)


def transfer_state_sql(now: datetime) -> Any:
    """Return the expression of `transferState`."""
    under_way = Q(transfer_started_at__lte=now) & (
        Q(transfer_ends_at=None) | Q(transfer_ends_at__gt=now)
    )
    return Case(When(under_way, then=Value(TRANSFERRING)), default=Value(IDLE))


def health_sql(now: datetime) -> Any:
    """Return the expression of `healthState`."""
    return Case(
        When(Q(transfer_ends_at=None) | Q(transfer_ends_at__gt=now), then=F("health_state")),
        When(transfer_reasons=[], then=Value(NORMAL)),
        default=Value(WARNING),
    )
