"""Adding a backup or a snapshot by hand: the API's rules, in the API's words, at the right field."""

from typing import Any

import pytest

from astra.accounts.models import Account
from astra.api.dice import NIL_ID
from astra.api.patterns import DNS_LABEL_WORDS
from backups.models import App, AppBackup, Bucket, Snapshot
from tests import world
from tests.admin.conftest import Person, errors, list_of, page_of, text_of

FORM = {"api_version": "1.1", "outcome": "completed", "at_percent": "50"}


def add(person: Person, model: Any, **fields: Any) -> Any:
    return person.send(f"{list_of(model)}add/", **(FORM | fields))


def test_an_app_is_all_that_a_backup_needs(person: Person, app: App, bucket: Bucket) -> None:
    response = add(person, AppBackup, app=app.pk)
    assert response["Location"] == list_of(AppBackup)
    backup = AppBackup.objects.get()
    assert backup.name.startswith("shop-backup-20260105120000-")
    assert (backup.state, backup.bucket, backup.version) == ("pending", bucket, "1.1")
    assert backup.owns_snapshot
    assert backup.created_by == NIL_ID
    assert backup.outcome == "completed"


def test_everything_that_a_create_may_say_can_be_said(person: Person, app: App) -> None:
    world.make_bucket(app.account, is_default=True)
    bucket = world.make_bucket(app.account)
    snapshot = world.make_snapshot(app)
    add(
        person,
        AppBackup,
        app=app.pk,
        name="by-hand",
        bucket=bucket.pk,
        snapshot=snapshot.pk,
        labels="team=red\nprod=",
        api_version="1.0",
    )
    backup = AppBackup.objects.get()
    assert (backup.name, backup.version) == ("by-hand", "1.0")
    assert (backup.bucket, backup.snapshot) == (bucket, snapshot)
    assert backup.labels == [{"name": "team", "value": "red"}, {"name": "prod", "value": ""}]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"app": ""}, {"app": ["This field is required."]}),
        (
            {"name": "Not A Label"},
            {"name": [DNS_LABEL_WORDS]},
        ),
        ({"name": "taken"}, {"name": ["A backup of this app has this name."]}),
        ({"labels": "a=1\na=1"}, {"labels": ["Must not contain the same element twice."]}),
        (
            {"labels": "astra.netapp.io/labels/read-only/x=1"},
            {"labels": ["Read-only labels are set by the service."]},
        ),
        (
            {"reasons": "x" * 128, "outcome": "failed"},
            {"reasons": ["A reason has at most 127 characters."]},
        ),
        (
            {"at_percent": "100"},
            {"at_percent": ["Ensure this value is less than or equal to 99."]},
        ),
    ],
)
def test_a_bad_field_is_refused_where_it_is(
    fields: dict[str, str],
    expected: dict[str, list[str]],
    person: Person,
    app: App,
    bucket: Bucket,
) -> None:
    world.make_backup(app, bucket, name="taken")
    response = add(person, AppBackup, **({"app": app.pk} | fields))
    assert errors(response) == expected
    assert AppBackup.objects.count() == 1
    assert not Snapshot.objects.exists()


def test_an_app_that_is_not_ready_is_refused_at_the_app(person: Person, account: Account) -> None:
    app = world.make_app(account, state="failed")
    world.make_bucket(account)
    response = add(person, AppBackup, app=app.pk)
    assert errors(response) == {"app": ["The application is currently unavailable."]}


def test_a_bucket_must_be_the_accounts_and_available(
    person: Person, account: Account, app: App
) -> None:
    response = add(person, AppBackup, app=app.pk)
    assert list(errors(response)) == ["bucket"]
    foreign = world.make_bucket(world.make_account())
    response = add(person, AppBackup, app=app.pk, bucket=foreign.pk)
    assert errors(response) == {"bucket": ["The account has no such bucket."]}
    broken = world.make_bucket(account, state="failed")
    response = add(person, AppBackup, app=app.pk, bucket=broken.pk)
    assert errors(response) == {"bucket": ["The bucket is failed, not available."]}


