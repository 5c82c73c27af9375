"""Bearer tokens on the admin site: made there, shown once, revoked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextInputWidget

from astra.accounts.columns import AccountColumns
from astra.accounts.models import Token, User
from astra.accounts.system import owner_caller
from astra.accounts.tokens import issue_token
from astra.adminsite import cells
from astra.adminsite.filters import AutocompleteSelectFilter, DayFilter
from astra.adminsite.forms import ApiForm
from identity.actions.tokens import token_delete
from identity.kinds import TOKEN
from identity.serializers.tokens import TokenCreate


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token with its clear text."""

    token: Token
    clear: str
    user: User


class TokenFields(forms.Form):
    """What a new token needs."""

    name = forms.CharField(widget=UnfoldAdminTextInputWidget, initial="by hand")
    expires_at = forms.SplitDateTimeField(
        label="Expires",
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text="By the account's clock, in UTC. Without it the token is valid until deleted.",
    )


def issue(user: User, data: dict[str, Any]) -> Issued:
    """Make a token of the user. Raises the API's problem about its name."""
    body = TokenCreate.parse(
        {"type": TOKEN.type, "version": TOKEN.versions[0], "name": data["name"]}
    )
    expires_at: datetime | None = data["expires_at"]
    token, clear = issue_token(user=user, name=body["name"], expires_at=expires_at)
    return Issued(token, clear, user)


def show_once(page: Any, request: HttpRequest, issued: Sequence[Issued]) -> HttpResponse:
    """Return the only page that ever shows the clear text of the tokens."""
    context = {
        **page.admin_site.each_context(request),
        "title": "Token created" if len(issued) == 1 else "Tokens created",
        "opts": page.opts,
        "issued": issued,
    }
    response = TemplateResponse(request, "identity/token_created.html", context)
    response["Cache-Control"] = "no-store"
    return response


class TokenForm(TokenFields, ApiForm):
    """A new token of a user."""

    field_order = ("user", "name", "expires_at")

    class Meta:
        model = Token
        fields = ("user",)

    def perform(self, data: dict[str, Any]) -> Token:
        """Make the token; its clear text stays with the record until the answer is written."""
        issued = issue(data["user"], data)
        issued.token._issued = issued  # type: ignore[attr-defined]
        return issued.token


@admin.register(Token)
class TokenAdmin(AccountColumns[Token]):
    """Bearer tokens: their hashes, never their clear text."""

    can_add = True
    add_form = TokenForm

    list_display = ("name", "user_cell", "account_cell", "expiry_cell", "created_cell")
    list_filter = (
        ("account", AutocompleteSelectFilter),
        ("user", AutocompleteSelectFilter),
        ("created_at", DayFilter),
    )
    list_select_related = ("account", "user")
    search_fields = ("name", "user__email")
    search_help_text = "Search by name, email, or the id of a token, user or account"
    search_ids = ("account_id", "user_id")
    ordering = ("-created_at", "-id")
    autocomplete_fields = ("user",)
    add_fieldsets = ((None, {"fields": ("user", "name", "expires_at")}),)
    fieldsets = (
        (None, {"fields": ("id_cell", "name", "user_cell", "account_cell", "expiry_cell")}),
        ("Metadata", {"fields": ("labels_cell", "version", "created_at", "modified_at")}),
    )

    @admin.display(description="User", ordering="user__email")
    def user_cell(self, token: Token) -> SafeString | str:
        """The user, linked."""
        return cells.record_link(token.user)

    @admin.display(description="Expires", ordering="expires_at")
    def expiry_cell(self, token: Token) -> SafeString | str:
        """When it expires; a badge when it has."""
        if token.expires_at is None:
            return "never"
        if token.expires_at <= token.account.now():
            return cells.in_line(cells.badge("expired", "warning"), cells.instant(token.expires_at))
        return cells.instant(token.expires_at)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the new token, this once."""
        return show_once(self, request, [obj._issued])

    def delete_record(self, record: Token) -> None:
        """Revoke the token as the API does."""
        caller = owner_caller(record.account, about=record.user_id)
        token_delete(caller=caller, user_id=record.user_id, token_id=record.pk)
