"""Apps on the admin site."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString

from astra.accounts.callers import Caller, system_caller
from astra.adminsite import cells
from astra.adminsite.confirming import Done, confirmed
from astra.adminsite.forms import LinesField, SizeField
from astra.api.problems import ApiProblem
from astra.engine.admin.paces import delays_field, immediate_field
from astra.engine.paces import pace_of
from astra.resources.cells import bytes_cell
from astra.resources.forms import OUTCOME_FIELDS, OutcomeForm, ResourceForm
from astra.resources.pages import StagedPage, page_of
from backups import kinds
from backups.actions.app_backups import app_backup_create
from backups.actions.drafting import BackupWanted
from backups.admin.fates import FateFields, fate_of
from backups.admin.protection import backups_cell
from backups.models import App, AppBackup
from backups.resources.apps import APP

_KNOBS = ("size_bytes", "throughput_bytes_per_second", "stage_delays", "immediate_kinds")


class AppForm(ResourceForm):
    """What can be changed of an app: by the API's rules, and how it is simulated."""

    namespaces = LinesField(help_text="One per line. Left empty, one called like the app.")
    size_bytes = SizeField(label="Size", help_text="What a backup of it has to copy.")
    throughput_bytes_per_second = SizeField(label="Throughput per second", takes_zero=False)
    stage_delays = delays_field(of_target=True)
    immediate_kinds = immediate_field(of_target=True)

    members = {"namespaceScopedResources": "namespaces"}

    def body(self, data: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Return the body with the namespaces, if any is typed in."""
        scopes = [{"namespace": each} for each in data["namespaces"]]
        return super().body(data, caller) | ({"namespaceScopedResources": scopes} if scopes else {})

    def perform(self, data: dict[str, Any]) -> App:
        """Do as the API does, and store the columns that only the simulation knows."""
        app: App = super().perform(data)
        knobs = {name: data[name] for name in _KNOBS} | pace_of(data)
        App.objects.filter(pk=app.pk).update(**knobs)
        return app


class AppAddForm(AppForm, OutcomeForm):
    """A new app."""


@page_of(APP)
class AppPage(StagedPage):
    """Apps, unmanaged ones too: their backups stay."""

    form = AppForm
    add_form = AppAddForm
    listed = ("size_cell", "namespaces_cell", "backups_cell")
    shown = ("state_details_cell", "protection_state_cell", "namespaces", "related_cell")
    groups = {
        "How it turns out": OUTCOME_FIELDS,
        "How it is simulated": _KNOBS,
        "Where it runs": ("clusterID", "clusterName", "clusterType"),
        "Where it comes from": (
            "sourceAppID",
            "sourceClusterID",
            "backupID",
            "snapshotID",
            "namespaceMapping",
            "storageClassMapping",
            "restoreFilter",
        ),
    }
    actions = ("back_up",)
    actions_detail = ("back_up",)
    size_cell = bytes_cell("size_bytes", "Size")
    backups_cell = backups_cell("app")
    namespaces_cell = cells.column(
        "Namespaces", lambda app: cells.cut_text(", ".join(app.namespaces))
    )

    @admin.display(description="State", ordering="state")
    def state_cell(self, record: App) -> SafeString | str:
        """The state; of an unmanaged app, that it is one."""
        if record.deleted_at:
            return cells.badge("unmanaged", "odd")
        return cells.state_badge(record.state)

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
            messages.success(request, f"The backup {made[0].name} has begun.")
            return HttpResponseRedirect(cells.page_of(AppBackup, made[0].id))
        return Done(f"{len(made)} backups have begun.")
