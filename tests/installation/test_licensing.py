"""Licences: which can be applied, and what they yield."""

from typing import Any

import pytest

from astra.accounts.models import Account
from installation.models import Entitlement, License, Subscription
from tests.conftest import Api, number
from tests.installation.making import file_of, make_license

LICENSES = "core/v1/licenses"
NEW = {"type": "application/astra-license", "version": "1.0"}


def apply(api: Api, **said: Any) -> Any:
    return api.post(LICENSES, NEW | {"licenseText": file_of(**said)})


def test_a_licence_yields_an_entitlement_and_a_subscription(api: Api) -> None:
    made = apply(api, productSN="77", capacity="12")
    assert made.status_code == 201
    (entitlement,) = api.read("core/v1/entitlements")["items"]
    assert entitlement["sourceLicense"] == made.json()["id"]
    assert (entitlement["entitlementType"], entitlement["entitlementValue"]) == ("capacity", "12")
    assert entitlement["validUntilTimestamp"] == "2027-01-01T00:00:00.000000Z"
    (subscription,) = api.read("core/v1/subscriptions")["items"]
    assert (subscription["terms"], subscription["licenseSN"]) == ("paid", "77")
    change = NEW | {"licenseText": file_of(productSN="77", capacity="24")}
    assert api.put(f"{LICENSES}/{made.json()['id']}", change).status_code == 204
    assert Entitlement.objects.get().entitlement_value == "24"
    assert api.delete(f"{LICENSES}/{made.json()['id']}").status_code == 204
    assert not Entitlement.objects.exists()
    assert not Subscription.objects.exists()


def test_a_licence_is_applied_once(api: Api) -> None:
    assert apply(api).status_code == 201
    assert number(apply(api)) == 10


def test_an_evaluation_is_refused_beside_a_paid_licence(api: Api, account: Account) -> None:
    make_license(account)
    assert number(apply(api, isEvaluation="true")) == 21


def test_an_evaluation_is_not_replaced_by_one_of_another_serial_number(api: Api) -> None:
    assert apply(api, isEvaluation="true").status_code == 201
    assert number(apply(api, isEvaluation="true", productSN="2")) == 22
    assert apply(api, productSN="2").status_code == 201


def test_the_evaluation_that_came_along_stays(api: Api, account: Account) -> None:
    came = make_license(account, came_along=True)
    License.objects.filter(id=came.id).update(is_evaluation=True)
    assert number(api.delete(f"{LICENSES}/{came.id}")) == 163


@pytest.mark.parametrize("terms", ["trial", "paid"])
def test_a_subscription_has_what_its_terms_come_with(api: Api, terms: str) -> None:
    body = {"type": "application/astra-subscription", "version": "1.2", "terms": terms}
    made = api.post("core/v1/subscriptions", body).json()
    limits = {"trial": (10, 90, 7, 30), "paid": (-1, -1, -1, -1)}[terms]
    names = ("namespaceLimit", "subscriptionPeriod", "gracePeriod", "reminderBeforePeriod")
    assert tuple(made[name] for name in names) == limits


@pytest.mark.django_db
def test_a_scenario_has_licences_with_what_they_yield(control: Any) -> None:
    account = {
        "name": "a",
        "users": [{"email": "a@example.com", "role": "owner"}],
        "licenses": [{"productSN": "9", "isEvaluation": True, "cameAlong": True}],
        "subscriptions": [{"terms": "trial", "status": "inactive"}],
    }
    response = control.post("accounts", {"scenario": {"scenario": "s", "accounts": [account]}})
    assert response.status_code == 201, response.content
    assert License.objects.get().came_along
    assert Entitlement.objects.get().source_license == License.objects.get()
    assert {each.status for each in Subscription.objects.all()} == {"active", "inactive"}
