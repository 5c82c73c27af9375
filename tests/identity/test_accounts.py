"""accounts: a caller sees its own, and no other; its owner changes it, deletes it, adds others."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from astra.accounts.models import Account, Described, Role
from identity.kinds import ACCOUNT
from tests import world
from tests.conftest import Api, number
from tests.contract import NO_IDENTIFIERS, Retrieves
from tests.contract_tenants import Tenants
from tests.contract_writes import ABSENT, Refused, Replaces

CONTACT: dict[str, Any] = {
    "firstName": "Ada",
    "lastName": "Byron",
    "email": "ada@example.com",
    "postalAddress": {
        "addressCountry": "GB",
        "addressLocality": "London",
        "addressRegion": "London",
        "streetAddress1": "12 St James's Square",
        "postalCode": "SW1Y",
    },
}


CONTACT_OF_NOWHERE = {name: value for name, value in CONTACT.items() if name != "postalAddress"}
LABELS = [{"name": "team", "value": "a"}]
NEW = {"type": "application/astra-account", "version": "1.0", "name": "Testing 123"}


class TestAccount(Tenants, Retrieves, Replaces):
    kind = ACCOUNT
    path = "accounts"
    write_role = Role.OWNER
    replacements = {
        "nothing": {},
        "a name": {"name": "frightened-pine"},
        "a name of 63 characters": {"name": "é" * 63},
        "a contact": {"accountContact": CONTACT},
        "labels": {"metadata": {"labels": LABELS}},
        "what it is already": {"state": "active", "isEnabled": "true"},
    }
    unacceptable = {
        "no type and no version": Refused(
            {"type": ABSENT, "version": ABSENT}, 8, ["type", "version"]
        ),
        "another version": Refused({"version": "1.1"}, 8, ["version"]),
        "an unknown member": Refused({"clock": "manual"}, 8, ["clock"]),
        "a name that is too long": Refused({"name": "x" * 64}, 8, ["name"]),
        "a name that is empty": Refused({"name": ""}, 8, ["name"]),
        "a name with NUL": Refused({"name": "a\0b"}, 9, ["name"]),
        "an unknown state": Refused({"state": "gone"}, 8, ["state"]),
        "a real boolean": Refused({"isEnabled": True}, 8, ["isEnabled"]),
        "an email that is too long": Refused(
            {"accountContact": {"email": "x" * 64}}, 8, ["accountContact.email"]
        ),
        "a country that is no code": Refused(
            {"accountContact": {"postalAddress": {"addressCountry": "GBR"}}},
            8,
            ["accountContact.postalAddress.addressCountry"],
        ),
        "a contact that lacks something": Refused(
            {"accountContact": {"firstName": "Ada", "postalAddress": {"postalCode": "SW1Y"}}},
            9,
            [
                "accountContact.email",
                "accountContact.lastName",
                "accountContact.postalAddress.addressCountry",
                "accountContact.postalAddress.addressLocality",
                "accountContact.postalAddress.addressRegion",
                "accountContact.postalAddress.streetAddress1",
            ],
        ),
        "a contact without an address": Refused(
            {"accountContact": CONTACT_OF_NOWHERE}, 9, ["accountContact.postalAddress"]
        ),
        "everything that may not change": Refused(
            {
                "id": str(world.some_id()),
                "state": "deletePending",
                "isEnabled": "false",
                "enabledTimestamp": "2020-08-06T12:24:52.256624Z",
            },
            10,
            ["id", "state", "isEnabled", "enabledTimestamp"],
        ),
        "a read-only label": Refused(
            {"metadata": {"labels": [{"name": "astra.netapp.io/labels/read-only/x", "value": ""}]}},
            10,
            ["metadata.labels[0].name"],
        ),
    }

    def instance_methods(self) -> set[str]:
        return super().instance_methods() | {"DELETE"}

    def test_a_replace_of_what_is_not_there_is_its_404(self) -> None:
        """Whether it exists or not, an account that is not the caller's is refused (403)."""
        for identifier in self.missing():
            response = self.call("PUT", self.url(identifier), self.replacement({}))
            assert number(response) == 11

    def body(self) -> dict[str, Any]:
        return NEW

    def make(self, **values: Any) -> Described:
        Account.objects.filter(id=self.account.id).update(**values)
        return self.account

    def make_elsewhere(self) -> Described:
        return self.stranger.account

    def url(self, identifier: object = None, **_: Any) -> str:
        return "/accounts" if identifier is None else f"/accounts/{identifier}"

    def test_an_instance_that_is_not_there_is_not_found(self) -> None:
        """Whether it exists or not, an account that is not the caller's is refused (403)."""
        for identifier in (world.some_id(), self.make_elsewhere().id, *NO_IDENTIFIERS):
            assert number(self.call("GET", self.url(identifier))) == 11


