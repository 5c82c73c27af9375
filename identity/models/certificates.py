"""Certificates of authorities that the installation trusts, or not."""

from django.db import models
from django.db.models import Q

from astra.accounts.constraints import holds, is_known, listed
from astra.accounts.models import Resource, choice_of

CN_MAX_LENGTH = 511


class CertUse(models.TextChoices):
    """`certUse` of a certificate."""

    ROOT = "rootCA"
    INTERMEDIATE = "intermediateCA"


class Trust(models.TextChoices):
    """`trustStateDesired` of a certificate."""

    UNTRUSTED = "untrusted"
    TRUSTED = "trusted"


# `trustState` once the account's clock is past the end of a certificate.
EXPIRED = "expired"


class Certificate(Resource):
    """A certificate; ``cn`` and ``expires_at`` are read from ``cert``, the base64 of its PEM."""

    cert_use = choice_of(CertUse, default=CertUse.ROOT)
    cert = models.TextField()
    cn = models.CharField(max_length=CN_MAX_LENGTH, db_collation="C")
    expires_at = models.DateTimeField()
    is_self_signed = models.BooleanField(default=False)
    trust = choice_of(Trust, default=Trust.TRUSTED)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            is_known("certificate_use_is_known", "cert_use", CertUse.values),
            is_known("certificate_trust_is_known", "trust", Trust.values),
            holds("certificate_has_a_name", ~Q(cn="")),
        )
        indexes = listed("certificate")

    def __str__(self) -> str:
        return self.cn

    @property
    def trust_state(self) -> str:
        """`trustState` at the account's instant."""
        return EXPIRED if self.expires_at <= self.account.now() else self.trust
