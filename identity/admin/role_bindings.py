"""Role bindings on the admin site."""

from astra.resources.pages import ResourcePage, page_of
from identity.resources.role_bindings import ROLE_BINDING


@page_of(ROLE_BINDING)
class RoleBindingPage(ResourcePage):
    """Which role a user has."""

    list_display = ("user", "role", "account_cell", "created_cell")
    search_fields = ("user__email",)
    search_help_text = "Search by email, or the id of a binding, user or account"