def test_the_list_has_the_caller_s_account_alone(api: Api, stranger: Api) -> None:
    for caller in (api, stranger):
        document = caller.call("GET", "/accounts?count=true", root=True).json()
        assert [item["id"] for item in document["items"]] == [str(caller.account.id)]
        assert document["metadata"] == {"count": 1}


def test_an_account_says_what_is_stored_of_it(api: Api) -> None:
    Account.objects.filter(id=api.account.id).update(
        name="Reseller",
        enabled_at=world.START + timedelta(seconds=1),
        contact=CONTACT,
    )
    document = api.read("")
    document.pop("metadata")
    assert document == {
        "type": "application/astra-account",
        "version": "1.0",
        "id": str(api.account.id),
        "name": "Reseller",
        "state": "active",
        "isEnabled": "true",
        "enabledTimestamp": "2026-01-05T12:00:01.123456Z",
        "accountContact": CONTACT,
    }


def test_a_contact_keeps_what_a_change_does_not_say(api: Api) -> None:
    api.put("", NEW | {"accountContact": CONTACT})
    change = {"phone": "555", "postalAddress": {"streetAddress2": "Library"}}
    assert api.put("", NEW | {"accountContact": change}).status_code == 204
    address = CONTACT["postalAddress"] | {"streetAddress2": "Library"}
    expected = {**CONTACT, "phone": "555", "postalAddress": address}
    assert api.read("")["accountContact"] == expected


def test_an_empty_contact_is_none(api: Api) -> None:
    assert api.put("", NEW | {"accountContact": {}}).status_code == 204
    assert "accountContact" not in api.read("")


@pytest.mark.parametrize("role", ["viewer", "member", "admin"])
def test_only_an_owner_adds_changes_or_deletes_an_account(
    api: Api, as_role: Callable[[str], Api], role: str
) -> None:
    before, count = api.read(""), Account.objects.count()
    caller = as_role(role)
    assert number(caller.call("POST", "/accounts", NEW, root=True)) == 11
    assert number(caller.put("", NEW)) == 11
    assert number(caller.delete("")) == 11
    assert api.read("") == before
    assert Account.objects.count() == count


def test_nobody_calls_a_deleted_account(api: Api, as_role: Callable[[str], Api]) -> None:
    viewer = as_role("viewer")
    assert api.delete("").status_code == 204
    account = Account.objects.get(id=api.account.id)
    assert (account.state, account.modified_by) == ("deletePending", api.user_id)
    for caller in (api, viewer):
        assert number(caller.get("")) == 11
        assert number(caller.delete("")) == 11


@pytest.mark.parametrize(
    ("condition", "matches"),
    [
        ("name eq 'Reseller'", True),
        ("name lt 'Reseller'", False),
        ("state eq 'active'", True),
        ("isEnabled eq 'false'", False),
        ("enabledTimestamp gte '2026-01-05T12:00:01.123456Z'", True),
        ("accountContact.email eq 'ada@example.com'", True),
        ("accountContact.phone gte '0'", False),
        ("accountContact.postalAddress.addressCountry in 'FR,GB'", True),
        ("metadata.labels[*].name eq 'team'", True),
        ("type eq 'application/astra-account'", True),
    ],
)
def test_accounts_are_filtered(api: Api, condition: str, matches: bool) -> None:
    Account.objects.filter(id=api.account.id).update(
        name="Reseller",
        enabled_at=world.START + timedelta(seconds=1),
        contact=CONTACT,
        labels=LABELS,
    )
    response = api.call("GET", f"/accounts?filter={condition}", root=True)
    assert len(response.json()["items"]) == int(matches)
