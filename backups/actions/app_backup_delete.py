"""Delete a backup: gone at once, with what it occupied; a pending one is refused."""

from django.db import transaction
from django.db.models import BigIntegerField, F, QuerySet, Value

from astra.api.problems import ApiProblem
from astra.engine.history import record_deletion
from backups.lifecycle import APP_BACKUP, COMPLETED, PENDING, SNAPSHOT
from backups.models import AppBackup, Bucket, Snapshot
from backups.problems import BACKUP_NOT_CANCELABLE


def app_backup_delete(backups: QuerySet[AppBackup]) -> bool:
    """Delete the one backup that the query finds; return whether there was one.

    A backup that discovers or runs is cancelled, its own unfinished snapshot goes with it. Raises
    problem 128 when it is pending. Source: `docs/architecture.md`, 'Deleting a backup'.
    """
    with transaction.atomic():
        backup = backups.select_for_update(of=("self",)).select_related("account").first()
        if backup is None:
            return False
        if backup.state == PENDING:
            raise ApiProblem(BACKUP_NOT_CANCELABLE)
        state, now = backup.state, backup.account.now()
        AppBackup.objects.filter(id=backup.id).delete()
        record_deletion(APP_BACKUP.kind, backup, now)
        if state == COMPLETED:
            Bucket.objects.filter(id=backup.bucket_id).update(
                stored_bytes=F("stored_bytes") - _bigint(backup.total_bytes)
            )
        if backup.owns_snapshot and backup.snapshot_id and state in APP_BACKUP.unfinished:
            unfinished = Snapshot.objects.select_for_update().filter(
                id=backup.snapshot_id, state__in=SNAPSHOT.unfinished
            )
            for snapshot in unfinished:
                record_deletion(SNAPSHOT.kind, snapshot, now)
                snapshot.delete()
    return True


def _bigint(number: int) -> Value:
    # A bare number goes out as a 32-bit integer, its upper half silently cut off.
    return Value(number, output_field=BigIntegerField())
