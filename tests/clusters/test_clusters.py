"""clusters: added, found, replaced, deleted; and what every resource promises of managed ones."""

import json
from datetime import timedelta
from typing import Any

import pytest

from astra.accounts.models import Described
from astra.resources import registry
from clusters import kinds
from clusters.models import Cluster
from tests import world
from tests.conftest import Api, invalid, number
from tests.contract import Lists, Retrieves
from tests.contract_writes import ABSENT, Creates, Deletes, Refused, Replaces

HEAD = {"type": "application/astra-cluster", "version": "1.6"}


class TestManagedClusters(Lists, Retrieves, Creates, Replaces, Deletes):
    kind = kinds.MANAGED_CLUSTER
    path = "topology/v1/managedClusters"
    members = registry.resource("managedCluster").members.shape.members()
    write_role = "admin"
    replace_shows = True
    invalid = {
        "no id": Refused({"id": ABSENT}, 8, ["id"]),
        "a cluster that is not there": Refused({"id": str(world.some_id())}, 106, ["id"]),
        "a storage class that is not there": Refused(
            {"defaultStorageClass": str(world.some_id())}, 167, ["defaultStorageClass"]
        ),
        "a bucket of its own": Refused({"defaultBucketID": str(world.some_id())}, 171),
    }
    replacements = {"nothing": {}, "a name": {"name": "renamed"}}
    unacceptable = {
        "a state": Refused({"state": "failed"}, 10, ["state"]),
        "a bucket of its own": Refused({"defaultBucketID": str(world.some_id())}, 171),
    }

    def make(self, **values: Any) -> Described:
        return world.make_cluster(self.account, **values)

    def body(self) -> dict[str, Any]:
        cluster = world.make_cluster(self.account, managed_state="unmanaged")
        head = {"type": "application/astra-managedCluster", "version": "1.2"}
        return head | {"id": str(cluster.id)}

    def test_metadata_of_a_new_instance_is_the_service_s(self, accepted: Any) -> None:
        document = json.loads(self.call("POST", self.url(), self.body()).content)
        cluster = Cluster.objects.select_related("cloud").get(id=document["id"])
        name = "astra.netapp.io/labels/read-only/cloudName"
        assert document["metadata"]["labels"] == [{"name": name, "value": cluster.cloud.name}]

    def test_a_deleted_instance_is_gone(self) -> None:
        made = self.make()
        assert self.call("DELETE", self.url(made.id)).status_code == 204
        assert number(self.call("GET", self.url(made.id))) == 2
        assert number(self.call("DELETE", self.url(made.id))) == 1


def credential(api: Api) -> str:
    """Return the id of a new credential."""
    return str(world.make_credential(api.account).id)


def add(api: Api, **members: Any) -> Any:
    """Add a cluster to a new cloud."""
    cloud = world.make_cloud(api.account)
    response = api.post(f"topology/v1/clouds/{cloud.id}/clusters", HEAD | members)
    assert response.status_code == 201, response.content
    return json.loads(response.content)


def test_a_cluster_that_is_added_is_found_out_about(api: Api) -> None:
    known_as = credential(api)
    made = add(api, credentialID=known_as)
    assert (made["state"], made["managedState"], made["inUse"]) == ("pending", "pending", "false")
    # Callers name a credential by the cluster.
    assert made["name"] == api.read(f"core/v1/credentials/{known_as}")["name"]
    world.advance(api.account, 10)
    found = api.read(f"topology/v1/clusters/{made['id']}")
    assert (found["state"], found["managedState"]) == ("running", "unmanaged")
    classes = api.read(f"topology/v1/clusters/{made['id']}/storageClasses")["items"]
    (default,) = [each for each in classes if "isDefault" in each]
    assert (found["defaultStorageClass"], default["isDefault"]) == (default["id"], "true")
    namespaces = api.read(f"topology/v1/clusters/{made['id']}/namespaces")["items"]
    assert found["namespaces"] == [each["name"] for each in namespaces]
    assert "kube-system" in found["namespaces"]


@pytest.mark.parametrize(
    ("columns", "called"),
    [
        ({"cluster": {"cluster": "east", "server": "https://east:6443"}}, "east"),
        ({"cluster": {"cluster": "e" * 100, "server": "https://east:6443"}}, "e" * 63),
        ({"name": "w" * 100}, "w" * 63),
    ],
)
def test_a_cluster_without_a_name_has_that_of_its_kubeconfig(
    api: Api, columns: Any, called: str
) -> None:
    known_as = world.make_credential(api.account, key_type="kubeconfig", **columns)
    assert add(api, credentialID=str(known_as.id))["name"] == called


