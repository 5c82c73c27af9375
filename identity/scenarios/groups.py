"""The sections of groups, and of the directory that knows who is in them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from astra.accounts.models import Role
from astra.api.problems import ApiProblem
from astra.resources.sections import ResourceSection
from astra.scenarios.sections import Item, Section
from identity.actions.groups import join_members
from identity.models import Directory
from identity.scenarios.bindings import has_binding
from identity.scenarios.people import ROLE_CONSTRAINTS, binding_of

_TEXT = {"type": "string", "minLength": 1}


class DirectorySection(Section):
    """`directories` of an account: LDAP servers, by their hosts, with who is in them."""

    name = "directories"
    parent = "accounts"
    model = Directory
    key = "host"
    order = 11
    properties = {"host": _TEXT | {"maxLength": 255}}
    required = ("host",)

    def build(self, item: Item) -> Sequence[Model]:
        """Return the directory."""
        return [Directory(account=item.account_row, host=item.name, **item.described("1.0"))]


class EntrySection(ResourceSection):
    """`ldapUsers` and `ldapGroups` of a directory."""

    parent = DirectorySection.name


class LdapGroupSection(EntrySection):
    """`ldapGroups`: with the users in them."""

    further_properties = {
        "members": {
            "description": "Distinguished names of its users.",
            "type": "array",
            "items": _TEXT,
            "uniqueItems": True,
        }
    }

    def new_row(self, item: Item, **columns: Any) -> Any:
        """Return the group with its members."""
        return super().new_row(item, members=list(item.get("members", ())), **columns)


class GroupSection(ResourceSection):
    """`groups` of an account; who is in them, the directory says. A role is every user's."""

    needs = ("name", "authID")
    further_properties = {"role": {"enum": Role.values}, "roleConstraints": ROLE_CONSTRAINTS}

    def build(self, item: Item) -> Sequence[Model]:
        """Return the group, and the binding of its role if it has one."""
        group = self.new_row(item)
        self.complete(item, group)
        is_bound = "role" in item.values and not has_binding(item, "group")
        return [group, binding_of(item, group=group)] if is_bound else [group]

    def written(self, items: Sequence[Item]) -> None:
        """Find who is in the groups; raises ``ScenarioError`` for one that no directory has."""
        for item in items:
            try:
                join_members(item.row)
            except ApiProblem as problem:
                raise item.error("No directory has this group.", "authID") from problem
