"""token on the wire. Source: section 11 of `appbackup.md` and the published `token` schemas."""

from typing import Any

from astra.accounts.metadata import represent_metadata
from astra.accounts.models import NAME_MAX_LENGTH, Token
from astra.api import fields, filters, patterns
from astra.api.serializers import (
    ClosedSerializer,
    MetadataSerializer,
    StrictMetadataSerializer,
)
from identity.kinds import TOKEN

MUTABLE = frozenset({"name"})


class TokenCreate(ClosedSerializer):
    """The request body of a create."""

    type = fields.EnumField([TOKEN.type])
    version = fields.EnumField(TOKEN.versions)
    name = fields.TextField(min_length=1, max_length=NAME_MAX_LENGTH)
    metadata = MetadataSerializer(required=False)


class TokenReplace(ClosedSerializer):
    """The request body of a PUT: what is absent is kept."""

    type = fields.EnumField([TOKEN.type])
    version = fields.EnumField(TOKEN.versions)
    id = fields.IdentifierField(required=False)
    name = fields.TextField(min_length=1, max_length=NAME_MAX_LENGTH, required=False)
    userID = fields.IdentifierField(required=False)
    metadata = MetadataSerializer(required=False)


class TokenBody(ClosedSerializer):
    """An instance in answers."""

    type = fields.EnumField([TOKEN.type])
    version = fields.EnumField(TOKEN.versions)
    id = fields.IdentifierField()
    name = fields.TextField(min_length=1, max_length=NAME_MAX_LENGTH)
    userID = fields.IdentifierField()
    metadata = StrictMetadataSerializer()


class NewTokenBody(TokenBody):
    """The answer to a create: the only one with the clear text."""

    token = fields.StrictCharField(pattern=patterns.BASE64)


class TokenFilters(filters.MemberFilterSet):
    """What `filter` and `orderBy` may name."""

    type = filters.ConstantMember(TOKEN.type)
    version = filters.Member("version")
    id = filters.IdentifierMember("id")
    name = filters.Member("name")
    userID = filters.IdentifierMember("user_id")


def represent(token: Token) -> dict[str, Any]:
    """Return the JSON of a token, without its clear text, which nobody knows."""
    return {
        "type": TOKEN.type,
        "version": token.version,
        "id": str(token.id),
        "name": token.name,
        "userID": str(token.user_id),
        "metadata": represent_metadata(token),
    }


def represent_new(token: Token, clear: str) -> dict[str, Any]:
    """Return the JSON of a token just created: the only one that has the clear text."""
    return represent(token) | {"token": clear}
