"""GET of a backup in each of its seven states: which members it has, and what they say.

Source: the user's document (states, stateUnready, hookState, progress) and
`docs/architecture.md`, 'Members by state'. Every stage has a fixed delay here: the snapshot is
complete 3 seconds after the create, the backup runs at 6 and is complete at 16.
"""

import uuid
from typing import Any

import pytest

from astra.accounts.callers import caller_of
from astra.accounts.models import Account
from astra.engine.stages import Fate
from backups.actions.app_backups import app_backup_create
from backups.actions.drafting import BackupWanted
from backups.actions.steering import end
from backups.models import App, AppBackup, Bucket
from tests import world
from tests.conftest import Api

DELAYS = {
    "app-snap-discover": 1,
    "app-snap-run": 1,
    "app-snap-complete": 1,
    "app-backup-discover": 2,
    "app-backup-run": 3,
    "app-backup-complete": 10,
}
BASE = {"type", "version", "id", "name", "bucketID", "state", "stateUnready", "metadata"}
SNAPSHOT = {"snapshotID", "hookState", "hookStateDetails"}
PROGRESS = {"backupCreationTimestamp", "totalBytes", "bytesDone", "percentDone"}
DETAILS = ({"type": "t", "title": "Hook failed", "detail": "pre-snapshot exited with 1."},)


@pytest.fixture(autouse=True)
def _delays(account: Account) -> None:
    account.stage_delays = DELAYS
    account.save(update_fields=["stage_delays"])


class Backup:
    """A backup made through its action, with a fate, seen through HTTP."""

    def __init__(self, api: Api, app: App, **wanted: Any) -> None:
        self.api, self.elapsed = api, 0.0
        made = app_backup_create(
            caller=caller_of(api.token or ""),
            app_id=app.id,
            wanted=BackupWanted(version="1.1", **wanted),
        )
        self.id, self.snapshot_id = str(made.id), str(made.snapshot_id)
        self.path = f"k8s/v1/apps/{app.id}/appBackups/{made.id}"

    def at(self, seconds: float) -> Any:
        """Return the document at so many seconds after the create."""
        world.advance(self.api.account, seconds - self.elapsed)
        self.elapsed = seconds
        document = self.api.read(self.path)
        assert document == self.api.read(f"topology/v1/appBackups/{self.id}")
        return document


@pytest.fixture
def backup(api: Api, app: App, bucket: Bucket) -> Backup:
    return Backup(api, app)


@pytest.mark.parametrize("seconds", [0, 0.9, 2.999999])
def test_a_pending_backup_knows_of_no_snapshot(backup: Backup, seconds: float) -> None:
    document = backup.at(seconds)
    assert document["state"] == "pending"
    assert set(document) == BASE
    assert document["stateUnready"] == []
    assert document["metadata"]["modificationTimestamp"] == "2026-01-05T12:00:00.123456Z"


@pytest.mark.parametrize("seconds", [0, 1.999999])
def test_a_pending_backup_knows_the_snapshot_that_its_caller_named(
    api: Api, app: App, bucket: Bucket, seconds: float
) -> None:
    backup = Backup(api, app, snapshot_id=world.make_snapshot(app).id)
    document = backup.at(seconds)
    assert set(document) == BASE | {"snapshotID"}
    assert document["snapshotID"] == backup.snapshot_id
    assert backup.at(2)["state"] == "discovering"


@pytest.mark.parametrize("seconds", [3, 5.999999])
def test_a_discovering_backup_has_its_snapshot_and_what_its_hooks_did(
    backup: Backup, seconds: float
) -> None:
    document = backup.at(seconds)
    assert document["state"] == "discovering"
    assert set(document) == BASE | SNAPSHOT
    assert document["snapshotID"] == backup.snapshot_id
    assert (document["hookState"], document["hookStateDetails"]) == ("success", [])
    assert document["metadata"]["modificationTimestamp"] == "2026-01-05T12:00:03.123456Z"


@pytest.mark.parametrize(
    ("seconds", "done", "percent"),
    [
        (6, 0, 0),
        (6.0001, 0, 0),
        (6.1, 100, 1),
        (11, 5_000, 50),
        (15.9, 9_900, 99),
        (15.999999, 9_999, 99),
    ],
)
def test_a_running_backup_has_progress_that_follows_the_clock(
    backup: Backup, seconds: float, done: int, percent: int
) -> None:
    document = backup.at(seconds)
    assert document["state"] == "running"
    assert set(document) == BASE | SNAPSHOT | PROGRESS
    assert document["backupCreationTimestamp"] == "2026-01-05T12:00:06.123456Z"
    assert document["totalBytes"] == 10_000
    assert (document["bytesDone"], document["percentDone"]) == (done, percent)


