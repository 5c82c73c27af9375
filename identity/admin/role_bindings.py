"""Role bindings on the admin site."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString

from astra.accounts.columns import AccountColumns
from astra.accounts.models import Role, RoleBinding, User
from astra.accounts.system import owner_caller, system_caller
from astra.adminsite import cells
from astra.adminsite.filters import AutocompleteSelectFilter, DayFilter, choice_filter
from astra.adminsite.forms import ApiForm, LinesField
from identity.actions.owners import owners_locked
from identity.actions.role_bindings import (
    role_binding_create,
    role_binding_delete,
    role_binding_replace,
)
from identity.kinds import ROLE_BINDING
from identity.serializers.role_bindings import RoleBindingCreate, RoleBindingReplace


class RoleBindingForm(ApiForm):
    """What can be changed of a role binding, by the API's rules."""

    constraints = LinesField(
        label="Role constraints", help_text="One per line; * reaches everything.", initial=["*"]
    )

    members = {"userID": "user", "roleConstraints": "constraints"}

    class Meta:
        model = RoleBinding
        fields: tuple[str, ...] = ("role", "constraints")

    def perform(self, data: dict[str, Any]) -> RoleBinding:
        """Replace the binding as the API does."""
        user: User = self.instance.user
        body = RoleBindingReplace.parse(_body(data))
        with owners_locked(user.account_id) as owners:
            held = RoleBinding.objects.select_for_update().get(pk=self.instance.pk)
            caller = owner_caller(user.account, about=user.pk)
            role_binding_replace(caller=caller, binding=held, body=body, owners=owners)
        return held


class RoleBindingAddForm(RoleBindingForm):
    """A role for a user who has none."""

    class Meta(RoleBindingForm.Meta):
        fields: tuple[str, ...] = ("user", *RoleBindingForm.Meta.fields)

    def perform(self, data: dict[str, Any]) -> RoleBinding:
        """Bind the role as the API does."""
        user: User = data["user"]
        body = _body(data) | {"userID": str(user.pk), "accountID": str(user.account_id)}
        return role_binding_create(
            caller=system_caller(user.account), body=RoleBindingCreate.parse(body)
        )


def _body(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": ROLE_BINDING.type,
        "version": ROLE_BINDING.versions[0],
        "role": data["role"],
        "roleConstraints": data["constraints"],
    }


@admin.register(RoleBinding)
class RoleBindingAdmin(AccountColumns[RoleBinding]):
    """Which role a user has."""

    can_add = True
    add_form = RoleBindingAddForm
    form = RoleBindingForm
    editable = ("role", "constraints")

    list_display = ("user_name_cell", "role_cell", "account_cell", "created_cell")
    list_filter = (
        ("account", AutocompleteSelectFilter),
        ("user", AutocompleteSelectFilter),
        choice_filter("role", "role", Role.values),
        ("created_at", DayFilter),
    )
    list_select_related = ("account", "user")
    search_fields = ("user__email",)
    search_help_text = "Search by email, or the id of a binding, user or account"
    search_ids = ("account_id", "user_id")
    ordering = ("-created_at", "-id")
    autocomplete_fields = ("user",)
    add_fieldsets = ((None, {"fields": ("user", "role", "constraints")}),)
    fieldsets = (
        (None, {"fields": ("id_cell", "account_cell", "user_cell", "role", "constraints")}),
        ("Metadata", {"fields": ("labels_cell", "version", "created_at", "modified_at")}),
    )

    @admin.display(description="User", ordering="user__email")
    def user_name_cell(self, binding: RoleBinding) -> str:
        """Whose role it is."""
        return str(binding.user)

    @admin.display(description="User")
    def user_cell(self, binding: RoleBinding) -> SafeString | str:
        """The user, linked."""
        return cells.record_link(binding.user)

    @admin.display(description="Role", ordering="role")
    def role_cell(self, binding: RoleBinding) -> SafeString:
        """The role as a badge."""
        return cells.badge(binding.role, "busy")

    def delete_record(self, record: RoleBinding) -> None:
        """Take the role as the API does."""
        role_binding_delete(
            caller=owner_caller(record.account, about=record.user_id),
            bindings=RoleBinding.objects.filter(pk=record.pk),
        )
