"""AppBackup: an app's data in a bucket."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from astra.accounts.constraints import (
    by_creation,
    is_dns_label,
    is_known,
    is_not_negative,
    is_unique,
    listed,
    where_set,
)
from astra.database.domains import as_domains
from astra.engine.models import due_index, staged_constraints
from backups import kinds
from backups.lifecycle import APP_BACKUP, COMPLETED, FAILED, RUNNING
from backups.models.app_snaps import Snapshot
from backups.models.buckets import Bucket
from backups.models.protection import Protection, hook_constraints, kept_index

MICROSECOND = timedelta(microseconds=1)


class AppBackup(Protection):
    """A backup of an app.

    ``full_at`` is the instant at which all bytes would be done: progress follows from it, from
    ``running_at`` and from the clock, so that a running backup costs no writes. With ``ends_at``
    but no ``outcome`` it stays running there.
    """

    bucket = models.ForeignKey(Bucket, on_delete=models.DO_NOTHING, db_index=False)
    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.DO_NOTHING, null=True, blank=True, db_index=False
    )
    snapshot_shown = models.BooleanField(default=False)
    owns_snapshot = models.BooleanField(default=False)
    total_bytes = models.BigIntegerField(default=0)
    full_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "backup"
        ordering = ("created_at", "id")
        constraints = as_domains(
            *staged_constraints("backup", APP_BACKUP),
            *hook_constraints("backup"),
            is_dns_label("backup_name_is_dns_label"),
            is_known("backup_version_is_known", "version", kinds.APP_BACKUP.versions),
            is_not_negative("backup_has_no_negative_bytes", "total_bytes"),
            is_unique(
                "backup_name_is_unique",
                ("app", "name"),
                "A backup with the same name exists for the app.",
            ),
        )
        indexes = (
            due_index("backup_due"),
            *listed("backup", "app"),
            # GET …/topology/v1/appBackups in the default order, and `continue` in it
            by_creation("backup_of_account"),
            # lists filtered by state, in either collection
            models.Index(fields=("account", "state", "created_at", "id"), name="backup_by_state"),
            # those that failed last (the admin site's overview)
            models.Index(
                F("account"),
                F("ends_at").desc(nulls_last=True),
                F("id").desc(),
                name="backup_by_failing",
                condition=Q(state=FAILED),
            ),
            # lists filtered or ordered by name across the account
            models.Index(fields=("account", "name", "id"), name="backup_by_name"),
            # a bucket in use (problem 83)
            models.Index(fields=("bucket",), name="backup_by_bucket"),
            # a snapshot in use (problem 144), and clearing it from finished backups
            where_set("backup_by_snapshot", "snapshot"),
            kept_index("backup_by_schedule", APP_BACKUP),
        )

    def has_progress(self) -> bool:
        """Tell whether the backup got as far as running, so that it has bytes to show."""
        if self.state not in (RUNNING, *APP_BACKUP.final) or self.running_at is None:
            return False
        if self.state in (RUNNING, COMPLETED):
            return True
        return self.ends_at is None or self.running_at <= self.ends_at

    def bytes_done(self, now: datetime) -> int:
        """Return the bytes backed up at the account's instant ``now``; all of them when completed."""
        if self.state == COMPLETED:
            return self.total_bytes
        if self.running_at is None or self.full_at is None:
            return 0
        # Never further than where it ends, though it may not have been settled there yet.
        reached = now if self.ends_at is None else min(now, self.ends_at)
        span = (self.full_at - self.running_at) // MICROSECOND
        elapsed = max((reached - self.running_at) // MICROSECOND, 0)
        # A backup that is not completed never claims its last byte. Whole numbers throughout, so
        # that ``backups.progress`` says the same in SQL.
        most = max(self.total_bytes - 1, 0)
        return min(self.total_bytes * elapsed // span, most) if span > 0 else most

    def percent_done(self, now: datetime) -> int:
        """Return the whole percentage at ``now``: 100 when, and only when, completed."""
        if self.state == COMPLETED:
            return 100
        # Of a light row, which has the columns alone, too.
        done = AppBackup.bytes_done(self, now)
        return done * 100 // self.total_bytes if self.total_bytes else 0
