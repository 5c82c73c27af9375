"""Role bindings. Source: section 11 of `appbackup.md` and the published `roleBinding` schemas."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from astra.accounts.models import Role, RoleBinding
from astra.api import fields, filters
from astra.api.dice import NIL_ID
from astra.resources.members import REQUIRED, Choice, Constant, Identifier, Known, Several
from astra.resources.resource import CREATE, REPLACE, Resource
from astra.resources.shapes import Members
from identity import kinds
from identity.actions.role_bindings import BindingGuard, role_binding_create


class NoGroup(Known):
    """`groupID`: there are no groups, so it is nil."""

    def __init__(self) -> None:
        super().__init__("groupID", fields.IdentifierField, sometimes=False)

    def filters(self) -> Mapping[str, filters.Member]:
        return {self.name: filters.ConstantMember(str(NIL_ID))}

    def written(self, row: Any, now: datetime) -> str:
        return str(NIL_ID)


MEMBERS = Members(
    kinds.ROLE_BINDING,
    Constant("principalType", "user"),
    Identifier("userID", fixed=True),
    NoGroup(),
    Identifier("accountID", create=REQUIRED, fixed=True),
    Choice("role", create=REQUIRED, replace=REQUIRED, choices=Role.values),
    Several(
        "roleConstraints",
        column="constraints",
        of=fields.TextField,
        label="Role constraints",
        help="One per line; * reaches everything.",
        initial=["*"],
    ),
    module=__name__,
)

ROLE_BINDING = Resource(
    model=RoleBinding,
    members=MEMBERS,
    paths=("core/v1/users/{user_id}/roleBindings", "core/v1/roleBindings"),
    **kinds.COMMON,
    write_role="admin",
    simplified={
        CREATE: "there are no groups, a user has one role, and constraints are kept but not applied.",
        REPLACE: "constraints are kept but not applied.",
    },
    create=role_binding_create,
    guarding=BindingGuard.holding,
    key="role",
    seeding=None,
)
