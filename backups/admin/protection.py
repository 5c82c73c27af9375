"""What the pages of backups and snapshots have in common."""

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextInputWidget

from astra.adminsite import cells
from astra.adminsite.confirming import Done
from astra.engine.columns import StagedAdmin
from astra.engine.ending import REASON_MAX_LENGTH
from backups.actions.steering import Steered
from backups.admin.fates import HookFields
from backups.models import Schedule
from backups.models.protection import Protection

P = TypeVar("P", bound=Protection)

SHOWN_REFUSALS = 5


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        max_length=REASON_MAX_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        help_text="Shown in stateUnready and in the history.",
    )


class FailForm(ReasonForm, HookFields):
    """Why it fails, and which hook did."""

    field_order = ("reason", "hook_title", "hook_detail")


class ProtectionAdmin(StagedAdmin[P]):
    """Pages of a record that protects an app: app, bucket, hooks, reasons."""

    # The last part of the collection's path in the API.
    collection: ClassVar[str]

    @admin.display(description="App", ordering="app__name")
    def app_cell(self, record: Any) -> SafeString | str:
        """The app, linked."""
        return cells.record_link(record.app)

    @admin.display(description="Bucket", ordering="bucket__name")
    def bucket_cell(self, record: Any) -> SafeString | str:
        """The bucket, linked."""
        return cells.record_link(record.bucket)

    @admin.display(description="Why")
    def reasons_cell(self, record: Protection) -> SafeString | str:
        """The reasons of `stateUnready`."""
        if not record.state_unready:
            return cells.NOTHING
        return format_html_join("", "<p>{}</p>", ((reason,) for reason in record.state_unready))

    @admin.display(description="Hooks", ordering="hook_state")
    def hooks_cell(self, record: Protection) -> SafeString | str:
        """How the execution hooks ended."""
        return cells.state_badge(record.hook_state)

    @admin.display(description="Details")
    def hook_details_cell(self, record: Protection) -> SafeString | str:
        """What the failing hooks said."""
        if not record.hook_state_details:
            return cells.NOTHING
        return format_html_join(
            "",
            "<p><strong>{}</strong><br>{}</p>",
            ((each["title"], each["detail"]) for each in record.hook_state_details),
        )

    @admin.display(description="Schedule")
    def schedule_cell(self, record: Any) -> SafeString | str:
        """The schedule that made it, linked by the start of its id."""
        if record.schedule_id is None:
            return cells.NOTHING
        path = cells.page_of(Schedule, record.schedule_id)
        return cells.link(path, cells.short_identifier(record.schedule_id))

    @admin.display(description="In the API")
    def api_cell(self, record: Any) -> SafeString:
        """Where the API has it."""
        path = f"/accounts/{record.account_id}/k8s/v1/apps/{record.app_id}/{self.collection}"
        return format_html('<code class="astra-id">{}/{}</code>', path, record.pk)

    def told(self, request: HttpRequest, verb: str, records: Sequence[P], steered: Steered) -> Done:
        """Tell why records were left alone, and how many were not."""
        names = {record.pk: str(record) for record in records}
        for identifier, reason in list(steered.refused.items())[:SHOWN_REFUSALS]:
            messages.warning(request, f"{names[identifier]} {reason}.")
        more = len(steered.refused) - SHOWN_REFUSALS
        if more > 0:
            messages.warning(request, f"{self.counted(more)} more were left as they are.")
        count = len(records) - len(steered.refused)
        return Done(f"{verb} {self.counted(count)}." if count else "")
