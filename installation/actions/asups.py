"""Create AutoSupport bundles."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from astra.accounts.callers import Caller
from astra.accounts.metadata import stamps
from astra.api.clock import timestamp
from astra.api.problems import INVALID_FIELDS, refusal
from astra.api.quantities import parse_instant
from astra.engine.plan import begin_history, plan_new
from astra.engine.stages import Fate
from astra.resources import registry
from installation import kinds
from installation.lifecycle import ASUP as LIFECYCLE
from installation.lifecycle import COMPLETED, FAILED
from installation.models import Asup, License
from installation.models.support import UploadState

WINDOW = timedelta(days=1)
WITH_OFFSET = r"[0-9-]{10}T[0-9:]{8}(\.[0-9]{1,6})?[+-][0-9]{2}:[0-9]{2}"
FURTHEST_BACK = timedelta(days=7)
UNLICENSED = {
    "type": "https://astra.netapp.io/stateDetails/asup",
    "title": "Upload blocked",
    "detail": "The account has no valid licence.",
}


def asup_create(*, caller: Caller, body: Mapping[str, Any], fate: Fate = Fate(COMPLETED)) -> Asup:
    """Have a bundle made, from a validated body; it is complete by the clock, then uploaded if asked.

    Raises problem 9 for a window that is none, or goes back more than seven days, 10 for a read-only
    label.
    """
    with transaction.atomic():
        row = Asup(state=LIFECYCLE.initial, **stamps(caller, body))
        registry.resource(kinds.ASUP.name).members.apply(row, body)
        set_window(row, row.created_at)
        if row.upload:
            row.upload_state = UploadState.PENDING
            row.outcome_upload_state, row.outcome_upload_details = _uploaded(row, fate)
        plan_new(LIFECYCLE, row, fate, caller)
        row.save(force_insert=True)
        begin_history(LIFECYCLE, row)
    return row


def set_window(row: Asup, now: datetime) -> None:
    """Set what the window is where nothing is said: the last day. Raises problem 9 as a create."""
    row.data_window_end = row.data_window_end or timestamp(now)
    end = _instant("dataWindowEnd", row.data_window_end)
    row.data_window_start = row.data_window_start or timestamp(end - WINDOW)
    start = _instant("dataWindowStart", row.data_window_start)
    if start >= end:
        raise refusal(INVALID_FIELDS, "dataWindowStart", "Must be before dataWindowEnd.")
    if start < now - FURTHEST_BACK:
        raise refusal(INVALID_FIELDS, "dataWindowStart", "Must be at most seven days ago.")


def _instant(member: str, text: str) -> datetime:
    try:
        return parse_instant(text)
    except (ValueError, OverflowError) as error:
        raise refusal(INVALID_FIELDS, member, "Must be an instant that exists.") from error


def in_utc(text: str) -> str:
    """Return an instant with an offset in UTC; any other text as it is."""
    if not re.fullmatch(WITH_OFFSET, text):
        return text
    try:
        return timestamp(datetime.fromisoformat(text).astimezone(UTC))
    except (ValueError, OverflowError):
        return text


def _uploaded(row: Asup, fate: Fate) -> tuple[UploadState, list[dict[str, str]]]:
    """Return how the upload ends."""
    licences = License.objects.filter(account_id=row.account_id, valid_until__gt=row.created_at)
    if not licences.exists():
        return UploadState.BLOCKED, [UNLICENSED]
    return (UploadState.BLOCKED if fate.outcome == FAILED else UploadState.COMPLETED), []
