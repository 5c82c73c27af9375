"""Snapshot: an app at an instant (the API's appSnap)."""

from django.db import models
from django.db.models import Q

from astra.accounts.models import label_index
from astra.api import patterns
from astra.engine.models import due_index, staged_constraints
from backups.lifecycle import SNAPSHOT
from backups.models.apps import App
from backups.models.buckets import Bucket
from backups.models.protection import Protection, hook_constraint


class Snapshot(Protection):
    """A snapshot of an app."""

    app = models.ForeignKey(App, on_delete=models.DO_NOTHING, db_index=False)
    bucket = models.ForeignKey(
        Bucket, on_delete=models.DO_NOTHING, null=True, blank=True, db_index=False
    )
    name = models.CharField(max_length=patterns.DNS_LABEL_MAX_LENGTH, db_collation="C")
    schedule_id = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            *staged_constraints("snapshot", SNAPSHOT),
            hook_constraint("snapshot"),
            models.CheckConstraint(
                condition=Q(name__regex=patterns.DNS_LABEL), name="snapshot_name_is_dns_label"
            ),
            models.UniqueConstraint(
                fields=("app", "name"),
                name="snapshot_name_is_unique",
                violation_error_message="A snapshot with the same name exists for the app.",
            ),
        )
        indexes = (
            due_index("snapshot_due"),
            # GET …/apps/{app_id}/appSnaps in the default order, and `continue` in it
            models.Index(fields=("app", "created_at", "id"), name="snapshot_by_creation"),
            # a bucket in use (problem 83)
            models.Index(
                fields=("bucket",), name="snapshot_by_bucket", condition=Q(bucket__isnull=False)
            ),
            # retention: what a schedule made, newest first
            models.Index(
                fields=("schedule_id", "created_at", "id"),
                name="snapshot_by_schedule",
                condition=Q(schedule_id__isnull=False),
            ),
            # deleting an account with everything in it
            models.Index(fields=("account",), name="snapshot_by_account"),
            label_index("snapshot_by_label"),
        )

    def __str__(self) -> str:
        return self.name
