"""users: what every resource promises, and what becomes of a user that is changed or deleted."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from astra.accounts.kinds import USER
from astra.accounts.models import Account, Described, Role, RoleBinding, Token, User
from tests import world
from tests.conftest import Api, invalid, number
from tests.contract import Lists, Retrieves
from tests.contract_writes import ABSENT, Creates, Deletes, Refused, Replaces

ADDRESS = {
    "addressCountry": "US",
    "addressLocality": "Sunnyvale",
    "addressRegion": "California",
    "postalCode": "94089",
    "streetAddress1": "495 East Java Drive",
}
LABELS = [{"name": "team", "value": "a"}]
NEW = {"type": "application/astra-user", "version": "1.2", "email": "jdoe@example.com"}
CHANGE = {"type": "application/astra-user", "version": "1.2"}
READ_ONLY = {"labels": [{"name": "astra.netapp.io/labels/read-only/x", "value": ""}]}
USERS = "core/v1/users"

BAD_TEXTS = {
    "an unknown member": Refused({"role": "owner"}, 8, ["role"]),
    "another version": Refused({"version": "1.3"}, 8, ["version"]),
    "no version and another type": Refused(
        {"version": ABSENT, "type": "application/astra-users"}, 8, ["type", "version"]
    ),
    "names that are too long": Refused(
        {"firstName": "x" * 64, "lastName": "x" * 64, "companyName": "x" * 64},
        8,
        ["firstName", "lastName", "companyName"],
    ),
    "an empty company": Refused({"companyName": ""}, 8, ["companyName"]),
    "null": Refused({"phone": None}, 8, ["phone"]),
    "a number as a phone": Refused({"phone": 555}, 8, ["phone"]),
    "a real boolean": Refused({"sendWelcomeEmail": False}, 8, ["sendWelcomeEmail"]),
    "an unknown provider": Refused({"authProvider": "saml"}, 8, ["authProvider"]),
    "half an address": Refused(
        {"postalAddress": {"addressCountry": "USA", "streetAddress2": ""}},
        8,
        [f"postalAddress.{name}" for name in ADDRESS] + ["postalAddress.streetAddress2"],
    ),
    "an empty email": Refused({"email": ""}, 9, ["email"]),
    "no email address": Refused({"email": "jdoe"}, 9, ["email"]),
    "an email with a space": Refused({"email": "j doe@example.com"}, 9, ["email"]),
    "texts that cannot be stored": Refused(
        {"email": f"{'x' * 250}@x.com", "phone": "5" * 64, "firstName": "a\0"},
        9,
        ["email", "phone", "firstName"],
    ),
    "a read-only label": Refused({"metadata": READ_ONLY}, 10, ["metadata.labels[0].name"]),
}


class TestUsers(Lists, Retrieves, Creates, Replaces, Deletes):
    kind = USER
    path = USERS
    write_role = Role.ADMIN
    members = frozenset(
        {
            "type",
            "version",
            "id",
            "state",
            "isEnabled",
            "authID",
            "authProvider",
            "firstName",
            "lastName",
            "companyName",
            "email",
            "phone",
            "postalAddress",
            "sendWelcomeEmail",
            "enableTimestamp",
            "metadata",
        }
    )
    valid = {
        "nothing but an email": {},
        "an older version": {"version": "1.0"},
        "everything": {
            "authProvider": "ldap",
            "authID": "cn=jdoe,dc=example,dc=com",
            "firstName": "John",
            "lastName": "Doe",
            "companyName": "NetApp, Inc.",
            "phone": "408-555-22222",
            "postalAddress": ADDRESS | {"streetAddress2": "Building 1"},
            "metadata": {"labels": LABELS},
        },
        "the shortest texts": {"firstName": "", "lastName": "", "companyName": "x"},
        "the longest names": {"firstName": "é" * 63, "lastName": "x" * 63, "companyName": "x" * 63},
        "a welcome": {"authProvider": "cloud-central", "sendWelcomeEmail": "true"},
    }
    invalid = BAD_TEXTS | {
        "no email": Refused({"email": ABSENT}, 8, ["email"]),
        "what the service sets": Refused(
            {
                "id": str(world.some_id()),
                "state": "active",
                "isEnabled": "true",
                "enableTimestamp": "2020-08-05T14:24:54.128427Z",
                "lastActTimestamp": "2020-08-05T14:24:54.128427Z",
            },
            8,
            ["id", "state", "isEnabled", "enableTimestamp", "lastActTimestamp"],
        ),
    }
    replacements = {
        "nothing": {},
        "texts": {
            "firstName": "John",
            "lastName": "Doe",
            "companyName": "NetApp, Inc.",
            "phone": "408-555-22222",
            "postalAddress": ADDRESS,
        },
        "suspended": {"state": "suspended"},
        "disabled": {"isEnabled": "false"},
        "labels": {"metadata": {"labels": LABELS}},
    }
    unacceptable = BAD_TEXTS | {
        "everything that may not change": Refused(
            {
                "id": str(world.some_id()),
                "authProvider": "ldap",
                "enableTimestamp": "2020-08-05T14:24:54.128427Z",
                "lastActTimestamp": "2020-08-05T14:24:54.128427Z",
            },
            10,
            ["id", "authProvider", "enableTimestamp", "lastActTimestamp"],
        ),
        "pending again": Refused({"state": "pending"}, 9, ["state"]),
        "an unknown state": Refused({"state": "deleted"}, 8, ["state"]),
    }

    def make(self, **values: Any) -> Described:
        return world.make_user(self.account, Role.MEMBER, **values)

    def body(self) -> dict[str, Any]:
        return dict(NEW)


def make(api: Api, **members: Any) -> Any:
    """Create a user by the API; return the document."""
    response = api.post(USERS, NEW | members)
    assert response.status_code == 201, response.content
    return json.loads(response.content)


def let_in(api: Api, role: str | None = Role.MEMBER, **values: Any) -> Api:
    """A further caller in the account."""
    user = world.make_user(api.account, role, **values)
    return Api(api.account, world.make_token(user), user.id)


def test_a_new_user_is_local_active_enabled_and_without_a_role(api: Api) -> None:
    document = make(api)
    identifier = document.pop("id")
    document.pop("metadata")
    assert document == {
        "type": "application/astra-user",
        "version": "1.2",
        "state": "active",
        "isEnabled": "true",
        "authID": "jdoe@example.com",
        "authProvider": "local",
        "firstName": "",
        "lastName": "",
        "email": "jdoe@example.com",
        "sendWelcomeEmail": "false",
        "enableTimestamp": "2026-01-05T12:00:00.123456Z",
    }
    newcomer = Api(api.account, world.make_token(User.objects.get(id=identifier)))
    assert number(newcomer.get("")) == 11


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"authProvider": "local"}, ("active", "jdoe@example.com", "false")),
        ({"authID": "x", "sendWelcomeEmail": "true"}, ("active", "jdoe@example.com", "false")),
        ({"authProvider": "ldap", "sendWelcomeEmail": "true"}, ("pending", None, "false")),
        ({"authProvider": "ldap", "authID": "cn=j"}, ("pending", "cn=j", "false")),
        ({"authProvider": "cloud-central"}, ("pending", None, "true")),
        (
            {"authProvider": "cloud-central", "sendWelcomeEmail": "false"},
            ("pending", None, "false"),
        ),
    ],
)
def test_the_provider_decides_state_identity_and_welcome(
    api: Api, members: dict[str, str], expected: tuple[str, str | None, str]
) -> None:
    document = make(api, **members)
    found = document["state"], document.get("authID"), document["sendWelcomeEmail"]
    assert found == expected


def test_a_pending_user_calls_once_it_is_active(api: Api) -> None:
    caller = let_in(api, state="pending", auth_provider="ldap")
    assert number(caller.get("")) == 11
    assert api.put(f"{USERS}/{caller.user_id}", CHANGE | {"state": "active"}).status_code == 204
    assert caller.get("").status_code == 200


def test_an_email_is_taken_within_the_account_only(api: Api, stranger: Api) -> None:
    make(api)
    refusal = api.post(USERS, NEW)
    assert (number(refusal), invalid(refusal)) == (10, ["email"])
    other = world.make_user(api.account)
    refusal = api.put(f"{USERS}/{other.id}", CHANGE | {"email": NEW["email"]})
    assert (number(refusal), invalid(refusal)) == (10, ["email"])
    assert User.objects.get(id=other.id).email == other.email
    # Ids drawn on a still clock follow from the seed.
    Account.objects.filter(id=stranger.account.id).update(seed=8)
    make(stranger)


def test_the_email_of_a_local_user_is_its_identity(api: Api) -> None:
    document = make(api)
    change = document | {"email": "jdale@example.com", "lastName": "Dale"}
    assert api.put(f"{USERS}/{document['id']}", change).status_code == 204
    changed = api.read(f"{USERS}/{document['id']}")
    assert (changed["email"], changed["authID"]) == ("jdale@example.com", "jdale@example.com")
    assert changed["lastName"] == "Dale"


def test_the_identity_of_another_user_is_its_own(api: Api) -> None:
    document = make(api, authProvider="ldap", authID="cn=old")
    url = f"{USERS}/{document['id']}"
    assert api.put(url, CHANGE | {"email": "new@example.com"}).status_code == 204
    assert api.read(url)["authID"] == "cn=old"
    assert api.put(url, CHANGE | {"authID": "cn=new"}).status_code == 204
    assert api.read(url)["authID"] == "cn=new"


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


MATCHES = [
    ("email eq 'ada@example.com'", "a"),
    ("email gt 'b'", "bc"),
    ("firstName eq 'Ada'", "a"),
    ("firstName lt 'B'", "abc"),
    ("companyName gte ' '", "b"),
    ("companyName eq 'Acme'", "b"),
    ("phone in '1,2'", "b"),
    ("authProvider eq 'ldap'", "c"),
    ("authID gte ' '", "b"),
    ("state eq 'suspended'", "c"),
    ("isEnabled eq 'false'", "c"),
    ("sendWelcomeEmail eq 'true'", "b"),
    ("postalAddress.addressCountry eq 'US'", "a"),
    ("enableTimestamp gt '2026-01-05T12:00:00Z'", "b"),
    ("version in '1.0,1.1'", "c"),
    ("metadata.labels[*].value eq 'a'", "b"),
    ("type eq 'application/astra-user'", "abc"),
]


@pytest.fixture
def three(api: Api) -> dict[str, str]:
    """Three users beside the owner, of ascending ids; their letters by id."""
    rows = {
        "a": {"email": "ada@example.com", "first_name": "Ada", "postal_address": ADDRESS},
        "b": {
            "email": "bob@example.com",
            "company_name": "Acme",
            "phone": "2",
            "auth_id": "cn=b",
            "send_welcome_email": True,
            "enabled_at": world.START,
            "labels": LABELS,
        },
        "c": {
            "email": "cyd@example.com",
            "auth_provider": "ldap",
            "state": "suspended",
            "is_enabled": False,
            "version": "1.0",
        },
    }
    ids = {letter: f"{letter * 8}-0000-4000-8000-000000000000" for letter in rows}
    for letter, values in rows.items():
        world.make_user(api.account, None, id=ids[letter], **values)
    return {identifier: letter for letter, identifier in ids.items()}


@pytest.mark.parametrize(("condition", "expected"), MATCHES)
def test_users_are_filtered(api: Api, three: dict[str, str], condition: str, expected: str) -> None:
    items = api.read(f"{USERS}?filter={quote(condition)}")["items"]
    found = {item["id"] for item in items} - {str(api.user_id)}
    assert "".join(sorted(three[identifier] for identifier in found)) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("email", "abc"),
        ("email desc", "cba"),
        ("state desc", "cab"),
        ("companyName", "bac"),
        ("authProvider", "cab"),
        ("enableTimestamp desc", "bac"),
        ("isEnabled", "cab"),
    ],
)
def test_users_are_ordered(api: Api, three: dict[str, str], order: str, expected: str) -> None:
    condition = "email in 'ada@example.com,bob@example.com,cyd@example.com'"
    items = api.read(f"{USERS}?orderBy={quote(order)}&filter={quote(condition)}")["items"]
    assert "".join(three[item["id"]] for item in items) == expected
