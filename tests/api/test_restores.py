"""In-place restores: who may ask, what an app goes through, what waits meanwhile."""

from datetime import timedelta
from typing import Any

import pytest

from astra.engine.advancing import advance
from astra.engine.models import Transition
from backups.lifecycle import APP
from backups.models import App, AppBackup, Bucket, Snapshot
from tests import world
from tests.conftest import Api, number
from tests.ruling import Faults

BODY = {"type": "application/astra-app", "version": "2.2"}


@pytest.fixture
def backup(app: App, bucket: Bucket) -> AppBackup:
    return world.make_backup(app, bucket)


@pytest.fixture
def snapshot(app: App) -> Snapshot:
    return world.make_snapshot(app)


def restore(api: Api, app: App, **members: Any) -> Any:
    return api.put(f"k8s/v2/apps/{app.id}", BODY | members, ForceUpdate="true")


def show(api: Api, app: App) -> Any:
    return api.read(f"k8s/v2/apps/{app.id}")


def test_an_app_is_restored_discovered_and_ready(api: Api, app: App, backup: AppBackup) -> None:
    before = show(api, app)
    pods = {"resourceSelectionCriteria": "include", "GVKN": [{"kind": "Pod"}]}
    mapped = [{"source": "*", "destination": "gold"}]
    response = restore(
        api, app, backupID=str(backup.id), restoreFilter=pods, storageClassMapping=mapped
    )
    assert (response.status_code, response.content) == (204, b"")
    during = show(api, app)
    assert during["state"] == "restoring"
    assert (during["backupID"], during["restoreFilter"]) == (str(backup.id), pods)
    assert during["storageClassMapping"] == mapped
    advance(at=world.START + timedelta(minutes=1))
    steps = Transition.objects.filter(resource_id=app.id).order_by("sequence")
    assert [step.to_state for step in steps] == ["restoring", "discovering", "ready"]
    # 10 kB at 1 kB a second, up to a tenth more or less.
    assert timedelta(seconds=9) <= steps[1].at - steps[0].at <= timedelta(seconds=11)
    after = show(api, app)
    assert {name: after[name] for name in ("id", "name", "namespaces", "state")} == {
        name: before[name] for name in ("id", "name", "namespaces", "state")
    }


def test_what_it_was_restored_from_last_is_restored_again(
    api: Api, app: App, backup: AppBackup, snapshot: Snapshot
) -> None:
    for source in (
        {"backupID": str(backup.id)},
        {"backupID": str(backup.id)},
        {"snapshotID": str(snapshot.id)},
    ):
        assert restore(api, app, **source).status_code == 204
        assert show(api, app)["state"] == "restoring"
        advance(at=app.account.now() + timedelta(minutes=1))
        app.account.refresh_from_db()
    assert "backupID" not in show(api, app)


def test_without_the_header_what_it_says_of_its_source_is_no_change(
    api: Api, app: App, backup: AppBackup, snapshot: Snapshot
) -> None:
    App.objects.filter(id=app.id).update(backup_id=backup.id)
    url = f"k8s/v2/apps/{app.id}"
    assert api.put(url, BODY | {"backupID": str(backup.id)}).status_code == 204
    assert show(api, app)["state"] == "ready"
    assert number(api.put(url, BODY | {"snapshotID": str(snapshot.id)})) == 79


@pytest.mark.parametrize("state", APP.states)
def test_only_an_app_that_is_ready_or_out_of_reach_is_restored(
    api: Api, app: App, backup: AppBackup, state: str
) -> None:
    App.objects.filter(id=app.id).update(state=state)
    response = restore(api, app, backupID=str(backup.id))
    if state in ("ready", "unavailable"):
        assert response.status_code == 204
    else:
        assert number(response) == 112


def test_what_belongs_to_another_app_is_refused(api: Api, app: App, bucket: Bucket) -> None:
    other = world.make_backup(world.make_app(api.account), bucket)
    assert number(restore(api, app, backupID=str(other.id))) == 76


def test_a_backup_under_way_is_waited_for(
    api: Api, app: App, bucket: Bucket, backup: AppBackup
) -> None:
    world.make_backup(app, bucket, state="running")
    assert number(restore(api, app, backupID=str(backup.id))) == 152


def test_nothing_is_made_of_or_deleted_from_an_app_that_is_restored(
    api: Api, app: App, backup: AppBackup, snapshot: Snapshot
) -> None:
    assert restore(api, app, backupID=str(backup.id)).status_code == 204
    assert number(api.create_backup(app)) == 112
    below = f"k8s/v1/apps/{app.id}"
    snap = {"type": "application/astra-appSnap", "version": "1.3"}
    assert number(api.post(f"{below}/appSnaps", snap)) == 112
    assert number(api.delete(f"{below}/appSnaps/{snapshot.id}")) == 142
    assert number(api.delete(f"{below}/appBackups/{backup.id}")) == 142
    assert number(api.delete(f"k8s/v2/apps/{app.id}")) == 112
    advance(at=world.START + timedelta(minutes=1))
    assert api.delete(f"{below}/appSnaps/{snapshot.id}").status_code == 204


@pytest.mark.parametrize("operation", ["app.replace", None])
def test_a_rule_lets_a_restore_fail(
    api: Api, app: App, backup: AppBackup, faults: Faults, operation: str | None
) -> None:
    match = {"app": str(app.id)} | ({"operation": operation} if operation else {})
    faults.add("app-fail", match=match | {"next": 1}, at=0.0)
    assert restore(api, app, backupID=str(backup.id)).status_code == 204
    advance(at=world.START + timedelta(minutes=1))
    failed = show(api, app)
    assert failed["state"] == "failed"
    assert [each["title"] for each in failed["stateDetails"]] == ["Operation failed"]
    assert faults.hits() == [1]


def test_another_put_uses_up_no_rule(api: Api, app: App, faults: Faults) -> None:
    faults.add("app-fail")
    assert api.put(f"k8s/v2/apps/{app.id}", BODY | {"name": "renamed"}).status_code == 204
    assert faults.hits() == [0]


def test_a_restore_that_never_ends_stays_under_way(
    api: Api, app: App, backup: AppBackup, faults: Faults
) -> None:
    faults.add("app-never-ends")
    restore(api, app, backupID=str(backup.id))
    advance(at=world.START + timedelta(days=9))
    assert show(api, app)["state"] == "discovering"
