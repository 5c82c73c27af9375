"""Cloud: whose clusters are managed, and where what runs there is backed up."""

from django.db import models
from django.db.models import Q

from astra.accounts.constraints import holds, is_known, is_unique, listed, where_set
from astra.engine.models import Staged, due_index, staged_constraints, state_field
from clusters.lifecycle import CLOUD

NAME_MAX_LENGTH = 63
PRIVATE = "private"
# As the published schema writes them, and as callers do.
CLOUD_TYPES = ("gcp", "azure", "aws", PRIVATE, "GCP", "Azure", "AWS")


class Cloud(Staged):
    """A cloud."""

    name = models.CharField(max_length=NAME_MAX_LENGTH, db_collation="C")
    state = state_field(CLOUD)
    state_unready = models.JSONField(default=list, blank=True)
    discovering_at = models.DateTimeField(null=True, blank=True)
    cloud_type = models.CharField(max_length=15, default=PRIVATE, db_collation="C")
    credential_id = models.UUIDField(null=True, blank=True)
    default_bucket = models.ForeignKey(
        "backups.Bucket", on_delete=models.DO_NOTHING, null=True, blank=True, db_index=False
    )

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            *staged_constraints("cloud", CLOUD),
            is_known("cloud_type_is_known", "cloud_type", CLOUD_TYPES),
            holds(
                "cloud_that_is_public_has_a_credential",
                Q(cloud_type=PRIVATE) | Q(credential_id__isnull=False),
            ),
            holds("cloud_name_is_not_empty", ~Q(name="")),
            is_unique(
                "cloud_name_is_unique", ("account", "name"), "A cloud with this name exists."
            ),
        )
        indexes = (
            due_index("cloud_due"),
            *listed("cloud"),
            # a bucket that is a default (problem 84)
            where_set("cloud_by_bucket", "default_bucket"),
        )
