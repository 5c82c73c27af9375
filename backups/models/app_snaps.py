"""Snapshot: an app at an instant (the API's appSnap)."""

from django.db import models

from astra.accounts.constraints import is_dns_label, is_unique, listed, where_set
from astra.database.domains import as_domains
from astra.engine.models import due_index, staged_constraints
from backups.lifecycle import SNAPSHOT
from backups.models.buckets import Bucket
from backups.models.protection import Protection, hook_constraints, kept_index


class Snapshot(Protection):
    """A snapshot of an app."""

    bucket = models.ForeignKey(
        Bucket, on_delete=models.DO_NOTHING, null=True, blank=True, db_index=False
    )

    left_at = models.DateTimeField(
        null=True, blank=True, help_text="When the backup was deleted that it was made for."
    )

    class Meta:
        ordering = ("created_at", "id")
        constraints = as_domains(
            *staged_constraints("snapshot", SNAPSHOT),
            *hook_constraints("snapshot"),
            is_dns_label("snapshot_name_is_dns_label"),
            is_unique(
                "snapshot_name_is_unique",
                ("app", "name"),
                "A snapshot with the same name exists for the app.",
            ),
        )
        indexes = (
            due_index("snapshot_due"),
            *listed("snapshot", "app"),
            # a bucket in use (problem 83)
            where_set("snapshot_by_bucket", "bucket"),
            kept_index("snapshot_by_schedule", SNAPSHOT),
            # how many an app has whose backup is gone, oldest first
            models.Index(
                fields=("app", "left_at", "id"),
                name="snapshot_by_leaving",
                condition=models.Q(left_at__isnull=False),
            ),
            # deleting an account with everything in it
            models.Index(fields=("account",), name="snapshot_by_account"),
        )
