"""What follows from a cluster keeps the contract of every resource: API resources and nodes."""

from typing import Any

from astra.accounts.models import Described
from clusters.models import Cluster
from clusters.resources.api_resources import API_RESOURCE
from clusters.resources.cluster_nodes import CLUSTER_NODE
from tests import world
from tests.conftest import Api
from tests.contract import Lists, Retrieves
from tests.declared import BelowParents


class _InCluster(BelowParents, Lists, Retrieves):
    """A cluster has all of its own from the start."""

    def make(self, **values: Any) -> Described:
        """Return the last of those that come with the cluster."""
        assert not values, "it has nothing of its own"
        return self._all()[-1]

    def make_three(self) -> list[str]:
        return [str(row.id) for row in self._all()]

    def _all(self) -> list[Described]:
        cluster = list(self.parent_rows().values())[-1]
        model: Any = self.declaration.model
        return list(model.objects.filter(cluster=cluster).order_by("id"))

    def test_list_has_every_instance_in_order_of_creation(self) -> None:
        assert self.ids() == self.make_three() != []

    def test_instances_of_the_same_instant_are_ordered_by_id(self) -> None:
        assert self.ids() == sorted(self.ids())

    def test_metadata_is_what_was_stored(self) -> None:
        cluster = self.make()
        assert self.read(self.url(cluster.id))["metadata"] == {
            "labels": [],
            "creationTimestamp": "2026-01-05T12:00:00.123456Z",
            "modificationTimestamp": "2026-01-05T12:00:00.123456Z",
            "createdBy": "00000000-0000-0000-0000-000000000000",
        }


class TestApiResources(_InCluster):
    declaration = API_RESOURCE
    place = API_RESOURCE.places[0]
    kind = API_RESOURCE.kind
    path = place.path
    members = API_RESOURCE.members.shape.members()


class _Nodes(_InCluster):
    declaration = CLUSTER_NODE
    kind = CLUSTER_NODE.kind
    members = CLUSTER_NODE.members.shape.members()


class TestNodes(_Nodes):
    place = CLUSTER_NODE.places[0]
    path = place.path


class TestNodesBelowACloud(_Nodes):
    place = CLUSTER_NODE.places[1]
    path = place.path

    def parent_rows(self) -> dict[str, Any]:
        made = super().parent_rows()
        if made["cluster"].cloud_id != made["cloud"].id:
            Cluster.objects.filter(id=made["cluster"].id).update(cloud=made["cloud"])
            made["cluster"].cloud = made["cloud"]
        return made


class TestNodesOfAManagedCluster(_Nodes):
    place = CLUSTER_NODE.places[2]
    path = place.path


def test_a_managed_cluster_knows_the_kinds_of_kubernetes(api: Api) -> None:
    cluster = world.make_cluster(api.account)
    items = api.read(f"topology/v1/managedClusters/{cluster.id}/apiResources")["items"]
    known = {(item["apiVersion"], item["kind"]) for item in items}
    assert known >= {
        ("v1", "Namespace"),
        ("apps/v1", "Deployment"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    }
    where = "kind%20eq%20'ClusterRole'"
    found = api.read(f"topology/v1/managedClusters/{cluster.id}/apiResources?filter={where}")
    assert [item["kind"] for item in found["items"]] == ["ClusterRole"]


def test_a_cluster_has_three_nodes_in_its_state(api: Api) -> None:
    cluster = world.make_cluster(api.account, name="east", location="eu-1")
    nodes = f"topology/v1/clusters/{cluster.id}/clusterNodes?orderBy=name"
    items = api.read(nodes)["items"]
    assert [item["name"] for item in items] == ["east-0", "east-1", "east-2"]
    assert {item["region"] for item in items} == {"eu-1"}
    assert len({item["internalIP"] for item in items}) == 3
    for state, shown in (("failed", "failed"), ("removed", "unknown")):
        Cluster.objects.filter(id=cluster.id).update(state=state)
        assert {item["state"] for item in api.read(nodes)["items"]} == {shown}
