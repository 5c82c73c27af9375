"""Certificates. Source: section 9 of `families.md` and the published `certificate` schemas."""

import base64
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any, Self

from cryptography.x509 import Certificate as Parsed
from cryptography.x509 import load_pem_x509_certificate
from cryptography.x509.oid import NameOID
from django.db.models import Case, CharField, F, Value, When

from astra.accounts.callers import Caller
from astra.api import fields, filters, patterns
from astra.api.clock import LAST_INSTANT
from astra.api.problems import COLLECTION_NOT_FOUND, INVALID_FIELDS, ApiProblem, refusal
from astra.api.serializers import StateDetailsField, TransitionSerializer
from astra.resources.composed import Known
from astra.resources.members import ABSENT, BY_SERVICE, REQUIRED, Choice, Flag, Instant, Text
from astra.resources.places import METHODS
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import MISSES, REPLACE, Guard, Resource, Seeding
from astra.resources.shapes import Members
from identity import kinds, problems
from identity.models.certificates import CN_MAX_LENGTH, EXPIRED, Certificate, CertUse, Trust

ANY_STATE = (Trust.UNTRUSTED.value, Trust.TRUSTED.value, EXPIRED)


class TrustTransition(TransitionSerializer):
    """An element of `trustStateTransitions`."""


TRANSITIONS = [
    {"from": state, "to": [other for other in ANY_STATE if other != state and state != EXPIRED]}
    for state in ANY_STATE
]


class Pem(Text):
    """`cert`: what it says of itself is read from it."""

    sets_also = ("cn", "expires_at")

    def apply(self, row: Any, value: Any) -> None:
        super().apply(row, value)
        row.cn, row.expires_at = read_certificate(value)


class TrustState(Choice):
    """`trustState`: a certificate expires by the account's clock."""

    has_column = False
    reads_also = ("trust", "expires_at")

    def filters(self) -> Mapping[str, filters.Member]:
        def shown(now: datetime) -> Any:
            expired = When(expires_at__lte=now, then=Value(EXPIRED))
            return Case(expired, default=F("trust"), output_field=CharField())

        return {self.name: filters.Member(expression=shown)}

    def written(self, row: Any, now: datetime) -> str:
        return EXPIRED if row.expires_at <= now else str(row.trust)

    def apply(self, row: Any, value: Any) -> None:
        """Set nothing: `trustStateDesired` does."""


def read_certificate(text: str) -> tuple[str, datetime]:
    """Return the common name and the end of a certificate, the base64 of its PEM.

    Raises problem 9 for what is none.
    """
    try:
        parsed: Parsed = load_pem_x509_certificate(base64.b64decode(text))
        names = parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        name = str(names[0].value) if names else parsed.subject.rfc4514_string()
        end = min(parsed.not_valid_after_utc, LAST_INSTANT)
    except Exception as error:
        # What a parser of others says of rubbish is of no kind.
        raise refusal(INVALID_FIELDS, "cert", "Must be the base64 of a PEM certificate.") from error
    if not name or "\0" in name:
        raise refusal(INVALID_FIELDS, "cert", "The certificate names nobody.")
    return name[:CN_MAX_LENGTH], end


def of_the_new_one(body: dict[str, Any]) -> dict[str, Any]:
    """Have a new certificate signed by another, unless the body says otherwise."""
    return {"isSelfSigned": "false", **body} if "cert" in body else body


class CertificateGuard(Guard):
    """Decides on changes to certificates."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    @classmethod
    def holding(cls, caller: Caller) -> AbstractContextManager[Self]:
        """Hold nothing: the row itself says all."""
        return nullcontext(cls(caller))

    def replace(self, row: Certificate, body: Mapping[str, Any]) -> None:
        """Raise problem 110 for another trust in what has expired, unless it is renewed."""
        is_other = body.get("trustStateDesired", row.trust) != row.trust
        if is_other and "cert" not in body and row.expires_at <= self.caller.now():
            raise ApiProblem(problems.CERTIFICATE_EXPIRED)


MEMBERS = Members(
    kinds.CERTIFICATE,
    Choice("certUse", choices=CertUse.values),
    Pem("cert", create=REQUIRED, pattern=patterns.BASE64),
    Text("cn", label="Common name", min_length=1, max_length=CN_MAX_LENGTH, **BY_SERVICE),
    Instant("expiryTimestamp", column="expires_at", **BY_SERVICE),
    Flag("isSelfSigned"),
    TrustState("trustState", choices=ANY_STATE, **BY_SERVICE),
    Known(
        "trustStateTransitions",
        fields.list_of(TrustTransition),
        value=lambda row, now: TRANSITIONS,
        create=ABSENT,
        sometimes=False,
    ),
    Choice("trustStateDesired", column="trust", choices=Trust.values),
    Known(
        "trustStateDetails",
        StateDetailsField,
        value=lambda row, now: [],
        create=ABSENT,
        sometimes=False,
    ),
    module=__name__,
    validate_replace=of_the_new_one,
)

CERTIFICATE = Resource(
    model=Certificate,
    members=MEMBERS,
    paths=("core/v1/certificates",),
    within=WHOLE_ACCOUNT,
    methods=METHODS,
    write_role="admin",
    published_parameters=frozenset({"include", "limit", "filter", "orderBy", "continue"}),
    failures={},
    misses={**MISSES, REPLACE: COLLECTION_NOT_FOUND},
    refusals={REPLACE: (problems.CERTIFICATE_EXPIRED,)},
    guarding=CertificateGuard.holding,
    columns=("cn", "trustStateDesired", "expiryTimestamp"),
    key="cn",
    seeding=Seeding(order=16),
)
