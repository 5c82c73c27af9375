"""users: who can call, and who decides that about whom."""

from collections.abc import Callable
from typing import Any

import pytest

from astra.accounts.models import Role, RoleBinding, Token
from tests import world
from tests.conftest import Api, number
from tests.identity.test_users import CHANGE, USERS, make


def let_in(api: Api, role: str | None = Role.MEMBER, **values: Any) -> Api:
    """A further caller in the account."""
    user = world.make_user(api.account, role, **values)
    return Api(api.account, world.make_token(user), user.id)


def test_a_pending_user_calls_once_it_is_active(api: Api) -> None:
    caller = let_in(api, state="pending", auth_provider="ldap")
    assert number(caller.get("")) == 11
    assert api.put(f"{USERS}/{caller.user_id}", CHANGE | {"state": "active"}).status_code == 204
    assert caller.get("").status_code == 200


@pytest.mark.parametrize("change", [{"isEnabled": "false"}, {"state": "suspended"}])
def test_a_disabled_user_cannot_call_until_it_is_enabled(api: Api, change: dict[str, str]) -> None:
    caller = let_in(api)
    url = f"{USERS}/{caller.user_id}"
    assert api.put(url, CHANGE | change).status_code == 204
    assert number(caller.get("")) == 11
    back = {"isEnabled": "true", "state": "active"}
    assert api.put(url, CHANGE | back).status_code == 204
    assert caller.get("").status_code == 200


def test_only_enabling_sets_the_time_of_enabling(api: Api) -> None:
    document = make(api)
    url = f"{USERS}/{document['id']}"
    world.advance(api.account, 60)
    api.put(url, CHANGE | {"isEnabled": "true"})
    api.put(url, CHANGE | {"isEnabled": "false"})
    assert api.read(url)["enableTimestamp"] == "2026-01-05T12:00:00.123456Z"
    api.put(url, CHANGE | {"isEnabled": "true"})
    assert api.read(url)["enableTimestamp"] == "2026-01-05T12:01:00.123456Z"


def test_a_document_sent_back_enabled_has_the_time_of_that(api: Api) -> None:
    url = f"{USERS}/{make(api)['id']}"
    api.put(url, CHANGE | {"isEnabled": "false"})
    world.advance(api.account, 60)
    assert api.put(url, api.read(url) | {"isEnabled": "true"}).status_code == 204
    assert api.read(url)["enableTimestamp"] == "2026-01-05T12:01:00.123456Z"


def test_an_empty_text_is_no_member(api: Api) -> None:
    url = f"{USERS}/{make(api, phone='1', firstName='Ada')['id']}"
    assert api.put(url, CHANGE | {"phone": "", "firstName": ""}).status_code == 204
    document = api.read(url)
    assert (document["firstName"], "phone" in document) == ("", False)


def test_a_deleted_user_is_gone_with_its_tokens_and_its_role(api: Api) -> None:
    caller, other = let_in(api), let_in(api)
    assert api.delete(f"{USERS}/{caller.user_id}").status_code == 204
    assert number(caller.get("")) == 4
    for model in (Token, RoleBinding):
        assert not model.objects.filter(user_id=caller.user_id).exists()
        assert model.objects.filter(user_id=other.user_id).count() == 1


@pytest.mark.parametrize("role", ["admin", "owner"])
def test_nobody_deletes_himself(api: Api, as_role: Callable[[str], Api], role: str) -> None:
    caller = as_role(role)
    assert number(caller.delete(f"{USERS}/{caller.user_id}")) == 11
    assert caller.get("").status_code == 200


def test_an_admin_manages_users_but_not_what_an_owner_may(
    api: Api, as_role: Callable[[str], Api]
) -> None:
    admin = as_role("admin")
    owner, member = (f"{USERS}/{caller.user_id}" for caller in (api, let_in(api)))
    for change in ({"isEnabled": "false"}, {"state": "suspended"}):
        assert number(admin.put(owner, CHANGE | change)) == 11
        assert admin.put(member, CHANGE | change).status_code == 204
    same = {"isEnabled": "true", "state": "active", "firstName": "Ada"}
    assert admin.put(owner, CHANGE | same).status_code == 204
    assert api.read(owner)["firstName"] == "Ada"
    assert number(admin.delete(owner)) == 11
    assert admin.delete(member).status_code == 204


def test_an_owner_disables_and_deletes_another_but_not_the_last(api: Api) -> None:
    second, third = let_in(api, Role.OWNER), let_in(api, Role.OWNER)
    assert api.delete(f"{USERS}/{third.user_id}").status_code == 204
    assert api.put(f"{USERS}/{second.user_id}", CHANGE | {"isEnabled": "false"}).status_code == 204
    own = f"{USERS}/{api.user_id}"
    for change in ({"isEnabled": "false"}, {"state": "suspended"}):
        assert number(api.put(own, CHANGE | change)) == 11
    # The one who is disabled counts again once it can call.
    assert api.put(f"{USERS}/{second.user_id}", CHANGE | {"isEnabled": "true"}).status_code == 204
    assert api.put(own, CHANGE | {"isEnabled": "false"}).status_code == 204
    assert number(api.get("")) == 11
