"""The clock of an account, through the control surface."""

import json
from datetime import timedelta
from typing import Any

import pytest

from astra.accounts.models import Account
from astra.api.clock import clock_set_to, real_now, timestamp
from astra.engine.worker import Worker
from backups.models import App, AppBackup, Bucket
from tests import world
from tests.conftest import Api, number, problem
from tests.control import Control


@pytest.fixture
def path(account: Account) -> str:
    return f"accounts/{account.id}/clock"


def read(control: Control, path: str) -> dict[str, Any]:
    response = control.get(path)
    assert response.status_code == 200
    document: dict[str, Any] = json.loads(response.content)
    return document


def test_a_manual_clock_stands_still(control: Control, path: str) -> None:
    expected = {
        "mode": "manual",
        "rate": 0.0,
        "now": "2026-01-05T12:00:00.123456Z",
        "status": "ready",
    }
    assert read(control, path) == expected
    assert read(control, path) == expected


def test_a_move_carries_out_what_is_due_and_tells_it_in_order(
    control: Control, path: str, api: Api, app: App, bucket: Bucket
) -> None:
    backup = json.loads(api.create_backup(app, name="b").content)
    response = control.post(f"{path}/advance", {"by": "PT1M"})
    assert response.status_code == 200
    answer = json.loads(response.content)
    assert answer["clock"]["now"] == "2026-01-05T12:01:00.123456Z"
    assert answer["clock"]["status"] == "ready"
    steps = [(event["kind"], event["from"], event["to"]) for event in answer["events"]]
    assert steps == [
        ("appSnap", "pending", "discovering"),
        ("appSnap", "discovering", "running"),
        ("appSnap", "running", "completed"),
        ("appBackup", "pending", "discovering"),
        ("appBackup", "discovering", "running"),
        ("appBackup", "running", "completed"),
    ]
    assert answer["eventCount"] == 6
    assert [event["at"] for event in answer["events"]] == sorted(
        event["at"] for event in answer["events"]
    )
    shown = json.loads(api.get(f"topology/v1/appBackups/{backup['id']}").content)
    assert shown["state"] == "completed"
    assert shown["metadata"]["modificationTimestamp"] == answer["events"][-1]["at"]


def test_step_takes_the_next_transition_only(
    control: Control, path: str, api: Api, app: App, bucket: Bucket
) -> None:
    api.create_backup(app)
    seen = []
    for _ in range(6):
        answer = json.loads(control.post(f"{path}/advance", {"step": True}).content)
        seen += [(event["kind"], event["to"]) for event in answer["events"]]
    assert seen[0] == ("appSnap", "discovering")
    assert seen[-1] == ("appBackup", "completed")
    last = json.loads(control.post(f"{path}/advance", {"step": True}).content)
    assert last["events"] == []


def test_drain_ends_what_is_under_way(
    control: Control, path: str, api: Api, app: App, bucket: Bucket
) -> None:
    for _ in range(3):
        api.create_backup(app)
    answer = json.loads(control.post(f"{path}/advance", {"drain": True}).content)
    assert set(AppBackup.objects.values_list("state", flat=True)) == {"completed"}
    assert answer["eventCount"] == 18
    assert answer["clock"]["now"] == answer["events"][-1]["at"]


def test_a_move_to_the_past_is_refused(control: Control, path: str) -> None:
    response = control.post(f"{path}/advance", {"to": "2020-01-01T00:00:00Z"})
    assert number(response) == 10
    assert problem(response)["invalidFields"][0]["name"] == "to"


@pytest.mark.parametrize("mode", ["real", "scaled"])
def test_only_a_manual_clock_is_moved(control: Control, db: None, mode: str) -> None:
    account = world.make_account(mode=mode)
    response = control.post(f"accounts/{account.id}/clock/advance", {"by": "PT1H"})
    assert number(response) == 10


@pytest.mark.parametrize(
    ("body", "problem_number"),
    [
        ({}, 9),
        ({"by": "PT1H", "step": True}, 9),
        ({"by": "1 hour"}, 8),
        ({"by": "P1Y"}, 8),
        ({"to": "2026-01-05T12:00:00"}, 8),
        ({"to": "2026-02-30T12:00:00Z"}, 8),
        ({"step": False}, 8),
        ({"drain": "true"}, 8),
        ({"by": "PT1H", "wait": -1}, 8),
        ({"by": "PT1H", "wait": 301}, 8),
        ({"by": "PT1H", "what": 1}, 8),
        ([], 8),
    ],
)
def test_a_bad_move_is_refused(control: Control, path: str, body: Any, problem_number: int) -> None:
    assert number(control.post(f"{path}/advance", body)) == problem_number


