"""Delete a snapshot: gone at once, unless a backup is being made from it."""

from django.db import transaction
from django.db.models import QuerySet

from astra.api.problems import ApiProblem
from astra.engine.history import record_deletion
from backups.lifecycle import APP_BACKUP, SNAPSHOT
from backups.models import AppBackup, Snapshot
from backups.problems import SNAPSHOT_IN_USE


def app_snap_delete(snapshots: QuerySet[Snapshot]) -> bool:
    """Delete the one snapshot that the query finds; return whether there was one.

    Finished backups made from it lose their `snapshotID`. Raises problem 144 while an unfinished
    backup uses it.
    """
    with transaction.atomic():
        # FOR UPDATE also waits for creates that are about to refer to the snapshot.
        snapshot = snapshots.select_for_update(of=("self",)).select_related("account").first()
        if snapshot is None:
            return False
        users = AppBackup.objects.filter(snapshot_id=snapshot.id)
        if users.filter(state__in=APP_BACKUP.unfinished).exists():
            raise ApiProblem(SNAPSHOT_IN_USE)
        users.update(snapshot_id=None, snapshot_shown=False)
        record_deletion(SNAPSHOT.kind, snapshot, snapshot.account.now())
        Snapshot.objects.filter(id=snapshot.id).delete()
    return True
