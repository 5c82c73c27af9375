"""POST /accounts: a further account, with an owner whom whoever runs the service lets in."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from astra.accounts.models import Account, RoleBinding, Token, User
from astra.api.clock import clock_set_to
from tests import world
from tests.conftest import Api, invalid, number
from tests.identity.test_accounts import LABELS, NEW

NOW = datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=UTC)


def test_a_new_account_is_active_in_real_time_with_the_caller_s_double_as_owner(api: Api) -> None:
    User.objects.filter(id=api.user_id).update(
        email="ada@example.com", first_name="Ada", last_name="Byron"
    )
    with clock_set_to(lambda: NOW):
        body = NEW | {"metadata": {"labels": LABELS}}
        response = api.call("POST", "/accounts", body, root=True)
    assert response.status_code == 201
    document = json.loads(response.content)
    identifier = document.pop("id")
    assert response["Location"] == f"http://testserver/accounts/{identifier}"
    assert document == {
        "type": "application/astra-account",
        "version": "1.0",
        "name": "Testing 123",
        "state": "active",
        "isEnabled": "true",
        "enabledTimestamp": "2026-01-05T12:00:00.123456Z",
        "metadata": {
            "labels": LABELS,
            "creationTimestamp": "2026-01-05T12:00:00.123456Z",
            "modificationTimestamp": "2026-01-05T12:00:00.123456Z",
            "createdBy": str(api.user_id),
        },
    }
    account = Account.objects.get(id=identifier)
    assert (account.clock_mode, account.clock_rate) == ("real", 1.0)
    assert (account.clock_sim, account.clock_real) == (NOW, NOW)
    owner = User.objects.get(account=account)
    assert (owner.email, owner.first_name, owner.last_name) == ("ada@example.com", "Ada", "Byron")
    assert (owner.state, owner.is_enabled, owner.auth_id) == ("active", True, "ada@example.com")
    binding = RoleBinding.objects.get(account=account)
    assert (binding.user_id, binding.role, binding.constraints) == (owner.id, "owner", ["*"])
    assert not Token.objects.filter(account=account).exists()


def test_the_owner_of_a_new_account_lets_others_in(api: Api) -> None:
    made = api.call("POST", "/accounts", NEW, root=True).json()
    account = Account.objects.get(id=made["id"])
    owner = Api(account, world.make_token(User.objects.get(account=account)))
    assert owner.read("")["name"] == "Testing 123"
    (user,) = owner.read("core/v1/users")["items"]
    assert (
        owner.post(
            f"core/v1/users/{user['id']}/tokens",
            {"type": "application/astra-token", "version": "1.0", "name": "Script"},
        ).status_code
        == 201
    )


def test_two_new_accounts_do_not_draw_the_same_ids(api: Api) -> None:
    first, second = (api.call("POST", "/accounts", NEW, root=True).json() for _ in range(2))
    seeds = Account.objects.filter(id__in=[first["id"], second["id"]]).values_list("seed")
    assert len(set(seeds)) == 2


def test_a_new_account_is_beyond_the_caller_s_token(api: Api) -> None:
    made = api.call("POST", "/accounts", NEW, root=True).json()
    assert number(api.call("GET", f"/accounts/{made['id']}", root=True)) == 11
    listed = api.call("GET", "/accounts", root=True).json()["items"]
    assert [item["id"] for item in listed] == [str(api.account.id)]


@pytest.mark.parametrize(
    ("changes", "problem", "names"),
    [
        ({"name": ""}, 8, ["name"]),
        ({"name": None}, 8, ["name"]),
        ({"name": "x" * 64}, 8, ["name"]),
        ({"name": "a\0"}, 9, ["name"]),
        ({"type": "application/astra-user", "version": "2"}, 8, ["type", "version"]),
        ({"id": str(world.some_id()), "state": "active"}, 8, ["id", "state"]),
        (
            {"metadata": {"labels": [{}]}},
            8,
            ["metadata.labels[0].name", "metadata.labels[0].value"],
        ),
    ],
)
def test_a_bad_new_account_is_refused_by_every_name(
    api: Api, changes: dict[str, Any], problem: int, names: list[str]
) -> None:
    count = Account.objects.count()
    response = api.call("POST", "/accounts", NEW | changes, root=True)
    assert (number(response), sorted(invalid(response))) == (problem, sorted(names))
    assert Account.objects.count() == count
