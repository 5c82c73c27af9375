"""An app that is replicated, through its whole life."""

from typing import Any

import pytest

from tests.client.actoolkit import Client
from tests.client.commands import CLIENT, types
from tests.client.conftest import Estate

pytestmark = CLIENT


@pytest.fixture
def app(estate: Estate) -> dict[str, Any]:
    """An app that is in no mirror, on a managed cluster."""
    return estate.named("k8s/v2/apps", "build-server")


@pytest.fixture
def elsewhere(estate: Estate, app: dict[str, Any]) -> str:
    """A managed cluster that is not the app's own."""
    clusters = estate.items("topology/v1/managedClusters")
    return str(next(each["id"] for each in clusters if each["id"] != app["clusterID"]))


@pytest.fixture
def mirror(client: Client, estate: Estate, app: dict[str, Any], elsewhere: str) -> str:
    """The id of a mirror that has just been asked for."""
    client.succeeds(
        *("create", "replication", app["id"], "-c", elsewhere, "-n", "wiki-dr", "-f", "5m")
    )
    (made,) = (each for each in mirrors(estate) if each["sourceAppID"] == app["id"])
    return str(made["id"])


def mirrors(estate: Estate) -> list[dict[str, Any]]:
    return estate.items("k8s/v1/appMirrors")


def shown(client: Client, mirror: str) -> dict[str, Any]:
    (one,) = (each for each in client.items("list", "replications") if each["id"] == mirror)
    return one


def becomes(client: Client, estate: Estate, mirror: str, state: str) -> dict[str, Any]:
    """Let time pass until `list replications` shows a state, for at most half a day."""
    for _ in range(72):
        if (one := shown(client, mirror))["state"] == state:
            return one
        estate.controls.clock.advance("10m")
    raise AssertionError(one)


@types("create replication", "update replication", "destroy replication")
def test_a_mirror_is_followed_from_its_beginning_to_its_end(
    client: Client, estate: Estate, app: dict[str, Any], elsewhere: str, mirror: str
) -> None:
    assert shown(client, mirror)["state"] == "establishing"
    established = becomes(client, estate, mirror, "established")
    copy = established["destinationAppID"]
    assert copy in {each["id"] for each in client.items("list", "apps")}

    said = client.succeeds("update", "replication", mirror, "failover").out
    assert "Replication failover initiated" in said
    becomes(client, estate, mirror, "failedOver")
    assert estate.read(f"k8s/v2/apps/{copy}")["state"] == "ready"

    said = client.succeeds("update", "replication", mirror, "reverse").out
    assert "Replication reverse initiated" in said
    assert shown(client, mirror)["sourceAppID"] == copy
    becomes(client, estate, mirror, "established")

    client.succeeds("update", "replication", mirror, "failover")
    becomes(client, estate, mirror, "failedOver")
    client.succeeds("update", "replication", mirror, "resync", "--dataSource", elsewhere)
    becomes(client, estate, mirror, "established")

    said = client.succeeds("destroy", "replication", mirror).out
    assert f"Replication policy {mirror} destroyed" in said
    assert "Underlying replication schedule" in said
    estate.controls.clock.advance("1h")
    assert mirror not in {each["id"] for each in mirrors(estate)}


def test_an_app_is_not_replicated_twice(
    client: Client, app: dict[str, Any], elsewhere: str, mirror: str
) -> None:
    said = client.fails(
        *("create", "replication", app["id"], "-c", elsewhere, "-n", "again", "-f", "1h")
    )
    assert "createReplicationpolicy() failed" in said


def test_what_is_not_established_does_not_fail_over(client: Client, mirror: str) -> None:
    said = client.fails("update", "replication", mirror, "failover")
    assert "must be in an 'established' state" in said


def test_an_unknown_mirror_is_not_destroyed(client: Client) -> None:
    assert "invalid choice" in client.fails("destroy", "replication", "nothing")
