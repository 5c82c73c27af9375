"""Tasks: a backup or a restore at work, and its parts."""

from typing import Any

import pytest

from backups.models import App, AppBackup, Bucket
from tests import world
from tests.conftest import Api, number

pytestmark = pytest.mark.django_db


@pytest.fixture
def backup(api: Api, app: App, bucket: Bucket) -> AppBackup:
    return AppBackup.objects.get(id=api.create_backup(app).json()["id"])


def tasks(api: Api) -> dict[str, dict[str, Any]]:
    """The tasks by the last word of their name."""
    found = api.read("core/v1/tasks")["items"]
    return {each["name"].rpartition(".")[2]: each for each in found}


def states(api: Api) -> dict[str, str]:
    return {name: task["state"] for name, task in tasks(api).items()}


def test_a_backup_is_a_task_with_parts(api: Api, backup: AppBackup) -> None:
    found = tasks(api)
    assert list(found) == ["backup", "snapshot", "transfer"]
    parent = found["backup"]
    assert "parentTaskID" not in parent
    assert {found[name]["parentTaskID"] for name in ("snapshot", "transfer")} == {parent["id"]}
    assert [each["orderHint"] for each in found.values()] == [0, 1, 2]
    assert parent["resourceID"] == str(backup.id)
    assert api.call("GET", parent["resourceURI"], root=True).status_code == 200
    for each in found.values():
        assert api.read(f"core/v1/tasks/{each['id']}") == each
    assert number(api.get(f"core/v1/tasks/{backup.id}")) == 1


def test_it_is_shown_while_it_runs(api: Api, backup: AppBackup) -> None:
    assert states(api) == dict.fromkeys(("backup", "snapshot", "transfer"), "notStarted")
    moved = 0.0
    seen = []
    while states(api)["backup"] != "completed":
        world.advance(api.account, 1)
        moved += 1
        seen.append(tuple(states(api).values()))
        assert moved < 1000
    order = list(dict.fromkeys(seen))
    assert ("running", "running", "notStarted") in order
    assert ("running", "completed", "running") in order
    assert order[-1] == ("completed", "completed", "completed")
    done = tasks(api)
    assert {each["percentDone"] for each in done.values()} == {100}
    assert done["snapshot"]["endTime"] == done["transfer"]["startTime"]
    assert done["backup"]["endTime"] == done["transfer"]["endTime"]


def test_how_much_is_done_grows(api: Api, backup: AppBackup) -> None:
    shares = []
    for _ in range(30):
        world.advance(api.account, 1)
        shares.append(tasks(api)["backup"]["percentDone"])
    assert shares == sorted(shares)
    assert 0 < shares[len(shares) // 4] <= 100


def test_tasks_outlive_the_backup(api: Api, app: App, backup: AppBackup) -> None:
    world.advance(api.account, 3600)
    assert states(api)["backup"] == "completed"
    assert api.delete(f"k8s/v1/apps/{app.id}/appBackups/{backup.id}").status_code == 204
    assert states(api)["backup"] == "completed"


def test_no_other_account_sees_them(api: Api, stranger: Api, backup: AppBackup) -> None:
    assert tasks(stranger) == {}
    assert number(stranger.get(f"core/v1/tasks/{tasks(api)['backup']['id']}")) == 1
