"""Users, roles and tokens by hand: the API's rules, a token shown once."""

import re
from typing import Any

import pytest

from astra.accounts.models import Account, Role, RoleBinding, Token, User
from astra.accounts.tokens import digest
from astra.api.dice import NIL_ID
from tests import world
from tests.admin.conftest import Person, call, errors, list_of, page_of, text_of

USER = {"email": "eve@example.com", "auth_provider": "local", "role": "viewer"}


def add_user(person: Person, **fields: Any) -> Any:
    return person.send(f"{list_of(User)}add/", **(USER | fields))


def secret_on(page: str) -> str:
    found = re.search(r'class="astra-secret"[^>]*>([^<]+)<', page)
    assert found is not None
    return found[1]


def test_a_user_is_made_with_a_role(person: Person, account: Account) -> None:
    add_user(person, account=account.pk, first_name="Eve", labels="team=red")
    user = User.objects.get()
    assert (user.email, user.first_name, user.state) == ("eve@example.com", "Eve", "active")
    assert user.labels == [{"name": "team", "value": "red"}]
    assert RoleBinding.objects.get().role == "viewer"
    assert "viewer" in person.look(list_of(User))


def test_a_user_may_be_without_a_role(person: Person, account: Account) -> None:
    add_user(person, account=account.pk, role="")
    assert User.objects.count() == 1
    assert not RoleBinding.objects.exists()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"email": "nobody"}, {"email": ["Must be an email address."]}),
        ({"email": "taken@example.com"}, {"email": ["A user of this account has this email."]}),
        (
            {"first_name": "x" * 64},
            {"first_name": ["Ensure this field has no more than 63 characters."]},
        ),
    ],
)
def test_a_user_is_refused_in_the_apis_words(
    fields: dict[str, str], expected: dict[str, list[str]], person: Person, account: Account
) -> None:
    world.make_user(account, email="taken@example.com")
    response = add_user(person, account=account.pk, **fields)
    assert errors(response) == expected
    assert User.objects.count() == 1


def test_a_user_is_changed_and_its_state_is_not_typed_in(person: Person, account: Account) -> None:
    user = world.make_user(account, "viewer")
    response = person.send(page_of(user), email="new@example.com", first_name="N", state="pending")
    assert response["Location"] == list_of(User)
    user.refresh_from_db()
    assert (user.email, user.first_name, user.state) == ("new@example.com", "N", "active")
    assert user.is_enabled is False


def test_the_last_owner_stays_able_to_call(person: Person, account: Account) -> None:
    owner = world.make_user(account)
    response = person.send(page_of(owner), email=owner.email)
    assert errors(response) == {"__all__": ["The requested operation isn't permitted."]}
    person.run("suspend", owner)
    person.run("delete_records", owner)
    owner.refresh_from_db()
    assert owner.state == "active"


def test_the_only_owner_is_let_in_again(person: Person, account: Account) -> None:
    owner = world.make_user(account, state="suspended")
    person.run("activate", owner)
    owner.refresh_from_db()
    assert (owner.state, str(owner.modified_by)) == ("active", str(NIL_ID))


def test_texts_of_a_user_are_emptied(person: Person, account: Account) -> None:
    user = world.make_user(account, "viewer", first_name="N", phone="1", company_name="C")
    person.send(page_of(user), email=user.email, first_name="", phone="")
    user.refresh_from_db()
    assert (user.first_name, user.phone, user.company_name) == ("", None, "C")


def test_a_user_is_suspended_and_activated(person: Person, account: Account) -> None:
    world.make_user(account)
    user = world.make_user(account)
    token = world.make_token(user)
    assert call(account, token) == 200
    person.run("suspend", user)
    assert call(account, token) == 403
    person.run("activate", user)
    assert call(account, token) == 200


def test_a_deleted_user_takes_its_tokens_along(person: Person, account: Account) -> None:
    world.make_user(account)
    user = world.make_user(account)
    world.make_token(user)
    person.run("delete_records", user)
    assert User.objects.count() == 1
    assert not Token.objects.exists()


def test_a_token_is_shown_once_and_works(person: Person, account: Account) -> None:
    user = world.make_user(account)
    response = person.send(
        f"{list_of(user)}{user.pk}/create_token/", confirmed="create_token", name="laptop"
    )
    assert "no-store" in response["Cache-Control"]
    secret = secret_on(response.content.decode())
    assert call(account, secret) == 200
    token = Token.objects.get()
    assert (token.name, token.digest) == ("laptop", digest(secret))
    assert secret not in person.look(page_of(token))


