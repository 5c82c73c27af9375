"""Checkpoints on the admin site: an account's state, saved under a name and restored."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from astra.accounts.columns import AccountColumns
from astra.accounts.models import Account
from astra.adminsite import cells
from astra.adminsite.confirming import Done, confirmed
from astra.adminsite.filters import AutocompleteSelectFilter
from astra.adminsite.forms import ApiForm, LineField
from astra.adminsite.units import human_number
from astra.isolation.bodies import CheckpointBody
from astra.isolation.checkpoints import checkpoint_delete, checkpoint_restore, checkpoint_save
from astra.isolation.models import Checkpoint


class NameForm(forms.Form):
    """What a checkpoint is called."""

    name = LineField()


class CheckpointForm(NameForm, ApiForm):
    """A new checkpoint of an account."""

    class Meta:
        model = Checkpoint
        fields: tuple[str, ...] = ("account",)

    def perform(self, data: dict[str, Any]) -> Checkpoint:
        """Save the account as the control surface does."""
        return save_checkpoint(data["account"], data["name"])


def save_checkpoint(account: Account, name: str) -> Checkpoint:
    """Save the account's state. Raises the control surface's problems."""
    body = CheckpointBody.parse({"name": name})
    return checkpoint_save(account_id=account.pk, name=body["name"])


@admin.register(Checkpoint)
class CheckpointAdmin(AccountColumns[Checkpoint]):
    """Saved states of accounts."""

    can_add = True
    add_form = CheckpointForm

    list_display = ("name", "account_cell", "at_cell", "rows_cell", "saved_cell")
    list_filter = (("account", AutocompleteSelectFilter),)
    list_select_related = ("account",)
    search_fields = ("name",)
    search_help_text = "Search by name, or by the id of a checkpoint or account"
    search_ids = ("account_id",)
    ordering = ("-saved_at", "-id")
    autocomplete_fields = ("account",)
    actions = ("restore",)
    actions_detail = ("restore",)
    add_fieldsets = ((None, {"fields": ("account", "name")}),)
    fields = (
        "id_cell",
        "name",
        "account_cell",
        "at_cell",
        "saved_cell",
        "counts",
        "format_version",
        "service_version",
    )

    at_cell = cells.instant_column("The account's time", "at", ordering="at")
    saved_cell = cells.instant_column("Saved", "saved_at", ordering="saved_at")
    rows_cell = cells.column("Rows", lambda saved: human_number(sum(saved.counts.values())))

    def delete_record(self, record: Checkpoint) -> None:
        """Delete the checkpoint as the control surface does."""
        checkpoint_delete(account_id=record.account_id, name=record.name)

    @confirmed(
        "Restore",
        explanation="The account is put back to what was saved, all of it: what was made since is"
        " gone, what was deleted since is there again.",
        button="Restore",
        icon="history",
        danger=True,
    )
    def restore(self, request: HttpRequest, checkpoints: Sequence[Checkpoint], data: Any) -> Done:
        for each in checkpoints:
            checkpoint_restore(account_id=each.account_id, name=each.name)
        return Done(f"Restored {self.counted(len(checkpoints))}.")
