"""Credentials: what others need to reach clouds, clusters, buckets and directories; kept as digests."""

import uuid
from collections.abc import Mapping

from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from astra.accounts.constraints import holds, is_known, listed
from astra.accounts.models import Resource, User, choice_of

NAME_MAX_LENGTH = 127


class KeyType(models.TextChoices):
    """`keyType` of a credential: what its `keyStore` must hold."""

    GENERIC = "generic"
    PASSWORD_HASH = "passwordHash"  # noqa: S105 (the type of one)
    API_KEY = "apikey"
    KUBECONFIG = "kubeconfig"
    CERTIFICATE = "certificate"
    PRIVATE_KEY = "privkey"
    S3 = "s3"


def digests(identifier: uuid.UUID, key_store: Mapping[str, str]) -> dict[str, str]:
    """Return what is stored of a credential's `keyStore`: a digest of each part, by its name.

    Each is salted with the credential's id and keyed with the service's secret key, so that nobody can
    try out what it is of. Nothing in the simulation needs a secret again.
    """
    return {
        name: salted_hmac(f"identity.credential.{identifier}.{name}", value, algorithm="sha256")
        .digest()
        .hex()
        for name, value in key_store.items()
    }


class Credential(Resource):
    """A credential. ``key_store`` has digests of its parts; ``cluster`` is what a kubeconfig says.

    ``user`` is whose password it is.
    """

    name = models.CharField(max_length=NAME_MAX_LENGTH, db_collation="C")
    key_type = choice_of(KeyType, default=KeyType.GENERIC)
    key_store = models.JSONField(default=dict, blank=True)
    cluster = models.JSONField(null=True, blank=True)
    is_valid = models.BooleanField(default=True)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, db_index=False)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            is_known("credential_key_type_is_known", "key_type", KeyType.values),
            holds("credential_name_is_not_empty", ~Q(name="")),
            holds(
                "credential_of_a_user_is_a_password",
                Q(key_type=KeyType.PASSWORD_HASH, user__isnull=False)
                | ~Q(key_type=KeyType.PASSWORD_HASH) & Q(user=None),
            ),
            models.UniqueConstraint(
                fields=("user",),
                name="credential_password_is_unique",
                violation_error_message="The user has a password.",
            ),
        )
        indexes = listed("credential")
