"""What scenarios made goes back to how it was seeded: one account, or all of the service's."""

import json
from typing import Any

import pytest

from astra.accounts.models import Account, Token, User
from astra.accounts.tokens import issue_token
from astra.scenarios.library import read_library
from astra.scenarios.loading import load_scenario
from tests.conftest import Api, invalid, number, problem
from tests.isolation.control import control
from tests.isolation.test_accounts import state

pytestmark = pytest.mark.django_db

SEEDED = {
    "scenario": "pair",
    "seed": 7,
    "accounts": [
        {
            "name": name,
            "clock": {"mode": "manual", "at": "2026-01-05T12:00:00Z"},
            "createdAt": "2025-01-05T12:00:00Z",
            "users": [{"email": "owner@example.com", "role": "owner"}],
            "buckets": [{"name": "backups"}],
            "apps": [{"name": "shop", "backups": [{"name": "first", "age": "2d"}]}],
        }
        for name in ("left", "right")
    ],
}


@pytest.fixture
def seeded() -> list[Account]:
    """The accounts left and right, seeded by one scenario."""
    response = control().call("POST", "scenarios/pair", SEEDED)
    assert response.status_code in (200, 201), response.content
    return list(Account.objects.order_by("name"))


def used(account: Account) -> Api:
    """Give the owner a token, and leave traces in the account."""
    user = User.objects.get(account=account)
    api = Api(account, issue_token(user=user, name="config.yaml")[1], user.id)
    (app,) = api.read("k8s/v2/apps")["items"]
    assert api.post(f"k8s/v1/apps/{app['id']}/appBackups", BACKUP).status_code == 201
    body = {"type": "application/astra-user", "version": "1.2", "email": "new@example.com"}
    assert api.post("core/v1/users", body).status_code == 201
    control().call("PUT", f"accounts/{account.id}/clock", {"mode": "scaled", "rate": 60})
    return api


BACKUP = {"type": "application/astra-appBackup", "version": "1.1"}


def reset(**members: Any) -> dict[str, list[str]]:
    """Reset everything; return the names of the accounts by what became of them."""
    response = control().call("POST", "reset", members)
    assert response.status_code == 200, response.content
    done = json.loads(response.content)
    return {did: [each["name"] for each in accounts] for did, accounts in done.items()}


def test_a_seeded_account_is_as_it_was_seeded_and_its_tokens_are_good(
    seeded: list[Account],
) -> None:
    before = [state(account) for account in seeded]
    api = used(seeded[0])
    response = control().call("POST", f"accounts/{seeded[0].id}/reset")
    assert response.status_code == 200
    assert json.loads(response.content)["clock"]["mode"] == "manual"
    assert len(api.read("core/v1/users")["items"]) == 1
    Token.objects.filter(name="config.yaml").delete()
    assert [state(account) for account in seeded] == before


def test_a_clock_that_ran_ahead_is_real_again() -> None:
    load_scenario(read_library("demo"))
    main = Account.objects.get(name="main")
    path = f"accounts/{main.id}"
    assert (
        control().call("PUT", f"{path}/clock", {"mode": "scaled", "rate": 1e6}).status_code == 200
    )
    refused = control().call("PUT", f"{path}/clock", {"mode": "real"})
    assert number(refused) == 10
    assert "A reset of the account" in json.dumps(problem(refused))
    assert control().call("POST", f"{path}/reset").status_code == 200
    assert control().read(path)["clock"]["mode"] == "real"


def test_everything_goes_back_in_one_call(seeded: list[Account], account: Account) -> None:
    before = [state(each) for each in seeded]
    apis = [used(each) for each in seeded]
    assert reset() == {"reset": ["left", "right"], "made": [], "deleted": []}
    assert all(api.get("k8s/v2/apps").status_code == 200 for api in apis)
    Token.objects.filter(name="config.yaml").delete()
    assert [state(each) for each in seeded] == before
    # The one that was made by hand is left alone.
    assert Account.objects.filter(id=account.id).exists()


def test_a_seeded_account_that_is_gone_is_made_again(seeded: list[Account]) -> None:
    before = state(seeded[1])
    control().call("DELETE", f"accounts/{seeded[1].id}")
    assert reset() == {"reset": ["left"], "made": ["right"], "deleted": []}
    assert state(seeded[1]) == before


def test_what_was_made_by_hand_goes_if_that_is_asked_for(
    seeded: list[Account], account: Account
) -> None:
    assert reset(all=True) == {
        "reset": ["left", "right"],
        "made": [],
        "deleted": [account.name],
    }
    assert not Account.objects.filter(id=account.id).exists()


def test_accounts_of_single_tests_are_in_the_way_unless_forced(seeded: list[Account]) -> None:
    control().new(name="mine")
    api = used(seeded[0])
    refused = control().call("POST", "reset")
    assert (refused.status_code, number(refused)) == (409, 10)
    assert "mine" in json.dumps(problem(refused))
    assert len(api.read("core/v1/users")["items"]) == 2
    assert reset(force=True) == {"reset": ["left", "right"], "made": [], "deleted": ["mine"]}


def test_an_account_by_hand_has_nothing_to_go_back_to(account: Account) -> None:
    refused = control().call("POST", f"accounts/{account.id}/reset")
    assert (refused.status_code, number(refused)) == (409, 10)
    assert "checkpoint" in json.dumps(problem(refused))


@pytest.mark.parametrize("body", [{"all": "yes"}, {"force": 1}, {"colour": "red"}])
def test_a_body_that_says_something_else_is_refused(body: dict[str, Any]) -> None:
    refused = control().call("POST", "reset", body)
    assert number(refused) == 8
    assert invalid(refused) == list(body)
