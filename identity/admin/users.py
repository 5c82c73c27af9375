"""Users of the simulated API on the admin site."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from astra.accounts.columns import AccountColumns
from astra.accounts.models import AuthProvider, Role, RoleBinding, User, UserState
from astra.accounts.system import owner_caller, system_caller
from astra.adminsite import cells
from astra.adminsite.confirming import Done, confirmed
from astra.adminsite.filters import AutocompleteSelectFilter, DayFilter, choice_filter
from astra.adminsite.forms import ApiForm, LabelsField, given
from identity.actions.owners import owners_locked
from identity.actions.role_bindings import role_binding_create
from identity.actions.users import user_create, user_delete, user_replace
from identity.admin.tokens import TokenFields, issue, show_once
from identity.kinds import ROLE_BINDING, USER
from identity.serializers.role_bindings import RoleBindingCreate
from identity.serializers.users import UserCreate, UserReplace

_TEXTS = ("first_name", "last_name", "company_name", "phone")


def _text(label: str) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=UnfoldAdminTextInputWidget)


class UserForm(ApiForm):
    """What can be changed of a user, by the API's rules."""

    email = forms.CharField(widget=UnfoldAdminTextInputWidget)
    first_name = _text("First name")
    last_name = _text("Last name")
    company_name = _text("Company")
    phone = _text("Phone")
    is_enabled = forms.BooleanField(
        label="Enabled", required=False, widget=UnfoldBooleanSwitchWidget
    )
    labels = LabelsField()

    members = {
        "firstName": "first_name",
        "lastName": "last_name",
        "companyName": "company_name",
        "isEnabled": "is_enabled",
        "authProvider": "auth_provider",
        "metadata": "labels",
    }

    class Meta:
        model = User
        fields: tuple[str, ...] = ("email", *_TEXTS, "is_enabled", "labels")

    def perform(self, data: dict[str, Any]) -> User:
        """Replace the user as the API does."""
        return _replace(
            self.instance, user_body(data) | {"isEnabled": str(data["is_enabled"]).lower()}
        )


class UserAddForm(UserForm):
    """A new user, with a role."""

    role = forms.ChoiceField(
        choices=[*((role, role) for role in reversed(Role.values)), ("", "none")],
        required=False,
        initial=Role.MEMBER,
        widget=UnfoldAdminSelectWidget,
        help_text="A user without a role may not call.",
    )

    class Meta(UserForm.Meta):
        fields: tuple[str, ...] = ("account", "auth_provider", *UserForm.Meta.fields)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_enabled"]

    def perform(self, data: dict[str, Any]) -> User:
        """Create the user, and bind the role, as the API does."""
        caller = system_caller(data["account"])
        body = user_body(data) | {"authProvider": data["auth_provider"]}
        user = user_create(caller=caller, body=UserCreate.parse(body))
        if data["role"]:
            binding = role_body(user, data["role"])
            role_binding_create(caller=caller, body=RoleBindingCreate.parse(binding))
        return user


def user_body(data: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a new user, or of one that is replaced, not checked yet."""
    return {
        "type": USER.type,
        "version": USER.versions[0],
        "email": data["email"],
        "firstName": data["first_name"],
        "lastName": data["last_name"],
        **given(companyName=data["company_name"], phone=data["phone"]),
        "metadata": {"labels": data["labels"]},
    }


def role_body(user: User, role: str) -> dict[str, Any]:
    """Return the body that gives a user a role, not checked yet."""
    return {
        "type": ROLE_BINDING.type,
        "version": ROLE_BINDING.versions[0],
        "userID": str(user.pk),
        "accountID": str(user.account_id),
        "role": role,
    }


def _replace(user: User, body: dict[str, Any]) -> User:
    with owners_locked(user.account_id) as owners:
        held = User.objects.select_for_update().get(pk=user.pk)
        caller = owner_caller(user.account, about=user.pk)
        user_replace(caller=caller, user=held, body=UserReplace.parse(body), owners=owners)
    return held


@admin.register(User)
class UserAdmin(AccountColumns[User]):
    """Users of the simulated API."""

    can_add = True
    add_form = UserAddForm
    form = UserForm
    editable = ("email", *_TEXTS, "is_enabled", "labels")

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
    search_help_text = "Search by email, name, or the id of a user or account"
    search_ids = ("account_id",)
    ordering = ("-created_at", "-id")
    autocomplete_fields = ("account",)
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
        """The role in the account, with the way to change it."""
        if not user.role:
            return cells.badge("none", "warning")
        path = cells.list_path("accounts.rolebinding", user__id__exact=user.pk)
        return cells.link(path, cells.badge(user.role, "busy"))

    @admin.display(description="Enabled", boolean=True, ordering="is_enabled")
    def enabled_cell(self, user: User) -> bool:
        """Whether the user may call."""
        return user.is_enabled

    @admin.display(description="Tokens")
    def tokens_cell(self, user: User) -> SafeString:
        """A link to the user's tokens."""
        return cells.link(cells.list_path("accounts.token", user__id__exact=user.pk), "tokens")

    def delete_record(self, record: User) -> None:
        """Delete the user, its role and its tokens as the API does."""
        user_delete(caller=owner_caller(record.account, about=record.pk), user_id=record.pk)

    @confirmed(
        "Create token",
        explanation="A new bearer token is stored as its SHA-256 and shown once, on the next page.",
        button="Create token",
        icon="key",
        form=TokenFields,
    )
    def create_token(
        self, request: HttpRequest, users: Sequence[User], data: dict[str, Any]
    ) -> HttpResponse:
        """Create a token for each user and show them, this once."""
        return show_once(self, request, [issue(user, data) for user in users])

    @confirmed(
        "Suspend",
        explanation="A suspended user may not call: its tokens are refused with 403.",
        button="Suspend",
        icon="pause_circle",
        danger=True,
    )
    def suspend(self, request: HttpRequest, users: Sequence[User], data: Any) -> Done:
        """Suspend the users."""
        return self._put(users, UserState.SUSPENDED)

    @confirmed(
        "Activate",
        explanation="An active user may call, if it is enabled and has a role.",
        button="Activate",
        icon="play_circle",
    )
    def activate(self, request: HttpRequest, users: Sequence[User], data: Any) -> Done:
        """Activate the users."""
        return self._put(users, UserState.ACTIVE)

    def _put(self, users: Sequence[User], state: str) -> Done:
        for user in users:
            _replace(user, {"type": USER.type, "version": USER.versions[0], "state": state})
        return Done(f"Now {state}: {self.counted(len(users))}.")
