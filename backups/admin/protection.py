"""Backups and snapshots on the admin site: how they are made, shown and steered."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest
from django.utils.safestring import SafeString

from astra.adminsite import cells
from astra.adminsite.confirming import Done, confirmed
from astra.adminsite.forms import LineField
from astra.adminsite.navigation import in_text, title_of
from astra.adminsite.units import human_bytes
from astra.engine.ending import REASON_MAX_LENGTH
from astra.engine.stages import Fate
from astra.resources.forms import ResourceForm
from astra.resources.pages import StagedPage, page_of
from backups.actions import steering
from backups.actions.steering import Steered
from backups.admin.fates import (
    FATE_FIELDS,
    HOOK_FIELDS,
    FateFields,
    HookFields,
    fate_of,
    hook_details,
)
from backups.lifecycle import FAILED, REMOVED, UNKNOWN
from backups.models import AppBackup, Snapshot
from backups.models.protection import Protection
from backups.resources.app_backups import APP_BACKUP
from backups.resources.app_snaps import APP_SNAP

SHOWN_REFUSALS = 5

Records = Sequence[Protection]
Act = Callable[[steering.Kind, Sequence[Any]], Steered]


class ProtectionForm(FateFields, ResourceForm):
    """A new backup or snapshot: what a create call may say, and how it is to end."""

    # 112: the app is not ready, 127: no bucket is to be had
    problem_fields = {112: "app", 127: "bucket"}

    def fate(self, data: dict[str, Any]) -> Fate:
        """Return the fate that the fields describe."""
        return fate_of(data)


class ReasonForm(forms.Form):
    """Why."""

    reason = LineField(
        max_length=REASON_MAX_LENGTH, help_text="Shown in stateUnready and in the history."
    )


class FailForm(ReasonForm, HookFields):
    """Why it fails, and which hook did."""

    field_order = ("reason", *HOOK_FIELDS)


class ProtectionPage(StagedPage):
    """Backups or snapshots: made, steered and deleted as the API does; no state is typed in."""

    add_form = ProtectionForm
    groups = {
        "Execution hooks": ("hookState", "hookStateDetails"),
        "How it ends": (*FATE_FIELDS, *HOOK_FIELDS),
    }
    actions = ("advance", "complete", "fail", "remove", "make_unknown")
    actions_detail = (
        "advance",
        "complete",
        {"title": "End", "icon": "flag", "items": ["fail", "remove", "make_unknown"]},
    )

    @confirmed(
        "Advance",
        explanation="They take their next step now, and the later ones come earlier by as much."
        " A backup that waits for its own snapshot has that finished first.",
        icon="skip_next",
        refusal=steering.step_refusal,
    )
    def advance(self, request: HttpRequest, records: Records, data: Any) -> Done:
        return self._steer(request, "Advanced", records, steering.take_next_step)

    @confirmed(
        "Complete",
        explanation="They are completed now, whatever their fate was; so are the snapshots that"
        " backups made.",
        icon="check_circle",
        refusal=steering.completion_refusal,
    )
    def complete(self, request: HttpRequest, records: Records, data: Any) -> Done:
        return self._steer(request, "Completed", records, steering.complete)

    @confirmed(
        "Fail",
        explanation="They fail now, for the reason you give. A backup that waits for a snapshot"
        " fails with it.",
        icon="error",
        danger=True,
        form=FailForm,
        refusal=partial(steering.end_refusal, outcome=FAILED),
    )
    def fail(self, request: HttpRequest, records: Records, data: dict[str, Any]) -> Done:
        """Let the records fail, their hooks too if one is named."""
        details = hook_details(data)

        def fail(model: steering.Kind, ids: Sequence[Any]) -> Steered:
            with transaction.atomic():
                steered = steering.end(model, ids, outcome=FAILED, reason=data["reason"])
                failed = [each for each in ids if each not in steered.refused]
                if details and failed:
                    steering.fail_hooks(model, failed, details=details)
            return steered

        return self._steer(request, "Failed", records, fail)

    @confirmed(
        "Remove",
        explanation="They are not accessible any more: their state becomes removed.",
        icon="cloud_off",
        danger=True,
        form=ReasonForm,
        refusal=partial(steering.end_refusal, outcome=REMOVED),
    )
    def remove(self, request: HttpRequest, records: Records, data: dict[str, Any]) -> Done:
        end = partial(steering.end, outcome=REMOVED, reason=data["reason"])
        return self._steer(request, "Removed", records, end)

    @confirmed(
        "Make unknown",
        explanation="Their state cannot be determined any more: it becomes unknown.",
        icon="help",
        danger=True,
        form=ReasonForm,
        refusal=partial(steering.end_refusal, outcome=UNKNOWN),
    )
    def make_unknown(self, request: HttpRequest, records: Records, data: dict[str, Any]) -> Done:
        end = partial(steering.end, outcome=UNKNOWN, reason=data["reason"])
        return self._steer(request, "Made unknown", records, end)

    def _steer(self, request: HttpRequest, verb: str, records: Records, act: Act) -> Done:
        """Do it; tell why records were left alone, and how many were not."""
        refused = act(self.model, [each.pk for each in records]).refused
        names = {record.pk: str(record) for record in records}
        for identifier, reason in list(refused.items())[:SHOWN_REFUSALS]:
            messages.warning(request, f"{names[identifier]} {reason}.")
        more = len(refused) - SHOWN_REFUSALS
        if more > 0:
            messages.warning(request, f"{self.counted(more)} more were left as they are.")
        count = len(records) - len(refused)
        return Done(f"{verb} {self.counted(count)}." if count else "")


def backups_cell(relation: str) -> Callable[..., Any]:
    """Return a cell that links to the backups of a record, which they have as ``relation``."""
    return cells.column(
        "Has",
        lambda record: cells.link(
            cells.list_path(AppBackup._meta.label_lower, **{f"{relation}__id__exact": record.pk}),
            in_text(title_of(AppBackup)),
        ),
    )


@page_of(APP_BACKUP)
class AppBackupPage(ProtectionPage):
    """Backups."""

    listed = ("progress_cell", "size_cell")
    shown = (
        "state_unready_cell",
        ("progress_cell", "size_cell"),
        ("bucket_cell", "snapshot_cell"),
        "schedule_cell",
    )

    @admin.display(description="Progress")
    def progress_cell(self, backup: AppBackup) -> SafeString | str:
        """How much is done, at the account's instant."""
        if not backup.has_progress():
            return cells.NOTHING
        return cells.progress_bar(backup.percent_done(backup.account.now()), backup.state)

    # The bytes that it has when it is complete.
    size_cell = cells.column(
        "Size",
        lambda backup: human_bytes(backup.total_bytes) if backup.has_progress() else cells.NOTHING,
        ordering="total_bytes",
    )
    # The snapshot that it was made from, linked by the start of its id: names are long.
    snapshot_cell = cells.column(
        "Snapshot",
        lambda backup: cells.row_link(Snapshot, backup.snapshot_id),
        ordering="snapshot__name",
    )


@page_of(APP_SNAP)
class SnapshotPage(ProtectionPage):
    """Snapshots."""

    listed = ("next_cell",)
    unlisted = ("bucket",)
    shown = ("state_unready_cell", ("bucket_cell", "related_cell"), "schedule_cell")

    def choice_text(self, record: Snapshot) -> str:
        """Return the snapshot's name with its app and state."""
        return f"{record.name} · {record.app}, {record.state}"
