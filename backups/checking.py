"""What a checkpoint may say of the protection domain beyond the rules of its single rows."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

from astra.api.statements import Statement
from backups.lifecycle import COMPLETED
from backups.models import Schedule
from backups.recurrence import next_firing

_STORES_LESS = Statement("""
    SELECT bucket.id FROM backups_bucket AS bucket
    WHERE bucket.account_id = %(account)s AND bucket.stored_bytes < (
        SELECT coalesce(sum(total_bytes), 0) FROM backups_appbackup
        WHERE bucket_id = bucket.id AND state = %(completed)s
    )
""")
_MOMENT = timedelta(microseconds=1)


def impossible_protection(account_id: uuid.UUID) -> Iterator[str]:
    """Yield the buckets that store less than is in them, and the schedules that fire out of time."""
    parameters = {"account": account_id, "completed": COMPLETED}
    for (bucket_id,) in _STORES_LESS.fetch_all(parameters):
        yield f"backups.bucket {bucket_id}: It stores less than its completed backups."
    schedules = Schedule.objects.filter(account_id=account_id, next_firing_at__isnull=False)
    for schedule in schedules:
        at = schedule.next_firing_at
        assert at is not None
        if at < schedule.created_at or next_firing(schedule, at - _MOMENT) != at:
            yield f"backups.schedule {schedule.id}: It does not fire at its next instant."
