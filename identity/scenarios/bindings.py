"""The section of role bindings, for who has more than the one that `role` says, or another one."""

from collections.abc import Mapping
from typing import Any

from astra.resources.resource import Resource
from astra.resources.sections import TOP, ResourceSection
from astra.scenarios.schema import TEXT
from astra.scenarios.sections import Item


class RoleBindingSection(ResourceSection):
    """`roleBindings` of an account: those of a user or a group replace the one that its `role` makes."""

    parent = TOP
    needs = ("role",)
    members = ("role", "roleConstraints")
    further_properties = {
        "name": {"description": "What the binding is called here.", **TEXT},
        "user": {"description": "E-mail of one of the users.", "type": "string"},
        "group": {"description": "Name of one of the groups.", "type": "string"},
    }

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        self.key = "name"

    def references(self) -> Mapping[str, tuple[str, str]]:
        """Return whose it is."""
        return {"user": ("userID", "users"), "group": ("groupID", "groups")}

    def new_row(self, item: Item, **columns: Any) -> Any:
        """Return the binding; raises ``ScenarioError`` unless it is of either a user or a group."""
        if ("user" in item.values) == ("group" in item.values):
            raise item.error("A binding is of either a user or a group.")
        principal = (
            {"user_id": item.find("users", "user").id}
            if "user" in item.values
            else {"group_id": item.find("groups", "group").id}
        )
        return super().new_row(item, **columns, **principal)


def has_binding(item: Item, member: str) -> bool:
    """Tell whether a binding of the account names an item, by its name or its id, in a member."""
    named = item.account.once(f"{member} of bindings", lambda: _named(item.account, member))
    return item.name in named or str(item.id) in named


def _named(account: Item, member: str) -> set[str]:
    return {each[member] for each in account.get("roleBindings", ()) if member in each}
