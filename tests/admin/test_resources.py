"""Apps, buckets and schedules by hand."""

from typing import Any

import pytest

from astra.accounts.models import Account
from astra.api.patterns import DNS_LABEL_WORDS
from backups.models import App, AppBackup, Bucket, Schedule
from identity.models import Credential
from tests import world
from tests.admin.conftest import Person, errors, list_of, page_of, text_of

APP = {
    "outcome": "ready",
    "size_bytes": "2 GiB",
    "throughput_bytes_per_second": "512 MiB",
}
BUCKET = {
    "provider": "generic-s3",
    "server_url": "s3.example.com",
    "bucket_name": "store",
    "outcome": "available",
}
SCHEDULE = {
    "name": "nightly",
    "granularity": "daily",
    "minute": "0",
    "hour": "3",
    "snapshot_retention": "1",
    "backup_retention": "2",
    "enabled": "on",
}


def add(person: Person, model: Any, **fields: Any) -> Any:
    return person.send(f"{list_of(model)}add/", **fields)


def test_an_app_is_managed_and_becomes_ready(person: Person, account: Account) -> None:
    add(person, App, **APP, account=account.pk, name="shop", namespaces="web\ndata", labels="a=1")
    app = App.objects.get()
    assert (app.name, app.namespaces, app.state) == ("shop", ["web", "data"], "pending")
    assert (app.size_bytes, app.labels) == (2 * 1024**3, [{"name": "a", "value": "1"}])
    world.advance(account, 60)
    app.refresh_from_db()
    assert app.state == "ready"


def test_an_app_can_be_made_to_fail(person: Person, account: Account) -> None:
    fields = APP | {"outcome": "failed", "detail_title": "Cluster unreachable"}
    add(person, App, **fields, account=account.pk, name="shop")
    world.advance(account, 60)
    app = App.objects.get()
    assert app.state == "failed"
    assert app.state_details[0]["title"] == "Cluster unreachable"
    assert "Cluster unreachable" in text_of(person.look(page_of(app)))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"name": ""}, {"name": ["This field is required."]}),
        ({"name": "No"}, {"name": [DNS_LABEL_WORDS]}),
        (
            {"namespaces": "No"},
            {"namespaces": [DNS_LABEL_WORDS]},
        ),
        (
            {"cluster": "x"},
            {"cluster": ["“x” is not a valid UUID."]},
        ),
        (
            {"size_bytes": "big"},
            {"size_bytes": ["'big' is no size such as 4GiB, 250 MB or a number of bytes"]},
        ),
        (
            {"throughput_bytes_per_second": "0"},
            {"throughput_bytes_per_second": ["Must be greater than zero."]},
        ),
        (
            {"stage_delays-app-backup-run": "-1"},
            {"stage_delays": ["app-backup-run: Ensure this value is greater than or equal to 0."]},
        ),
    ],
)
def test_a_bad_app_is_refused(
    fields: dict[str, str], expected: dict[str, list[str]], person: Person, account: Account
) -> None:
    form: dict[str, Any] = APP | {"name": "shop", "account": account.pk} | fields
    assert errors(add(person, App, **form)) == expected
    assert not App.objects.exists()


def test_an_app_is_renamed_and_resized(person: Person, app: App) -> None:
    fields = {**APP, "name": "shop-2", "namespaces": "web", "size_bytes": "1 TiB"}
    response = person.send(page_of(app), **fields)
    assert response["Location"] == list_of(App)
    app.refresh_from_db()
    assert (app.name, app.namespaces, app.size_bytes) == ("shop-2", ["web"], 1024**4)
    assert app.state == "ready"
    assert "1.0 TiB" in person.look(list_of(App))


def test_a_deleted_app_is_unmanaged_and_keeps_its_backups(
    person: Person, app: App, bucket: Bucket
) -> None:
    world.make_backup(app, bucket)
    person.run("delete_records", app)
    app.refresh_from_db()
    assert app.deleted_at is not None
    assert AppBackup.objects.count() == 1
    assert "unmanaged" in person.look(list_of(App))


def test_a_backup_is_taken_of_one_app_and_leads_to_it(
    person: Person, app: App, bucket: Bucket
) -> None:
    fields = {"outcome": "failed", "reasons": "no luck", "at_percent": ""}
    response = person.send(f"{list_of(app)}{app.pk}/back_up/", confirmed="back_up", **fields)
    backup = AppBackup.objects.get()
    assert response["Location"] == page_of(backup)
    assert backup.outcome_reasons == ["no luck"]


def test_backups_are_taken_of_several_apps_at_once(
    person: Person, account: Account, app: App, bucket: Bucket
) -> None:
    other = world.make_app(account, name="wiki")
    broken = world.make_app(account, name="broken", state="failed")
    person.run("back_up", app, other, broken, outcome="completed")
    assert sorted(AppBackup.objects.values_list("app__name", flat=True)) == ["shop", "wiki"]
    assert person.messages() == [
        "broken: The application is currently unavailable.",
        "2 backups have begun.",
    ]


def test_a_backup_that_cannot_be_taken_is_refused_on_the_page(person: Person, app: App) -> None:
    path = f"{list_of(app)}{app.pk}/back_up/"
    response = person.send(path, confirmed="back_up", outcome="completed")
    assert list(errors(response)) == ["__all__"]
    assert not AppBackup.objects.exists()


