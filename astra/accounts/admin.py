"""Users, their roles and their tokens on the admin site."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextInputWidget

from astra.accounts.columns import AccountColumns
from astra.accounts.models import (
    NAME_MAX_LENGTH,
    AuthProvider,
    Role,
    RoleBinding,
    Token,
    User,
    UserState,
)
from astra.accounts.tokens import issue_token
from astra.adminsite import cells
from astra.adminsite.confirming import confirmed
from astra.adminsite.filters import AutocompleteSelectFilter, DayFilter, choice_filter
from astra.adminsite.records import RecordAdmin


class TokenForm(forms.Form):
    """What a new token needs."""

    name = forms.CharField(
        max_length=NAME_MAX_LENGTH, widget=UnfoldAdminTextInputWidget, initial="by hand"
    )
    expires_at = forms.SplitDateTimeField(
        label="Expires",
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text="By the account's clock, in UTC. Without it the token is valid until deleted.",
    )


@admin.register(User)
class UserAdmin(AccountColumns, RecordAdmin[User]):
    """Users of the simulated API."""

    list_display = (
        "email",
        "name_cell",
        "role_cell",
        "state_cell",
        "enabled_cell",
        "account_cell",
        "auth_provider",
        "created_cell",
    )
    list_filter = (
        ("account", AutocompleteSelectFilter),
        choice_filter("state", "state", UserState.values),
        choice_filter("role", "rolebinding__role", Role.values),
        choice_filter("provider", "auth_provider", AuthProvider.values),
        ("created_at", DayFilter),
    )
    list_select_related = ("account",)
    search_fields = ("email", "first_name", "last_name")
    search_help_text = "Search by id, email or name"
    search_ids = ("account_id",)
    ordering = ("-created_at", "-id")
    autocomplete_fields = ("account",)
    actions = ("create_token",)
    actions_detail = ("create_token",)
    fieldsets = (
        (None, {"fields": ("id_cell", "account_cell", "email", "first_name", "last_name")}),
        ("Access", {"fields": ("state_cell", "enabled_cell", "role_cell", "auth_provider")}),
        ("Metadata", {"fields": ("labels_cell", "version", "created_at", "modified_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return the users, each with its role."""
        role = RoleBinding.objects.filter(user=OuterRef("pk")).values("role")[:1]
        return super().get_queryset(request).annotate(role=Subquery(role))

    @admin.display(description="Name", ordering="last_name")
    def name_cell(self, user: User) -> str:
        """First and last name."""
        return f"{user.first_name} {user.last_name}".strip() or cells.NOTHING

    @admin.display(description="Role", ordering="role")
    def role_cell(self, user: Any) -> SafeString | str:
        """The role in the account."""
        return cells.badge(user.role, "busy") if user.role else cells.badge("none", "warning")

    @admin.display(description="Enabled", boolean=True, ordering="is_enabled")
    def enabled_cell(self, user: User) -> bool:
        """Whether the user may call."""
        return user.is_enabled

    @confirmed(
        "Create token",
        explanation="A new bearer token is stored as its SHA-256 and shown once, on the next page.",
        button="Create token",
        icon="key",
        form=TokenForm,
    )
    def create_token(
        self, request: HttpRequest, users: Sequence[User], data: dict[str, Any]
    ) -> HttpResponse:
        """Create a token for each user and show them, this once."""
        expires_at: datetime | None = data["expires_at"]
        issued = [
            issue_token(user=user, name=data["name"], expires_at=expires_at) for user in users
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": "Token created" if len(issued) == 1 else "Tokens created",
            "opts": self.opts,
            "issued": [
                {"token": token, "clear": clear, "user": user}
                for (token, clear), user in zip(issued, users, strict=True)
            ],
        }
        response = TemplateResponse(request, "accounts/token_created.html", context)
        response["Cache-Control"] = "no-store"
        return response


@admin.register(RoleBinding)
class RoleBindingAdmin(AccountColumns, RecordAdmin[RoleBinding]):
    """Which role a user has."""

    list_display = ("id", "user_cell", "role_cell", "account_cell", "created_cell")
    list_filter = (
        ("account", AutocompleteSelectFilter),
        choice_filter("role", "role", Role.values),
        ("created_at", DayFilter),
    )
    list_select_related = ("account", "user")
    search_fields = ("user__email",)
    search_help_text = "Search by id or email"
    search_ids = ("account_id", "user_id")
    ordering = ("-created_at", "-id")
    fieldsets = (
        (None, {"fields": ("id_cell", "account_cell", "user_cell", "role_cell", "constraints")}),
        ("Metadata", {"fields": ("labels_cell", "version", "created_at", "modified_at")}),
    )

    @admin.display(description="User", ordering="user__email")
    def user_cell(self, binding: RoleBinding) -> SafeString | str:
        """The user, linked."""
        return cells.record_link(binding.user)

    @admin.display(description="Role", ordering="role")
    def role_cell(self, binding: RoleBinding) -> SafeString:
        """The role as a badge."""
        return cells.badge(binding.role, "busy")


@admin.register(Token)
class TokenAdmin(AccountColumns, RecordAdmin[Token]):
    """Bearer tokens: their hashes, never their clear text."""

    list_display = ("name", "user_cell", "account_cell", "expiry_cell", "created_cell")
    list_filter = (
        ("account", AutocompleteSelectFilter),
        ("user", AutocompleteSelectFilter),
        ("created_at", DayFilter),
    )
    list_select_related = ("account", "user")
    search_fields = ("name", "user__email")
    search_help_text = "Search by id, name or email"
    search_ids = ("account_id", "user_id")
    ordering = ("-created_at", "-id")
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
