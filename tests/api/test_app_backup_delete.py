"""DELETE …/appBackups/{appBackup_id}: what it takes with it."""

import dataclasses
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from astra.engine.models import Transition
from backups.models import App, AppBackup, Bucket, Snapshot
from tests import world
from tests.conftest import Api, invalid, number

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


@pytest.mark.parametrize("below", ["topology/v1", "k8s/v1/apps/{app}"])
@pytest.mark.parametrize("force", [{}, {"Force_Delete": "true"}])
def test_a_pending_backup_cannot_be_cancelled(
    api: Api, app: App, bucket: Bucket, below: str, force: dict[str, str]
) -> None:
    created = json.loads(api.create_backup(app).content)
    path = f"{below.format(app=app.id)}/appBackups/{created['id']}"
    response = api.delete(path, **force)
    assert (number(response), response.status_code, invalid(response)) == (128, 409, [])
    assert api.read(path) == created
    assert Snapshot.objects.count() == 1


@pytest.mark.parametrize(
    "state", ["discovering", "running", "completed", "failed", "removed", "unknown"]
)
@pytest.mark.parametrize("force", [{}, {"Force_Delete": "true"}, {"Force_Delete": "no"}])
def test_in_any_other_state_it_is_gone_at_once_forced_or_not(
    api: Api, app: App, state: str, force: dict[str, str]
) -> None:
    bucket = world.make_bucket(api.account, stored_bytes=10_000)
    backup = world.make_backup(app, bucket, state=state)
    other = world.make_backup(app, bucket)
    assert api.delete(f"topology/v1/appBackups/{backup.id}", **force).status_code == 204
    assert api.read("topology/v1/appBackups?include=id")["items"] == [[str(other.id)]]


@pytest.mark.parametrize("state", ["discovering", "running", "failed", "removed", "unknown"])
def test_a_backup_that_never_completed_leaves_no_room_in_its_bucket(
    api: Api, app: App, state: str
) -> None:
    bucket = world.make_bucket(api.account, stored_bytes=12_345)
    backup = world.make_backup(app, bucket, state=state)
    assert api.delete(f"topology/v1/appBackups/{backup.id}").status_code == 204
    bucket.refresh_from_db()
    assert bucket.stored_bytes == 12_345


def test_what_was_completed_by_settling_gives_its_room_back(
    api: Api, app: App, bucket: Bucket
) -> None:
    created = json.loads(api.create_backup(app).content)
    world.advance(api.account, 1000)
    bucket.refresh_from_db()
    assert bucket.stored_bytes == 10_000
    assert api.delete(f"topology/v1/appBackups/{created['id']}").status_code == 204
    bucket.refresh_from_db()
    assert bucket.stored_bytes == 0


@pytest.mark.parametrize("state", ["completed", "failed"])
def test_a_finished_snapshot_stays_even_if_the_call_made_it(
    api: Api, app: App, bucket: Bucket, state: str
) -> None:
    snapshot = world.make_snapshot(app, state=state)
    backup = world.make_backup(app, bucket, state="running", snapshot=snapshot, owns_snapshot=True)
    assert api.delete(f"topology/v1/appBackups/{backup.id}").status_code == 204
    assert Snapshot.objects.get() == snapshot


def test_a_named_snapshot_stays_whatever_its_state(api: Api, app: App, bucket: Bucket) -> None:
    snapshot = world.make_snapshot(app, state="running")
    backup = world.make_backup(app, bucket, state="running", snapshot=snapshot)
    assert api.delete(f"topology/v1/appBackups/{backup.id}").status_code == 204
    assert Snapshot.objects.get() == snapshot


def test_a_cancelled_backup_never_comes_back(api: Api, app: App, bucket: Bucket) -> None:
    created = json.loads(api.create_backup(app).content)
    world.advance(api.account, 4)
    path = f"topology/v1/appBackups/{created['id']}"
    assert api.read(path)["state"] == "discovering"
    assert api.delete(path).status_code == 204
    world.advance(api.account, 1000)
    assert number(api.get(path)) == 2
    assert api.read("topology/v1/appBackups")["items"] == []
    bucket.refresh_from_db()
    assert bucket.stored_bytes == 0