def test_a_cluster_is_the_same_below_its_cloud_and_of_its_account(api: Api) -> None:
    made = add(api, name="east", connectorInstall="pending")
    other = world.make_cloud(api.account)
    below = f"topology/v1/clouds/{made['cloudID']}/clusters/{made['id']}"
    assert api.read(below) == api.read(f"topology/v1/clusters/{made['id']}")
    for kind in ("namespaces", "storageClasses"):
        (first, *_) = api.read(f"{below}/{kind}")["items"]
        assert api.read(f"{below}/{kind}/{first['id']}") == first
        elsewhere = f"topology/v1/clouds/{other.id}/clusters/{made['id']}/{kind}"
        assert number(api.get(elsewhere)) == number(api.get(f"{elsewhere}/{first['id']}")) == 2


@pytest.mark.parametrize(
    ("members", "problem", "names"),
    [
        ({}, 9, ["credentialID"]),
        ({"name": "east"}, 9, ["credentialID"]),
        ({"connectorCapabilities": ["connectorV2"]}, 9, ["credentialID"]),
        (
            {"connectorCapabilities": ["connectorV2"], "credentialID": str(world.some_id())},
            165,
            [],
        ),
    ],
)
def test_a_cluster_is_reached_in_one_way(
    api: Api, members: Any, problem: int, names: list[str]
) -> None:
    cloud = world.make_cloud(api.account)
    refused = api.post(f"topology/v1/clouds/{cloud.id}/clusters", HEAD | members)
    assert (number(refused), invalid(refused)) == (problem, names)


@pytest.mark.parametrize(
    "validity",
    [
        {"is_valid": False},
        {"valid_until": world.START},
        {"valid_from": world.START + timedelta(hours=1)},
    ],
)
def test_a_credential_that_is_not_valid_reaches_no_cluster(api: Api, validity: Any) -> None:
    invalid_one = world.make_credential(api.account, **validity)
    cloud = world.make_cloud(api.account)
    here = f"topology/v1/clouds/{cloud.id}/clusters"
    refused = api.post(here, HEAD | {"credentialID": str(invalid_one.id)})
    assert (number(refused), invalid(refused)) == (63, ["credentialID"])
    made = add(api, credentialID=credential(api))
    body = HEAD | {"credentialID": str(invalid_one.id)}
    assert number(api.put(f"topology/v1/clusters/{made['id']}", body)) == 63


def test_a_name_in_a_cloud_and_a_credential_are_used_once(api: Api) -> None:
    used = credential(api)
    made = add(api, name="east", credentialID=used)
    here = f"topology/v1/clouds/{made['cloudID']}/clusters"
    assert number(api.post(here, HEAD | {"name": "west", "credentialID": used})) == 44
    assert number(api.post(here, HEAD | {"name": "east", "connectorInstall": "pending"})) == 45


def test_a_cluster_is_managed_let_go_and_deleted(api: Api) -> None:
    made = add(api, credentialID=credential(api))
    world.advance(api.account, 10)
    body = {"type": "application/astra-managedCluster", "version": "1.2", "id": made["id"]}
    managed = api.post("topology/v1/managedClusters", body).json()
    assert (managed["state"], managed["managedState"]) == ("pending", "managing")
    assert managed["managedTimestamp"]
    world.advance(api.account, 10)
    below = f"topology/v1/clouds/{made['cloudID']}/clusters/{made['id']}"
    shown = api.read(below)
    assert (shown["state"], shown["managedState"]) == ("running", "managed")
    assert number(api.post("topology/v1/managedClusters", body)) == 10
    assert number(api.delete(below)) == 10
    assert api.delete(f"topology/v1/managedClusters/{made['id']}").status_code == 204
    shown = api.read(below)
    assert (shown["state"], shown["managedState"]) == ("running", "unmanaged")
    assert "managedTimestamp" not in shown
    assert api.delete(below).status_code == 204
    assert number(api.get(below)) == 2


def test_a_cluster_is_in_use_while_it_has_managed_apps(api: Api) -> None:
    cluster = world.make_cluster(api.account)
    url = f"topology/v1/managedClusters/{cluster.id}"
    assert api.read(url)["inUse"] == "false"
    app = world.make_app(api.account, cluster=cluster)
    assert api.read(url)["inUse"] == "true"
    assert api.delete(f"k8s/v2/apps/{app.id}").status_code == 204
    assert api.read(url)["inUse"] == "false"


