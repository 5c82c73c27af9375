"""POST …/appBackups: names, given and made up.

Source: `docs/architecture.md`, 'System name' and 'Data rules'.
"""

import json
import re
from typing import Any

import pytest

from astra.api.dice import new_id
from backups.models import App, AppBackup, Bucket, Snapshot
from tests import world
from tests.conftest import Api, invalid, number

DNS_LABEL = re.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
SYSTEM_NAME = re.compile(r"(.+)-backup-(\d{14})-([0-9a-f]{8})")


def _created(response: Any) -> Any:
    assert response.status_code == 201, response.content
    return json.loads(response.content)


def _taken(response: Any) -> bool:
    assert (number(response), response.status_code, invalid(response)) == (143, 409, ["name"])
    return True


def test_a_name_is_taken_once_per_app(api: Api, app: App, bucket: Bucket) -> None:
    assert api.create_backup(app, name="nightly").status_code == 201
    assert _taken(api.create_backup(app, name="nightly"))
    assert AppBackup.objects.count() == Snapshot.objects.count() == 1


def test_another_app_may_use_the_same_name(api: Api, app: App, bucket: Bucket) -> None:
    other = world.make_app(api.account)
    assert api.create_backup(app, name="nightly").status_code == 201
    assert api.create_backup(other, name="nightly").status_code == 201


@pytest.mark.parametrize(
    "state", ["pending", "discovering", "running", "completed", "failed", "removed", "unknown"]
)
def test_a_name_is_taken_whatever_the_state(api: Api, app: App, bucket: Bucket, state: str) -> None:
    world.make_backup(app, bucket, name="nightly", state=state)
    assert _taken(api.create_backup(app, name="nightly"))


def test_a_name_is_free_again_after_a_delete(api: Api, app: App, bucket: Bucket) -> None:
    backup = world.make_backup(app, bucket, name="nightly", state="failed")
    assert api.delete(f"topology/v1/appBackups/{backup.id}").status_code == 204
    assert api.create_backup(app, name="nightly").status_code == 201


def test_a_snapshot_s_name_is_no_obstacle(api: Api, app: App, bucket: Bucket) -> None:
    world.make_snapshot(app, name="nightly")
    assert api.create_backup(app, name="nightly").status_code == 201


def test_a_system_name_says_app_instant_and_id(api: Api, app: App, bucket: Bucket) -> None:
    created = _created(api.create_backup(app))
    assert created["name"] == f"shop-backup-20260105120000-{created['id'][:8]}"


@pytest.mark.parametrize(
    ("app_name", "start"),
    [
        ("a", "a"),
        ("a" * 32, "a" * 32),
        ("a" * 63, "a" * 32),
        ("b" * 31 + "-c", "b" * 31 + "-"),
        ("0-1", "0-1"),
    ],
)
def test_a_system_name_is_a_dns_label_whatever_the_app_is_called(
    api: Api, bucket: Bucket, app_name: str, start: str
) -> None:
    app = world.make_app(api.account, name=app_name)
    name = _created(api.create_backup(app))["name"]
    match = SYSTEM_NAME.fullmatch(name)
    assert match is not None
    assert match[1] == start
    assert DNS_LABEL.fullmatch(name)
    snapshot = Snapshot.objects.get()
    assert DNS_LABEL.fullmatch(snapshot.name)
    identifier = str(snapshot.id)[:8]
    assert snapshot.name == f"{app_name[:30]}-snapshot-20260105120000-{identifier}"


def test_system_names_differ(api: Api, app: App, bucket: Bucket) -> None:
    names = {_created(api.create_backup(app))["name"] for _ in range(20)}
    assert len(names) == 20


class _Dice:
    def __init__(self, *ids: Any) -> None:
        self._ids = list(ids)

    def new_id(self) -> Any:
        return self._ids.pop(0)


def _with_dice(monkeypatch: pytest.MonkeyPatch, *ids: Any) -> None:
    dice = _Dice(*ids)
    monkeypatch.setattr("astra.accounts.callers.SeededDice", lambda seed, draw: dice)


def test_a_system_name_that_is_taken_is_made_up_anew(
    api: Api, app: App, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [new_id() for _ in range(4)]
    world.make_backup(app, bucket, name=f"shop-backup-20260105120000-{str(ids[0])[:8]}")
    _with_dice(monkeypatch, *ids)
    created = _created(api.create_backup(app))
    assert created["id"] == str(ids[2])
    assert created["name"] == f"shop-backup-20260105120000-{str(ids[2])[:8]}"
    assert Snapshot.objects.get().id == ids[3]


def test_a_snapshot_s_system_name_that_is_taken_is_made_up_anew(
    transactional_db: None, api: Api, app: App, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A taken name of the snapshot is never a 176."""
    ids = [new_id() for _ in range(4)]
    world.make_snapshot(app, name=f"shop-snapshot-20260105120000-{str(ids[1])[:8]}")
    _with_dice(monkeypatch, *ids)
    assert _created(api.create_backup(app))["id"] == str(ids[2])


def test_a_named_backup_too_gets_another_name_for_its_snapshot(
    transactional_db: None, api: Api, app: App, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [new_id() for _ in range(4)]
    world.make_snapshot(app, name=f"shop-snapshot-20260105120000-{str(ids[1])[:8]}")
    _with_dice(monkeypatch, *ids)
    created = _created(api.create_backup(app, name="nightly"))
    assert created["name"] == "nightly"
    assert Snapshot.objects.get(created_by=api.user_id).id == ids[3]


def test_a_system_name_that_is_taken_twice_is_problem_143(
    api: Api, app: App, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [new_id() for _ in range(5)]
    for identifier in (ids[0], ids[2]):
        world.make_backup(app, bucket, name=f"shop-backup-20260105120000-{str(identifier)[:8]}")
    _with_dice(monkeypatch, *ids)
    assert _taken(api.create_backup(app))
