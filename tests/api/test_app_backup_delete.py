"""DELETE …/appBackups/{appBackup_id}: what it takes with it."""

from backups.models import App, AppBackup, Bucket, Snapshot
from tests import world
from tests.conftest import Api

GIB = 1024**3


def test_a_deleted_backup_leaves_its_bucket_to_the_last_byte(api: Api, app: App) -> None:
    # More than a 32-bit integer holds, which is what the driver would send it as.
    bucket = world.make_bucket(api.account, stored_bytes=7 * GIB)
    backup = world.make_backup(app, bucket, total_bytes=5 * GIB)

    assert api.delete(f"topology/v1/appBackups/{backup.id}").status_code == 204

    bucket.refresh_from_db()
    assert bucket.stored_bytes == 2 * GIB


def test_a_cancelled_backup_takes_its_own_unfinished_snapshot_along(
    api: Api, app: App, bucket: Bucket
) -> None:
    snapshot = world.make_snapshot(app, state="running", outcome=None)
    backup = world.make_backup(app, bucket, state="running", snapshot=snapshot, owns_snapshot=True)

    assert api.delete(f"topology/v1/appBackups/{backup.id}").status_code == 204

    assert not AppBackup.objects.exists()
    assert not Snapshot.objects.exists()
