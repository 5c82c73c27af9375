"""Bearer tokens on the admin site: made there, shown once, revoked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from astra.accounts.models import Token, User
from astra.accounts.tokens import issue_token
from astra.adminsite import cells
from astra.adminsite.forms import ApiForm, InstantField, LineField
from astra.resources.pages import ResourcePage, page_of
from identity.resources.tokens import TOKEN


class TokenFields(forms.Form):
    """What a new token needs."""

    name = LineField(initial="by hand")
    expires_at = InstantField(
        label="Expires",
        help_text="By the account's clock, in UTC. Without it the token is valid until deleted.",
    )


def issue(user: User, data: dict[str, Any]) -> Any:
    """Make a token of the user; its clear text is ``clear``. Raises the API's problem about its name."""
    body = TOKEN.members.checked(TOKEN.members.create_body, name=data["name"])
    expires_at: datetime | None = data["expires_at"]
    token: Any
    token, token.clear = issue_token(user=user, name=body["name"], expires_at=expires_at)
    return token


def show_once(page: Any, request: HttpRequest, issued: Sequence[Any]) -> HttpResponse:
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
        token: Token = issue(data["user"], data)
        return token


@page_of(TOKEN)
class TokenPage(ResourcePage):
    """Bearer tokens: their hashes, never their clear text."""

    add_form = TokenForm
    list_display = ("name", "user_cell", "account_cell", "expiry_cell", "created_cell")
    search_fields = ("name", "user__email")
    search_help_text = "Search by name, email, or the id of a token, user or account"
    add_fieldsets = ((None, {"fields": ("user", "name", "expires_at")}),)
    fieldsets = (
        (None, {"fields": ("id_cell", "name", "user_cell", "account_cell", "expiry_cell")}),
        ("Metadata", {"fields": ("labels", "version", "created_at", "modified_at")}),
    )

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
        return show_once(self, request, [obj])
