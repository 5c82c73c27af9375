"""apps: what every resource promises, and what an app says."""

from datetime import timedelta
from typing import Any

import pytest

from astra.accounts.models import Account, Described
from astra.engine.stages import Lifecycle
from backups import kinds
from backups.lifecycle import APP, APP_BACKUP, BUCKET, SNAPSHOT
from backups.models import App
from tests import world
from tests.conftest import Api, invalid, number
from tests.contract import Lists, Retrieves
from tests.contract_writes import ABSENT, Creates, Deletes, Refused, Replaces

CLUSTER = "0afbe357-a717-4c7a-8b3d-d0368959c8de"
SCOPED = [{"namespace": "shop", "labelSelectors": []}]
BAD = {
    "a name that is no label": Refused({"name": "No"}, 8, ["name"]),
    "a cluster that is no identifier": Refused({"clusterID": "east"}, 8, ["clusterID"]),
    "namespaces twice": Refused(
        {"namespaceScopedResources": SCOPED * 2}, 8, ["namespaceScopedResources"]
    ),
    "a namespace without its name": Refused(
        {"namespaceScopedResources": [*SCOPED, {"labelSelectors": ["a=b"]}]},
        8,
        ["namespaceScopedResources[1].namespace"],
    ),
    "an incomplete kind": Refused(
        {"clusterScopedResources": [{"GVK": {"group": "g"}}]},
        8,
        ["clusterScopedResources[0].GVK.kind", "clusterScopedResources[0].GVK.version"],
    ),
    "another type and version": Refused(
        {"type": "application/astra-apps", "version": "1.0"}, 8, ["type", "version"]
    ),
    "two sources": Refused(
        {"backupID": CLUSTER, "snapshotID": CLUSTER}, 9, ["backupID", "snapshotID"]
    ),
    "a label of the service": Refused(
        {"metadata": {"labels": [{"name": "astra.netapp.io/labels/read-only/x", "value": ""}]}},
        10,
        ["metadata.labels[0].name"],
    ),
}


class TestApps(Lists, Retrieves, Creates, Replaces, Deletes):
    kind = kinds.APP
    path = "k8s/v2/apps"
    members = frozenset(
        {
            "type",
            "version",
            "id",
            "links",
            "name",
            "clusterScopedResources",
            "namespaceScopedResources",
            "lastResourceCollectionTimestamp",
            "state",
            "stateDetails",
            "protectionState",
            "protectionStateDetails",
            "namespaces",
            "clusterName",
            "clusterID",
            "clusterType",
            "metadata",
        }
    )

    valid = {
        "a name alone": {},
        "a definition": {
            "version": "2.0",
            "clusterID": CLUSTER,
            "namespaceScopedResources": SCOPED,
            "clusterScopedResources": [{"GVK": {"group": "g", "kind": "k", "version": "v1"}}],
        },
        "labels": {"metadata": {"labels": [{"name": "team", "value": "a"}]}},
    }
    invalid = BAD | {
        "no name": Refused({"name": ABSENT}, 8, ["name"]),
        "a state": Refused({"state": "ready"}, 8, ["state"]),
    }
    replacements = {
        "nothing": {},
        "another name": {"name": "renamed"},
        "labels": {"metadata": {"labels": [{"name": "team", "value": "a"}]}},
        "what it is, sent back": {"state": "ready", "protectionState": "none"},
    }
    unacceptable = BAD | {
        "another cluster": Refused({"clusterID": CLUSTER}, 10, ["clusterID"]),
        "another state": Refused({"state": "failed"}, 10, ["state"]),
    }

    @pytest.fixture(autouse=True)
    def _cluster(self, account: Account) -> None:
        world.make_namespace(world.make_cluster(account, id=CLUSTER), name="shop")

    def make(self, **values: Any) -> Described:
        return world.make_app(self.account, **values)

    def body(self) -> dict[str, Any]:
        return {"type": "application/astra-app", "version": "2.2", "name": "new"}


class TestAppsOfAManagedCluster(TestApps):
    path = "topology/v2/managedClusters/{managedCluster_id}/apps"
    unacceptable = {
        name: refused
        for name, refused in TestApps.unacceptable.items()
        if name != "another cluster"
    }

    def parents(self) -> dict[str, Any]:
        return {"managedCluster_id": CLUSTER}

    def make(self, **values: Any) -> Described:
        return world.make_app(self.account, **{"cluster_id": CLUSTER} | values)

    def make_elsewhere(self) -> Described:
        there = self.stranger.account
        return world.make_app(there, cluster=world.make_cluster(there))


