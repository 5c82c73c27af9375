"""roleBinding on the wire. Source: section 11 of `appbackup.md`, the published schemas."""

from typing import Any

from astra.accounts.metadata import represent_metadata
from astra.accounts.models import Role, RoleBinding
from astra.api import fields, filters
from astra.api.dice import NIL_ID
from astra.api.serializers import (
    ClosedSerializer,
    MetadataSerializer,
    StrictMetadataSerializer,
)
from identity.kinds import ROLE_BINDING

PRINCIPAL_TYPE = "user"
MUTABLE = frozenset({"role", "roleConstraints"})


class RoleBindingCreate(ClosedSerializer):
    """The request body of a create."""

    type = fields.EnumField([ROLE_BINDING.type])
    version = fields.EnumField(ROLE_BINDING.versions)
    userID = fields.IdentifierField(required=False)
    groupID = fields.IdentifierField(required=False)
    accountID = fields.IdentifierField()
    role = fields.EnumField(Role.values)
    roleConstraints = fields.UniqueListField(child=fields.TextField(), required=False)
    metadata = MetadataSerializer(required=False)


class RoleBindingReplace(RoleBindingCreate):
    """The request body of a PUT: the role is required, what else is absent is kept."""

    id = fields.IdentifierField(required=False)
    accountID = fields.IdentifierField(required=False)


class RoleBindingBody(ClosedSerializer):
    """An instance in answers."""

    type = fields.EnumField([ROLE_BINDING.type])
    version = fields.EnumField(ROLE_BINDING.versions)
    id = fields.IdentifierField()
    principalType = fields.EnumField([PRINCIPAL_TYPE])
    userID = fields.IdentifierField()
    groupID = fields.IdentifierField()
    accountID = fields.IdentifierField()
    role = fields.EnumField(Role.values)
    roleConstraints = fields.UniqueListField(child=fields.TextField())
    metadata = StrictMetadataSerializer()


class RoleBindingFilters(filters.MemberFilterSet):
    """What `filter` and `orderBy` may name."""

    type = filters.ConstantMember(ROLE_BINDING.type)
    version = filters.Member("version")
    id = filters.IdentifierMember("id")
    principalType = filters.ConstantMember(PRINCIPAL_TYPE)
    userID = filters.IdentifierMember("user_id")
    groupID = filters.ConstantMember(str(NIL_ID))
    accountID = filters.IdentifierMember("account_id")
    role = filters.TextMember("role")
    constraint = filters.ElementMember("constraints", path="roleConstraints[*]")


def represent(binding: RoleBinding) -> dict[str, Any]:
    """Return the JSON of a binding; there are no groups, so its principal is a user."""
    return {
        "type": ROLE_BINDING.type,
        "version": binding.version,
        "id": str(binding.id),
        "principalType": PRINCIPAL_TYPE,
        "userID": str(binding.user_id),
        "groupID": str(NIL_ID),
        "accountID": str(binding.account_id),
        "role": binding.role,
        "roleConstraints": binding.constraints,
        "metadata": represent_metadata(binding),
    }
