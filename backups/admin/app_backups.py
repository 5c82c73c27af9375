"""Backups on the admin site."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from astra.accounts.system import system_caller
from astra.adminsite import cells
from astra.adminsite.confirming import Done, confirmed
from astra.adminsite.filters import AutocompleteSelectFilter, DayFilter, choice_filter
from astra.adminsite.forms import ApiForm, LabelsField
from astra.adminsite.units import human_bytes
from backups import kinds
from backups.actions import steering
from backups.actions.app_backup_create import app_backup_create
from backups.actions.app_backup_delete import app_backup_delete
from backups.admin.bodies import app_backup_wanted
from backups.admin.fates import FATE_FIELDS, HOOK_FIELDS, FateFields, hook_details
from backups.admin.protection import FailForm, ProtectionAdmin, ReasonForm
from backups.lifecycle import APP_BACKUP, FAILED, REMOVED, UNKNOWN
from backups.models import App, AppBackup, Snapshot
from backups.models.protection import HookState


class AppBackupForm(FateFields, ApiForm):
    """A new backup: what a create call may say, and how it is to end."""

    name = forms.CharField(
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="A DNS-1123 label. Left empty, the system makes one.",
    )
    api_version = forms.ChoiceField(
        label="Version",
        choices=[(version, version) for version in kinds.APP_BACKUP.versions],
        widget=UnfoldAdminSelectWidget,
    )
    labels = LabelsField()

    members = {
        "bucketID": "bucket",
        "snapshotID": "snapshot",
        "metadata": "labels",
        "version": "api_version",
    }
    # 2: no such app, 112: not ready, 127: no bucket to be had
    problem_fields = {2: "app", 112: "app", 127: "bucket"}

    class Meta:
        model = AppBackup
        fields = ("app", "name", "bucket", "snapshot", "labels")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bucket"].required = False
        self.fields["bucket"].help_text = "Left empty, the system chooses an available one."
        self.fields["snapshot"].help_text = "Left empty, a snapshot is made for the backup."

    def perform(self, data: dict[str, Any]) -> AppBackup:
        """Create the backup as the API does."""
        app: App = data["app"]
        caller = system_caller(app.account)
        return app_backup_create(
            caller=caller, app_id=app.pk, wanted=app_backup_wanted(data, caller)
        )


@admin.register(AppBackup)
class AppBackupAdmin(ProtectionAdmin[AppBackup]):
    """Backups: made, steered and deleted as the API does; their state is never typed in."""

    lifecycle = APP_BACKUP
    collection = kinds.APP_BACKUP.plural
    can_add = True
    add_form = AppBackupForm

    list_display = (
        "name",
        "state_cell",
        "progress_cell",
        "size_cell",
        "app_cell",
        "bucket_cell",
        "snapshot_cell",
        "account_cell",
        "created_cell",
    )
    list_filter = (
        ("account", AutocompleteSelectFilter),
        ("app", AutocompleteSelectFilter),
        ("bucket", AutocompleteSelectFilter),
        choice_filter("state", "state", APP_BACKUP.states),
        choice_filter("hooks", "hook_state", HookState.values),
        ("created_at", DayFilter),
    )
    list_select_related = ("account", "app", "bucket", "snapshot")
    search_fields = ("name",)
    search_help_text = "Search by name, or by the id of a backup, app, bucket or snapshot"
    search_ids = ("account_id", "app_id", "bucket_id", "snapshot_id")
    ordering = ("-created_at", "-id")
    autocomplete_fields = ("app", "bucket", "snapshot")
    actions = ("advance", "complete", "fail", "remove", "make_unknown")
    actions_detail = (
        "advance",
        "complete",
        {"title": "End", "icon": "flag", "items": ["fail", "remove", "make_unknown"]},
    )
    add_fieldsets = (
        (
            None,
            {"fields": ("app", "name", "bucket", "snapshot", "labels", "api_version")},
        ),
        (
            "How it ends",
            {
                "fields": (*FATE_FIELDS, *HOOK_FIELDS),
                "description": "Fixed when the backup is made; the buttons of its page rewrite it.",
            },
        ),
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "id_cell"),
                    ("app_cell", "account_cell"),
                    ("state_cell", "fate_cell"),
                    "reasons_cell",
                    ("progress_cell", "size_cell"),
                    ("bucket_cell", "snapshot_cell"),
                )
            },
        ),
        ("Execution hooks", {"fields": ("hooks_cell", "hook_details_cell")}),
        (
            "Metadata",
            {
                "fields": (
                    ("created_at", "modified_at"),
                    ("version", "schedule_cell"),
                    "labels_cell",
                    "api_cell",
                )
            },
        ),
    )

    @admin.display(description="Progress")
    def progress_cell(self, backup: AppBackup) -> SafeString | str:
        """How much is done, at the account's instant."""
        if not backup.has_progress():
            return cells.NOTHING
        return cells.progress_bar(backup.percent_done(backup.account.now()), backup.state)

    @admin.display(description="Size", ordering="total_bytes")
    def size_cell(self, backup: AppBackup) -> str:
        """The bytes that it has when it is complete."""
        return human_bytes(backup.total_bytes) if backup.has_progress() else cells.NOTHING

    @admin.display(description="Snapshot", ordering="snapshot__name")
    def snapshot_cell(self, backup: AppBackup) -> SafeString | str:
        """The snapshot that it was made from, linked by the start of its id."""
        if backup.snapshot is None:
            return cells.NOTHING
        path = cells.page_of(Snapshot, backup.snapshot.pk)
        return cells.link(path, cells.short_identifier(backup.snapshot.pk))

    def delete_record(self, record: AppBackup) -> None:
        """Delete the backup as the API does."""
        app_backup_delete(AppBackup.objects.filter(pk=record.pk))

    @confirmed(
        "Advance",
        explanation="They take their next step now, and the later ones come earlier by as much."
        " One that waits for its own snapshot has that finished first.",
        button="Advance",
        icon="skip_next",
    )
    def advance(self, request: HttpRequest, backups: Sequence[AppBackup], data: Any) -> Done:
        """Let the backups take their next step."""
        steered = steering.take_next_step(backup_ids=[each.pk for each in backups])
        return self.told(request, "Advanced", backups, steered)

    @confirmed(
        "Complete",
        explanation="They are completed now, whatever their fate was; so are the snapshots they"
        " made.",
        button="Complete",
        icon="check_circle",
    )
    def complete(self, request: HttpRequest, backups: Sequence[AppBackup], data: Any) -> Done:
        """Let the backups be completed."""
        steered = steering.complete_now([each.pk for each in backups])
        return self.told(request, "Completed", backups, steered)

    @confirmed(
        "Fail",
        explanation="They fail now, for the reason you give.",
        button="Fail",
        icon="error",
        danger=True,
        form=FailForm,
    )
    def fail(
        self, request: HttpRequest, backups: Sequence[AppBackup], data: dict[str, Any]
    ) -> Done:
        """Let the backups fail, their hooks too if one is named."""
        details = hook_details(data)
        with transaction.atomic():
            ids = [each.pk for each in backups]
            steered = steering.end_backups(ids=ids, outcome=FAILED, reason=data["reason"])
            failed = [each for each in ids if each not in steered.refused]
            if details and failed:
                steering.fail_hooks(ids=failed, details=details)
        return self.told(request, "Failed", backups, steered)

    @confirmed(
        "Remove",
        explanation="They are not accessible any more: their state becomes removed.",
        button="Remove",
        icon="cloud_off",
        danger=True,
        form=ReasonForm,
    )
    def remove(
        self, request: HttpRequest, backups: Sequence[AppBackup], data: dict[str, Any]
    ) -> Done:
        """Let the backups be removed."""
        ids = [each.pk for each in backups]
        steered = steering.end_backups(ids=ids, outcome=REMOVED, reason=data["reason"])
        return self.told(request, "Removed", backups, steered)

    @confirmed(
        "Make unknown",
        explanation="Their state cannot be determined any more: it becomes unknown.",
        button="Make unknown",
        icon="help",
        danger=True,
        form=ReasonForm,
    )
    def make_unknown(
        self, request: HttpRequest, backups: Sequence[AppBackup], data: dict[str, Any]
    ) -> Done:
        """Let the state of the backups be unknown."""
        ids = [each.pk for each in backups]
        steered = steering.end_backups(ids=ids, outcome=UNKNOWN, reason=data["reason"])
        return self.told(request, "Made unknown", backups, steered)