def test_the_default_storage_class_is_changed_by_a_put(api: Api) -> None:
    cluster = world.make_cluster(api.account)
    gold = world.make_storage_class(cluster, is_default=True)
    bronze = world.make_storage_class(cluster)
    url = f"topology/v1/managedClusters/{cluster.id}"
    assert api.read(url)["defaultStorageClass"] == str(gold.id)
    head = {"type": "application/astra-managedCluster", "version": "1.6"}
    changed = api.put(url, head | {"defaultStorageClass": str(bronze.id)})
    assert changed.json()["defaultStorageClass"] == str(bronze.id)
    shown = api.read(f"topology/v1/clusters/{cluster.id}/storageClasses/{gold.id}")
    assert "isDefault" not in shown


def test_namespaces_tell_instants_in_whole_seconds(api: Api) -> None:
    namespace = world.make_namespace(world.make_cluster(api.account))
    shown = api.read(f"topology/v1/namespaces/{namespace.id}")
    assert shown["metadata"]["creationTimestamp"] == "2026-01-05T12:00:00Z"


def test_the_apps_of_a_cluster_that_is_let_go_are_unavailable_until_it_is_managed(api: Api) -> None:
    cluster = world.make_cluster(api.account)
    app = world.make_app(api.account, cluster=cluster)
    other = world.make_app(api.account, cluster=world.make_cluster(api.account))
    assert api.delete(f"topology/v1/managedClusters/{cluster.id}").status_code == 204
    lost = api.read(f"k8s/v2/apps/{app.id}")
    assert (lost["state"], lost["stateDetails"][0]["title"]) == (
        "unavailable",
        "Cluster not managed",
    )
    assert api.read(f"k8s/v2/apps/{other.id}")["state"] == "ready"
    assert number(api.create_backup(app)) == 112
    body = {"type": "application/astra-managedCluster", "version": "1.2", "id": str(cluster.id)}
    assert api.post("topology/v1/managedClusters", body).status_code == 201
    world.advance(api.account, 60)
    found = api.read(f"k8s/v2/apps/{app.id}")
    assert (found["state"], found["stateDetails"]) == ("ready", [])


def test_what_has_lost_its_credential_fails(api: Api) -> None:
    made = add(api, credentialID=credential(api))
    world.advance(api.account, 10)
    assert api.delete(f"core/v1/credentials/{made['credentialID']}").status_code == 204
    world.advance(api.account, 10)
    failed = api.read(f"topology/v1/clusters/{made['id']}")
    assert (failed["state"], failed["managedState"]) == ("failed", "unmanaged")
    assert failed["stateUnready"] == ["The credential of the cluster does not exist any more."]


def test_an_app_is_also_below_its_managed_cluster(api: Api) -> None:
    here, there = world.make_cluster(api.account), world.make_cluster(api.account)
    below = f"topology/v2/managedClusters/{here.id}/apps"
    body = {"type": "application/astra-app", "version": "2.2", "name": "new"}
    made = json.loads(api.post(below, body).content)
    assert made["clusterID"] == str(here.id)
    assert [item["id"] for item in api.read(below)["items"]] == [made["id"]]
    assert api.read(f"topology/v2/managedClusters/{there.id}/apps")["items"] == []
    refused = api.post(below, body | {"clusterID": str(there.id)})
    assert (number(refused), invalid(refused)) == (9, ["clusterID"])
    assert number(api.post(f"topology/v2/managedClusters/{world.some_id()}/apps", body)) == 2
    assets = f"topology/v1/managedClusters/{here.id}/apps/{made['id']}/appAssets"
    assert api.read(assets)["items"] == api.read(f"k8s/v1/apps/{made['id']}/appAssets")["items"]


@pytest.mark.parametrize("plural", ["clusters", "managedClusters"])
def test_a_cluster_that_is_renamed_is_called_so_by_its_apps(api: Api, plural: str) -> None:
    east, west = (world.make_cluster(api.account, name=name) for name in ("east", "west"))
    app = world.make_app(api.account, cluster=east, cluster_name="east")
    clone = world.make_app(
        api.account,
        cluster=west,
        cluster_name="west",
        source_cluster_id=east.id,
        source_cluster_name="east",
    )
    kind = plural.removesuffix("s")
    body = {"type": f"application/astra-{kind}", "version": "1.6", "name": "north"}
    assert api.put(f"topology/v1/{plural}/{east.id}", body).status_code == 200
    assert api.read(f"k8s/v2/apps/{app.id}")["clusterName"] == "north"
    document = api.read(f"k8s/v2/apps/{clone.id}")
    assert (document["clusterName"], document["sourceClusterName"]) == ("west", "north")
