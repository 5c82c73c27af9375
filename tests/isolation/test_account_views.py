"""`/simulator/v1/accounts`, as a test kit calls it."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from astra.accounts.models import Account
from astra.api.clock import clock_set_to, real_now
from astra.engine.worker import Worker
from tests.conftest import Api, invalid, number
from tests.isolation.control import Control, control

pytestmark = pytest.mark.django_db


def api_of(document: dict[str, str]) -> Api:
    return Api(Account.objects.get(id=document["id"]), document["token"])


def test_a_new_account_says_all_that_a_test_needs() -> None:
    made = control().new(clock={"mode": "manual", "now": "2026-01-05T12:00:00Z"}, name="mine")
    assert made["name"] == "mine"
    assert made["clock"] == {
        "mode": "manual",
        "rate": 0.0,
        "now": "2026-01-05T12:00:00.000000Z",
        "status": "ready",
    }
    assert [app["name"] for app in made["apps"]] == ["web-shop", "orders-db"]
    assert [bucket["name"] for bucket in made["buckets"]] == ["primary-backups", "offsite-backups"]
    assert "expiresAt" not in made
    api = api_of(made)
    shown = api.read(f"k8s/v2/apps/{made['apps'][0]['id']}")
    assert shown["name"] == "web-shop"
    assert api.read(f"core/v1/users/{made['userID']}")["email"] == "owner@example.com"


def test_the_token_is_shown_once() -> None:
    made = control().new()
    one = control().read(f"accounts/{made['id']}")
    assert one == {
        name: value for name, value in made.items() if name not in ("token", "userID")
    } | {"scenario": "throwaway"}
    (listed,) = control().read("accounts")["items"]
    assert listed == {name: made[name] for name in ("id", "name", "clock")}


def test_reset_and_delete_are_one_call_each() -> None:
    made = control().new()
    api = api_of(made)
    app_id = made["apps"][0]["id"]
    body = {"type": "application/astra-appBackup", "version": "1.1"}
    first = api.post(f"k8s/v1/apps/{app_id}/appBackups", body)
    reset = control().call("POST", f"accounts/{made['id']}/reset")
    assert reset.status_code == 200
    assert json.loads(reset.content)["apps"] == made["apps"]
    assert api.read("topology/v1/appBackups")["items"] == []
    assert api.post(f"k8s/v1/apps/{app_id}/appBackups", body).content == first.content
    assert control().call("DELETE", f"accounts/{made['id']}").status_code == 204
    assert api.get("k8s/v2/apps").status_code == 401
    assert number(control().call("DELETE", f"accounts/{made['id']}")) == 1
    assert number(control().call("GET", f"accounts/{made['id']}")) == 2
    assert number(control().call("POST", f"accounts/{made['id']}/reset")) == 2


@pytest.mark.parametrize("text", ["nonsense", str(uuid.UUID(int=1))])
def test_an_unknown_account_is_404(text: str) -> None:
    assert number(control().call("GET", f"accounts/{text}")) == 2
    assert number(control().call("DELETE", f"accounts/{text}")) == 1


@pytest.mark.parametrize(
    ("body", "problem", "names"),
    [
        ([], 8, []),
        ({"colour": "red"}, 8, ["colour"]),
        ({"scenario": 5}, 8, ["scenario"]),
        ({"scenario": "nowhere"}, 9, ["scenario"]),
        ({"scenario": "demo"}, 8, ["accounts"]),
        ({"scenario": {"scenario": "x"}}, 8, None),
        ({"parameters": {"size": 1}}, 9, ["parameters.size"]),
        ({"ttl": "soon"}, 9, ["ttl"]),
        ({"ttl": "PT0S"}, 9, ["ttl"]),
        ({"seed": -1}, 9, ["seed"]),
        ({"seed": 1.5}, 9, ["seed"]),
        ({"name": ""}, 8, ["name"]),
        ({"clock": {}}, 8, ["clock.mode"]),
        ({"clock": {"mode": "real", "now": "2026-01-05T12:00:00Z"}}, 9, ["clock.now"]),
        ({"clock": {"mode": "manual", "rate": 5}}, 9, ["clock.rate"]),
        ({"clock": {"mode": "scaled", "rate": 0}}, 9, ["clock.rate"]),
    ],
)
def test_a_bad_request_is_refused_by_name(
    body: object, problem: int, names: list[str] | None
) -> None:
    response = control().call("POST", "accounts", body)
    assert number(response) == problem
    if names is not None:
        assert invalid(response) == names


def test_no_body_asks_for_the_usual() -> None:
    assert control().call("POST", "accounts").status_code == 201


def test_it_takes_the_control_token() -> None:
    response: Any = Client().post("/simulator/v1/accounts")
    assert number(response) == 3
    assert number(Control("wrong").call("POST", "accounts")) == 4


def test_an_account_that_was_not_made_so_has_no_reset(account: Account) -> None:
    assert number(control().call("POST", f"accounts/{account.id}/reset")) == 10


def test_the_worker_removes_what_has_expired_and_no_request_does() -> None:
    made = control().new(ttl="PT10M")
    other = control().new()
    expires_at = Account.objects.get(id=made["id"]).expires_at
    assert expires_at is not None
    assert expires_at - real_now() > timedelta(minutes=9)
    worker = Worker(lambda seconds: False)
    worker.advance()
    later = real_now() + timedelta(minutes=11)
    with clock_set_to(lambda: later):
        assert api_of(made).get("k8s/v2/apps").status_code == 200
        worker.advance()
        assert api_of(other).get("k8s/v2/apps").status_code == 200
    assert not Account.objects.filter(id=made["id"]).exists()


def test_an_account_whose_clock_is_on_its_way_is_reset_restored_and_deleted() -> None:
    made = control().new()
    rows = Account.objects.filter(id=made["id"])
    path = f"accounts/{made['id']}"
    for what in ("reset", "checkpoints/a/restore"):
        control().call("POST", f"{path}/checkpoints", {"name": "a"})
        rows.update(clock_target=rows.get().clock_sim + timedelta(days=1))
        assert control().call("POST", f"{path}/{what}").status_code == 200
        assert control().read(f"{path}/clock")["status"] == "ready"
    rows.update(clock_target=rows.get().clock_sim + timedelta(days=1))
    assert control().call("DELETE", f"accounts/{made['id']}").status_code == 204
