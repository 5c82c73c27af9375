"""Apps on the admin site."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from astra.accounts.system import system_caller
from astra.adminsite import cells
from astra.adminsite.confirming import Done, confirmed
from astra.adminsite.filters import AutocompleteSelectFilter, DayFilter, choice_filter
from astra.adminsite.forms import ApiForm, LabelsField, LinesField, SizeField
from astra.adminsite.units import human_bytes
from astra.api.problems import ApiProblem
from astra.engine.admin.paces import pace_of
from astra.engine.columns import StagedAdmin
from backups import kinds
from backups.actions.app_backup_create import BackupWanted, app_backup_create
from backups.actions.app_create import app_create
from backups.actions.app_delete import app_delete
from backups.actions.app_replace import app_replace
from backups.admin.bodies import app_body
from backups.admin.fates import FateFields, fate_of
from backups.admin.outcomes import OUTCOME_FIELDS, OutcomeFields, outcome_of
from backups.lifecycle import APP
from backups.models import App
from backups.models.apps import ProtectionState
from backups.resources.apps import APP as RESOURCE

_KNOBS = ("size_bytes", "throughput_bytes_per_second", "stage_delays", "immediate_kinds")


class AppForm(ApiForm):
    """What can be changed of an app: by the API's rules, and how it is simulated."""

    name = forms.CharField(required=False, widget=UnfoldAdminTextInputWidget)
    namespaces = LinesField(help_text="One per line. Left empty, one called like the app.")
    labels = LabelsField()
    size_bytes = SizeField(label="Size", help_text="What a backup of it has to copy.")
    throughput_bytes_per_second = SizeField(label="Throughput per second", takes_zero=False)
    stage_delays = forms.JSONField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text='Seconds by stage, for example {"app-backup-run": 0.5}.',
    )
    immediate_kinds = forms.JSONField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text='Kinds that are finished at once, for example ["appBackup"].',
    )

    members = {
        "metadata": "labels",
        "namespaceScopedResources": "namespaces",
        "clusterID": "cluster_id",
    }

    class Meta:
        model = App
        fields: tuple[str, ...] = ("name", "namespaces", "labels", *_KNOBS)

    def perform(self, data: dict[str, Any]) -> App:
        """Replace the app as the API does, and set how it is simulated."""
        app = App.objects.select_for_update().get(pk=self.instance.pk)
        body = RESOURCE.members.replace_body.parse(app_body(data))
        app_replace(caller=system_caller(app.account), app=app, body=body, force_update=False)
        return self.simulated(app, data)

    def simulated(self, app: App, data: dict[str, Any]) -> App:
        """Store the columns that only the simulation knows."""
        knobs = {name: data[name] for name in _KNOBS} | pace_of(data)
        App.objects.filter(pk=app.pk).update(**knobs)
        return App.objects.get(pk=app.pk)


class AppAddForm(OutcomeFields, AppForm):
    """A new app."""

    lifecycle = APP

    cluster_id = forms.CharField(
        label="Cluster ID", required=False, widget=UnfoldAdminTextInputWidget
    )

    class Meta(AppForm.Meta):
        fields: tuple[str, ...] = ("account", *AppForm.Meta.fields)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in _KNOBS:
            field: Any = App._meta.get_field(name)
            self.fields[name].initial = field.get_default()

    def perform(self, data: dict[str, Any]) -> App:
        """Manage the app as the API does, and set how it is simulated."""
        body = RESOURCE.members.create_body.parse(app_body(data))
        app = app_create(caller=system_caller(data["account"]), body=body, fate=outcome_of(data))
        return self.simulated(app, data)


