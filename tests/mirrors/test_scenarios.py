"""The section `mirrors` of scenarios: a mirror in each state, and the apps at its ends."""

from datetime import timedelta
from typing import Any

import pytest

from astra.engine.clocks import clock_advance
from backups.models import App
from mirrors.models import AppMirror
from tests.conftest import Api, made_api
from tests.control import Control
from tests.scenarios import seeded
from tests.wire import Received

HOUR = timedelta(hours=1)


def load(control: Control, mirror: Any, **members: Any) -> Received:
    """Seed an account with a mirror of the app shop, to the app copy if it names that."""
    account = {
        "name": "a",
        "clock": {"mode": "manual", "at": "2026-01-05T12:00:00Z"},
        "users": [{"email": "a@example.com", "role": "owner"}],
        "clusters": [{"name": "east"}, {"name": "west"}],
        "apps": [
            {"name": "shop", "cluster": "east", "snapshots": [{"name": "s", "age": "1h"}]},
            {"name": "copy", "cluster": "west"},
            {"name": "nowhere"},
        ],
        "mirrors": [{"sourceApp": "shop", "age": "2h"} | mirror],
    }
    return control.post(
        "accounts", {"scenario": {"scenario": "m", "accounts": [account | members]}}
    )


@pytest.fixture
def api_of(control: Control) -> Any:
    def made(mirror: Any) -> Api:
        response = load(control, mirror)
        assert response.status_code == 201, response.content
        return made_api(AppMirror.objects.get().account)

    return made


pytestmark = pytest.mark.django_db


def shown(api: Api) -> Any:
    (mirror,) = api.read("k8s/v1/appMirrors")["items"]
    return mirror


def copy(api: Api) -> Any:
    return api.read(f"k8s/v2/apps/{App.objects.get(name='copy').id}")


def test_by_default_it_is_established_and_the_other_app_stands_by(api_of: Any) -> None:
    api = api_of({"destinationApp": "copy"})
    mirror = shown(api)
    assert (mirror["state"], mirror["stateDesired"]) == ("established", "established")
    assert (mirror["transferState"], mirror["stateDetails"]) == ("idle", [])
    assert mirror["destinationAppID"] == copy(api)["id"]
    assert copy(api)["state"] == "provisioning"
    assert copy(api)["replicationSourceAppID"] == mirror["sourceAppID"]
    seeded.check_history()


def test_it_tells_of_the_transfer_of_a_snapshot(api_of: Any) -> None:
    mirror = shown(api_of({"destinationApp": "copy", "snapshot": "s"}))
    (detail,) = mirror["stateDetails"]
    snapshot = App.objects.get(name="shop").snapshot_set.get()
    assert detail["additionalDetails"]["snapshotID"] == str(snapshot.id)


def test_one_that_is_establishing_leads_to_an_app_that_is_to_be(api_of: Any) -> None:
    api = api_of({"state": "establishing", "destinationCluster": "west", "age": "1s"})
    mirror = shown(api)
    assert (mirror["state"], mirror["transferState"]) == ("establishing", "transferring")
    clock_advance(account_id=api.account.id, by=HOUR)
    assert shown(api)["state"] == "established"
    assert api.read(f"k8s/v2/apps/{mirror['destinationAppID']}")["state"] == "provisioning"


@pytest.mark.parametrize("state", ["failingOver", "failedOver"])
def test_one_that_is_failed_over_leaves_an_app_of_its_own(api_of: Any, state: str) -> None:
    api = api_of({"destinationApp": "copy", "state": state, "age": "1s"})
    assert shown(api)["stateDesired"] == "failedOver"
    clock_advance(account_id=api.account.id, by=HOUR)
    assert (shown(api)["state"], copy(api)["state"]) == ("failedOver", "ready")


def test_one_that_is_deleting_goes(api_of: Any) -> None:
    api = api_of({"destinationApp": "copy", "state": "deleting", "age": "1s"})
    clock_advance(account_id=api.account.id, by=HOUR)
    assert api.read("k8s/v1/appMirrors")["items"] == []
    assert App.objects.get(name="copy").deleted_at is not None


@pytest.mark.parametrize(
    ("mirror", "reason"),
    [
        ({"destinationApp": "copy", "state": "deleted"}, "What is deleted is not there."),
        ({}, "There is a destinationApp once it is established."),
        (
            {"destinationApp": "copy", "state": "establishing"},
            "There is a destinationApp once it is established.",
        ),
        ({"state": "establishing"}, "Both apps must be on a cluster."),
        ({"destinationApp": "nowhere"}, "Both apps must be on a cluster."),
        (
            {"destinationApp": "copy", "state": "deleting", "fate": "established"},
            "What is deleting becomes deleted, or stays.",
        ),
        ({"destinationApp": "none"}, "None of the apps is called none"),
        ({"destinationApp": "copy", "snapshot": "none"}, "shop has no such snapshot."),
    ],
)
def test_a_mirror_that_cannot_be_is_refused(control: Control, mirror: Any, reason: str) -> None:
    response = load(control, mirror)
    assert response.status_code == 400
    assert reason in response.content.decode()
    assert not AppMirror.objects.exists()
