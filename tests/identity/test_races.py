"""Two callers at once: an account keeps its last owner, and no answer is a failure."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from astra.accounts.callers import caller_of
from astra.accounts.models import Role, RoleBinding, Token, User
from astra.resources.actions import delete_row
from identity.actions.tokens import token_create
from identity.actions.users import owners_locked
from identity.resources.users import USER
from tests import world
from tests.conftest import Api, invalid, number
from tests.threads import at_once, waiting

pytestmark = pytest.mark.django_db(transaction=True)

DEMOTION = {"type": "application/astra-roleBinding", "version": "1.1", "role": "viewer"}
TOKEN = {"type": "application/astra-token", "version": "1.0", "name": "Script"}


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=1) as executor:
        yield executor


def demote(caller: Api, other: Api) -> Any:
    binding = RoleBinding.objects.get(user_id=other.user_id)
    return caller.put(f"core/v1/roleBindings/{binding.id}", DEMOTION)


def owners(api: Api) -> set[Any]:
    found = RoleBinding.objects.filter(account=api.account, role=Role.OWNER)
    return set(found.values_list("user_id", flat=True))


def test_of_two_owners_who_demote_each_other_one_stays(
    api: Api, as_role: Callable[[str], Api], pool: ThreadPoolExecutor
) -> None:
    second = as_role("owner")
    with owners_locked(api.account.id):
        answer = waiting(pool, lambda: demote(second, api))
        RoleBinding.objects.filter(user_id=second.user_id).update(role=Role.VIEWER)
    assert number(answer.result()) == 11
    assert owners(api) == {api.user_id}


@pytest.mark.parametrize("change", [{"is_enabled": False}, {"state": "suspended"}])
def test_an_owner_steps_down_only_beside_one_who_can_still_call(
    api: Api, as_role: Callable[[str], Api], pool: ThreadPoolExecutor, change: dict[str, Any]
) -> None:
    second = as_role("owner")
    with owners_locked(api.account.id):
        answer = waiting(pool, lambda: demote(api, api))
        User.objects.filter(id=second.user_id).update(**change)
    assert number(answer.result()) == 11
    assert owners(api) == {api.user_id, second.user_id}


def test_of_two_owners_who_delete_each_other_one_stays(
    api: Api, as_role: Callable[[str], Api]
) -> None:
    second = as_role("owner")

    def delete(caller: Api, other: Api) -> int:
        status: int = caller.delete(f"core/v1/users/{other.user_id}").status_code
        return status

    pairs = (api, second), (second, api)
    statuses = sorted(at_once(partial(delete, *pair) for pair in pairs))
    # The second is refused as no owner, or as nobody any more.
    assert statuses in ([204, 401], [204, 403])
    assert len(owners(api)) == 1


def test_a_token_is_not_made_for_a_user_who_is_being_deleted(
    api: Api, as_role: Callable[[str], Api], pool: ThreadPoolExecutor
) -> None:
    member = as_role("member")
    path = f"core/v1/users/{member.user_id}/tokens"
    caller = caller_of(api.token or "")
    with transaction.atomic():
        assert member.user_id is not None
        assert delete_row(USER, User.objects.filter(id=member.user_id), caller=caller)
        answer = waiting(pool, lambda: api.post(path, TOKEN))
    assert number(answer.result()) == 2


def test_a_token_that_is_being_made_goes_with_its_user(
    api: Api, as_role: Callable[[str], Api], pool: ThreadPoolExecutor
) -> None:
    member = as_role("member")
    path = f"core/v1/users/{member.user_id}"
    caller = caller_of(api.token or "")
    with transaction.atomic():
        assert member.user_id is not None
        token_create(caller=caller, user_id=member.user_id, body=TOKEN)
        answer = waiting(pool, lambda: api.delete(path))
    assert answer.result().status_code == 204
    assert not Token.objects.filter(user_id=member.user_id).exists()


@pytest.mark.parametrize("what", ["users", "roleBindings"])
def test_of_eight_equal_creates_one_succeeds(api: Api, what: str) -> None:
    user = world.make_user(api.account, None)
    bodies = {
        "users": {"type": "application/astra-user", "version": "1.2", "email": "a@example.com"},
        "roleBindings": {
            **DEMOTION,
            "userID": str(user.id),
            "accountID": str(api.account.id),
        },
    }
    create = partial(api.post, f"core/v1/{what}", bodies[what])
    answers = at_once([create] * 8)
    refused = [answer for answer in answers if answer.status_code != 201]
    assert len(refused) == 7
    named = {"users": ["email"], "roleBindings": ["role"]}[what]
    assert {(number(answer), *invalid(answer)) for answer in refused} == {(10, *named)}
