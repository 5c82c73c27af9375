"""Schedules on the account's clock: names, what they make, retention, order."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from astra.engine.advancing import advance
from astra.engine.models import Transition
from backups.actions.schedule_fire import scheduled_name
from backups.models import App, AppBackup, Bucket, Schedule, Snapshot
from backups.recurrence import next_firing
from tests import world
from tests.conftest import Api, invalid, number

SCHEDULE = {
    "type": "application/astra-schedule",
    "version": "1.1",
    "name": "Every hour!",
    "granularity": "hourly",
    "minute": "5",
    "snapshotRetention": "2",
    "backupRetention": "3",
}


def schedule(api: Api, app: App, **members: str) -> Schedule:
    response = api.post(f"k8s/v1/apps/{app.id}/schedules", SCHEDULE | members)
    assert response.status_code == 201, response.content
    return Schedule.objects.get(id=json.loads(response.content)["id"])


def history(account_id: uuid.UUID) -> list[tuple[object, ...]]:
    return list(
        Transition.objects.filter(account_id=account_id)
        .order_by("kind", "resource_id", "sequence")
        .values_list("kind", "resource_id", "sequence", "from_state", "to_state", "reason", "at")
    )


def test_a_firing_makes_a_snapshot_and_a_backup_of_one_name(
    api: Api, app: App, bucket: Bucket
) -> None:
    made_by = schedule(api, app)
    advance(at=world.START + timedelta(minutes=30))
    backup = AppBackup.objects.get()
    assert backup.schedule_id == made_by.id
    assert backup.name == scheduled_name("Every hour!", api.account.seed, backup.created_at)
    assert backup.name.startswith("every-hour-")
    assert len(backup.name) == len("every-hour-") + 5
    assert backup.created_at == datetime(2026, 1, 5, 12, 5, tzinfo=UTC)
    assert backup.state == "completed"
    assert world.snapshot_of(backup).name == backup.name
    shown = json.loads(api.get(f"topology/v1/appBackups/{backup.id}").content)
    assert shown["scheduleID"] == str(made_by.id)
    assert shown["metadata"]["createdBy"] == "00000000-0000-0000-0000-000000000000"


def test_retention_keeps_the_newest(api: Api, app: App, bucket: Bucket) -> None:
    schedule(api, app)
    advance(at=world.START + timedelta(hours=10))
    hours = [backup.created_at.hour for backup in AppBackup.objects.order_by("created_at")]
    assert hours == [19, 20, 21]
    assert [snap.created_at.hour for snap in Snapshot.objects.order_by("created_at")] == [20, 21]
    bucket.refresh_from_db()
    assert bucket.stored_bytes == 3 * app.size_bytes


def test_a_backup_goes_when_its_successor_is_complete(api: Api, app: App, bucket: Bucket) -> None:
    schedule(api, app, backupRetention="1")
    advance(at=world.START + timedelta(hours=3))
    gone = Transition.objects.filter(kind="appBackup", to_state="deleted").order_by("at").first()
    assert gone is not None
    successor = Transition.objects.filter(kind="appBackup", to_state="completed").order_by("at")[1]
    assert gone.at == successor.at
    assert gone.reason == "Retention of its schedule."


def test_zero_backups_kept_makes_snapshots_alone(api: Api, app: App, bucket: Bucket) -> None:
    schedule(api, app, backupRetention="0")
    advance(at=world.START + timedelta(hours=5))
    assert not AppBackup.objects.exists()
    assert Snapshot.objects.count() == 2


def test_zero_snapshots_kept_deletes_each_after_its_backup(
    api: Api, app: App, bucket: Bucket
) -> None:
    schedule(api, app, snapshotRetention="0")
    advance(at=world.START + timedelta(hours=2))
    assert AppBackup.objects.count() == 2
    assert not Snapshot.objects.exists()
    assert not AppBackup.objects.exclude(snapshot=None).exists()


def test_of_several_with_zero_kept_each_snapshot_goes_at_the_end_of_its_own_backup(
    api: Api, app: App, bucket: Bucket
) -> None:
    App.objects.update(stage_delays={"app-backup-complete": 3 * 60 * 60})
    made_by = schedule(api, app, snapshotRetention="0")
    advance(at=world.START + timedelta(hours=2))
    Schedule.objects.filter(id=made_by.id).update(enabled=False, next_firing_at=None)
    advance(at=world.START + timedelta(hours=10))
    steps = Transition.objects.order_by("at").values_list("at", flat=True)
    ends = list(steps.filter(kind="appBackup", to_state="completed"))
    assert len(ends) == 2
    assert list(steps.filter(kind="appSnap", to_state="deleted")) == ends


def test_a_snapshot_goes_when_its_successor_is_complete_whose_backup_goes_on(
    api: Api, app: App, bucket: Bucket
) -> None:
    schedule(api, app, snapshotRetention="1")
    advance(at=world.START + timedelta(minutes=90))
    App.objects.update(stage_delays={"app-backup-complete": 3 * 60 * 60})
    advance(at=world.START + timedelta(minutes=150))
    (successor,) = Snapshot.objects.all()
    assert AppBackup.objects.get(snapshot=successor).state == "running"
    gone = Transition.objects.filter(kind="appSnap", to_state="deleted").latest("at")
    assert gone.at == successor.ends_at


def test_a_disabled_schedule_does_not_fire(api: Api, app: App, bucket: Bucket) -> None:
    made_by = schedule(api, app, enabled="false")
    assert made_by.next_firing_at is None
    advance(at=world.START + timedelta(hours=5))
    assert not AppBackup.objects.exists()


def test_an_app_that_is_not_ready_is_passed_over(api: Api, app: App, bucket: Bucket) -> None:
    schedule(api, app)
    App.objects.filter(id=app.id).update(state="failed")
    advance(at=world.START + timedelta(hours=2))
    assert not AppBackup.objects.exists()
    App.objects.filter(id=app.id).update(state="ready")
    advance(at=world.START + timedelta(hours=3))
    assert AppBackup.objects.count() == 1


def test_one_jump_and_many_steps_give_the_same_history(api: Api, app: App, bucket: Bucket) -> None:
    schedule(api, app)
    schedule(api, app, name="daily", granularity="daily", hour="13", minute="7")
    for minute in range(0, 60 * 6, 7):
        advance(at=world.START + timedelta(minutes=minute, seconds=minute % 13))
    advance(at=world.START + timedelta(hours=6))
    in_steps = history(api.account.id)
    names = list(AppBackup.objects.order_by("id").values_list("id", "name", "state", "created_at"))

    AppBackup.objects.all().delete()
    Snapshot.objects.all().delete()
    Transition.objects.all().delete()
    type(bucket).objects.update(stored_bytes=0)
    type(api.account).objects.update(clock_sim=world.START)
    for each in Schedule.objects.all():
        each.next_firing_at = next_firing(each, world.START)
        each.save(update_fields=["next_firing_at"])
    advance(at=world.START + timedelta(hours=6))
    assert history(api.account.id) == in_steps
    again = AppBackup.objects.order_by("id").values_list("id", "name", "state", "created_at")
    assert list(again) == names


@pytest.mark.parametrize(
    ("members", "after", "expected"),
    [
        ({"minute": "5"}, "2026-01-05T12:04:59Z", "2026-01-05T12:05:00Z"),
        ({"minute": "5"}, "2026-01-05T12:05:00Z", "2026-01-05T13:05:00Z"),
        ({"granularity": "daily", "hour": "3"}, "2026-01-05T12:00:00Z", "2026-01-06T03:05:00Z"),
        (
            {"granularity": "weekly", "hour": "3", "dayOfWeek": "0"},
            "2026-01-05T12:00:00Z",  # a Monday
            "2026-01-11T03:05:00Z",
        ),
        (
            {"granularity": "weekly", "hour": "3", "dayOfWeek": "7"},
            "2026-01-11T03:05:00Z",
            "2026-01-18T03:05:00Z",
        ),
        (
            {"granularity": "weekly", "hour": "13", "dayOfWeek": "1"},
            "2026-01-05T12:00:00Z",
            "2026-01-05T13:05:00Z",
        ),
        (
            {"granularity": "monthly", "hour": "3", "dayOfMonth": "31"},
            "2026-01-31T03:05:00Z",
            "2026-03-31T03:05:00Z",
        ),
        (
            {
                "granularity": "custom",
                "recurrenceRule": "DTSTART:20220512T000200Z\nRRULE:FREQ=MINUTELY;INTERVAL=10",
            },
            "2026-01-05T12:02:00Z",
            "2026-01-05T12:12:00Z",
        ),
        (
            {
                "granularity": "custom",
                "recurrenceRule": "DTSTART:20270101T000000Z\nRRULE:FREQ=HOURLY;INTERVAL=5",
            },
            "2026-01-05T12:02:00Z",
            "2027-01-01T00:00:00Z",
        ),
    ],
)
def test_the_next_instant_of_a_schedule(
    api: Api, app: App, members: dict[str, str], after: str, expected: str
) -> None:
    made = schedule(api, app, **members)
    assert next_firing(made, datetime.fromisoformat(after)) == datetime.fromisoformat(expected)


@pytest.mark.parametrize("enabled", ["true", "false"])
@pytest.mark.parametrize("start", ["20260230T000000", "00000101T000000", "20260101T240000"])
def test_a_rule_starts_at_an_instant_that_exists(
    api: Api, app: App, start: str, enabled: str
) -> None:
    rule = f"DTSTART:{start}Z\nRRULE:FREQ=HOURLY;INTERVAL=5"
    custom = SCHEDULE | {"granularity": "custom", "recurrenceRule": rule, "enabled": enabled}
    response = api.post(f"k8s/v1/apps/{app.id}/schedules", custom)
    assert (response.status_code, number(response), invalid(response)) == (
        400,
        9,
        ["recurrenceRule"],
    )
    made = schedule(api, app)
    changed = api.put(f"k8s/v1/apps/{app.id}/schedules/{made.id}", custom)
    assert (number(changed), invalid(changed)) == (9, ["recurrenceRule"])


def test_two_minutes_never_share_a_name() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    names = {scheduled_name("x", 7, start + timedelta(minutes=n)) for n in range(100_000)}
    assert len(names) == 100_000


def test_schedules_of_one_name_make_things_of_names_of_their_own(
    api: Api, app: App, bucket: Bucket
) -> None:
    rule = "DTSTART:20220512T000530Z\nRRULE:FREQ=HOURLY;INTERVAL=1"
    schedule(api, app, name="a")
    schedule(api, app, name="A", backupRetention="0")
    # Half a minute later; what it makes would have the code of the same minute.
    schedule(api, app, name="a", granularity="custom", recurrenceRule=rule, backupRetention="0")
    advance(at=world.START + timedelta(minutes=30))
    names = [snapshot.name for snapshot in Snapshot.objects.filter(app=app)]
    assert len(set(names)) == 3
    assert AppBackup.objects.get().name in names