@pytest.mark.parametrize("seconds", [16, 17, 10**6])
def test_a_completed_backup_has_all_its_bytes(backup: Backup, seconds: float) -> None:
    document = backup.at(seconds)
    assert document["state"] == "completed"
    assert set(document) == BASE | SNAPSHOT | PROGRESS
    assert document["stateUnready"] == []
    assert document["bytesDone"] == document["totalBytes"] == 10_000
    assert document["percentDone"] == 100
    assert document["metadata"]["modificationTimestamp"] == "2026-01-05T12:00:16.123456Z"


@pytest.mark.parametrize("outcome", ["failed", "removed", "unknown"])
def test_a_backup_that_ends_badly_keeps_the_progress_it_had(
    api: Api, app: App, bucket: Bucket, outcome: str
) -> None:
    fate = Fate(outcome, reasons=("The bucket is full.", "Try later."), at_fraction=0.425)
    backup = Backup(api, app, fate=fate)
    assert backup.at(10.249999)["state"] == "running"
    for seconds in (10.25, 1000):
        document = backup.at(seconds)
        assert document["state"] == outcome
        assert document["stateUnready"] == ["The bucket is full.", "Try later."]
        assert set(document) == BASE | SNAPSHOT | PROGRESS
        assert (document["bytesDone"], document["percentDone"]) == (4_250, 42)
        assert document["totalBytes"] == 10_000


@pytest.mark.parametrize(("seconds", "shown"), [(2, BASE), (5, BASE | SNAPSHOT)])
@pytest.mark.parametrize("outcome", ["failed", "removed", "unknown"])
def test_a_backup_that_is_ended_before_it_runs_never_had_progress(
    backup: Backup, seconds: float, shown: set[str], outcome: str
) -> None:
    backup.at(seconds)
    end(AppBackup, [uuid.UUID(backup.id)], outcome=outcome, reason="Somebody said so.")
    for later in (seconds, 1000):
        document = backup.at(later)
        assert document["state"] == outcome
        assert document["stateUnready"] == ["Somebody said so."]
        assert set(document) == shown


def test_a_backup_that_fails_at_its_very_end_is_not_done(
    api: Api, app: App, bucket: Bucket
) -> None:
    document = Backup(api, app, fate=Fate("failed", reasons=("No.",))).at(16)
    assert (document["state"], document["bytesDone"]) == ("failed", 9_999)
    assert document["percentDone"] == 99


@pytest.mark.parametrize("outcome", ["failed", "removed", "unknown"])
def test_a_backup_whose_snapshot_fails_is_failed_without_progress(
    api: Api, app: App, bucket: Bucket, outcome: str
) -> None:
    fate = Fate(outcome, reasons=("No space for a snapshot.",), at_fraction=0.5)
    backup = Backup(api, app, snapshot_fate=fate)
    assert backup.at(2.499999)["state"] == "pending"
    document = backup.at(2.5)
    assert document["state"] == "failed"
    assert document["stateUnready"] == ["No space for a snapshot."]
    assert not set(document) & PROGRESS
    assert backup.at(1000) == document


@pytest.mark.parametrize("ready", [True, False])
def test_failed_hooks_are_told_with_their_details(
    api: Api, app: App, bucket: Bucket, ready: bool
) -> None:
    outcome = "completed" if ready else "failed"
    fate = Fate(outcome, hook_state="failed", hook_details=DETAILS)
    backup = Backup(api, app, fate=fate)
    assert "hookState" not in backup.at(2.999999)
    for seconds in (3, 6, 16):
        document = backup.at(seconds)
        assert (document["hookState"], document["hookStateDetails"]) == ("failed", list(DETAILS))
    assert document["state"] == outcome


def test_a_backup_that_never_ends_never_claims_its_last_byte(
    api: Api, app: App, bucket: Bucket
) -> None:
    backup = Backup(api, app, fate=Fate(None))
    document = backup.at(10**7)
    assert (document["state"], document["bytesDone"]) == ("running", 9_999)
    assert document["percentDone"] == 99


@pytest.mark.parametrize("size", [0, 1, 99, 2**31, 10**15])
def test_one_hundred_percent_means_completed_whatever_the_size(
    api: Api, bucket: Bucket, size: int
) -> None:
    backup = Backup(api, world.make_app(api.account, size_bytes=size))
    for seconds in (6, 6.5, 15, 15.99, 15.999999):
        document = backup.at(seconds)
        assert document["state"] == "running"
        assert document["percentDone"] < 100
        assert document["bytesDone"] < size or size == 0
    document = backup.at(16)
    assert (document["bytesDone"], document["totalBytes"]) == (size, size)
    assert document["percentDone"] == 100


def test_a_backup_of_a_schedule_names_it(api: Api, app: App, bucket: Bucket) -> None:
    schedule = world.some_id()
    document = Backup(api, app, schedule_id=schedule).at(0)
    assert document["scheduleID"] == str(schedule)


def test_progress_of_a_running_backup_is_never_written(backup: Backup, account: Account) -> None:
    before = backup.at(6)
    row = AppBackup.objects.values().get()
    assert backup.at(11)["bytesDone"] > before["bytesDone"]
    assert AppBackup.objects.values().get() == row
