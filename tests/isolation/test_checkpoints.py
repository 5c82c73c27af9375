"""Checkpoints: saved, restored exactly, as files."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse

from astra.accounts.models import Account
from astra.engine.clocks import clock_advance
from astra.engine.models import Transition
from astra.isolation.accounts import AccountWanted, account_delete, account_new
from astra.isolation.models import Checkpoint, CheckpointPart
from backups.models import App, AppBackup, Schedule
from tests import world
from tests.conftest import Api, invalid, number
from tests.isolation.control import control
from tests.isolation.test_accounts import STILL, state

pytestmark = pytest.mark.django_db

PAGES = (
    "",
    "core/v1/users",
    "core/v1/roleBindings",
    "k8s/v2/apps",
    "topology/v1/buckets",
    "topology/v1/appBackups",
)
SCHEDULE = {
    "type": "application/astra-schedule",
    "version": "1.1",
    "name": "hourly",
    "granularity": "hourly",
    "minute": "5",
    "snapshotRetention": "2",
    "backupRetention": "3",
}


@pytest.fixture
def api() -> Api:
    """A caller in a throwaway account with a life behind it."""
    made = account_new(AccountWanted(clock=STILL))
    api = Api(Account.objects.get(id=made.account.id), made.token)
    app = App.objects.get(account=api.account, name="web-shop")
    assert api.post(f"k8s/v1/apps/{app.id}/schedules", SCHEDULE).status_code == 201
    assert api.create_backup(app, name="by-hand").status_code == 201
    clock_advance(account_id=api.account.id, by=timedelta(hours=5, seconds=3))
    assert api.create_backup(app).status_code == 201
    return api


def pages(api: Api) -> list[tuple[int, bytes, str]]:
    """Every page of the account, and every instance on it."""
    answers: list[HttpResponse] = []
    for path in PAGES:
        page = api.get(path)
        answers.append(page)
        items = json.loads(page.content).get("items", [])
        answers += [api.get(f"{path}/{item['id']}") for item in items]
    return [(page.status_code, page.content, page.get("ETag", "")) for page in answers]


def call(api: Api, method: str, path: str = "", body: Any = None) -> Any:
    return control().call(method, f"accounts/{api.account.id}/checkpoints{path}", body)


def file_of(api: Api, name: str) -> bytes:
    response = call(api, "GET", f"/{name}")
    assert response.status_code == 200
    return bytes(response.getvalue())


def disturb(api: Api) -> None:
    app = App.objects.get(account=api.account, name="orders-db")
    api.create_backup(app)
    world.make_user(api.account)
    AppBackup.objects.filter(account=api.account, name="by-hand").delete()
    api.delete(f"k8s/v1/apps/{app.id}/schedules/{Schedule.objects.get(account=api.account).id}")
    clock_advance(account_id=api.account.id, by=timedelta(days=1))
    Account.objects.filter(id=api.account.id).update(name="other", seed=1)


def test_restore_is_exact_to_the_byte(api: Api) -> None:
    saved = call(api, "POST", body={"name": "before"})
    assert saved.status_code == 201
    before, shown = state(api.account), pages(api)
    disturb(api)
    assert pages(api) != shown
    response = call(api, "POST", "/before/restore")
    assert response.status_code == 200
    assert json.loads(response.content)["clock"]["now"] == json.loads(saved.content)["at"]
    assert state(api.account) == before
    assert pages(api) == shown


def test_what_follows_a_restore_is_what_followed_the_save(api: Api) -> None:
    call(api, "POST", body={"name": "a"})
    app = App.objects.get(account=api.account, name="orders-db")

    def go_on() -> tuple[bytes, list[Any], list[tuple[str, str]]]:
        created = api.create_backup(app)
        clock_advance(account_id=api.account.id, by=timedelta(hours=3))
        history = Transition.objects.filter(account=api.account).order_by("at", "id")
        steps = history.values_list("kind", "resource_id", "to_state", "at")
        return created.content, list(steps), state(api.account)

    first = go_on()
    call(api, "POST", "/a/restore")
    assert go_on() == first


def test_a_checkpoint_says_what_is_in_it(api: Api) -> None:
    made = json.loads(call(api, "POST", body={"name": "a"}).content)
    assert made["name"] == "a"
    assert made["accountID"] == str(api.account.id)
    assert made["formatVersion"] == 2
    assert made["rows"]["backups.app"] == 2
    assert made["rows"]["accounts.account"] == 1
    assert json.loads(call(api, "GET").content)["items"] == [made]
    assert call(api, "DELETE", "/a").status_code == 204
    assert not CheckpointPart.objects.exists()
    assert number(call(api, "DELETE", "/a")) == 1
    assert number(call(api, "GET", "/a")) == 2
    assert number(call(api, "POST", "/a/restore")) == 2


def test_bad_requests_are_refused(api: Api) -> None:
    assert invalid(call(api, "POST", body={})) == ["name"]
    assert invalid(call(api, "POST", body={"name": "a/b"})) == ["name"]
    call(api, "POST", body={"name": "a"})
    again = call(api, "POST", body={"name": "a"})
    assert (number(again), invalid(again)) == (10, ["name"])
    nowhere = f"accounts/{uuid.UUID(int=7)}/checkpoints"
    assert number(control().call("POST", nowhere, {"name": "a"})) == 2
    assert number(control().call("GET", nowhere)) == 2


def test_restore_leaves_other_accounts_and_checkpoints_alone(api: Api) -> None:
    other = account_new(AccountWanted(clock=STILL)).account
    before = state(other)
    call(api, "POST", body={"name": "a"})
    call(api, "POST", body={"name": "b"})
    call(api, "POST", "/a/restore")
    assert state(other) == before
    assert Checkpoint.objects.filter(account=api.account).count() == 2


def test_time_to_live_is_no_part_of_it(api: Api) -> None:
    call(api, "POST", body={"name": "a"})
    later = api.account.now() + timedelta(days=1)
    Account.objects.filter(id=api.account.id).update(expires_at=later)
    call(api, "POST", "/a/restore")
    assert Account.objects.get(id=api.account.id).expires_at == later


@pytest.mark.parametrize("mode", ["real", "scaled"])
def test_a_running_clock_goes_on(mode: str) -> None:
    clock = {"mode": "real"} if mode == "real" else {"mode": mode, "rate": 60.0, "at": STILL["at"]}
    made = account_new(AccountWanted(clock=clock))
    api = Api(Account.objects.get(id=made.account.id), made.token)
    saved = json.loads(call(api, "POST", body={"name": "a"}).content)
    restored = json.loads(call(api, "POST", "/a/restore").content)["clock"]
    assert restored["mode"] == mode
    assert restored["now"] > saved["at"]
    if mode == "scaled":
        assert restored["now"] < "2026-01-05T18:00"


def test_a_file_brings_back_an_account_that_is_gone(api: Api) -> None:
    call(api, "POST", body={"name": "a"})
    before, shown, file = state(api.account), pages(api), file_of(api, "a")
    account_delete(api.account.id)
    response = call(api, "PUT", "/copy", file)
    assert response.status_code == 201
    assert state(api.account) == before
    assert pages(api) == shown
    disturb(api)
    assert call(api, "POST", "/copy/restore").status_code == 200
    assert pages(api) == shown


def test_a_file_takes_the_place_of_a_checkpoint_and_changes_nothing_else(api: Api) -> None:
    call(api, "POST", body={"name": "a"})
    file, shown = file_of(api, "a"), pages(api)
    assert call(api, "PUT", "/b", file).status_code == 201
    disturb(api)
    assert call(api, "PUT", "/b", file).status_code == 200
    assert pages(api) != shown
    call(api, "POST", "/b/restore")
    assert pages(api) == shown
    exported = json.loads(file_of(api, "b"))
    original = json.loads(file)
    assert exported["tables"] == original["tables"]
    assert exported["at"] == original["at"]


def changed(file: bytes, **members: Any) -> bytes:
    return json.dumps({**json.loads(file), **members}).encode()


def test_a_file_that_does_not_fit_is_refused(api: Api) -> None:
    call(api, "POST", body={"name": "a"})
    file = file_of(api, "a")
    tables = json.loads(file)["tables"]
    other = str(uuid.UUID(int=5))
    stranger = [tables["backups.bucket"][0] | {"account_id": other}]
    bad = [
        (b"{", 7),
        (b"[]", 9),
        (changed(file, format="x"), 9),
        (changed(file, formatVersion=0), 9),
        (changed(file, formatVersion=999), 9),
        (changed(file, at="then"), 9),
        (changed(file, at="2026-01-05T00:00:00"), 9),
        (changed(file, at="0001-01-01T00:00:00+23:59"), 9),
        (changed(file, at="9000-01-01T00:00:00.000001Z"), 9),
        (changed(file, at="9999-12-31T23:59:59-23:00"), 9),
        (changed(file, tables=[]), 9),
        (changed(file, tables={}), 9),
        (changed(file, tables=tables | {"auth.user": []}), 9),
        (changed(file, tables=tables | {"backups.app": [1]}), 9),
        (changed(file, tables=tables | {"backups.app": [tables["backups.app"][0] | {"x": 1}]}), 9),
        (changed(file, tables=tables | {"backups.bucket": stranger}), 9),
        (changed(file, accountID=other), 10),
    ]
    for content, problem in bad:
        assert number(call(api, "PUT", "/b", content)) == problem
    assert not Checkpoint.objects.filter(name="b").exists()


def test_a_file_with_rows_that_do_not_belong_together_is_refused(api: Api) -> None:
    stranger = account_new(AccountWanted(clock=STILL)).account
    call(api, "POST", body={"name": "a"})
    file, shown = file_of(api, "a"), pages(api)
    tables = json.loads(file)["tables"]
    alien = str(App.objects.filter(account=stranger).earliest("name").id)
    snapshots = tables["backups.snapshot"]
    for other_app in (alien, str(uuid.UUID(int=9)), "nonsense"):
        moved = [snapshots[0] | {"app_id": other_app}, *snapshots[1:]]
        bad = changed(file, tables=tables | {"backups.snapshot": moved})
        assert number(call(api, "PUT", "/bad", bad)) == 9
        assert pages(api) == shown
    assert not Checkpoint.objects.filter(name="bad").exists()
