"""Role bindings. Source: section 11 of `appbackup.md` and the published `roleBinding` schemas."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Case, F, UUIDField, Value, When
from django.db.models.functions import Coalesce

from astra.accounts.models import Role, RoleBinding
from astra.api import fields, filters
from astra.api.dice import NIL_ID
from astra.api.problems import INVALID_FIELDS
from astra.resources.composed import Several
from astra.resources.members import ABSENT, REQUIRED, Choice, Identifier, Reference
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import Resource, Seeding
from astra.resources.shapes import Members
from identity import kinds
from identity.actions.role_bindings import BindingGuard, role_binding_create, role_binding_delete


class Principal(Identifier):
    """`userID` or `groupID`: nil where the binding is one of the other."""

    def filters(self) -> Mapping[str, filters.Member]:
        shown = Coalesce(F(self.column), Value(NIL_ID), output_field=UUIDField())
        return {self.name: filters.IdentifierMember(expression=lambda now: shown)}

    def json(self, value: Any) -> str:
        return str(value or NIL_ID)

    def stored(self, value: Any) -> Any:
        return None if value in (NIL_ID, str(NIL_ID)) else value


class PrincipalType(Choice):
    """`principalType`: whose binding it is."""

    has_column = False
    reads_also = ("user_id",)

    def filters(self) -> Mapping[str, filters.Member]:
        shown = Case(When(user_id=None, then=Value("group")), default=Value("user"))
        return {self.name: filters.Member(expression=lambda now: shown)}

    def written(self, row: Any, now: datetime) -> str:
        return "group" if row.user_id is None else "user"


A_USER = Reference("user", INVALID_FIELDS, "The account has no such user.")
A_GROUP = Reference("group", INVALID_FIELDS, "The account has no such group.")
MEMBERS = Members(
    kinds.ROLE_BINDING,
    PrincipalType("principalType", choices=("user", "group"), create=ABSENT, replace=ABSENT),
    Principal("userID", to=A_USER, fixed=True),
    Principal("groupID", to=A_GROUP, fixed=True),
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
    paths=(
        "core/v1/users/{user_id}/roleBindings",
        "core/v1/roleBindings",
        "core/v1/groups/{group_id}/roleBindings",
        "core/v1/groups/{group_id}/users/{user_id}/roleBindings",
        "core/v1/users/{user_id}/groups/{group_id}/roleBindings",
    ),
    within=WHOLE_ACCOUNT,
    **kinds.COMMON,
    write_role="admin",
    create=role_binding_create,
    delete=role_binding_delete,
    guarding=BindingGuard.holding,
    key="role",
    seeding=Seeding(order=13, by="identity.scenarios.bindings.RoleBindingSection"),
)
