"""`/simulator/v1/accounts/{account_id}/tokens`: tokens for whoever steers the service."""

import json
from typing import Any

import pytest

from astra.accounts.models import Account
from tests.conftest import Api, invalid, number
from tests.isolation.control import Control, control

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Any:
    return control().new(clock={"mode": "manual", "now": "2026-01-05T12:00:00Z"})


def issued(control: Control, account: Any, body: Any = None) -> Any:
    answer = control.call("POST", f"accounts/{account['id']}/tokens", body)
    assert answer.status_code == 201, answer.content
    return json.loads(answer.content)


def statuses(account: Any, token: str) -> int:
    return int(Api(Account.objects.get(id=account["id"]), token).get("k8s/v2/apps").status_code)


def test_a_token_is_of_the_first_owner_or_of_who_is_named(account: Any) -> None:
    own = issued(control(), account)
    assert (own["email"], own["userID"]) == ("owner@example.com", account["userID"])
    assert "expiresAt" not in own
    assert statuses(account, own["token"]) == 200
    named = issued(control(), account, {"email": "viewer@example.com", "expiresIn": "1h"})
    assert named["expiresAt"] == "2026-01-05T13:00:00.000000Z"
    assert statuses(account, named["token"]) == 200


def test_what_comes_later_has_the_same_ids_as_without_it(account: Any) -> None:
    def backup() -> Any:
        api = Api(Account.objects.get(id=account["id"]), account["token"])
        return api.post(
            f"k8s/v1/apps/{account['apps'][0]['id']}/appBackups",
            {"type": "application/astra-appBackup", "version": "1.1"},
        ).content

    without = backup()
    control().call("POST", f"accounts/{account['id']}/reset")
    issued(control(), account)
    assert backup() == without


def test_a_revoked_token_opens_nothing(account: Any) -> None:
    token = issued(control(), account)
    path = f"accounts/{account['id']}/tokens/{token['id']}"
    assert control().call("DELETE", path).status_code == 204
    assert statuses(account, token["token"]) == 401
    assert number(control().call("DELETE", path)) == 1


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({"email": "nobody@example.com"}, "email"),
        ({"expiresIn": "soon"}, "expiresIn"),
        ({"expiresIn": "0s"}, "expiresIn"),
        ({"expiresIn": "P999999D"}, "expiresIn"),
        ({"expiresIn": "P99999999999D"}, "expiresIn"),
        ({"name": ""}, "name"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused(account: Any, body: Any, member: str) -> None:
    answer = control().call("POST", f"accounts/{account['id']}/tokens", body)
    assert answer.status_code == 400, answer.content
    assert list(invalid(answer)) == [member]


def test_an_account_without_an_owner_asks_whose_it_is_to_be() -> None:
    account = Account.objects.get(id=control().new()["id"])
    account.user_set.filter(rolebinding__role="owner").update(is_enabled=False)
    answer = control().call("POST", f"accounts/{account.id}/tokens")
    assert b"The account has no owner; say whose it is to be." in answer.content
