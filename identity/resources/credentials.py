"""Credentials: written, never shown. Source: section 4 of `families.md`, the published schemas."""

import base64
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from astra.api import fields, patterns
from astra.api.problems import INVALID_HEADERS
from astra.resources.members import REQUIRED, Choice, Flag, Instant, Member, Text
from astra.resources.places import METHODS
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import REPLACE, Resource, Seeding, Taken
from astra.resources.shapes import Members
from identity import kinds, problems
from identity.actions.credentials import (
    CredentialGuard,
    keep_passwords,
    of_its_type,
    password_holder,
)
from identity.kubeconfigs import parse_kubeconfig
from identity.models.credentials import NAME_MAX_LENGTH, Credential, KeyType, digests


class KeyStoreField(fields.ObjectField):
    """An object of texts in base64."""

    child = fields.StrictCharField(pattern=patterns.BASE64)
    default_error_messages = {fields.EXTENDED: "Names must not contain NUL."}

    def to_internal_value(self, data: Any) -> Any:
        """Return the parts; fails as extended validation for a name that cannot be stored."""
        value = super().to_internal_value(data)
        if any("\0" in name for name in value):
            self.fail(fields.EXTENDED)
        return value


class KeyStore(Member):
    """`keyStore`: no answer has it, people see the names of its parts."""

    field_class = KeyStoreField
    is_filtered = False
    sets_also = ("cluster",)

    def written(self, row: Any, now: datetime) -> Any:
        return sorted(row.key_store)

    def apply(self, row: Any, value: Any) -> None:
        row.key_store = digests(row.id, value)
        if row.key_type == KeyType.KUBECONFIG:
            row.cluster = asdict(parse_kubeconfig(base64.b64decode(value["base64"])))


def complete(credential: Credential, now: datetime) -> Sequence[str]:
    """Bind a password to the user that it names (problem 9 for one that is none)."""
    if credential.key_type == KeyType.PASSWORD_HASH:
        credential.user = password_holder(credential.account_id, credential.name)
    return ()


MEMBERS = Members(
    kinds.CREDENTIAL,
    Text("name", create=REQUIRED, replace=REQUIRED, min_length=1, max_length=NAME_MAX_LENGTH),
    Choice("keyType", choices=KeyType.values),
    KeyStore(
        "keyStore",
        create=REQUIRED,
        replace=REQUIRED,
        write_only=True,
        help="The parts by name, each in base64. What is stored is not shown.",
    ),
    Flag("valid", column="is_valid"),
    Instant("validFromTimestamp", column="valid_from", sometimes=True),
    Instant("validUntilTimestamp", column="valid_until", sometimes=True),
    module=__name__,
    validate_create=of_its_type,
)

CREDENTIAL = Resource(
    model=Credential,
    members=MEMBERS,
    paths=("core/v1/credentials",),
    within=WHOLE_ACCOUNT,
    methods=METHODS,
    write_role="admin",
    published_parameters=frozenset({"include", "limit", "filter", "orderBy", "continue"}),
    failures={},
    refusals={REPLACE: (INVALID_HEADERS, problems.SAME_PASSWORD)},
    complete=complete,
    taken=(Taken("credential_password_is_unique", problems.CREDENTIAL_EXISTS),),
    guarding=CredentialGuard.holding,
    replace_shows=True,
    may_delete=keep_passwords,
    takes_any_label=True,
    columns=("name", "keyType", "valid"),
    seeding=Seeding(order=15),
)
