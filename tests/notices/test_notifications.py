"""Events and notifications: what happened, read from the history of what moves."""

from datetime import timedelta
from typing import Any

import pytest

from astra.engine.models import Transition
from backups.models import App, Bucket
from notices.models import Event, Notification, Task
from tests import world
from tests.conftest import Api, number
from tests.plans.plans import MILLION, plant, scans_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def backed_up(api: Api, app: App, bucket: Bucket) -> str:
    """The id of a backup that was made through the API and is completed."""
    identifier = str(api.create_backup(app).json()["id"])
    world.advance(api.account, 3600)
    return identifier


def items(api: Api, what: str, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.read(f"core/v1/{what}{query}")["items"]
    return found


def test_every_step_is_an_event(api: Api, backed_up: str) -> None:
    steps = Transition.objects.filter(account=api.account)
    assert len(items(api, "events")) == steps.count()
    own = [each for each in items(api, "events") if each["resourceID"] == backed_up]
    assert [each["name"] for each in own] == [
        "astra.appbackup.pending",
        "astra.appbackup.discovering",
        "astra.appbackup.running",
        "astra.appbackup.completed",
    ]
    assert [each["class"] for each in own] == ["user", "system", "system", "system"]


def test_the_end_of_a_backup_is_a_notification(api: Api, backed_up: str) -> None:
    (told,) = (each for each in items(api, "notifications") if each["resourceID"] == backed_up)
    assert told["summary"] == "Application backup completed"
    assert told["severity"] == "informational"
    assert told["resourceType"] == "application/astra-appBackup"
    assert told["correlationID"] == backed_up
    assert told["description"] == (
        f"Application backup {backed_up} went from running to completed."
    )


def test_times_are_whole_seconds(api: Api, backed_up: str) -> None:
    for each in items(api, "events"):
        assert len(each["eventTime"]) == len("2026-01-05T12:00:00Z")


def test_what_went_wrong_is_a_warning_with_its_reason(
    api: Api, account: Any, app: App, bucket: Bucket
) -> None:
    step = {"account": account, "kind": "appBackup", "resource_id": world.some_id()}
    Transition.objects.create(
        **step, sequence=3, from_state="running", to_state="failed", reason="No.", at=account.now()
    )
    (told,) = items(api, "notifications")
    assert (told["severity"], told["summary"]) == ("warning", "Application backup failed")
    assert told["description"].endswith("went from running to failed. No.")


def test_the_end_of_a_trouble_repeats_what_it_ends(api: Api, account: Any) -> None:
    step = {"account": account, "kind": "bucket", "resource_id": world.some_id()}
    now = account.now()
    steps = (("available", "removed"), ("removed", "available"))
    for sequence, (before, after) in enumerate(steps):
        at = now + timedelta(seconds=sequence)
        Transition.objects.create(
            **step, sequence=sequence, from_state=before, to_state=after, at=at
        )
    trouble, over = items(api, "notifications", "?orderBy=eventTime")
    assert [each["severity"] for each in (trouble, over)] == ["critical", "cleared"]
    assert trouble["summary"] == over["summary"] == "Bucket removed"
    assert trouble["correlationID"] == over["correlationID"]


def test_a_bucket_that_loses_its_credential_is_told_of_until_it_has_another(
    api: Api, account: Any
) -> None:
    old, new = (world.make_credential(account) for _ in range(2))
    bucket = world.make_bucket(account, credential_id=old.id)
    assert api.delete(f"core/v1/credentials/{old.id}").status_code == 204
    world.advance(account, 10)
    body = {"type": "application/astra-bucket", "version": "1.2", "credentialID": str(new.id)}
    assert api.put(f"topology/v1/buckets/{bucket.id}", body).status_code == 204
    world.advance(account, 10)
    told = items(api, "notifications", "?orderBy=eventTime")
    assert [(each["severity"], each["summary"]) for each in told] == [
        ("warning", "Bucket failed"),
        ("cleared", "Bucket failed"),
    ]
    assert {each["resourceID"] for each in told} == {str(bucket.id)}
    assert len(items(api, "events")) == 4


def test_one_is_found_by_its_id(api: Api, backed_up: str) -> None:
    for what in ("events", "notifications"):
        for each in items(api, what):
            assert api.read(f"core/v1/{what}/{each['id']}") == each
    assert number(api.get(f"core/v1/events/{backed_up}")) == 2
    assert number(api.get(f"core/v1/events/{world.some_id()}")) == 2


def test_what_is_no_notification_is_not_found_as_one(api: Api, backed_up: str) -> None:
    first = items(api, "events")[0]
    assert number(api.get(f"core/v1/notifications/{first['id']}")) == 2


def test_the_newest_come_first_where_that_is_asked_for_and_are_counted(
    api: Api, app: App, backed_up: str
) -> None:
    api.create_backup(app)
    world.advance(api.account, 3600)
    page = api.read("core/v1/notifications?orderBy=eventTime%20desc&count=true&limit=1")
    every = items(api, "notifications")
    assert page["metadata"]["count"] == len(every) == 4
    assert page["items"][0]["eventTime"] == max(each["eventTime"] for each in every)
    named = items(api, "notifications", "?filter=severity%20eq%20'warning'&include=description")
    assert named == []


def test_they_outlive_what_they_tell_of(api: Api, app: App, backed_up: str) -> None:
    before = items(api, "notifications")
    assert api.delete(f"k8s/v1/apps/{app.id}/appBackups/{backed_up}").status_code == 204
    assert [each for each in items(api, "notifications") if each in before] == before


def test_no_other_account_sees_them(api: Api, stranger: Api, backed_up: str) -> None:
    assert items(stranger, "events") == []
    one = items(api, "events")[0]
    assert number(stranger.get(f"core/v1/events/{one['id']}")) == 2


def test_the_newest_page_is_found_by_index(api: Api, backed_up: str) -> None:
    plant(MILLION)
    newest = Notification.objects.filter(account_id=api.account.id).order_by("-created_at", "id")
    assert scans_of(newest[:20]) == {"engine_transition": {"transition_by_instant"}}


def test_one_is_found_by_the_key_of_the_history(api: Api, backed_up: str) -> None:
    for model in (Event, Notification, Task):
        plant(MILLION)
        read = scans_of(model.objects.filter(id=world.some_id()).order_by())
        indexes = {index for how in read["engine_transition"] for index in how.split("+")}
        assert indexes == {"transition_is_recorded_once"}
