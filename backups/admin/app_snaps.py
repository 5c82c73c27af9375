"""Snapshots on the admin site."""

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
from backups import kinds
from backups.actions import steering
from backups.actions.app_snap_create import app_snap_create
from backups.actions.app_snap_delete import app_snap_delete
from backups.admin.bodies import app_snap_body
from backups.admin.fates import FATE_FIELDS, HOOK_FIELDS, FateFields, fate_of, hook_details
from backups.admin.protection import FailForm, ProtectionAdmin, ReasonForm
from backups.lifecycle import FAILED, REMOVED, SNAPSHOT, UNKNOWN
from backups.models import App, Snapshot
from backups.models.protection import HookState


class SnapshotForm(FateFields, ApiForm):
    """A new snapshot: what a create call may say, and how it is to end."""

    name = forms.CharField(
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="A DNS-1123 label. Left empty, the system makes one.",
    )
    api_version = forms.ChoiceField(
        label="Version",
        choices=[(version, version) for version in kinds.APP_SNAP.versions],
        widget=UnfoldAdminSelectWidget,
    )
    labels = LabelsField()

    members = {"bucketID": "bucket", "metadata": "labels", "version": "api_version"}
    # 2: no such app, 112: not ready, 176: the name is taken
    problem_fields = {2: "app", 112: "app", 176: "name"}

    class Meta:
        model = Snapshot
        fields = ("app", "name", "bucket", "labels")

    def perform(self, data: dict[str, Any]) -> Snapshot:
        """Take the snapshot as the API does."""
        app: App = data["app"]
        caller = system_caller(app.account)
        return app_snap_create(
            caller=caller, app_id=app.pk, body=app_snap_body(data, caller), fate=fate_of(data)
        )


@admin.register(Snapshot)
class SnapshotAdmin(ProtectionAdmin[Snapshot]):
    """Snapshots: taken, steered and deleted as the API does; their state is never typed in."""

    lifecycle = SNAPSHOT
    collection = kinds.APP_SNAP.plural
    can_add = True
    add_form = SnapshotForm

    list_display = (
        "name",
        "state_cell",
        "hooks_cell",
        "app_cell",
        "bucket_cell",
        "account_cell",
        "next_cell",
        "created_cell",
    )
    list_filter = (
        ("account", AutocompleteSelectFilter),
        ("app", AutocompleteSelectFilter),
        choice_filter("state", "state", SNAPSHOT.states),
        choice_filter("hooks", "hook_state", HookState.values),
        ("created_at", DayFilter),
    )
    list_select_related = ("account", "app", "bucket")
    search_fields = ("name",)
    search_help_text = "Search by name, or by the id of a snapshot, app or account"
    search_ids = ("account_id", "app_id")
    ordering = ("-created_at", "-id")
    autocomplete_fields = ("app", "bucket")
    actions = ("advance", "fail", "remove", "make_unknown")
    actions_detail = (
        "advance",
        {"title": "End", "icon": "flag", "items": ["fail", "remove", "make_unknown"]},
    )
    add_fieldsets = (
        (None, {"fields": ("app", "name", "bucket", "labels", "api_version")}),
        (
            "How it ends",
            {
                "fields": (*FATE_FIELDS, *HOOK_FIELDS),
                "description": "Fixed when it is taken; the buttons of its page rewrite it.",
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
                    ("bucket_cell", "backups_cell"),
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

    @admin.display(description="Backups of it")
    def backups_cell(self, snapshot: Snapshot) -> SafeString:
        """A link to the backups made from it."""
        path = cells.list_path("backups.appbackup", q=snapshot.pk)
        return cells.link(path, "backups")

    def choice_text(self, record: Snapshot) -> str:
        """Return the snapshot's name with its app and state."""
        return f"{record.name} · {record.app}, {record.state}"

    def delete_record(self, record: Snapshot) -> None:
        """Delete the snapshot as the API does."""
        app_snap_delete(Snapshot.objects.filter(pk=record.pk))

    @confirmed(
        "Advance",
        explanation="They take their next step now, and the later ones come earlier by as much.",
        button="Advance",
        icon="skip_next",
    )
    def advance(self, request: HttpRequest, snapshots: Sequence[Snapshot], data: Any) -> Done:
        """Let the snapshots take their next step."""
        steered = steering.take_next_snapshot_step(snapshot_ids=[each.pk for each in snapshots])
        return self.told(request, "Advanced", snapshots, steered)

    @confirmed(
        "Fail",
        explanation="They fail now, for the reason you give; a backup that waits for one fails too.",
        button="Fail",
        icon="error",
        danger=True,
        form=FailForm,
    )
    def fail(
        self, request: HttpRequest, snapshots: Sequence[Snapshot], data: dict[str, Any]
    ) -> Done:
        """Let the snapshots fail, their hooks too if one is named."""
        details = hook_details(data)
        with transaction.atomic():
            ids = [each.pk for each in snapshots]
            steered = steering.end_snapshots(ids=ids, outcome=FAILED, reason=data["reason"])
            failed = [each for each in ids if each not in steered.refused]
            if details and failed:
                steering.fail_snapshot_hooks(ids=failed, details=details)
        return self.told(request, "Failed", snapshots, steered)

    @confirmed(
        "Remove",
        explanation="They are not accessible any more: their state becomes removed.",
        button="Remove",
        icon="cloud_off",
        danger=True,
        form=ReasonForm,
    )
    def remove(
        self, request: HttpRequest, snapshots: Sequence[Snapshot], data: dict[str, Any]
    ) -> Done:
        """Let the snapshots be removed."""
        ids = [each.pk for each in snapshots]
        steered = steering.end_snapshots(ids=ids, outcome=REMOVED, reason=data["reason"])
        return self.told(request, "Removed", snapshots, steered)

    @confirmed(
        "Make unknown",
        explanation="Their state cannot be determined any more: it becomes unknown.",
        button="Make unknown",
        icon="help",
        danger=True,
        form=ReasonForm,
    )
    def make_unknown(
        self, request: HttpRequest, snapshots: Sequence[Snapshot], data: dict[str, Any]
    ) -> Done:
        """Let the state of the snapshots be unknown."""
        ids = [each.pk for each in snapshots]
        steered = steering.end_snapshots(ids=ids, outcome=UNKNOWN, reason=data["reason"])
        return self.told(request, "Made unknown", snapshots, steered)
