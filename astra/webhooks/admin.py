"""Webhooks on the admin site: set, looked at, let go of."""

from typing import Any

from django.contrib import admin

from astra.accounts.columns import AccountColumns
from astra.adminsite import cells
from astra.adminsite.filters import AutocompleteSelectFilter
from astra.adminsite.forms import ApiForm, LineField
from astra.webhooks.actions import WebhookBody, webhook_delete, webhook_set
from astra.webhooks.models import Delivery, Webhook


class WebhookForm(ApiForm):
    """The webhook of an account; one that it has already is replaced."""

    url = LineField(label="URL", placeholder="https://ci.example.com/astra")
    secret = LineField(
        required=False, help_text="Calls are signed with it. Empty: one is made, and shown then."
    )

    class Meta:
        model = Webhook
        fields: tuple[str, ...] = ("account",)

    def perform(self, data: dict[str, Any]) -> Webhook:
        """Set it as the control surface does."""
        body = {name: data[name] for name in ("url", "secret") if data[name]}
        return webhook_set(account_id=data["account"].pk, body=WebhookBody.parse(body))

    def validate_unique(self) -> None:
        """Leave it to the action, which replaces what is there."""


@admin.register(Webhook)
class WebhookAdmin(AccountColumns[Webhook]):
    """Who is told of what ends."""

    can_add = True
    add_form = WebhookForm

    list_display = ("url", "account_cell", "dropped", "last_error")
    list_filter = (("account", AutocompleteSelectFilter),)
    list_select_related = ("account",)
    search_fields = ("url",)
    search_help_text = "Search by URL, or by the id of an account"
    search_ids = ("account_id",)
    ordering = ("account_id",)
    autocomplete_fields = ("account",)
    add_fieldsets = ((None, {"fields": ("account", "url", "secret")}),)
    fields = ("account_cell", "url", "secret", "waiting_cell", "dropped", "last_error")

    waiting_cell = cells.column(
        "Waiting",
        lambda webhook: str(Delivery.objects.filter(account_id=webhook.account_id).count()),
    )

    def delete_record(self, record: Webhook) -> None:
        """Let go of it as the control surface does."""
        webhook_delete(account_id=record.account_id)
