"""The role owner: only an owner gives, changes or takes it, and the last one stays."""

from collections.abc import Callable
from typing import Any

import pytest

from astra.accounts.models import Role, RoleBinding, User
from tests import world
from tests.conftest import Api, number
from tests.identity.test_role_bindings import BINDINGS, CHANGE, binding_of, new


def test_an_admin_gives_every_role_but_owner(api: Api, as_role: Callable[[str], Api]) -> None:
    admin = as_role("admin")
    for role in Role:
        user = world.make_user(api.account, None)
        response = admin.post(BINDINGS, new(user, role))
        if role == Role.OWNER:
            assert number(response) == 11
            assert not RoleBinding.objects.filter(user=user).exists()
        else:
            assert response.status_code == 201
    assert api.post(BINDINGS, new(user, Role.OWNER)).status_code == 201


def test_an_admin_makes_nobody_an_owner_and_changes_none(
    api: Api, as_role: Callable[[str], Api]
) -> None:
    admin, member, owner = as_role("admin"), as_role("member"), as_role("owner")
    for caller in (admin, member):
        assert number(admin.put(binding_of(caller), CHANGE | {"role": "owner"})) == 11
    before = api.read(binding_of(owner))
    for role in ("viewer", "owner"):
        change: dict[str, Any] = CHANGE | {"role": role, "roleConstraints": []}
        assert number(admin.put(binding_of(owner), change)) == 11
    assert number(admin.delete(binding_of(owner))) == 11
    assert api.read(binding_of(owner)) == before


def test_an_owner_gives_changes_and_takes_the_role(api: Api, as_role: Callable[[str], Api]) -> None:
    admin, owner = as_role("admin"), as_role("owner")
    assert api.put(binding_of(admin), CHANGE | {"role": "owner"}).status_code == 204
    assert api.put(binding_of(admin), CHANGE | {"role": "viewer"}).status_code == 204
    assert api.delete(binding_of(owner)).status_code == 204


def test_the_last_owner_stays(api: Api, as_role: Callable[[str], Api]) -> None:
    own = binding_of(api)
    assert number(api.put(own, CHANGE | {"role": "admin"})) == 11
    assert number(api.delete(own)) == 11
    assert api.put(own, CHANGE | {"role": "owner", "roleConstraints": []}).status_code == 204
    second = as_role("owner")
    assert api.put(own, CHANGE | {"role": "admin"}).status_code == 204
    assert number(second.delete(binding_of(second))) == 11


@pytest.mark.parametrize("values", [{"is_enabled": False}, {"state": "suspended"}])
def test_an_owner_who_cannot_call_does_not_count(
    api: Api, as_role: Callable[[str], Api], values: dict[str, Any]
) -> None:
    second = as_role("owner")
    User.objects.filter(id=second.user_id).update(**values)
    assert number(api.put(binding_of(api), CHANGE | {"role": "admin"})) == 11
    assert number(api.delete(binding_of(api))) == 11
    assert api.delete(binding_of(second)).status_code == 204


def test_an_owner_of_another_account_does_not_count(api: Api, stranger: Api) -> None:
    assert number(api.delete(binding_of(api))) == 11
    assert number(stranger.delete(binding_of(stranger))) == 11
