"""Protection schedules on the admin site."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString

from astra.adminsite import cells
from astra.resources.pages import ResourcePage, page_of
from backups.models import Schedule
from backups.resources.schedules import SCHEDULE

_TIMES = ("granularity", "minute", "hour", "day_of_week", "day_of_month", "recurrence_rule")
_WHEN: Any = ("When", {"fields": (*_TIMES, "enabled")})
_KEEPS: Any = (
    "What it makes",
    {"fields": ("snapshot_retention", "backup_retention", "bucket", "replicate")},
)


@page_of(SCHEDULE)
class SchedulePage(ResourcePage):
    """When apps are snapshotted and backed up by themselves."""

    list_display = (
        "name",
        "enabled_cell",
        "granularity",
        "time_cell",
        "next_cell",
        "retention_cell",
        "app_cell",
        "bucket_cell",
        "account_cell",
        "created_cell",
    )
    add_fieldsets = ((None, {"fields": ("app", "name", "labels")}), _WHEN, _KEEPS)
    fieldsets = (
        (None, {"fields": ("id_cell", "name", "app_cell", "account_cell", "next_cell", "labels")}),
        _WHEN,
        _KEEPS,
        ("Metadata", {"fields": ("version", "created_at", "modified_at")}),
    )

    @admin.display(description="At")
    def time_cell(self, schedule: Schedule) -> str:
        """When it fires, in UTC."""
        if schedule.recurrence_rule:
            return schedule.recurrence_rule.rpartition("RRULE:")[2]
        minute = schedule.minute.rjust(2, "0")
        time = f"{schedule.hour.rjust(2, '0')}:{minute}" if schedule.hour else f"minute {minute}"
        if schedule.day_of_week:
            return f"{time}, day {schedule.day_of_week} of the week"
        return f"{time}, day {schedule.day_of_month}" if schedule.day_of_month else time

    @admin.display(description="Fires next", ordering="next_firing_at")
    def next_cell(self, schedule: Schedule) -> SafeString | str:
        """When it fires next, by the account's clock."""
        return cells.instant(schedule.next_firing_at)

    @admin.display(description="Keeps")
    def retention_cell(self, schedule: Schedule) -> str:
        """How many snapshots and backups stay."""
        return f"{schedule.snapshot_retention} snapshots, {schedule.backup_retention} backups"