def test_a_token_can_expire(person: Person, account: Account) -> None:
    user = world.make_user(account)
    fields = {"name": "short", "expires_at_0": "2026-01-05", "expires_at_1": "12:30:00"}
    response = person.run("create_token", user, **fields)
    secret = secret_on(response.content.decode())
    assert call(account, secret) == 200
    world.advance(account, 1800)
    assert call(account, secret) == 401
    assert "expired 2026-01-05 12:30:00" in text_of(person.look(list_of(Token)))


def test_a_token_without_a_name_is_refused(person: Person, account: Account) -> None:
    user = world.make_user(account)
    assert errors(person.run("create_token", user)) == {"name": ["This field is required."]}
    response = person.run("create_token", user, name="x" * 64)
    assert errors(response) == {"name": ["Ensure this field has no more than 63 characters."]}
    assert not Token.objects.exists()


def test_a_token_is_made_from_the_list_of_tokens_too(person: Person, account: Account) -> None:
    user = world.make_user(account)
    response = person.send(f"{list_of(Token)}add/", user=user.pk, name="laptop")
    assert call(account, secret_on(response.content.decode())) == 200
    response = person.send(f"{list_of(Token)}add/", user=user.pk, name="x" * 64)
    assert list(errors(response)) == ["name"]


def test_a_deleted_token_is_revoked(person: Person, account: Account) -> None:
    user = world.make_user(account)
    secret = world.make_token(user)
    person.run("delete_records", Token.objects.get())
    assert call(account, secret) == 401


def test_a_role_is_given_changed_and_taken(person: Person, account: Account) -> None:
    world.make_user(account)
    user = world.make_user(account, None)
    person.send(f"{list_of(RoleBinding)}add/", user=user.pk, role="viewer", constraints="*")
    binding = RoleBinding.objects.get(user=user)
    assert (binding.role, binding.constraints) == ("viewer", ["*"])
    person.send(page_of(binding), role="admin", constraints="*")
    binding.refresh_from_db()
    assert binding.role == "admin"
    person.run("delete_records", binding)
    assert not RoleBinding.objects.filter(user=user).exists()


def test_a_role_is_given_to_a_group(person: Person, account: Account) -> None:
    member = world.make_user(account, None)
    group = world.make_group(account, member)
    add = f"{list_of(RoleBinding)}add/"
    constraints = "namespaces:*\nnamespaces:id='x'.*"
    person.send(add, group=group.pk, role="viewer", constraints=constraints)
    binding = RoleBinding.objects.get()
    assert (binding.group, binding.user, binding.role) == (group, None, "viewer")
    assert binding.constraints == ["namespaces:*", "namespaces:id='x'.*"]
    page = person.look(page_of(binding))
    assert f"/core/v1/roleBindings/{binding.pk}" in page
    assert group.name in text_of(page)
    person.send(page_of(binding), role="member", constraints="*")
    binding.refresh_from_db()
    assert (binding.role, binding.constraints, binding.group) == ("member", ["*"], group)


def test_a_role_is_one_of_a_user_or_of_a_group(person: Person, account: Account) -> None:
    user = world.make_user(account, None)
    group, elsewhere = world.make_group(account), world.make_group(world.make_account())
    add, role = f"{list_of(RoleBinding)}add/", {"role": "viewer", "constraints": "*"}
    nobody = person.send(add, **role)
    assert errors(nobody) == {"user": ["One of user and group must be given."]}
    both = person.send(add, user=user.pk, group=group.pk, **role)
    assert errors(both) == {"user": ["Only one of userID and groupID may be given."]}
    assert person.send(add, group=elsewhere.pk, **role).status_code == 302
    assert RoleBinding.objects.get().account == elsewhere.account


def test_a_second_role_adds_up_and_the_last_owners_is_refused(
    person: Person, account: Account
) -> None:
    owner = world.make_user(account, Role.OWNER)
    response = person.send(
        f"{list_of(RoleBinding)}add/", user=owner.pk, role="viewer", constraints="*"
    )
    assert response.status_code == 302
    binding = RoleBinding.objects.get(role="owner")
    response = person.send(page_of(binding), role="viewer", constraints="*")
    assert errors(response) == {"__all__": ["The requested operation isn't permitted."]}
    binding.refresh_from_db()
    assert binding.role == "owner"


def test_an_administrator_gets_a_password_that_is_not_stored_clear(person: Person) -> None:
    from django.contrib.auth.models import User as Administrator

    fields = {"username": "bea", "password1": "long-enough-1", "password2": "long-enough-1"}
    response = person.send("/admin/auth/user/add/", **fields, usable_password="true")
    assert response.status_code == 302
    bea = Administrator.objects.get(username="bea")
    assert bea.check_password("long-enough-1")
    assert "algorithm" in person.look(page_of(bea))