def test_its_history_outlives_it(api: Api, app: App, bucket: Bucket) -> None:
    created = json.loads(api.create_backup(app).content)
    world.advance(api.account, 1000)
    api.delete(f"topology/v1/appBackups/{created['id']}")
    steps = Transition.objects.filter(resource_id=created["id"]).order_by("sequence")
    assert list(steps.values_list("sequence", "from_state", "to_state")) == [
        (0, "", "pending"),
        (1, "pending", "discovering"),
        (2, "discovering", "running"),
        (3, "running", "completed"),
        (4, "completed", "deleted"),
    ]
    last = steps.last()
    assert last is not None
    assert last.at == api.account.clock_sim


def test_a_backup_of_an_unmanaged_app_is_reached_through_the_account_alone(
    api: Api, app: App, bucket: Bucket
) -> None:
    backup = world.make_backup(app, bucket, state="failed")
    App.objects.filter(id=app.id).update(deleted_at=world.START)
    below = f"k8s/v1/apps/{app.id}/appBackups"
    assert number(api.get(below)) == 2
    assert number(api.get(f"{below}/{backup.id}")) == 2
    assert number(api.delete(f"{below}/{backup.id}")) == 1
    assert api.read("topology/v1/appBackups?include=id")["items"] == [[str(backup.id)]]
    assert api.read(f"topology/v1/appBackups/{backup.id}")["id"] == str(backup.id)
    assert api.delete(f"topology/v1/appBackups/{backup.id}").status_code == 204


def test_of_the_snapshots_that_outlive_their_backups_the_last_stay(
    api: Api, app: App, settings: Any
) -> None:
    bucket = world.make_bucket(api.account, stored_bytes=GIB)
    settings.ASTRA = dataclasses.replace(settings.ASTRA, left_behind=2)
    other = world.make_snapshot(app)
    backups, snapshots = [], []
    for number_ in range(5):
        snapshots.append(world.make_snapshot(app, name=f"snapshot-{number_}"))
        backups.append(
            world.make_backup(
                app, bucket, name=f"backup-{number_}", snapshot=snapshots[-1], owns_snapshot=True
            )
        )
    # Whatever is made from one keeps it.
    world.make_backup(app, bucket, name="restored", snapshot=snapshots[0])
    for backup in backups:
        assert api.delete(f"topology/v1/appBackups/{backup.id}").status_code == 204
        world.advance(api.account, 1)
    left = Snapshot.objects.order_by("name").values_list("name", flat=True)
    assert set(left) == {other.name, "snapshot-0", "snapshot-3", "snapshot-4"}
    gone = Transition.objects.filter(kind="appSnap", to_state="deleted")
    assert {step.resource_id for step in gone} == {snapshots[1].id, snapshots[2].id}


def test_none_of_them_stays_where_none_is_to(api: Api, app: App, settings: Any) -> None:
    bucket = world.make_bucket(api.account, stored_bytes=GIB)
    settings.ASTRA = dataclasses.replace(settings.ASTRA, left_behind=0)
    backup = world.make_backup(app, bucket, snapshot=world.make_snapshot(app), owns_snapshot=True)
    assert api.delete(f"topology/v1/appBackups/{backup.id}").status_code == 204
    assert not Snapshot.objects.exists()


def test_while_they_are_not_too_many_nobody_asks_which_of_them_are_in_use(
    api: Api, app: App
) -> None:
    # Of all that an app has, that costs more than everything else a deletion does.
    bucket = world.make_bucket(api.account, stored_bytes=GIB)
    backup = world.make_backup(app, bucket, snapshot=world.make_snapshot(app), owns_snapshot=True)
    with CaptureQueriesContext(connection) as statements:
        assert api.delete(f"topology/v1/appBackups/{backup.id}").status_code == 204
    looks = [each["sql"] for each in statements if "left_at" in each["sql"]]
    assert looks
    assert not [look for look in looks if "backups_appbackup" in look]
