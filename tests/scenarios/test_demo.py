"""The scenario `demo`: each of its promises."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from astra.accounts.clocks import ClockMode
from astra.accounts.models import Account, Role, RoleBinding, Token
from astra.server.client_config import ensure_client_config
from backups.lifecycle import (
    APP,
    APP_BACKUP,
    AVAILABLE,
    BUCKET,
    COMPLETED,
    FAILED,
    PENDING,
    PROVISIONING,
    READY,
    UNAVAILABLE,
)
from backups.models import App, AppBackup, Bucket, Snapshot
from mirrors.models import AppMirror
from tests import world
from tests.scenarios import seeded


@pytest.fixture(autouse=True)
def demo(db: None) -> None:
    seeded.load("demo")


def apps_of(account: str) -> list[App]:
    return list(App.objects.filter(account__name=account))


def own_apps() -> list[App]:
    """The apps of the account main but the one that stands by for another."""
    return [app for app in apps_of("main") if app.replication_source_app_id is None]


def backups_of(account: str) -> list[AppBackup]:
    return list(AppBackup.objects.filter(account__name=account))


def test_the_main_account_has_a_user_of_each_role() -> None:
    bindings = RoleBinding.objects.filter(account__name="main", group=None).order_by("user__email")
    assert list(bindings.values_list("user__email", "role")) == [
        ("admin@example.com", Role.ADMIN),
        ("member@example.com", Role.MEMBER),
        # Comes from the directory, by its group.
        ("otto@example.com", Role.VIEWER),
        ("owner@example.com", Role.OWNER),
        ("retail@example.com", Role.MEMBER),
        ("viewer@example.com", Role.VIEWER),
    ]


def test_a_member_of_the_main_account_reaches_one_of_its_apps_alone() -> None:
    api = seeded.call_as("retail@example.com")
    assert [app["name"] for app in api.read("k8s/v2/apps")["items"]] == ["web-shop"]
    apps = {app.name: app for app in own_apps()}
    assert api.create_backup(apps.pop("web-shop")).status_code == 201
    assert {api.create_backup(app).status_code for app in apps.values()} == {404}


def test_no_token_comes_with_it() -> None:
    assert not Token.objects.exists()


def test_the_main_account_is_the_oldest_and_has_the_real_clock() -> None:
    oldest = Account.objects.order_by("created_at", "id")[0]
    assert (oldest.name, oldest.clock_mode) == ("main", ClockMode.REAL)


def test_the_client_configuration_is_that_of_the_main_account(
    settings: Any, tmp_path: Path
) -> None:
    config = ensure_client_config(dataclasses.replace(settings.ASTRA, data_dir=tmp_path))
    assert config is not None
    assert config["uid"] == str(seeded.account("main").id)


def test_the_main_account_has_several_apps_and_all_are_ready() -> None:
    apps = own_apps()
    assert len(apps) >= 3
    assert {app.state for app in apps} == {READY}


def test_an_app_of_the_main_account_stands_by_for_another() -> None:
    mirror = AppMirror.objects.get(account__name="main")
    (other,) = set(apps_of("main")) - set(own_apps())
    assert mirror.state == "established"
    assert (mirror.destination_app, other.state) == (other, PROVISIONING)
    assert other.replication_source_app_id == mirror.source_app_id


def test_each_app_of_the_main_account_has_a_completed_snapshot() -> None:
    for app in own_apps():
        assert Snapshot.objects.filter(app=app, state=COMPLETED, labels=[]).exists(), app.name


def test_the_main_account_has_two_or_more_buckets_and_all_are_available() -> None:
    buckets = Bucket.objects.filter(account__name="main")
    assert len(buckets) >= 2
    assert {bucket.state for bucket in buckets} == {AVAILABLE}
    assert [bucket.name for bucket in buckets if bucket.is_default] == ["primary-backups"]


def test_the_main_account_has_a_backup_in_every_state() -> None:
    assert {backup.state for backup in backups_of("main")} == set(APP_BACKUP.states)


@pytest.mark.parametrize(("account", "goes_on"), [("main", True), ("troubled", False)])
def test_what_is_on_its_way_goes_on_in_the_main_account_and_is_stuck_in_the_troubled_one(
    account: str, goes_on: bool
) -> None:
    unfinished = [each for each in backups_of(account) if each.state in APP_BACKUP.unfinished]
    assert {each.state for each in unfinished} == set(APP_BACKUP.unfinished)
    assert {each.outcome for each in unfinished} == {COMPLETED if goes_on else None}
    assert {each.next_transition_at is not None for each in unfinished} == {goes_on}


def test_no_backup_has_the_name_of_the_documents_example() -> None:
    assert not AppBackup.objects.filter(name="app-name-245").exists()
    api = seeded.call_as("member@example.com")
    for app in own_apps():
        assert api.create_backup(app, name="app-name-245").status_code == 201


def test_a_new_backup_of_any_app_is_completed_in_under_20_seconds() -> None:
    api = seeded.call_as("member@example.com")
    for app in own_apps():
        created = json.loads(api.create_backup(app).content)
        backup = AppBackup.objects.get(id=created["id"])
        assert backup.outcome == COMPLETED
        assert backup.ends_at is not None
        took = backup.ends_at - backup.created_at
        assert timedelta(seconds=8) < took < timedelta(seconds=16), app.name


def test_the_troubled_account_has_apps_in_every_state() -> None:
    states = {app.state for app in apps_of("troubled")}
    assert states == set(APP.states)
    assert all(
        app.state_details for app in apps_of("troubled") if app.state in (FAILED, UNAVAILABLE)
    )


def test_the_troubled_account_has_buckets_in_every_state() -> None:
    buckets = Bucket.objects.filter(account__name="troubled")
    assert {bucket.state for bucket in buckets} == set(BUCKET.states)
    assert all(
        bucket.state_details for bucket in buckets if bucket.state not in (AVAILABLE, PENDING)
    )


def test_the_troubled_account_has_backups_whose_hooks_failed_with_details() -> None:
    (backup,) = AppBackup.objects.filter(account__name="troubled", hook_state="failed")
    assert backup.state == COMPLETED
    assert [detail["title"] for detail in backup.hook_state_details] == [
        "Execution hook failed",
        "Execution hook timed out",
    ]


def test_what_failed_or_was_lost_says_why() -> None:
    lost = AppBackup.objects.filter(state__in=APP_BACKUP.failures)
    assert {backup.account.name for backup in lost} == {"main", "troubled"}
    assert all(backup.state_unready for backup in lost)


def test_a_backup_failed_with_its_snapshot_for_the_same_reason() -> None:
    backup = AppBackup.objects.get(name="failing-hooks-no-snapshot")
    assert backup.snapshot is not None
    assert backup.snapshot.state == "failed"
    assert backup.state_unready == backup.snapshot.state_unready
    assert backup.owns_snapshot
    assert not backup.has_progress()


def test_the_clock_of_the_stopped_account_stands_still_until_it_is_moved() -> None:
    account = seeded.account("stopped")
    assert account.clock_mode == ClockMode.MANUAL
    assert account.now().isoformat() == "2026-01-05T12:00:00+00:00"
    before = {backup.name: backup.state for backup in backups_of("stopped")}
    assert before == {
        "ledger-yesterday": "completed",
        "ledger-about-to-start": "pending",
        "ledger-half-way": "running",
        "ledger-about-to-fail": "running",
    }

    world.advance(account, 30)

    assert {backup.name: backup.state for backup in backups_of("stopped")} == before | {
        "ledger-about-to-start": "completed",
        "ledger-half-way": "completed",
        "ledger-about-to-fail": "failed",
    }
    failed = AppBackup.objects.get(name="ledger-about-to-fail")
    assert failed.state_unready == ["The connection to the bucket was lost."]
    assert failed.percent_done(account.now()) == 80
    seeded.check_buckets()
    seeded.check_history()


def test_progress_is_the_percentage_that_the_scenario_says() -> None:
    shown = {
        backup.name: backup.percent_done(backup.account.now())
        for backup in AppBackup.objects.exclude(state="completed")
        if backup.has_progress()
    }
    assert shown["never-ending-in-progress"] == 40
    assert shown["orders-db-broken"] == 62
    assert shown["ledger-half-way"] == 50


def lists(api: Any) -> Iterator[str]:
    yield from ("", "topology/v1/buckets", "k8s/v2/apps", "topology/v1/appBackups")
    for app in api.read("k8s/v2/apps")["items"]:
        for name in ("appBackups", "appSnaps", "schedules"):
            yield f"k8s/v1/apps/{app['id']}/{name}"


@pytest.mark.parametrize(
    "email",
    [
        "viewer@example.com",
        "retail@example.com",
        "viewer@troubled.example.com",
        "viewer@stopped.example.com",
    ],
)
def test_a_viewer_reads_lists_that_are_valid_by_the_published_document(email: str) -> None:
    api = seeded.call_as(email)
    for path in lists(api):
        # the client judges every answer by the published schemas
        api.read(path)


def test_rows_history_and_buckets_agree() -> None:
    assert seeded.check_history() > 60
    assert seeded.check_buckets() > 0
