"""users: what every resource promises, and what becomes of a user that is changed or deleted."""

import json
from typing import Any

import pytest

from astra.accounts.models import Account, Described, Role, User
from identity.kinds import USER
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


@pytest.mark.parametrize("what", ["users", "roleBindings"])
def test_a_failure_stores_nothing_and_is_problem_34(api: Api, what: str) -> None:
    """Another broken constraint is no conflict: here an id that was drawn before."""
    account = Account.objects.filter(id=api.account.id)
    binding = {
        "type": "application/astra-roleBinding",
        "version": "1.1",
        "accountID": str(api.account.id),
        "role": "viewer",
    }
    bodies = [
        {"users": NEW | {"email": f"{user.id}@example.com"}}.get(
            what, binding | {"userID": str(user.id)}
        )
        for user in (world.make_user(api.account, None) for _ in range(2))
    ]
    account.update(draws=50)
    assert api.post(f"core/v1/{what}", bodies[0]).status_code == 201
    before = api.read(f"core/v1/{what}")["items"]
    account.update(draws=50)
    assert number(api.post(f"core/v1/{what}", bodies[1])) == 34
    assert api.read(f"core/v1/{what}")["items"] == before
