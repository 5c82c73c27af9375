"""Protection schedules on the admin site."""

from django.contrib import admin
from django.utils.safestring import SafeString

from astra.adminsite import cells
from astra.resources.pages import ResourcePage, page_of
from backups.models import Schedule
from backups.resources.schedules import OPTIONAL_TIMES, SCHEDULE


@page_of(SCHEDULE)
class SchedulePage(ResourcePage):
    """When apps are snapshotted and backed up by themselves."""

    listed = ("time_cell", "next_cell", "retention_cell")
    groups = {
        "When": ("granularity", "minute", *OPTIONAL_TIMES, "enabled", "next_cell"),
        "What it makes": ("snapshotRetention", "backupRetention", "bucketID", "replicate"),
    }

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
