"""Users of the simulated API on the admin site, and their roles."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from astra.accounts.callers import system_caller
from astra.accounts.models import AuthProvider, Role, RoleBinding, User, UserState
from astra.adminsite import cells
from astra.adminsite.confirming import Done, confirmed
from astra.adminsite.filters import AutocompleteSelectFilter, DayFilter, choice_filter
from astra.adminsite.forms import PickField
from astra.resources.actions import change_row, create_row
from astra.resources.forms import ResourceForm, form_class
from astra.resources.pages import ResourcePage, page_of
from identity.admin.tokens import TokenFields, issue, show_once
from identity.resources.role_bindings import ROLE_BINDING
from identity.resources.users import USER

_TEXTS = ("first_name", "last_name", "company_name", "phone")
_EDITABLE = ("email", *_TEXTS, "is_enabled", "labels")


class UserAddForm(ResourceForm):
    """A new user, with a role."""

    role = PickField(
        choices=[*reversed(Role.choices), ("", "None")],
        required=False,
        initial=Role.MEMBER,
        help_text="A user without a role may not call.",
    )

    def perform(self, data: dict[str, Any]) -> User:
        """Create the user, and bind the role, as the API does."""
        user: User = super().perform(data)
        if data["role"]:
            give_role(user, data["role"])
        return user


def give_role(user: User, role: str) -> None:
    """Give a user a role as the API does."""
    members = ROLE_BINDING.members
    create_row(
        ROLE_BINDING,
        caller=system_caller(user.account),
        body=members.checked(members.create_body, accountID=str(user.account_id), role=role),
        parent_ids={"user_id": user.pk},
    )


@page_of(USER)
class UserPage(ResourcePage):
    """Users of the simulated API."""

    add_form = form_class(USER, "create", UserAddForm, ("email", *_TEXTS, "auth_provider"))
    form = form_class(USER, "replace", names=_EDITABLE)
    editable = _EDITABLE

    list_display = (
        "email",
        "name_cell",
        "role_cell",
        "state_cell",
        "is_enabled_cell",
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
    search_fields = ("email", "first_name", "last_name")
    search_help_text = "Search by email, name, or the id of a user or account"
    actions = ("create_token", "suspend", "activate")
    actions_detail = ("create_token", "suspend", "activate")
    add_fieldsets = (
        (None, {"fields": ("account", "email", "role")}),
        ("Person", {"fields": (*_TEXTS, "auth_provider", "labels")}),
    )
    fieldsets = (
        (None, {"fields": ("id_cell", "account_cell", "email")}),
        (
            "Access",
            {"fields": ("state_cell", "is_enabled", "role_cell", "tokens_cell", "auth_provider")},
        ),
        ("Person", {"fields": (*_TEXTS, "labels")}),
        ("Metadata", {"fields": ("version", "created_at", "modified_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the users, each with its role."""
        role = RoleBinding.objects.filter(user=OuterRef("pk")).values("role")[:1]
        users: QuerySet[Any] = super().get_queryset(request).annotate(role=Subquery(role))
        return users

    name_cell = cells.column(
        "Name",
        lambda user: f"{user.first_name} {user.last_name}".strip() or cells.NOTHING,
        ordering="last_name",
    )
    tokens_cell = cells.column(
        "Tokens",
        lambda user: cells.link(
            cells.list_path("accounts.token", user__id__exact=user.pk), "tokens"
        ),
    )

    @admin.display(description="Role", ordering="role")
    def role_cell(self, user: Any) -> SafeString | str:
        """The role in the account, with the way to change it."""
        if not user.role:
            return cells.badge("none", "warning")
        path = cells.list_path("accounts.rolebinding", user__id__exact=user.pk)
        return cells.link(path, cells.badge(Role(user.role).label, "busy"))

    @confirmed(
        "Create token",
        explanation="A new bearer token is stored as its SHA-256 and shown once, on the next page.",
        icon="key",
        form=TokenFields,
    )
    def create_token(self, request: HttpRequest, users: Sequence[User], data: Any) -> HttpResponse:
        """Create a token for each user and show them, this once."""
        return show_once(self, request, [issue(user, data) for user in users])

    @confirmed(
        "Suspend",
        explanation="A suspended user may not call: its tokens are refused with 403.",
        icon="pause_circle",
        danger=True,
    )
    def suspend(self, request: HttpRequest, users: Sequence[User], data: Any) -> Done:
        return self._put(users, UserState.SUSPENDED)

    @confirmed(
        "Activate",
        explanation="An active user may call, if it is enabled and has a role.",
        icon="play_circle",
    )
    def activate(self, request: HttpRequest, users: Sequence[User], data: Any) -> Done:
        return self._put(users, UserState.ACTIVE)

    def _put(self, users: Sequence[User], state: str) -> Done:
        body = USER.members.checked(USER.members.replace_body, state=state)
        for user in users:
            change_row(USER, caller=system_caller(user.account), identifier=user.pk, body=body)
        return Done(f"Now {state}: {self.counted(len(users))}.")