@admin.register(App)
class AppAdmin(StagedAdmin[App]):
    """Apps, unmanaged ones too: their backups stay."""

    lifecycle = APP
    can_add = True
    add_form = AppAddForm
    form = AppForm
    editable = ("name", "namespaces", "labels", *_KNOBS)

    list_display = (
        "name",
        "state_cell",
        "protection_cell",
        "size_cell",
        "namespaces_cell",
        "backups_cell",
        "account_cell",
        "created_cell",
    )
    list_filter = (
        ("account", AutocompleteSelectFilter),
        choice_filter("state", "state", APP.states),
        choice_filter("protection", "protection_state", ProtectionState.values),
        ("deleted_at", admin.EmptyFieldListFilter),
        ("created_at", DayFilter),
    )
    list_select_related = ("account",)
    search_fields = ("name",)
    search_help_text = "Search by name, or by the id of an app, account or cluster"
    search_ids = ("account_id", "cluster_id")
    ordering = ("-created_at", "-id")
    autocomplete_fields = ("account",)
    actions = ("back_up",)
    actions_detail = ("back_up",)
    add_fieldsets = (
        (None, {"fields": ("account", "name", "namespaces", "cluster_id", "labels")}),
        ("How it turns out", {"fields": OUTCOME_FIELDS}),
        ("How it is simulated", {"fields": _KNOBS}),
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "id_cell",
                    "name",
                    "account_cell",
                    "state_cell",
                    "details_cell",
                    "protection_cell",
                    "namespaces",
                    "labels",
                    "backups_cell",
                )
            },
        ),
        ("How it is simulated", {"fields": _KNOBS}),
        (
            "Metadata",
            {"fields": ("cluster_id", "version", "created_at", "modified_at", "deleted_at")},
        ),
    )

    @admin.display(description="State", ordering="state")
    def state_cell(self, record: App) -> SafeString | str:
        """The state; of an unmanaged app, that it is one."""
        if record.deleted_at:
            return cells.badge("unmanaged", "odd")
        return cells.state_badge(record.state)

    @admin.display(description="Why")
    def details_cell(self, app: App) -> SafeString | str:
        """What `stateDetails` says."""
        return cells.details(app.state_details)

    @admin.display(description="Protection", ordering="protection_state")
    def protection_cell(self, app: App) -> SafeString | str:
        """Whether it is protected."""
        return cells.state_badge(app.protection_state)

    @admin.display(description="Size", ordering="size_bytes")
    def size_cell(self, app: App) -> str:
        """What a backup of it has to copy."""
        return human_bytes(app.size_bytes)

    @admin.display(description="Namespaces")
    def namespaces_cell(self, app: App) -> str:
        """Its namespaces."""
        return ", ".join(app.namespaces) or cells.NOTHING

    @admin.display(description="Protected by")
    def backups_cell(self, app: App) -> SafeString:
        """Links to its backups and snapshots."""
        return cells.in_line(
            cells.link(cells.list_path("backups.appbackup", app__id__exact=app.pk), "backups"),
            cells.link(cells.list_path("backups.snapshot", app__id__exact=app.pk), "snapshots"),
        )

    def delete_record(self, record: App) -> None:
        """Unmanage the app as the API does."""
        app_delete(App.objects.filter(pk=record.pk, deleted_at=None))

    @confirmed(
        "Take a backup now",
        explanation="Each app gets a backup, and a snapshot that it is made from. Bucket and names"
        " are chosen by the system.",
        button="Take backup",
        icon="backup",
        form=FateFields,
    )
    def back_up(
        self, request: HttpRequest, apps: Sequence[App], data: dict[str, Any]
    ) -> Done | HttpResponse:
        """Create a backup of each app; what is refused does not keep the others."""
        wanted = BackupWanted(version=kinds.APP_BACKUP.versions[0], fate=fate_of(data))
        made = []
        for app in apps:
            try:
                caller = system_caller(app.account)
                made.append(app_backup_create(caller=caller, app_id=app.pk, wanted=wanted))
            except ApiProblem as problem:
                if len(apps) == 1:
                    raise
                messages.error(request, f"{app}: {problem.type.detail}")
        if len(apps) == 1:
            messages.success(request, f"The backup {made[0]} has begun.")
            return HttpResponseRedirect(cells.page_of(type(made[0]), made[0].pk))
        return Done(f"{len(made)} backups have begun.")
