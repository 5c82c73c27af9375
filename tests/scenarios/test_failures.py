"""The scenario `failures`: whatever can go wrong."""

from datetime import timedelta

import pytest

from astra.accounts.models import User
from astra.api.clock import clock_set_to
from backups.lifecycle import APP_BACKUP, SNAPSHOT
from backups.models import App, AppBackup, Bucket, Snapshot
from tests.conftest import Api, number
from tests.scenarios import seeded
from tests.world import settle_account


@pytest.fixture(autouse=True)
def failures(db: None) -> None:
    with clock_set_to(lambda: seeded.NOW):
        seeded.load("failures")


def api() -> Api:
    return seeded.call_as("owner@failures.example.com")


def backup(name: str) -> AppBackup:
    return AppBackup.objects.get(account__name="failures", name=name)


@pytest.mark.parametrize("percent", [0, 1, 25, 50, 75, 99])
def test_backups_failed_at_different_percentages(percent: int) -> None:
    failed = backup(f"failed-at-{percent}-percent")
    assert failed.state == "failed"
    assert failed.percent_done(seeded.NOW) == percent
    assert failed.state_unready


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("failed-pending", ["pending", "failed"]),
        ("failed-discovering", ["pending", "discovering", "failed"]),
        ("failed-at-0-percent", ["pending", "discovering", "running", "failed"]),
        ("failed-with-its-snapshot", ["pending", "failed"]),
        ("removed-when-done", ["pending", "discovering", "running", "removed"]),
        ("unknown-while-discovering", ["pending", "discovering", "unknown"]),
    ],
)
def test_history_tells_where_a_backup_left_its_way(name: str, steps: list[str]) -> None:
    assert seeded.states_of(backup(name)) == steps


def test_each_backup_that_is_lost_says_why_and_its_history_too() -> None:
    lost = AppBackup.objects.filter(state__in=APP_BACKUP.failures)
    assert lost.count() >= 15
    for each in lost:
        assert each.state_unready
        assert seeded.reason_of(each) == each.state_unready[0]


def test_hooks_failed_with_details_on_snapshots_and_backups() -> None:
    for model in (Snapshot, AppBackup):
        failed = model.objects.filter(account__name="failures", hook_state="failed")
        assert failed.count() >= 2, model
        assert all(each.hook_state_details for each in failed)


def test_snapshots_are_in_every_state() -> None:
    snapshots = Snapshot.objects.filter(account__name="failures")
    assert {each.state for each in snapshots} == set(SNAPSHOT.states) - {"discovering"}


def test_a_create_on_each_app_that_is_not_ready_is_refused() -> None:
    caller = api()
    apps = App.objects.filter(account__name="failures").exclude(state="ready")
    assert apps.count() == 7
    for app in apps:
        assert number(caller.create_backup(app)) == 112, app.name


def test_a_create_into_each_bucket_that_is_not_available_is_refused() -> None:
    caller, app = api(), App.objects.get(account__name="failures", name="hooks")
    buckets = Bucket.objects.filter(account__name="failures").exclude(state="available")
    assert buckets.count() == 5
    for bucket in buckets:
        assert number(caller.create_backup(app, bucketID=str(bucket.id))) == 9, bucket.name


def test_a_create_from_each_snapshot_that_is_not_completed_is_refused() -> None:
    caller, app = api(), App.objects.get(account__name="failures", name="backups")
    snapshots = Snapshot.objects.filter(app=app, labels=[]).exclude(state="completed")
    assert snapshots.count() >= 7
    for snapshot in snapshots:
        refused = caller.create_backup(app, snapshotID=str(snapshot.id))
        assert number(refused) == 111, snapshot.name


@pytest.mark.parametrize("account", ["no-bucket", "broken-buckets"])
def test_a_create_finds_no_bucket_in_two_further_accounts(account: str) -> None:
    caller = seeded.call_as(f"owner@{account}.example.com")
    app = App.objects.get(account__name=account)
    assert number(caller.create_backup(app)) == 127


def test_a_suspended_owner_is_refused() -> None:
    caller = seeded.call_as("suspended@failures.example.com")
    assert User.objects.get(id=caller.user_id).state == "suspended"
    assert number(caller.get("k8s/v2/apps")) == 11


def test_what_is_about_to_fail_fails_and_what_is_held_stays() -> None:
    account = seeded.account("failures")
    held = {
        name: backup(name).state
        for name in ("held-pending", "held-discovering", "held-running", "held-with-its-snapshot")
    }

    settle_account(account.id, seeded.NOW + timedelta(seconds=60))

    assert {name: backup(name).state for name in held} == held
    assert backup("about-to-fail").state == "failed"
    assert backup("about-to-fail").percent_done(account.now()) == 55
    assert backup("about-to-fail-with-its-snapshot").state == "failed"
    assert backup("about-to-fail-with-its-snapshot").state_unready == ["The volume is not healthy."]
    assert backup("about-to-be-lost").state == "unknown"
    bucket = Bucket.objects.get(name="about-to-be-rejected")
    assert bucket.state == "failed"
    assert bucket.state_details[0]["title"] == "Certificate not trusted"


def test_lists_are_valid_by_the_published_document() -> None:
    caller = seeded.call_as("viewer@failures.example.com")
    for path in ("topology/v1/buckets", "k8s/v2/apps", "topology/v1/appBackups"):
        # the client judges every answer by the published schemas
        caller.read(path)
    for app in App.objects.filter(account__name="failures"):
        caller.read(f"k8s/v1/apps/{app.id}/appSnaps")


def test_rows_history_and_buckets_agree() -> None:
    with clock_set_to(lambda: seeded.NOW):
        assert seeded.check_history() > 60
    assert seeded.check_buckets() > 0
