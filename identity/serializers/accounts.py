"""account on the wire. Source: section 11 of `appbackup.md` and the published `account` schemas."""

from collections.abc import Mapping
from typing import Any

from astra.accounts.metadata import represent_metadata
from astra.accounts.models import NAME_MAX_LENGTH, Account, AccountState
from astra.api import fields, filters
from astra.api.clock import timestamp
from astra.api.serializers import (
    ClosedSerializer,
    MetadataSerializer,
    StrictMetadataSerializer,
)
from identity.kinds import ACCOUNT

MUTABLE = frozenset({"name", "accountContact"})
# What a contact must have in an answer, so a change must not leave it without.
CONTACT_REQUIRED = ("firstName", "lastName", "email", "postalAddress")
ADDRESS_REQUIRED = (
    "addressCountry",
    "addressLocality",
    "addressRegion",
    "postalCode",
    "streetAddress1",
)


class ContactAddress(ClosedSerializer):
    """`accountContact.postalAddress` of a PUT: what is absent is kept."""

    addressCountry = fields.TextField(min_length=2, max_length=2, required=False)
    addressLocality = fields.TextField(min_length=1, max_length=63, required=False)
    addressRegion = fields.TextField(min_length=1, max_length=63, required=False)
    postalCode = fields.TextField(min_length=1, max_length=31, required=False)
    streetAddress1 = fields.TextField(min_length=1, max_length=63, required=False)
    streetAddress2 = fields.TextField(min_length=1, max_length=63, required=False)


class Contact(ClosedSerializer):
    """`accountContact` of a PUT: what is absent is kept."""

    firstName = fields.TextField(min_length=1, max_length=63, required=False)
    lastName = fields.TextField(min_length=1, max_length=63, required=False)
    companyName = fields.TextField(min_length=1, max_length=63, required=False)
    email = fields.TextField(min_length=1, max_length=63, required=False)
    phone = fields.TextField(min_length=1, max_length=31, required=False)
    postalAddress = ContactAddress(required=False)


class AccountCreate(ClosedSerializer):
    """The request body of a create."""

    type = fields.EnumField([ACCOUNT.type])
    version = fields.EnumField(ACCOUNT.versions)
    name = fields.TextField(min_length=1, max_length=NAME_MAX_LENGTH)
    metadata = MetadataSerializer(required=False)


class AccountReplace(ClosedSerializer):
    """The request body of a PUT: what is absent is kept."""

    type = fields.EnumField([ACCOUNT.type])
    version = fields.EnumField(ACCOUNT.versions)
    id = fields.IdentifierField(required=False)
    name = fields.TextField(min_length=1, max_length=NAME_MAX_LENGTH, required=False)
    state = fields.EnumField(AccountState.values, required=False)
    isEnabled = fields.EnumField(["false", "true"], required=False)
    enabledTimestamp = fields.TimestampField(required=False)
    accountContact = Contact(required=False)
    metadata = MetadataSerializer(required=False)


class ShownAddress(ContactAddress):
    """`accountContact.postalAddress` in answers."""

    addressCountry = fields.TextField(min_length=2, max_length=2)
    addressLocality = fields.TextField(min_length=1, max_length=63)
    addressRegion = fields.TextField(min_length=1, max_length=63)
    postalCode = fields.TextField(min_length=1, max_length=31)
    streetAddress1 = fields.TextField(min_length=1, max_length=63)


class ShownContact(Contact):
    """`accountContact` in answers."""

    firstName = fields.TextField(min_length=1, max_length=63)
    lastName = fields.TextField(min_length=1, max_length=63)
    email = fields.TextField(min_length=1, max_length=63)
    postalAddress = ShownAddress()


class AccountBody(ClosedSerializer):
    """An instance in answers."""

    type = fields.EnumField([ACCOUNT.type])
    version = fields.EnumField(ACCOUNT.versions)
    id = fields.IdentifierField()
    name = fields.TextField(min_length=1, max_length=NAME_MAX_LENGTH)
    state = fields.EnumField(AccountState.values)
    isEnabled = fields.EnumField(["false", "true"])
    enabledTimestamp = fields.TimestampField(required=False)
    accountContact = ShownContact(required=False)
    metadata = StrictMetadataSerializer()


def _contact(*keys: str) -> filters.JsonMember:
    return filters.JsonMember("contact", *keys, path=".".join(("accountContact", *keys)))


class AccountFilters(filters.MemberFilterSet):
    """What `filter` and `orderBy` may name."""

    type = filters.ConstantMember(ACCOUNT.type)
    version = filters.Member("version")
    id = filters.IdentifierMember("id")
    name = filters.Member("name")
    state = filters.TextMember("state")
    isEnabled = filters.BooleanMember("is_enabled")
    enabledTimestamp = filters.InstantMember("enabled_at", nullable=True)
    contact_first_name = _contact("firstName")
    contact_last_name = _contact("lastName")
    contact_company = _contact("companyName")
    contact_email = _contact("email")
    contact_phone = _contact("phone")
    contact_country = _contact("postalAddress", "addressCountry")
    contact_locality = _contact("postalAddress", "addressLocality")
    contact_region = _contact("postalAddress", "addressRegion")
    contact_postal_code = _contact("postalAddress", "postalCode")
    contact_street = _contact("postalAddress", "streetAddress1")
    contact_street_2 = _contact("postalAddress", "streetAddress2")


def represent(account: Account) -> Mapping[str, Any]:
    """Return the JSON of an account; no value, no member."""
    document: dict[str, Any] = {
        "type": ACCOUNT.type,
        "version": account.version,
        "id": str(account.id),
        "name": account.name,
        "state": account.state,
        "isEnabled": str(account.is_enabled).lower(),
    }
    if account.enabled_at:
        document["enabledTimestamp"] = timestamp(account.enabled_at)
    if account.contact:
        document["accountContact"] = account.contact
    document["metadata"] = represent_metadata(account)
    return document
