"""What a checkpoint may say of the protection domain beyond the rules of its single rows."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

from astra.api.quantities import MAX_SIZE
from astra.api.statements import Statement
from backups.lifecycle import COMPLETED
from backups.models import App, AppBackup, Schedule
from backups.recurrence import next_firing

_STORES_LESS = Statement("""
    SELECT bucket.id FROM backups_bucket AS bucket
    WHERE bucket.account_id = %(account)s AND bucket.stored_bytes < (
        SELECT coalesce(sum(total_bytes), 0) FROM backups_appbackup
        WHERE bucket_id = bucket.id AND state = %(completed)s
    )
""")
# What settling adds to a bucket, by model; of a new backup it is the size of its app.
_SIZES = {App: "size_bytes", AppBackup: "total_bytes"}
_MOMENT = timedelta(microseconds=1)


def impossible_protection(account_id: uuid.UUID) -> Iterator[str]:
    """Yield the buckets that store less than is in them, what is larger than anything is, and the
    schedules that fire out of time.
    """
    parameters = {"account": account_id, "completed": COMPLETED}
    for (bucket_id,) in _STORES_LESS.fetch_all(parameters):
        yield f"backups.bucket {bucket_id}: It stores less than its completed backups."
    for model, column in _SIZES.items():
        rows = model._default_manager.filter(account_id=account_id, **{f"{column}__gt": MAX_SIZE})
        for identifier in rows.values_list("id", flat=True)[:1]:
            yield f"{model._meta.label_lower} {identifier}: It is larger than {MAX_SIZE} bytes."
    schedules = Schedule.objects.filter(account_id=account_id, next_firing_at__isnull=False)
    for schedule in schedules:
        at = schedule.next_firing_at
        assert at is not None
        if at < schedule.created_at or next_firing(schedule, at - _MOMENT) != at:
            yield f"backups.schedule {schedule.id}: It does not fire at its next instant."
