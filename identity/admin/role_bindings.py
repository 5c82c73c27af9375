"""Role bindings on the admin site: of a user, or of a group."""

from typing import Any

from django.core.exceptions import ValidationError

from astra.accounts.callers import Caller
from astra.accounts.models import Account
from astra.resources.forms import ResourceForm, form_class
from astra.resources.pages import ResourcePage, page_of
from identity.resources.role_bindings import ROLE_BINDING


class BindingForm(ResourceForm):
    """A role of a user or of each user of a group."""

    def clean(self) -> dict[str, Any] | None:
        """Refuse a role of nobody, whose account nobody knows."""
        if not (self.cleaned_data.get("user") or self.cleaned_data.get("group")):
            raise ValidationError({"user": "One of user and group must be given."})
        return super().clean()

    def body(self, data: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Return the body of the request, which says whose role it is."""
        user = data["user"]
        return super().body(data, caller) | ({"userID": str(user.pk)} if user else {})

    def parent_ids(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return none: the body says it."""
        return {}

    def _account(self, data: dict[str, Any]) -> Account:
        found: Account = (data["user"] or data["group"]).account
        return found


@page_of(ROLE_BINDING)
class RoleBindingPage(ResourcePage):
    """Which role a user has, or each user of a group."""

    add_form = form_class(ROLE_BINDING, "create", BindingForm)

    list_display = ("role", "user_cell", "group_cell", "account_cell", "created_cell")
    search_fields = ("user__email", "group__name")
    search_help_text = "Search by email, group, or the id of a binding, user, group or account"
