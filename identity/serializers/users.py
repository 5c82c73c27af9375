"""user on the wire. Source: section 11 of `appbackup.md` and the published `user` schemas."""

from collections.abc import Mapping
from typing import Any

from astra.accounts.metadata import represent_metadata
from astra.accounts.models import AuthProvider, User, UserState
from astra.api import fields, filters
from astra.api.clock import timestamp
from astra.api.serializers import (
    ClosedSerializer,
    MetadataSerializer,
    StrictMetadataSerializer,
)
from identity.kinds import USER

EMAIL_MAX_LENGTH = 254


class PostalAddress(ClosedSerializer):
    """`postalAddress`: replaced as a whole."""

    addressCountry = fields.TextField(min_length=2, max_length=2)
    addressLocality = fields.TextField(min_length=1, max_length=63)
    addressRegion = fields.TextField(min_length=1, max_length=63)
    postalCode = fields.TextField(min_length=1, max_length=63)
    streetAddress1 = fields.TextField(min_length=1, max_length=63)
    streetAddress2 = fields.TextField(min_length=1, max_length=63, required=False)


ADDRESS_MEMBERS = tuple(PostalAddress().fields)


class UserCreate(ClosedSerializer):
    """The request body of a create."""

    type = fields.EnumField([USER.type])
    version = fields.EnumField(USER.versions)
    authID = fields.TextField(storable_length=254, required=False)
    authProvider = fields.EnumField(AuthProvider.values, required=False)
    firstName = fields.TextField(max_length=63, required=False)
    lastName = fields.TextField(max_length=63, required=False)
    companyName = fields.TextField(min_length=1, max_length=63, required=False)
    email = fields.EmailField(storable_length=EMAIL_MAX_LENGTH)
    phone = fields.TextField(storable_length=63, required=False)
    postalAddress = PostalAddress(required=False)
    sendWelcomeEmail = fields.EnumField(["true", "false"], required=False)
    metadata = MetadataSerializer(required=False)


class UserReplace(UserCreate):
    """The request body of a PUT: what is absent is kept."""

    id = fields.IdentifierField(required=False)
    email = fields.EmailField(storable_length=EMAIL_MAX_LENGTH, required=False)
    state = fields.EnumField(UserState.values, required=False)
    isEnabled = fields.EnumField(["true", "false"], required=False)
    enableTimestamp = fields.TimestampField(required=False)
    lastActTimestamp = fields.TimestampField(required=False)


class UserBody(ClosedSerializer):
    """An instance in answers.

    `lastActTimestamp` is never shown: keeping it would cost every request a write.
    """

    type = fields.EnumField([USER.type])
    version = fields.EnumField(USER.versions)
    id = fields.IdentifierField()
    state = fields.EnumField(UserState.values)
    isEnabled = fields.EnumField(["true", "false"])
    authID = fields.TextField(required=False)
    authProvider = fields.EnumField(AuthProvider.values)
    firstName = fields.TextField(max_length=63)
    lastName = fields.TextField(max_length=63)
    companyName = fields.TextField(min_length=1, max_length=63, required=False)
    email = fields.TextField()
    phone = fields.TextField(required=False)
    postalAddress = PostalAddress(required=False)
    sendWelcomeEmail = fields.EnumField(["true", "false"])
    enableTimestamp = fields.TimestampField(required=False)
    lastActTimestamp = fields.TimestampField(required=False)
    metadata = StrictMetadataSerializer()


MUTABLE = UserBody.members() - {
    "type",
    "version",
    "id",
    "authProvider",
    "enableTimestamp",
    "lastActTimestamp",
    "metadata",
}


def _address(key: str) -> filters.JsonMember:
    return filters.JsonMember("postal_address", key, path=f"postalAddress.{key}")


class UserFilters(filters.MemberFilterSet):
    """What `filter` and `orderBy` may name."""

    type = filters.ConstantMember(USER.type)
    version = filters.Member("version")
    id = filters.IdentifierMember("id")
    state = filters.TextMember("state")
    isEnabled = filters.BooleanMember("is_enabled")
    authID = filters.OptionalTextMember("auth_id")
    authProvider = filters.TextMember("auth_provider")
    firstName = filters.TextMember("first_name")
    lastName = filters.TextMember("last_name")
    companyName = filters.OptionalTextMember("company_name")
    email = filters.Member("email")
    phone = filters.OptionalTextMember("phone")
    country = _address("addressCountry")
    locality = _address("addressLocality")
    region = _address("addressRegion")
    postal_code = _address("postalCode")
    street = _address("streetAddress1")
    street_2 = _address("streetAddress2")
    sendWelcomeEmail = filters.BooleanMember("send_welcome_email")
    enableTimestamp = filters.InstantMember("enabled_at", nullable=True)


def represent(user: User) -> dict[str, Any]:
    """Return the JSON of a user; no value, no member."""
    document: dict[str, Any] = {
        "type": USER.type,
        "version": user.version,
        "id": str(user.id),
        "state": user.state,
        "isEnabled": str(user.is_enabled).lower(),
        "authID": user.auth_id or None,
        "authProvider": user.auth_provider,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "companyName": user.company_name or None,
        "email": user.email,
        "phone": user.phone or None,
        "postalAddress": _in_order(user.postal_address),
        "sendWelcomeEmail": str(user.send_welcome_email).lower(),
        "enableTimestamp": user.enabled_at and timestamp(user.enabled_at),
        "metadata": represent_metadata(user),
    }
    return {name: value for name, value in document.items() if value is not None}


def _in_order(address: Mapping[str, str] | None) -> dict[str, str] | None:
    # PostgreSQL keeps the members in an order of its own; a create and a retrieve must say the same.
    if address is None:
        return None
    return {name: address[name] for name in ADDRESS_MEMBERS if name in address}