def bucket_fields(account: Account, **fields: Any) -> dict[str, Any]:
    credential = world.make_credential(account)
    return BUCKET | {"account": account.pk, "credential_id": str(credential.pk)} | fields


def test_a_bucket_is_added_and_becomes_available(person: Person, account: Account) -> None:
    old = world.make_bucket(account, is_default=True)
    add(person, Bucket, **bucket_fields(account, name="primary", is_default="on"))
    world.advance(account, 60)
    bucket = Bucket.objects.get(name="primary")
    assert (bucket.state, bucket.is_default) == ("available", True)
    assert bucket.parameters == {"s3": {"serverURL": "s3.example.com", "bucketName": "store"}}
    old.refresh_from_db()
    assert old.is_default is False


@pytest.mark.parametrize(
    ("provider", "parameters"),
    [
        ("gcp", {"gcp": {"bucketName": "store"}}),
        ("azure", {"azure": {"storageAccount": "acme", "bucketName": "store"}}),
    ],
)
def test_a_bucket_has_the_parameters_of_its_provider(
    provider: str, parameters: dict[str, Any], person: Person, account: Account
) -> None:
    add(person, Bucket, **bucket_fields(account, provider=provider, storage_account="acme"))
    assert Bucket.objects.get().parameters == parameters


def test_a_bucket_that_is_there_already_is_refused(person: Person, account: Account) -> None:
    add(person, Bucket, **bucket_fields(account, name="primary"))
    response = add(person, Bucket, **bucket_fields(account, name="primary"))
    assert list(errors(response)) == ["name"]
    assert Bucket.objects.count() == 1


def test_a_bucket_without_a_credential_gets_one(person: Person, account: Account) -> None:
    add(person, Bucket, **bucket_fields(account, credential_id="", name="cold"))
    credential = Credential.objects.get(name="cold")
    assert Bucket.objects.get().credential_id == credential.pk


def test_a_bad_credential_is_refused_where_it_is(person: Person, account: Account) -> None:
    response = add(person, Bucket, **bucket_fields(account, credential_id="mine"))
    assert errors(response) == {
        "credential_id": ["Must be an Astra identifier (a lower-case UUID)."]
    }
    response = add(person, Bucket, **bucket_fields(account, credential_id=str(world.some_id())))
    assert errors(response) == {"credential_id": ["The account has no such credential."]}


def test_a_bucket_is_renamed_and_loses_its_place(person: Person, account: Account) -> None:
    bucket = world.make_bucket(account, is_default=True)
    fields = {"name": "renamed", "credential_id": str(bucket.credential_id), "labels": "a=1"}
    person.send(page_of(bucket), **fields)
    bucket.refresh_from_db()
    assert (bucket.name, bucket.is_default) == ("renamed", False)
    assert bucket.labels == [{"name": "a", "value": "1"}]


def test_a_bucket_in_use_stays(person: Person, app: App, bucket: Bucket) -> None:
    world.make_backup(app, bucket)
    person.run("delete_records", bucket)
    assert Bucket.objects.count() == 1
    assert person.messages()[0].startswith(f"{bucket}: ")


def test_a_schedule_is_made_changed_and_deleted(person: Person, app: App, bucket: Bucket) -> None:
    add(person, Schedule, **SCHEDULE, app=app.pk, bucket=bucket.pk, labels="a=1")
    schedule = Schedule.objects.get()
    assert (schedule.granularity, schedule.hour, schedule.bucket) == ("daily", "3", bucket)
    assert "03:00" in person.look(list_of(Schedule))
    weekly = SCHEDULE | {"granularity": "weekly", "day_of_week": "1", "minute": "5"}
    person.send(page_of(schedule), **weekly)
    schedule.refresh_from_db()
    assert (schedule.granularity, schedule.day_of_week) == ("weekly", "1")
    assert "03:05, day 1 of the week" in person.look(list_of(Schedule))
    person.run("delete_records", schedule)
    assert not Schedule.objects.exists()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"hour": ""}, {"hour": ["A daily schedule needs it."]}),
        ({"day_of_week": "1"}, {"day_of_week": ["A daily schedule has none."]}),
        (
            {"name": "taken"},
            {"name": ["The app has a schedule of this name that fires at the same times."]},
        ),
    ],
)
def test_a_bad_schedule_is_refused(
    fields: dict[str, str], expected: dict[str, list[str]], person: Person, app: App
) -> None:
    add(person, Schedule, **(SCHEDULE | {"name": "taken"}), app=app.pk)
    response = add(person, Schedule, **(SCHEDULE | fields), app=app.pk)
    assert errors(response) == expected
    assert Schedule.objects.count() == 1


def test_a_custom_and_a_monthly_schedule_say_when(person: Person, app: App) -> None:
    rule = "DTSTART:20260105T120000Z\r\nRRULE:FREQ=MINUTELY;INTERVAL=5"
    custom = SCHEDULE | {"granularity": "custom", "hour": "", "recurrence_rule": rule}
    add(person, Schedule, **custom, app=app.pk)
    monthly = SCHEDULE | {"name": "monthly", "granularity": "monthly", "day_of_month": "31"}
    add(person, Schedule, **monthly, app=app.pk)
    hourly = SCHEDULE | {"name": "hourly", "granularity": "hourly", "hour": ""}
    add(person, Schedule, **hourly, app=app.pk)
    page = text_of(person.look(list_of(Schedule)))
    assert "FREQ=MINUTELY;INTERVAL=5" in page
    assert "03:00, day 31" in page
    assert "minute 00" in page
