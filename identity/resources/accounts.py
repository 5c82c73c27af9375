"""Accounts. Source: section 11 of `appbackup.md` and the published `account` schemas."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from astra.accounts.models import NAME_MAX_LENGTH, Account, AccountState
from astra.api import fields
from astra.api.problems import INVALID_FIELDS, ApiProblem, Invalid
from astra.api.serializers import ClosedSerializer, PartialSerializer
from astra.resources.composed import Document
from astra.resources.members import ABSENT, BY_SERVICE, REQUIRED, Choice, Flag, Instant, Text
from astra.resources.places import Place
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import CREATE, DELETE, LIST, Resource, Seeding
from astra.resources.shapes import Members
from identity import kinds
from identity.actions.accounts import account_create
from identity.views import AccountInstance


class ShownAddress(ClosedSerializer):
    """`accountContact.postalAddress` in answers."""

    addressCountry = fields.TextField(min_length=2, max_length=2)
    addressLocality = fields.TextField(min_length=1, max_length=63)
    addressRegion = fields.TextField(min_length=1, max_length=63)
    postalCode = fields.TextField(min_length=1, max_length=31)
    streetAddress1 = fields.TextField(min_length=1, max_length=63)
    streetAddress2 = fields.TextField(min_length=1, max_length=63, required=False)


class ShownContact(ClosedSerializer):
    """`accountContact` in answers."""

    firstName = fields.TextField(min_length=1, max_length=63)
    lastName = fields.TextField(min_length=1, max_length=63)
    companyName = fields.TextField(min_length=1, max_length=63, required=False)
    email = fields.TextField(min_length=1, max_length=63)
    phone = fields.TextField(min_length=1, max_length=31, required=False)
    postalAddress = ShownAddress()


class ContactAddress(PartialSerializer, ShownAddress):
    """`accountContact.postalAddress` of a PUT: what is absent is kept."""


class Contact(PartialSerializer, ShownContact):
    """`accountContact` of a PUT: what is absent is kept."""

    postalAddress = ContactAddress()


class MergedContact(Document):
    """`accountContact`: a PUT changes what it names of it."""

    def apply(self, row: Any, value: Any) -> None:
        old = row.contact or {}
        merged = {**old, **value}
        if "postalAddress" in value:
            merged["postalAddress"] = {**old.get("postalAddress", {}), **value["postalAddress"]}
        row.contact = merged or None


def complete(account: Account, now: datetime) -> Sequence[str]:
    """Refuse a contact that would lack what a contact must have (problem 9)."""
    contact = account.contact
    missing = [] if contact is None else _missing(ShownContact(), contact, "accountContact.")
    refused = [Invalid(name, "A contact must have it.") for name in missing]
    if refused:
        raise ApiProblem(INVALID_FIELDS, fields=refused)
    return ()


def _missing(shape: ClosedSerializer, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, field in shape.fields.items():
        if name in value and isinstance(field, ClosedSerializer):
            yield from _missing(field, value[name], f"{path}{name}.")
        elif field.required and name not in value:
            yield path + name


MEMBERS = Members(
    kinds.ACCOUNT,
    Text("name", create=REQUIRED, min_length=1, max_length=NAME_MAX_LENGTH),
    Choice("state", choices=AccountState.values, **BY_SERVICE),
    Flag("isEnabled", choices=("false", "true"), **BY_SERVICE),
    Instant("enabledTimestamp", column="enabled_at", sometimes=True, **BY_SERVICE),
    MergedContact(
        "accountContact",
        column="contact",
        of=Contact,
        of_shown=ShownContact,
        create=ABSENT,
        sometimes=True,
    ),
    module=__name__,
)

ACCOUNT = Resource(
    model=Account,
    members=MEMBERS,
    paths=(Place("accounts", is_top=True),),
    within=WHOLE_ACCOUNT,
    **kinds.COMMON,
    write_role="owner",
    simplified={
        LIST: "a caller sees its own account only.",
        CREATE: "the creator becomes the owner of the new account, as a user of its own there.",
        DELETE: "the account is marked and closed, its resources stay.",
    },
    create=account_create,
    complete=complete,
    instance=AccountInstance,
    seeding=Seeding(by="identity.scenarios.people.AccountSection"),
)
