"""roleBindings: what every resource promises, and who may give, change and take which role."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from astra.accounts.models import Described, Role, RoleBinding, User
from identity.kinds import ROLE_BINDING
from tests import world
from tests.conftest import Api, invalid, number
from tests.contract import NO_IDENTIFIERS, Lists, Retrieves
from tests.contract_writes import ABSENT, Creates, Deletes, Refused, Replaces

NIL = "00000000-0000-0000-0000-000000000000"
LABELS = [{"name": "team", "value": "a"}]
CHANGE = {"type": "application/astra-roleBinding", "version": "1.1"}
READ_ONLY = {"labels": [{"name": "astra.netapp.io/labels/read-only/x", "value": ""}]}
BINDINGS = "core/v1/roleBindings"

BAD = {
    "no role": Refused({"role": ABSENT}, 8, ["role"]),
    "an unknown role": Refused({"role": "root"}, 8, ["role"]),
    "a member of answers": Refused({"principalType": "user"}, 8, ["principalType"]),
    "another version and type": Refused(
        {"type": "application/astra-roleBindings", "version": "1.2"}, 8, ["type", "version"]
    ),
    "ids that are none": Refused(
        {"userID": "x", "groupID": "", "accountID": "X"}, 8, ["userID", "groupID", "accountID"]
    ),
    "constraints twice": Refused({"roleConstraints": ["*", "*"]}, 8, ["roleConstraints"]),
    "constraints that are no list": Refused({"roleConstraints": "*"}, 8, ["roleConstraints"]),
    "a constraint that is no text": Refused(
        {"roleConstraints": ["*", 1]}, 8, ["roleConstraints[1]"]
    ),
    "a constraint with NUL": Refused({"roleConstraints": ["\0"]}, 9, ["roleConstraints[0]"]),
    "a read-only label": Refused({"metadata": READ_ONLY}, 10, ["metadata.labels[0].name"]),
}


class TestRoleBindings(Lists, Retrieves, Creates, Replaces, Deletes):
    kind = ROLE_BINDING
    path = BINDINGS
    write_role = Role.ADMIN
    members = frozenset(
        {
            "type",
            "version",
            "id",
            "principalType",
            "userID",
            "groupID",
            "accountID",
            "role",
            "roleConstraints",
            "metadata",
        }
    )
    valid = {
        "a role": {},
        "an older version": {"version": "1.0"},
        "a group that is none": {"groupID": NIL},
        "no scope": {"roleConstraints": []},
        "scopes": {"roleConstraints": ["namespaces:id='6fa2f917'.*", "namespaces:*"]},
        "labels": {"metadata": {"labels": LABELS}},
    }
    invalid = BAD | {
        "no account": Refused({"accountID": ABSENT}, 8, ["accountID"]),
        "an id": Refused({"id": str(world.some_id())}, 8, ["id"]),
        "an account that is not the caller's": Refused(
            {"accountID": str(world.some_id())}, 9, ["accountID"]
        ),
        "an unknown user": Refused({"userID": str(world.some_id())}, 9, ["userID"]),
        "nobody": Refused({"userID": ABSENT}, 9, ["userID"]),
        "nil": Refused({"userID": NIL, "groupID": NIL}, 9, ["userID"]),
        "an unknown group": Refused(
            {"userID": ABSENT, "groupID": str(world.some_id())}, 9, ["groupID"]
        ),
        "user and group": Refused({"groupID": str(world.some_id())}, 9, ["userID"]),
    }
    replacements = {
        "the same role": {"role": "viewer"},
        "another role": {"role": "owner"},
        "no scope": {"role": "viewer", "roleConstraints": []},
        "a scope": {"role": "admin", "roleConstraints": ["namespaces:*"]},
        "the same principal": {"role": "member", "groupID": NIL},
        "labels": {"role": "viewer", "metadata": {"labels": LABELS}},
    }
    unacceptable = BAD | {
        "everything that may not change": Refused(
            {
                "id": str(world.some_id()),
                "userID": str(world.some_id()),
                "groupID": str(world.some_id()),
                "accountID": str(world.some_id()),
            },
            10,
            ["id", "userID", "groupID", "accountID"],
        ),
    }

    def make(self, **values: Any) -> Described:
        binding = world.bind(world.make_user(self.account, None), Role.VIEWER)
        RoleBinding.objects.filter(id=binding.id).update(**values)
        return binding

    def body(self) -> dict[str, Any]:
        return new(world.make_user(self.account, None))

    def replacement(self, changes: Any) -> dict[str, Any]:
        return super().replacement({"role": "viewer"} | changes)

    def test_a_user_of_another_account_is_unknown(self) -> None:
        body = self.body() | {"userID": str(self.stranger.user_id)}
        response = self.call("POST", self.url(), body)
        assert (number(response), invalid(response)) == (9, ["userID"])


def new(user: User, role: str = Role.VIEWER, **members: Any) -> dict[str, Any]:
    """A good body of a create."""
    principal = {"userID": str(user.id), "accountID": str(user.account_id)}
    return CHANGE | principal | {"role": role} | members


def binding_of(caller: Api) -> str:
    """The path of a caller's role binding."""
    return f"{BINDINGS}/{RoleBinding.objects.get(user_id=caller.user_id).id}"


