"""groups, and what is below groups and users at once: the contract at each path, and who is in them."""

import json
from typing import Any

import pytest

from astra.accounts.models import Described, Group, Membership, RoleBinding, Token, User
from astra.accounts.tokens import issue_token
from astra.resources.places import Place
from astra.resources.resource import Resource
from identity.resources.groups import GROUP
from identity.resources.role_bindings import ROLE_BINDING
from identity.resources.tokens import TOKEN
from identity.resources.users import USER
from tests import samples, world
from tests.conftest import Api, number
from tests.declared import contract_of
from tests.identity.test_role_bindings import BINDINGS, CHANGE

GROUPS = "core/v1/groups"


def at(resource: Resource, path: str) -> Any:
    """The contract of a resource at one of its paths, as it is declared."""
    place = next(each for each in resource.places if each.path == path)
    return contract_of(resource, place)


class _Parents:
    """Rows of the path's parents: a group, and a user in it."""

    place: Place

    def parent_rows(self) -> dict[str, Any]:
        here: Any = self
        made = here.__dict__.setdefault("_parents", {})
        if not made:
            user = world.make_user(here.account, None)
            rows = {"user": user, "group": world.make_group(here.account, user)}
            made |= {kind: rows[kind] for kind in self.place.parents}
        return dict(made)

    # The world has other parents than those that a declaration is enough for.
    def test_a_parent_that_is_not_there_has_no_collection(self) -> None:
        here: Any = self
        rows = self.parent_rows()
        for kind in rows:
            ids = {f"{each}_id": row.id for each, row in rows.items()}
            url = (
                f"/accounts/{here.account.id}/{here.path.format(**ids | {f'{kind}_id': GROUP_ID})}"
            )
            assert number(here.call("GET", url)) == 2
            body = {name: each for name, each in here.body().items() if name != f"{kind}ID"}
            assert number(here.call("POST", url, body)) == 2

    def test_an_instance_is_not_found_below_another_parent(self) -> None:
        here: Any = self
        made, rows = here.make(), self.parent_rows()
        others = {
            "user": world.make_user(here.account, None),
            "group": world.make_group(here.account),
        }
        for kind in rows:
            ids = {f"{each}_id": row.id for each, row in (rows | {kind: others[kind]}).items()}
            url = f"/accounts/{here.account.id}/{here.path.format(**ids)}/{made.id}"
            assert number(here.call("GET", url)) == 2
            assert number(here.call("DELETE", url)) == 1


GROUP_ID = "11111111-1111-4111-8111-111111111111"


class _OfGroups:
    def make(self, **values: Any) -> Described:
        here: Any = self
        group = world.make_group(here.account, **values)
        for user in [row for kind, row in here.parent_rows().items() if kind == "user"]:
            if user.account_id == here.account.id:
                group.users.add(user, through_defaults={"account_id": here.account.id})
        return group

    def body(self) -> dict[str, Any]:
        here: Any = self
        body = samples.body(GROUP, here.account)
        return body | {"authID": world.make_ldap_group(here.account).dn}


class TestGroups(_OfGroups, at(GROUP, GROUPS)):  # type: ignore[misc]
    """`…/groups`."""


class TestGroupsOfAUser(_OfGroups, _Parents, at(GROUP, "core/v1/users/{user_id}/groups")):  # type: ignore[misc]
    """`…/users/{user_id}/groups`: those that the user is in."""


class TestUsersOfAGroup(_Parents, at(USER, "core/v1/groups/{group_id}/users")):  # type: ignore[misc]
    """`…/groups/{group_id}/users`: those that are in it."""

    def make(self, **values: Any) -> Described:
        user = world.make_user(self.account, "viewer", **values)
        group = self.parent_rows()["group"]
        if group.account_id == self.account.id:
            group.users.add(user, through_defaults={"account_id": self.account.id})
        return user


class TestTokensOfAMember(
    _Parents,
    at(TOKEN, "core/v1/groups/{group_id}/users/{user_id}/tokens"),  # type: ignore[misc]
):
    """`…/groups/{group_id}/users/{user_id}/tokens`: those of a user in the group."""

    def make(self, **values: Any) -> Described:
        user = self.parent_rows()["user"]
        if user.account_id != self.account.id:
            user = world.make_user(self.account)
        token, _ = issue_token(user=user, name="mine", now=values.pop("created_at", world.START))
        Token.objects.filter(id=token.id).update(**values)
        return token

    def test_a_create_answers_with_the_new_instance(self, accepted: Any) -> None:
        document = json.loads(self.call("POST", self.url(), self.body() | accepted).content)
        # Which is in this answer alone.
        assert document.pop("token")
        assert self.read(self.url(document["id"])) == document
        user = self.parent_rows()["user"]
        assert self.read(f"/accounts/{self.account.id}/core/v1/users/{user.id}/tokens")[
            "items"
        ] == [document]


