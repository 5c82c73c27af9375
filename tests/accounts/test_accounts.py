"""accounts: a caller sees its own, and no other."""

from datetime import timedelta
from typing import Any

from astra.accounts.kinds import ACCOUNT
from astra.accounts.models import Account, Described
from tests import world
from tests.conftest import Api, number
from tests.contract import NO_IDENTIFIERS, Retrieves

CONTACT = {
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


class TestAccount(Retrieves):
    kind = ACCOUNT
    path = ""

    def make(self, **values: Any) -> Described:
        Account.objects.filter(id=self.account.id).update(**values)
        return self.account

    def make_elsewhere(self) -> Described:
        return self.stranger.account

    def url(self, identifier: object = None, **_: Any) -> str:
        return "/accounts" if identifier is None else f"/accounts/{identifier}"

    def test_an_instance_that_is_not_there_is_problem_2(self) -> None:
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
