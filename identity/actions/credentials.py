"""What a credential must hold by its `keyType`, and what may be done to one.

Source: the published description of `keyType`, and section 4 of `families.md`.
"""

import base64
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Self

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates
from rest_framework.exceptions import ErrorDetail, ValidationError

from astra.accounts.callers import Caller
from astra.accounts.models import AuthProvider, User
from astra.api.dice import NIL_ID
from astra.api.fields import EXTENDED
from astra.api.patterns import parse_identifier
from astra.api.problems import INVALID_FIELDS, NOT_PERMITTED, ApiProblem, Invalid, refusal
from astra.resources.resource import Guard
from identity.kubeconfigs import parse_kubeconfig
from identity.models.credentials import Credential, KeyType, digests
from identity.problems import CREDENTIAL_EXISTS, SAME_PASSWORD

# The parts of a keyStore that a type needs; of a kubeconfig there is no other.
NEEDED: Mapping[str, tuple[str, ...]] = {
    KeyType.PASSWORD_HASH: ("cleartext", "change"),
    KeyType.API_KEY: ("apikey",),
    KeyType.KUBECONFIG: ("base64",),
    KeyType.CERTIFICATE: ("certificate",),
    KeyType.PRIVATE_KEY: ("privkey",),
    KeyType.S3: ("accessKey", "accessSecret"),
}


def _certificate(value: bytes) -> None:
    if not _is_read(load_pem_x509_certificates, value):
        raise ValueError("Must be the base64 of a PEM certificate.")


def _private_key(value: bytes) -> None:
    # One that is encrypted cannot be looked into.
    if b"ENCRYPTED" not in value and not _is_read(load_pem_private_key, value, None):
        raise ValueError("Must be the base64 of a PEM private key.")


def _is_read(load: Callable[..., Any], *arguments: Any) -> bool:
    try:
        load(*arguments)
    except Exception:
        # What a parser of others says of rubbish is of no kind.
        return False
    return True


def _flag(value: bytes) -> None:
    if value not in (b"true", b"false"):
        raise ValueError("Must be the base64 of true or false.")


def _filled(value: bytes) -> None:
    if not value:
        raise ValueError("Must not be empty.")


_CHECKS: Mapping[tuple[str, str], Callable[[bytes], object]] = {
    (KeyType.PASSWORD_HASH, "cleartext"): _filled,
    (KeyType.PASSWORD_HASH, "change"): _flag,
    (KeyType.KUBECONFIG, "base64"): parse_kubeconfig,
    (KeyType.CERTIFICATE, "certificate"): _certificate,
    (KeyType.PRIVATE_KEY, "privkey"): _private_key,
}


def check_key_store(key_type: str, key_store: Mapping[str, str]) -> list[Invalid]:
    """Return what is wrong with the parts of a `keyStore` of a type; they are base64."""
    refused = []
    needed = NEEDED.get(key_type, ())
    if not key_store:
        refused.append(Invalid("keyStore", "Must have a part."))
    for name in dict.fromkeys((*needed, *(key_store if key_type == KeyType.KUBECONFIG else ()))):
        if name not in key_store:
            refused.append(Invalid(f"keyStore.{name}", f"A credential of {key_type} has it."))
        elif name not in needed:
            refused.append(Invalid(f"keyStore.{name}", f"A credential of {key_type} has it not."))
        elif check := _CHECKS.get((key_type, name)):
            try:
                check(base64.b64decode(key_store[name]))
            except ValueError as error:
                refused.append(Invalid(f"keyStore.{name}", str(error)))
    return refused


def of_its_type(body: dict[str, Any]) -> dict[str, Any]:
    """Refuse a new credential whose parts are not what its type needs (problem 9)."""
    refused = check_key_store(body.get("keyType", KeyType.GENERIC), body["keyStore"])
    if refused:
        errors = {each.name: [ErrorDetail(each.reason, code=EXTENDED)] for each in refused}
        raise ValidationError(errors)
    return body


def password_holder(account_id: uuid.UUID, name: str) -> User:
    """Return the local user whose password a credential of this name is; raises problem 9."""
    identifier = parse_identifier(name) or NIL_ID
    user = User.objects.filter(id=identifier, account__checked=account_id).first()
    if user is None or user.auth_provider != AuthProvider.LOCAL:
        reason = "A password is called like the id of its local user."
        raise refusal(INVALID_FIELDS, "name", reason)
    return user


class CredentialGuard(Guard):
    """Decides on changes to credentials."""

    @classmethod
    def holding(cls, _caller: Caller) -> AbstractContextManager[Self]:
        """Hold nothing: the row itself says all."""
        return nullcontext(cls())

    def replace(self, row: Credential, body: Mapping[str, Any]) -> None:
        """Raise problem 39 for another type, 81 for the same password, 9 for what a type refuses."""
        if body.get("keyType", row.key_type) != row.key_type:
            raise ApiProblem(CREDENTIAL_EXISTS)
        refused = check_key_store(row.key_type, body["keyStore"])
        if row.key_type == KeyType.PASSWORD_HASH and body["name"] != row.name:
            refused.append(Invalid("name", "The name of a password cannot be changed."))
        if refused:
            raise ApiProblem(INVALID_FIELDS, fields=refused)
        if row.key_type == KeyType.PASSWORD_HASH:
            changed = digests(row.id, body["keyStore"])
            if changed["cleartext"] == row.key_store.get("cleartext"):
                raise ApiProblem(SAME_PASSWORD)


def keep_passwords(credential: Credential) -> None:
    """Raise problem 11 for a password: it goes with its user."""
    if credential.key_type == KeyType.PASSWORD_HASH:
        raise ApiProblem(NOT_PERMITTED)