class _Bindings(_Parents):
    principal: str

    def make(self, **values: Any) -> Described:
        here: Any = self
        row = self.parent_rows()[self.principal]
        if row.account_id != here.account.id:
            return world.bind(world.make_user(here.account, None), "viewer", **values)
        scope = [f"namespaces:id='{world.some_id()}'"]
        return RoleBinding.objects.create(
            account=here.account,
            role="viewer",
            version="1.1",
            constraints=scope,
            **{self.principal: row},
            **(world.AWAKE | values),
        )

    def body(self) -> dict[str, Any]:
        here: Any = self
        account = {"accountID": str(here.account.id)}
        principal = {f"{self.principal}ID": str(self.parent_rows()[self.principal].id)}
        return CHANGE | account | principal | {"role": "viewer"}


class TestBindingsOfAUser(_Bindings, at(ROLE_BINDING, "core/v1/users/{user_id}/roleBindings")):  # type: ignore[misc]
    """`…/users/{user_id}/roleBindings`: those of the user."""

    principal = "user"


class TestBindingsOfAGroup(_Bindings, at(ROLE_BINDING, "core/v1/groups/{group_id}/roleBindings")):  # type: ignore[misc]
    """`…/groups/{group_id}/roleBindings`: those of the group."""

    principal = "group"


class TestBindingsOfAMember(
    _Bindings,
    at(ROLE_BINDING, "core/v1/groups/{group_id}/users/{user_id}/roleBindings"),  # type: ignore[misc]
):
    """`…/groups/{group_id}/users/{user_id}/roleBindings`: those of a user in the group."""

    principal = "user"


class TestBindingsOfAGroupOfAUser(
    _Bindings,
    at(ROLE_BINDING, "core/v1/users/{user_id}/groups/{group_id}/roleBindings"),  # type: ignore[misc]
):
    """`…/users/{user_id}/groups/{group_id}/roleBindings`: those of a group that the user is in."""

    principal = "group"


def group(**members: Any) -> dict[str, Any]:
    return {"type": "application/astra-group", "version": "1.1", "authProvider": "ldap"} | members


def test_a_group_that_no_directory_has_is_refused(api: Api) -> None:
    refusal = api.post(GROUPS, group(authID="CN=nobody,DC=example,DC=com"))
    assert (refusal.status_code, number(refusal)) == (403, 14)
    assert not Group.objects.exists()


@pytest.mark.parametrize(
    ("cn", "name"), [("engineering", "engineering"), ("ops\\, night", "ops, night")]
)
def test_a_group_is_called_like_its_common_name(api: Api, cn: str, name: str) -> None:
    entry = world.make_ldap_group(api.account, cn=cn)
    made = json.loads(api.post(GROUPS, group(authID=entry.dn)).content)
    assert made["name"] == name
    refusal = api.post(GROUPS, group(authID=entry.dn))
    assert number(refusal) == 10


def test_the_directory_says_who_is_in_a_group(api: Api) -> None:
    names = [f"CN={name},OU=users,DC=example,DC=com" for name in ("ada", "eve")]
    entry = world.make_ldap_group(api.account, *names)
    before = world.make_user(api.account, None, auth_provider="ldap", auth_id=names[0])
    made = json.loads(api.post(GROUPS, group(authID=entry.dn)).content)
    sent = {"type": "application/astra-user", "version": "1.2", "email": "eve@example.com"}
    after = api.post("core/v1/users", sent | {"authProvider": "ldap", "authID": names[1]})
    users = api.read(f"{GROUPS}/{made['id']}/users")["items"]
    assert {user["id"] for user in users} == {str(before.id), json.loads(after.content)["id"]}


def test_the_role_of_a_group_is_that_of_its_users(api: Api) -> None:
    user = world.make_user(api.account, None, auth_provider="ldap", auth_id="CN=ada")
    caller = Api(api.account, world.make_token(user), user.id)
    made = world.make_group(api.account, user)
    assert number(caller.get("")) == 11
    sent = CHANGE | {"accountID": str(api.account.id), "groupID": str(made.id), "role": "viewer"}
    binding = json.loads(api.post(BINDINGS, sent).content)
    assert (binding["principalType"], binding["groupID"]) == ("group", str(made.id))
    assert caller.get("").status_code == 200
    assert api.delete(f"{GROUPS}/{made.id}").status_code == 204
    assert number(caller.get("")) == 11
    assert not RoleBinding.objects.filter(id=binding["id"]).exists()
    assert User.objects.filter(id=user.id).exists()


def test_the_last_owners_are_not_removed_with_their_group(api: Api) -> None:
    user = world.make_user(api.account, None, auth_provider="ldap")
    made = world.make_group(api.account, user)
    binding = RoleBinding.objects.create(
        account=api.account, group=made, role="owner", version="1.1", **world.AWAKE
    )
    caller = Api(api.account, world.make_token(user), user.id)
    own = RoleBinding.objects.get(user_id=api.user_id)
    assert caller.delete(f"{BINDINGS}/{own.id}").status_code == 204
    for path in (f"{GROUPS}/{made.id}", f"{BINDINGS}/{binding.id}"):
        assert number(caller.delete(path)) == 11
    Membership.objects.all().delete()
    assert number(caller.get("")) == 11
