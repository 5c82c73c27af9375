"""Protection schedules on the admin site."""

from django.contrib import admin

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
        return f"{schedule.granularity}, {self._time_of(schedule)}"

    def _time_of(self, schedule: Schedule) -> str:
        minute = schedule.minute.rjust(2, "0")
        time = f"{schedule.hour.rjust(2, '0')}:{minute}" if schedule.hour else f"minute {minute}"
        if schedule.day_of_week:
            return f"{time}, day {schedule.day_of_week} of the week"
        return f"{time}, day {schedule.day_of_month}" if schedule.day_of_month else time

    # By the account's clock.
    next_cell = cells.instant_column("Fires next", "next_firing_at", ordering="next_firing_at")
    retention_cell = cells.column(
        "Keeps", lambda it: f"{it.snapshot_retention} snapshots, {it.backup_retention} backups"
    )