def test_a_new_binding_reaches_everything(api: Api) -> None:
    user = world.make_user(api.account, None)
    caller = Api(api.account, world.make_token(user))
    assert number(caller.get("")) == 11
    document = json.loads(api.post(BINDINGS, new(user)).content)
    document.pop("metadata")
    assert document == {
        "type": "application/astra-roleBinding",
        "version": "1.1",
        "id": str(RoleBinding.objects.get(user=user).id),
        "principalType": "user",
        "userID": str(user.id),
        "groupID": NIL,
        "accountID": str(api.account.id),
        "role": "viewer",
        "roleConstraints": ["*"],
    }
    assert caller.get("").status_code == 200


def test_a_user_has_each_role_once_for_the_same(api: Api) -> None:
    user = world.make_user(api.account, Role.VIEWER)
    for path in (BINDINGS, f"core/v1/users/{user.id}/roleBindings"):
        refusal = api.post(path, new(user))
        assert (number(refusal), invalid(refusal)) == (10, ["role"])
    scoped = new(user, roleConstraints=["namespaces:*"])
    assert api.post(BINDINGS, scoped).status_code == 201
    assert api.post(BINDINGS, new(user, Role.ADMIN)).status_code == 201
    roles = RoleBinding.objects.filter(user=user).order_by("role").values_list("role", flat=True)
    assert list(roles) == ["admin", "viewer", "viewer"]


def test_several_roles_add_up(api: Api, as_role: Callable[[str], Api]) -> None:
    caller = as_role("viewer")
    assert number(caller.post("core/v1/users", {})) == 11
    admin = json.loads(
        api.post(BINDINGS, new(User.objects.get(id=caller.user_id), "admin")).content
    )
    assert number(caller.post("core/v1/users", {})) == 8
    assert api.delete(f"{BINDINGS}/{admin['id']}").status_code == 204
    assert number(caller.post("core/v1/users", {})) == 11


@pytest.mark.parametrize(("provider", "stays"), [("local", 0), ("cloud-central", 0), ("ldap", 1)])
def test_a_user_goes_with_the_last_binding_unless_the_directory_has_it(
    api: Api, provider: str, stays: int
) -> None:
    user = world.make_user(api.account, Role.VIEWER, auth_provider=provider)
    second = world.bind(user, Role.MEMBER)
    first = RoleBinding.objects.get(user=user, role=Role.VIEWER)
    assert api.delete(f"{BINDINGS}/{first.id}").status_code == 204
    assert User.objects.filter(id=user.id).count() == 1
    assert api.delete(f"{BINDINGS}/{second.id}").status_code == 204
    assert User.objects.filter(id=user.id).count() == stays
    assert api.get(f"core/v1/users/{user.id}").status_code == (200 if stays else 404)


def test_nobody_takes_the_own_last_role(as_role: Callable[[str], Api]) -> None:
    admin = as_role("admin")
    assert number(admin.delete(binding_of(admin))) == 11


def test_a_changed_role_holds_at_once(api: Api, as_role: Callable[[str], Api]) -> None:
    caller = as_role("viewer")
    assert number(caller.post("core/v1/users", {})) == 11
    assert api.put(binding_of(caller), CHANGE | {"role": "admin"}).status_code == 204
    assert number(caller.post("core/v1/users", {})) == 8
    assert api.delete(binding_of(caller)).status_code == 204
    assert number(caller.get("")) == 4


