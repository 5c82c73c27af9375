"""Create and replace schedules of an app: stored and checked."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from astra.accounts.callers import Caller
from astra.accounts.metadata import restamp, stamps
from astra.api import problems
from astra.api.problems import ApiProblem, Invalid
from backups.actions.finding import existing_bucket, managed_app
from backups.models import Schedule
from backups.recurrence import next_firing
from backups.serializers.schedules import time_errors

NAME_CONSTRAINT = "schedule_name_is_unique"
# JSON member and column of what a body sets as it is.
COLUMNS = {
    "name": "name",
    "granularity": "granularity",
    "minute": "minute",
    "hour": "hour",
    "dayOfWeek": "day_of_week",
    "dayOfMonth": "day_of_month",
    "recurrenceRule": "recurrence_rule",
    "snapshotRetention": "snapshot_retention",
    "backupRetention": "backup_retention",
    "bucketID": "bucket_id",
}
FLAGS = ("enabled", "replicate")


def schedule_create(*, caller: Caller, app_id: uuid.UUID, body: Mapping[str, Any]) -> Schedule:
    """Create a schedule from a validated request body.

    Raises problem 2 (no such app), 9 (time fields that do not fit the granularity), 108 (bucket), 10
    (read-only label), 132 (the app has a schedule of that name).
    """
    with transaction.atomic():
        app = managed_app(caller.account_id, app_id)
        schedule = Schedule(app=app, **stamps(caller, body))
        _set(schedule, body)
        _check(caller, schedule)
        schedule.next_firing_at = next_firing(schedule, schedule.created_at)
        _save(schedule, force_insert=True)
    return schedule


def schedule_replace(*, caller: Caller, schedule: Schedule, body: Mapping[str, Any]) -> None:
    """Change a locked schedule from a validated body; what is absent is kept.

    A new granularity drops the time fields of the old one. Raises as ``schedule_create``.
    """
    columns = restamp(schedule, caller, body)
    if body.get("granularity", schedule.granularity) != schedule.granularity:
        schedule.hour = schedule.day_of_week = schedule.day_of_month = None
        schedule.recurrence_rule = None
    _set(schedule, body)
    _check(caller, schedule)
    schedule.next_firing_at = next_firing(schedule, schedule.modified_at)
    _save(schedule, update_fields=[*columns, *COLUMNS.values(), *FLAGS, "next_firing_at"])


def _set(schedule: Schedule, body: Mapping[str, Any]) -> None:
    for member, column in COLUMNS.items():
        if member in body:
            setattr(schedule, column, body[member])
    for flag in FLAGS:
        if flag in body:
            setattr(schedule, flag, body[flag] == "true")


def _check(caller: Caller, schedule: Schedule) -> None:
    errors = time_errors(
        schedule.granularity,
        {
            "hour": schedule.hour,
            "dayOfWeek": schedule.day_of_week,
            "dayOfMonth": schedule.day_of_month,
            "recurrenceRule": schedule.recurrence_rule,
        },
    )
    if errors:
        fields = [Invalid(name, reason) for name, reason in errors.items()]
        raise ApiProblem(problems.INVALID_FIELDS, fields=fields)
    if schedule.bucket_id:
        existing_bucket(caller.account_id, schedule.bucket_id)


def _save(schedule: Schedule, **options: Any) -> None:
    try:
        with transaction.atomic():
            schedule.save(**options)
    except IntegrityError as error:
        if NAME_CONSTRAINT not in str(error):
            raise
        taken = Invalid("name", "The app has a schedule of this name.")
        raise ApiProblem(problems.DUPLICATE_SCHEDULE, fields=[taken]) from error
