"""How settling, retention and firing read their tables, whatever the planner has been told."""

import pytest
from django.db import connection

from astra.engine import settling
from astra.engine.registry import registration
from astra.resources import registry
from backups.actions import retention
from backups.models import App, Bucket
from tests import samples, world
from tests.conftest import Api
from tests.plans.plans import MILLION, plant, scans_of

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("counted", [None, 1, 1_000, MILLION])]


@pytest.fixture
def new_files(db: None) -> None:
    """Files as those of a new database: what other tests left in them has a weight too."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE backups_appbackup, backups_snapshot")


@pytest.fixture(autouse=True)
def held(new_files: None, counted: int | None, app: App, bucket: Bucket, api: Api) -> None:
    """An account with one of each, under the settings that settling makes."""
    world.make_backup(app, bucket, snapshot=world.make_snapshot(app))
    samples.make(registry.resource("schedule"), app.account, {"app": app})
    settling.lock_account(app.account_id)
    plant(counted)


@pytest.mark.parametrize(
    ("kind", "table", "due"),
    [
        ("appSnap", "backups_snapshot", "snapshot_due"),
        ("appBackup", "backups_appbackup", "backup_due"),
    ],
)
def test_what_is_due_is_found_by_its_instant_and_then_by_its_place(
    kind: str, table: str, due: str
) -> None:
    read = scans_of(settling._counting(registration(kind)))
    assert read.pop("backups_bucket", set()) <= {"backups_bucket_pkey"}
    assert read == {table: {due, "Tid Scan"}}


def test_retention_looks_at_what_a_schedule_keeps_and_finds_what_goes_by_its_key() -> None:
    by_account = {"schedule_by_account"}
    assert scans_of(retention._BACKUPS) == {
        "backups_schedule": by_account,
        "backups_appbackup": {"backup_by_schedule", "backups_appbackup_pkey"},
        "backups_bucket": {"backups_bucket_pkey"},
    }
    assert scans_of(retention._HELD_SNAPSHOTS) == {
        "backups_schedule": by_account,
        "backups_snapshot": {"snapshot_by_schedule", "backups_snapshot_pkey"},
        "backups_appbackup": {"backup_by_snapshot"},
    }
    assert scans_of(retention._SNAPSHOTS) == {
        "backups_snapshot": {"backups_snapshot_pkey"},
        "backups_appbackup": {"backup_by_snapshot"},
    }
