"""Bucket: where backups are stored."""

from collections.abc import Mapping

from django.db import models
from django.db.models import Q

from astra.accounts.constraints import (
    holds,
    is_known,
    is_not_negative,
    is_unique,
    listed,
)
from astra.api.dice import new_id
from astra.engine.models import Staged, due_index, staged_constraints, state_field
from backups.lifecycle import BUCKET

NAME_MAX_LENGTH = 256
SERVER_URL_MAX_LENGTH = 1023
BUCKET_NAME_MAX_LENGTH = 63


class Provider(models.TextChoices):
    """`provider` of a bucket."""

    ONTAP_S3 = "ontap-s3", "ONTAP S3"
    STORAGEGRID_S3 = "storagegrid-s3", "StorageGRID S3"
    GENERIC_S3 = "generic-s3"
    GCP = "gcp", "GCP"
    AZURE = "azure"
    AWS = "aws", "AWS"


# The member of `bucketParameters` that a provider uses; every other provider is an S3.
_PARAMETERS = {Provider.GCP: "gcp", Provider.AZURE: "azure"}


def parameters_member(provider: str) -> str:
    """Return the name of the one member of `bucketParameters` that the provider has."""
    return _PARAMETERS.get(Provider(provider), "s3")


def location_of(parameters: Mapping[str, Mapping[str, str]]) -> str:
    """Return what identifies a bucket beside its name and provider (problem 57)."""
    (member,) = parameters.values()
    return member.get("serverURL") or member.get("storageAccount") or ""


class Bucket(Staged):
    """An object-storage bucket. ``stored_bytes`` is written by settling and deletion, by no create."""

    name = models.CharField(max_length=NAME_MAX_LENGTH, db_collation="C")
    credential_id = models.UUIDField(default=new_id)
    state = state_field(BUCKET)
    state_details = models.JSONField(default=list, blank=True)
    retention_seconds = models.BigIntegerField(
        null=True, blank=True, help_text="-1: not supported, 0: no known policy."
    )
    provider = models.CharField(
        max_length=15, choices=Provider.choices, default=Provider.GENERIC_S3
    )
    parameters = models.JSONField(default=dict)
    # S3's serverURL or Azure's storageAccount; with name and provider it identifies a bucket.
    location = models.CharField(max_length=SERVER_URL_MAX_LENGTH, blank=True, db_collation="C")
    is_default = models.BooleanField(default=False)
    stored_bytes = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            *staged_constraints("bucket", BUCKET),
            is_known("bucket_provider_is_known", "provider", Provider.values),
            holds("bucket_name_is_not_empty", ~Q(name="")),
            is_not_negative("bucket_stores_no_negative_bytes", "stored_bytes"),
            is_unique(
                "bucket_is_unique",
                ("account", "name", "provider", "location"),
                "A bucket with this name, provider and location exists.",
            ),
            is_unique(
                "bucket_default_is_unique",
                ("account",),
                "The account already has a default bucket.",
                Q(is_default=True),
            ),
        )
        indexes = (
            due_index("bucket_due"),
            # GET …/topology/v1/buckets in the default order; choosing a bucket for a backup
            *listed("bucket"),
        )