def test_an_app_says_what_is_stored_of_it(api: Api) -> None:
    cluster = world.some_id()
    app = world.make_app(
        api.account,
        name="shop",
        cluster_id=cluster,
        cluster_name="east",
        cluster_type="openshift",
        collected_at=world.START + timedelta(hours=1),
        namespaces=["shop"],
        namespace_scoped_resources=[{"namespace": "shop", "labelSelectors": ["a=b"]}],
        cluster_scoped_resources=[{"GVK": {"group": "g", "kind": "k", "version": "v1"}}],
        protection_state="partial",
    )
    document = api.read(f"k8s/v2/apps/{app.id}")
    links = document.pop("links")
    document.pop("metadata")
    assert document == {
        "type": "application/astra-app",
        "version": "2.2",
        "id": str(app.id),
        "name": "shop",
        "clusterScopedResources": [{"GVK": {"group": "g", "kind": "k", "version": "v1"}}],
        "namespaceScopedResources": [{"namespace": "shop", "labelSelectors": ["a=b"]}],
        "lastResourceCollectionTimestamp": "2026-01-05T13:00:00.123456Z",
        "state": "ready",
        "stateDetails": [],
        "protectionState": "partial",
        "protectionStateDetails": [],
        "namespaces": ["shop"],
        "clusterName": "east",
        "clusterID": str(cluster),
        "clusterType": "openshift",
    }
    account = f"/accounts/{api.account.id}"
    below = f"{account}/k8s/v1/apps/{app.id}"
    assert {link["title"]: link["href"] for link in links} == {
        "disruptiveBackup": f"{below}/appBackups",
        "nonDisruptiveBackup": f"{below}/appBackups",
        "restore": f"{account}/k8s/v2/apps",
        "snapshot": f"{below}/appSnaps",
        "clone": f"{account}/k8s/v2/apps",
        "inPlaceRestore": f"{account}/k8s/v2/apps/{app.id}",
        "replication": f"{below}/appMirrors",
    }


def test_links_offer_the_replication_of_a_ready_app_on_a_cluster(api: Api) -> None:
    cluster = world.make_cluster(api.account)
    placed = world.make_app(api.account, cluster=cluster)
    busy = world.make_app(api.account, cluster=cluster, state="failed", outcome="failed")
    offered = {}
    for each in (placed, busy, world.make_app(api.account)):
        links = api.read(f"k8s/v2/apps/{each.id}")["links"]
        (link,) = (link for link in links if link["title"] == "replication")
        offered[each] = link["hints"]["allow"]
    assert list(offered.values()) == [["POST"], [], []]


@pytest.mark.parametrize("state", APP.states)
def test_links_offer_a_backup_when_the_app_is_ready(api: Api, app: App, state: str) -> None:
    App.objects.filter(id=app.id).update(state=state)
    document = api.read(f"k8s/v2/apps/{app.id}")
    allowed = {link["title"]: link["hints"]["allow"] for link in document["links"]}
    assert document["state"] == state
    offered = {
        "nonDisruptiveBackup": ["POST"],
        "snapshot": ["POST"],
        "restore": ["POST"],
        "clone": ["POST"],
        "inPlaceRestore": ["PUT"],
    }
    early = {"snapshot": ["POST"]} if state in ("pending", "discovering") else {}
    assert {title: methods for title, methods in allowed.items() if methods} == (
        offered if state == "ready" else early
    )


def test_an_unmanaged_app_is_neither_listed_nor_found(api: Api, app: App) -> None:
    App.objects.filter(id=app.id).update(deleted_at=world.START)
    assert api.read("k8s/v2/apps")["items"] == []
    assert number(api.get(f"k8s/v2/apps/{app.id}")) == 2


@pytest.mark.parametrize(
    "lifecycle", [APP, BUCKET, SNAPSHOT, APP_BACKUP], ids=lambda each: each.kind
)
def test_every_state_is_published(lifecycle: Lifecycle) -> None:
    assert sorted(lifecycle.listed) == sorted(lifecycle.states)


def test_an_app_has_name_and_type_of_its_cluster(api: Api) -> None:
    cluster = world.make_cluster(api.account, name="east", cluster_type="openshift")
    body = {"type": "application/astra-app", "version": "2.2", "name": "new"}
    made = api.post("k8s/v2/apps", body | {"clusterID": str(cluster.id)}).json()
    assert (made["clusterName"], made["clusterType"]) == ("east", "openshift")


def test_an_app_that_names_no_cluster_is_on_the_oldest_managed_one(api: Api) -> None:
    body = {"type": "application/astra-app", "version": "2.2", "name": "new"}
    assert "clusterID" not in api.post("k8s/v2/apps", body).json()
    before = world.START - timedelta(days=1)
    world.make_cluster(api.account, managed_state="unmanaged", created_at=before)
    oldest = world.make_cluster(api.account)
    world.make_cluster(api.account, created_at=world.START + timedelta(days=1))
    assert api.post("k8s/v2/apps", body).json()["clusterID"] == str(oldest.id)


def test_an_app_is_on_a_cluster_that_the_account_manages(api: Api, stranger: Api) -> None:
    body = {"type": "application/astra-app", "version": "2.2", "name": "new"}
    unmanaged = world.make_cluster(api.account, managed_state="unmanaged")
    for cluster in (world.some_id(), unmanaged.id, world.make_cluster(stranger.account).id):
        refused = api.post("k8s/v2/apps", body | {"clusterID": str(cluster)})
        assert (number(refused), invalid(refused)) == (106, ["clusterID"])
