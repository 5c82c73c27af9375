"""Who calls: bearer tokens, and when they do not count.

Source: `docs/architecture.md`, 'Who may call' and 'Clock'.
"""

from datetime import timedelta
from typing import Any

import pytest

from astra.accounts.clocks import ClockMode
from astra.accounts.models import Account, Role, RoleBinding, Token, User
from astra.accounts.tokens import digest
from astra.api.clock import clock_set_to, real_now
from tests import world
from tests.conftest import Api, number

HOUR = timedelta(hours=1)


def _status(api: Api, authorization: str | None) -> Any:
    headers = {} if authorization is None else {"Authorization": authorization}
    return Api(api.account, None).get("", **headers)


def _user(api: Api) -> Any:
    return User.objects.filter(id=api.user_id)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
@pytest.mark.parametrize("gap", [" ", "   "])
def test_the_scheme_is_read_in_any_case(api: Api, scheme: str, gap: str) -> None:
    assert _status(api, f"{scheme}{gap}{api.token}").status_code == 200
    assert _status(api, f" {scheme}{gap}{api.token} ").status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [None, "", " ", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Token {}", "{}", "Bearer:{}"],
)
def test_without_a_bearer_token_the_problem_is_3(api: Api, authorization: str | None) -> None:
    text = authorization and authorization.format(api.token)
    response = _status(api, text)
    assert (number(response), response.status_code) == (3, 401)
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "token", ["unknown", "{}x", "{} {}", '"{}"', "\xff\xfe", "a\x00b", "x" * 10_000, ",", "="]
)
def test_a_token_that_nobody_was_given_is_problem_4(api: Api, token: str) -> None:
    response = _status(api, f"Bearer {token.replace('{}', api.token or '')}")
    assert (number(response), response.status_code) == (4, 401)
    assert response["WWW-Authenticate"] == "Bearer"


def test_what_is_stored_of_a_token_does_not_open_anything(api: Api) -> None:
    assert number(_status(api, f"Bearer {digest(api.token or '')}")) == 4


def test_a_token_in_lower_case_is_another_token(api: Api) -> None:
    assert number(_status(api, f"Bearer {(api.token or '').lower()}")) == 4


def test_a_revoked_token_is_problem_4(api: Api) -> None:
    assert api.get("").status_code == 200
    Token.objects.filter(user_id=api.user_id).delete()
    assert number(api.get("")) == 4


def test_a_token_expires_by_the_still_clock_of_its_account(account: Account) -> None:
    user = world.make_user(account)
    api = Api(account, world.make_token(user, expires_at=world.START + HOUR))
    world.advance(account, 3599.999999)
    assert api.get("").status_code == 200
    world.advance(account, 0.000001)
    assert number(api.get("")) == 4


@pytest.mark.parametrize(
    ("mode", "real_hours", "expired"),
    [
        (ClockMode.MANUAL, 10**5, False),
        (ClockMode.SCALED, 0.5, True),
        (ClockMode.SCALED, 1 / 61, False),
        (ClockMode.SCALED, 1 / 60, True),
        (ClockMode.REAL, 0.9, False),
        (ClockMode.REAL, 1, True),
    ],
)
def test_a_token_expires_by_its_account_s_time_whatever_the_wall_says(
    db: None, mode: str, real_hours: float, expired: bool
) -> None:
    """The scaled clock runs sixty times as fast as the wall."""
    start = real_now()
    with clock_set_to(lambda: start):
        account = world.make_account(mode=mode)
        user = world.make_user(account)
        api = Api(account, world.make_token(user, expires_at=account.now() + HOUR))
        assert api.get("").status_code == 200
    with clock_set_to(lambda: start + real_hours * HOUR):
        response = api.get("")
        assert response.status_code == (401 if expired else 200)
        assert not expired or number(response) == 4


@pytest.mark.parametrize(
    "disabled", [{"is_enabled": False}, {"state": "suspended"}, {"state": "pending"}]
)
def test_a_disabled_user_is_problem_11(api: Api, disabled: dict[str, Any]) -> None:
    _user(api).update(**disabled)
    assert number(api.get("")) == 11
    assert number(api.get("nowhere")) == 11


@pytest.mark.parametrize(
    "inactive", [{"is_enabled": False}, {"state": "pending"}, {"state": "deletePending"}]
)
def test_an_inactive_account_is_problem_11(api: Api, inactive: dict[str, Any]) -> None:
    Account.objects.filter(id=api.account.id).update(**inactive)
    assert number(api.get("")) == 11


def test_a_user_without_a_role_is_problem_11(account: Account) -> None:
    api = Api(account, world.make_token(world.make_user(account, None)))
    assert number(api.get("")) == 11


def test_an_expired_token_of_a_disabled_user_is_problem_4(account: Account) -> None:
    user = world.make_user(account, is_enabled=False)
    api = Api(account, world.make_token(user, expires_at=world.START))
    assert number(api.get("")) == 4


@pytest.mark.parametrize("role", list(Role))
def test_every_role_may_read(account: Account, role: Role) -> None:
    api = Api(account, world.make_token(world.make_user(account, role)))
    assert api.get("k8s/v2/apps").status_code == 200


def test_a_role_counts_from_the_moment_it_changes(api: Api) -> None:
    path = f"topology/v1/appBackups/{world.some_id()}"
    assert number(api.delete(path)) == 1
    RoleBinding.objects.filter(user_id=api.user_id).update(role="viewer")
    assert number(api.delete(path)) == 11


def test_a_user_may_have_several_tokens(api: Api, account: Account) -> None:
    second = Api(account, world.make_token(_user(api).get()))
    assert second.get("").status_code == 200
    Token.objects.filter(digest=digest(second.token or "")).delete()
    assert number(second.get("")) == 4
    assert api.get("").status_code == 200


def test_a_token_in_the_query_is_no_token(api: Api) -> None:
    assert number(Api(api.account, None).get(f"?access_token={api.token}")) == 3
