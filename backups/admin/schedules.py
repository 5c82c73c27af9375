"""Protection schedules on the admin site."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.widgets import (
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from astra.accounts.columns import AccountColumns
from astra.accounts.system import system_caller
from astra.adminsite import cells
from astra.adminsite.filters import AutocompleteSelectFilter, DayFilter, choice_filter
from astra.adminsite.forms import ApiForm, LabelsField
from backups.actions.schedule_save import schedule_create, schedule_replace
from backups.admin.bodies import schedule_body
from backups.models import App, Schedule
from backups.models.schedules import Granularity
from backups.serializers.schedules import ScheduleCreate, ScheduleReplace

TIMES = ("minute", "hour", "day_of_week", "day_of_month", "recurrence_rule")
RETENTIONS = ("snapshot_retention", "backup_retention")


def _text(label: str, help_text: str = "", **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, widget=UnfoldAdminTextInputWidget, **kwargs
    )


class ScheduleForm(ApiForm):
    """What can be changed of a schedule, by the API's rules."""

    name = _text("Name")
    minute = _text("Minute", "0 to 59", required=False, initial="0")
    hour = _text("Hour", "0 to 23, UTC; for all but hourly and custom ones", required=False)
    day_of_week = _text("Day of the week", "0 (Sunday) to 7; for weekly ones", required=False)
    day_of_month = _text("Day of the month", "1 to 31; for monthly ones", required=False)
    recurrence_rule = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="For custom ones: a DTSTART line and an RRULE line.",
    )
    snapshot_retention = _text("Snapshots to keep", initial="1")
    backup_retention = _text("Backups to keep", initial="1")
    enabled = forms.BooleanField(
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Whether it fires.",
    )
    labels = LabelsField()

    members = {
        "bucketID": "bucket",
        "dayOfWeek": "day_of_week",
        "dayOfMonth": "day_of_month",
        "recurrenceRule": "recurrence_rule",
        "snapshotRetention": "snapshot_retention",
        "backupRetention": "backup_retention",
        "metadata": "labels",
    }
    # 2: no such app
    problem_fields = {2: "app"}

    class Meta:
        model = Schedule
        fields: tuple[str, ...] = (
            "name",
            "granularity",
            *TIMES,
            *RETENTIONS,
            "bucket",
            "enabled",
            "labels",
        )

    def perform(self, data: dict[str, Any]) -> Schedule:
        """Replace the schedule as the API does."""
        schedule = Schedule.objects.select_for_update().get(pk=self.instance.pk)
        body = ScheduleReplace.parse(schedule_body(data))
        schedule_replace(caller=system_caller(schedule.account), schedule=schedule, body=body)
        return schedule


class ScheduleAddForm(ScheduleForm):
    """A new schedule of an app."""

    class Meta(ScheduleForm.Meta):
        fields: tuple[str, ...] = ("app", *ScheduleForm.Meta.fields)

    def perform(self, data: dict[str, Any]) -> Schedule:
        """Create the schedule as the API does."""
        app: App = data["app"]
        return schedule_create(
            caller=system_caller(app.account),
            app_id=app.pk,
            body=ScheduleCreate.parse(schedule_body(data)),
        )


@admin.register(Schedule)
class ScheduleAdmin(AccountColumns[Schedule]):
    """When apps are snapshotted and backed up by themselves."""

    can_add = True
    add_form = ScheduleAddForm
    form = ScheduleForm
    editable = ("name", "granularity", *TIMES, *RETENTIONS, "bucket", "enabled", "labels")

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
    list_filter = (
        ("account", AutocompleteSelectFilter),
        ("app", AutocompleteSelectFilter),
        choice_filter("granularity", "granularity", Granularity.values),
        ("created_at", DayFilter),
    )
    list_select_related = ("account", "app", "bucket")
    search_fields = ("name",)
    search_help_text = "Search by name, or by the id of a schedule, app, bucket or account"
    search_ids = ("account_id", "app_id", "bucket_id")
    ordering = ("-created_at", "-id")
    autocomplete_fields = ("app", "bucket")
    _when: Any = ("When", {"fields": ("granularity", *TIMES, "enabled")})
    _keeps: Any = ("What it makes", {"fields": (*RETENTIONS, "bucket")})
    add_fieldsets = ((None, {"fields": ("app", "name", "labels")}), _when, _keeps)
    fieldsets = (
        (None, {"fields": ("id_cell", "name", "app_cell", "account_cell", "next_cell", "labels")}),
        _when,
        _keeps,
        ("Metadata", {"fields": ("version", "created_at", "modified_at")}),
    )

    @admin.display(description="Enabled", boolean=True, ordering="enabled")
    def enabled_cell(self, schedule: Schedule) -> bool:
        """Whether it fires."""
        return schedule.enabled

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

    @admin.display(description="App", ordering="app__name")
    def app_cell(self, schedule: Schedule) -> SafeString | str:
        """The app, linked."""
        return cells.record_link(schedule.app)

    @admin.display(description="Bucket", ordering="bucket__name")
    def bucket_cell(self, schedule: Schedule) -> SafeString | str:
        """The bucket, linked."""
        return cells.record_link(schedule.bucket)

    def delete_record(self, record: Schedule) -> None:
        """Delete the schedule as the API does; what it made stays."""
        Schedule.objects.filter(pk=record.pk).delete()