def test_a_snapshot_must_be_the_apps_and_complete(
    person: Person, account: Account, app: App, bucket: Bucket
) -> None:
    other = world.make_snapshot(world.make_app(account))
    response = add(person, AppBackup, app=app.pk, snapshot=other.pk)
    assert errors(response) == {"snapshot": ["Belongs to another app."]}
    failed = world.make_snapshot(app, state="failed", outcome="failed")
    response = add(person, AppBackup, app=app.pk, snapshot=failed.pk)
    assert errors(response) == {"snapshot": ["The snapshot is failed."]}


def test_a_backup_can_be_made_to_fail_with_its_hooks(
    person: Person, account: Account, app: App, bucket: Bucket
) -> None:
    add(
        person,
        AppBackup,
        app=app.pk,
        outcome="failed",
        reasons="volume snapshot timed out\nand again",
        at_percent="40",
        hook_title="pre-snapshot hook failed",
        hook_detail="exit status 1",
    )
    world.advance(account, 3600)
    backup = AppBackup.objects.get()
    assert backup.state == "failed"
    assert backup.state_unready == ["volume snapshot timed out", "and again"]
    assert backup.percent_done(account.clock_sim) == 40
    assert backup.hook_state == "failed"
    assert backup.hook_state_details[0]["title"] == "pre-snapshot hook failed"
    page = text_of(person.look(page_of(backup)))
    assert "volume snapshot timed out and again" in page
    assert "pre-snapshot hook failed exit status 1" in page


def test_a_backup_can_be_made_to_run_for_ever(
    person: Person, account: Account, app: App, bucket: Bucket
) -> None:
    add(person, AppBackup, app=app.pk, outcome="never")
    world.advance(account, 3600)
    backup = AppBackup.objects.get()
    assert backup.state == "running"
    assert "never, by itself" in person.look(page_of(backup))


def test_a_snapshot_is_taken_as_the_api_takes_it(
    person: Person, account: Account, app: App, bucket: Bucket
) -> None:
    fields = {"app": app.pk, "bucket": bucket.pk, "api_version": "1.3", "labels": "a=1"}
    add(person, Snapshot, **fields, outcome="failed", reasons="no space", hook_title="hook broke")
    snapshot = Snapshot.objects.get()
    assert snapshot.name.startswith("shop-snapshot-20260105120000-")
    assert (snapshot.bucket, snapshot.labels) == (bucket, [{"name": "a", "value": "1"}])
    world.advance(account, 60)
    snapshot.refresh_from_db()
    assert (snapshot.state, snapshot.state_unready) == ("failed", ["no space"])
    assert (snapshot.hook_state, snapshot.hook_state_details[0]["detail"]) == (
        "failed",
        "hook broke",
    )


def test_a_snapshots_name_can_be_taken(person: Person, app: App) -> None:
    world.make_snapshot(app, name="taken")
    response = add(person, Snapshot, app=app.pk, name="taken", api_version="1.3")
    assert errors(response) == {"name": ["A snapshot of this app has this name."]}


def test_a_backup_that_exists_cannot_be_changed_by_typing(
    person: Person, app: App, bucket: Bucket
) -> None:
    backup = world.make_backup(app, bucket)
    response = person.send(page_of(backup), name="other", state="failed")
    assert response.status_code == 403
    backup.refresh_from_db()
    assert backup.state == "completed"


def test_an_app_is_found_by_typing_and_told_apart_by_its_account(
    person: Person, account: Account, app: App
) -> None:
    twin = world.make_app(world.make_account(), name="shop")
    query = {"app_label": "backups", "model_name": "appbackup", "field_name": "app", "term": "sho"}
    answer = person.client.get("/admin/autocomplete/", query).json()
    assert sorted(each["text"] for each in answer["results"]) == sorted(
        [f"shop · {account}", f"shop · {twin.account}"]
    )


def test_a_snapshot_is_told_apart_by_app_and_state(person: Person, app: App) -> None:
    snapshot = world.make_snapshot(app, name="before")
    query = {"app_label": "backups", "model_name": "appbackup", "field_name": "snapshot"}
    answer = person.client.get("/admin/autocomplete/", query).json()
    assert answer["results"] == [{"id": str(snapshot.pk), "text": "before · shop, completed"}]