def test_a_clock_of_no_account_is_not_found(control: Control, db: None) -> None:
    assert number(control.get(f"accounts/{world.some_id()}/clock")) == 2
    assert number(control.get("accounts/nobody/clock")) == 2


def test_freezing_a_real_clock_stops_it(control: Control, db: None) -> None:
    account = world.make_account(mode="real")
    path = f"accounts/{account.id}/clock"
    frozen = json.loads(control.put(path, {"mode": "manual"}).content)
    with clock_set_to(lambda: account.clock_real + timedelta(days=1)):
        assert read(control, path)["now"] == frozen["now"]


def test_a_scaled_clock_goes_on_from_where_it_stood(control: Control, path: str) -> None:
    now = real_now()
    with clock_set_to(lambda: now):
        set_to = json.loads(control.put(path, {"mode": "scaled", "rate": 60}).content)
    assert set_to["now"] == timestamp(world.START)
    with clock_set_to(lambda: now + timedelta(seconds=2)):
        assert read(control, path)["now"] == timestamp(world.START + timedelta(minutes=2))


def test_setting_a_clock_forward_carries_out_what_is_due(
    control: Control, path: str, api: Api, app: App, bucket: Bucket
) -> None:
    api.create_backup(app)
    control.put(path, {"mode": "manual", "now": "2026-01-06T00:00:00Z"})
    assert AppBackup.objects.get().state == "completed"


@pytest.mark.parametrize(
    ("body", "problem_number"),
    [
        ({"mode": "scaled"}, 9),
        ({"mode": "scaled", "rate": 0}, 9),
        ({"mode": "manual", "rate": 2}, 9),
        ({"mode": "real", "now": "2030-01-01T00:00:00Z"}, 9),
        ({"mode": "fast"}, 8),
        ({}, 8),
        ({"mode": "manual", "now": "2020-01-01T00:00:00Z"}, 10),
    ],
)
def test_a_bad_clock_is_refused(
    control: Control, path: str, body: Any, problem_number: int
) -> None:
    assert number(control.put(path, body)) == problem_number


def hourly(api: Api, app: App) -> None:
    schedule = {
        "type": "application/astra-schedule",
        "version": "1.1",
        "name": "hourly",
        "granularity": "hourly",
        "snapshotRetention": "1",
        "backupRetention": "1",
    }
    assert api.post(f"k8s/v1/apps/{app.id}/schedules", schedule).status_code == 201


def test_a_long_move_is_left_to_the_worker_and_takes_no_writes_meanwhile(
    control: Control, path: str, api: Api, app: App, bucket: Bucket
) -> None:
    hourly(api, app)
    response = control.post(f"{path}/advance", {"by": "PT5H", "wait": 0})
    assert response.status_code == 202
    clock = json.loads(response.content)["clock"]
    assert (clock["status"], clock["target"]) == ("advancing", "2026-01-05T17:00:00.123456Z")
    assert clock["now"] == "2026-01-05T13:00:00.000000Z"

    refused = api.create_backup(app)
    assert (refused.status_code, number(refused)) == (409, 10)
    assert refused["Retry-After"] == "1"
    assert api.get("topology/v1/appBackups").status_code == 200
    assert number(control.post(f"{path}/advance", {"by": "PT1H"})) == 164
    assert number(control.put(path, {"mode": "real"})) == 164

    Worker(stopping=lambda seconds: False).advance()
    assert read(control, path)["status"] == "ready"
    assert read(control, path)["now"] == "2026-01-05T17:00:00.123456Z"
    hours = [backup.created_at.hour for backup in AppBackup.objects.order_by("created_at")]
    assert hours == [16, 17]
    assert api.create_backup(app).status_code == 201


def test_the_clock_needs_the_control_token(path: str, api: Api) -> None:
    control = Control()
    assert number(control.get(path, Authorization="")) == 3
    assert number(control.get(path, Authorization=f"Bearer {api.token}")) == 4
    assert number(control.call("PATCH", path)) == 69