class TestBelowAUser:
    """`…/users/{user_id}/roleBindings`."""

    @pytest.fixture(autouse=True)
    def _user(self, api: Api, stranger: Api) -> None:
        self.api, self.stranger = api, stranger
        self.user = world.make_user(api.account, None)
        self.path = f"core/v1/users/{self.user.id}/roleBindings"

    def test_the_user_of_the_path_gets_the_role(self) -> None:
        for user in ({"userID": NIL}, {}, {"userID": str(self.user.id)}):
            body = {**CHANGE, "accountID": str(self.api.account.id), "role": "member", **user}
            response = self.api.post(self.path, body)
            assert response.status_code == 201
            document = json.loads(response.content)
            assert document["userID"] == str(self.user.id)
            url = f"{self.path}/{document['id']}"
            assert response["Location"] == f"http://testserver/accounts/{self.api.account.id}/{url}"
            assert self.api.read(url) == document
            assert self.api.read(self.path)["items"] == [document]
            assert self.api.read(f"{BINDINGS}/{document['id']}") == document
            assert self.api.put(url, CHANGE | {"role": "admin"}).status_code == 204
            assert self.api.read(url)["role"] == "admin"
            other = world.bind(self.user, Role.MEMBER)
            assert self.api.delete(url).status_code == 204
            assert [each["id"] for each in self.api.read(self.path)["items"]] == [str(other.id)]
            other.delete()

    def test_another_principal_is_refused(self) -> None:
        other = str(world.make_user(self.api.account, None).id)
        for principal in ({"userID": other}, {"groupID": other}):
            body = {**CHANGE, "accountID": str(self.api.account.id), "role": "member", **principal}
            refusal = self.api.post(self.path, body)
            assert (number(refusal), invalid(refusal)) == (9, list(principal))
        assert self.api.read(self.path)["items"] == []

    def test_a_user_that_is_not_there_has_no_bindings(self) -> None:
        body = {**CHANGE, "accountID": str(self.api.account.id), "role": "member"}
        for user in (world.some_id(), self.stranger.user_id, *NO_IDENTIFIERS):
            path = f"core/v1/users/{user}/roleBindings"
            assert number(self.api.get(path)) == 2
            assert number(self.api.post(path, body)) == 2

    def test_a_binding_is_not_found_below_another_user(self) -> None:
        url = f"{self.path}/{RoleBinding.objects.get(user_id=self.api.user_id).id}"
        assert number(self.api.get(url)) == 2
        assert number(self.api.put(url, CHANGE | {"role": "owner"})) == 1
        assert number(self.api.delete(url)) == 1

    @pytest.mark.parametrize("role", ["viewer", "member"])
    def test_a_weaker_role_reads_but_does_not_write(
        self, as_role: Callable[[str], Api], role: str
    ) -> None:
        caller = as_role(role)
        body = {**CHANGE, "accountID": str(self.api.account.id), "role": "viewer"}
        assert caller.read(self.path)["items"] == []
        own = f"core/v1/users/{caller.user_id}/roleBindings"
        (mine,) = caller.read(own)["items"]
        assert number(caller.post(self.path, body)) == 11
        assert number(caller.put(f"{own}/{mine['id']}", body)) == 11
        assert number(caller.delete(f"{own}/{mine['id']}")) == 11


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("role eq 'viewer'", {"viewer"}),
        ("role lt 'owner'", {"admin", "member"}),
        ("role in 'admin,viewer'", {"admin", "viewer"}),
        ("userID eq '{viewer}'", {"viewer"}),
        ("accountID eq '{account}'", {"admin", "member", "owner", "viewer"}),
        ("groupID gt '00000000-0000-0000-0000-000000000000'", set()),
        (
            "groupID eq '00000000-0000-0000-0000-000000000000'",
            {"admin", "member", "owner", "viewer"},
        ),
        ("principalType eq 'user'", {"admin", "member", "owner", "viewer"}),
        ("roleConstraints[*] eq 'namespaces:a'", {"viewer"}),
        ("roleConstraints[*] gte 'namespaces:b'", {"member"}),
        ("metadata.labels[*].name eq 'team'", {"member"}),
    ],
)
def test_bindings_are_filtered(
    api: Api, as_role: Callable[[str], Api], condition: str, expected: set[str]
) -> None:
    callers = {role: as_role(role) for role in ("viewer", "member", "admin")}
    scopes = {"viewer": ["*", "namespaces:a"], "member": ["namespaces:b"]}
    for role, constraints in scopes.items():
        RoleBinding.objects.filter(role=role).update(constraints=constraints)
    RoleBinding.objects.filter(role="member").update(labels=LABELS)
    clause = condition.format(viewer=callers["viewer"].user_id, account=api.account.id)
    items = api.read(f"{BINDINGS}?filter={quote(clause)}")["items"]
    assert {item["role"] for item in items} == expected
    ordered = api.read(f"{BINDINGS}?orderBy=role%20desc&filter={quote(clause)}")["items"]
    assert [item["role"] for item in ordered] == sorted(expected, reverse=True)
