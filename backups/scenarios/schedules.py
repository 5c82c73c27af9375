"""The section of schedules."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from astra.scenarios.schema import ref
from astra.scenarios.sections import Item, Section
from backups import kinds
from backups.models import Schedule
from backups.models.schedules import (
    NAME_MAX_LENGTH,
    RETENTION_MAX_LENGTH,
    RETENTION_PATTERN,
    Granularity,
)
from backups.recurrence import next_firing
from backups.serializers.schedules import (
    DAY_OF_MONTH_PATTERN,
    DAY_OF_WEEK_PATTERN,
    HOUR_PATTERN,
    MINUTE_PATTERN,
    time_errors,
)

_RETENTION = {
    "description": "A number as a string, as the API has it.",
    "type": "string",
    "pattern": RETENTION_PATTERN,
    "maxLength": RETENTION_MAX_LENGTH,
}


def _number(pattern: str) -> dict[str, str]:
    return {"type": "string", "pattern": pattern}


class ScheduleSection(Section):
    """`schedules` of an app."""

    name = "schedules"
    parent = "apps"
    model = Schedule
    order = 5
    required = ("name", "granularity", "snapshotRetention", "backupRetention")
    properties = {
        "name": {"type": "string", "minLength": 1, "maxLength": NAME_MAX_LENGTH},
        "granularity": {"enum": Granularity.values},
        "minute": _number(MINUTE_PATTERN),
        "hour": _number(HOUR_PATTERN),
        "dayOfWeek": _number(DAY_OF_WEEK_PATTERN),
        "dayOfMonth": _number(DAY_OF_MONTH_PATTERN),
        "recurrenceRule": {"type": "string"},
        "snapshotRetention": _RETENTION,
        "backupRetention": _RETENTION,
        "enabled": {"type": "boolean"},
        "replicate": {"type": "boolean"},
        "bucket": {"description": "Name of a bucket.", **ref("text")},
    }

    def build(self, item: Item) -> Sequence[Model]:
        """Return the schedule, to fire next after now.

        Raises ``ScenarioError`` for times that its granularity has not.
        """
        assert item.parent is not None
        times: dict[str, Any] = {
            name: item.get(name) for name in ("hour", "dayOfWeek", "dayOfMonth", "recurrenceRule")
        }
        for member, reason in time_errors(item.get("granularity"), times).items():
            raise item.error(reason, member)
        schedule = Schedule(
            **item.described(kinds.SCHEDULE.versions[0]),
            account=item.account_row,
            app=item.parent.row,
            bucket=item.find("buckets", "bucket").row if "bucket" in item.values else None,
            name=item.name,
            granularity=item.get("granularity"),
            minute=item.get("minute", "0"),
            hour=times["hour"],
            day_of_week=times["dayOfWeek"],
            day_of_month=times["dayOfMonth"],
            recurrence_rule=times["recurrenceRule"],
            snapshot_retention=item.get("snapshotRetention"),
            backup_retention=item.get("backupRetention"),
            enabled=item.get("enabled", True),
            replicate=item.get("replicate", False),
        )
        schedule.next_firing_at = next_firing(schedule, item.now)
        return [schedule]
