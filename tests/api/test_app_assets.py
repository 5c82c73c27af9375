"""appAssets of an app, a snapshot and a backup: they follow from the app's namespaces."""

from typing import Any

from astra.accounts.models import Described
from backups.models import AppAsset
from backups.resources.app_assets import APP_ASSET
from tests import world
from tests.contract import Lists, Retrieves
from tests.declared import BelowParents

MEMBERS = frozenset(
    {
        "type",
        "version",
        "id",
        "assetType",
        "creationTimestamp",
        "GVK",
        "resource",
        "assetID",
        "labels",
        "assetName",
        "namespace",
        "metadata",
    }
)


class _Assets(BelowParents, Lists, Retrieves):
    declaration = APP_ASSET
    kind = APP_ASSET.kind
    members = MEMBERS

    def make(self, **values: Any) -> Described:
        """Give the app another namespace; return the last of the assets that come with it."""
        assert not values, "an asset has nothing of its own"
        self.app.namespaces.append(f"namespace-{len(self.app.namespaces)}")
        self.app.save(update_fields=["namespaces"])
        newest = self.app.namespaces[-1]
        return AppAsset.objects.filter(app=self.app, namespace=newest).order_by("id")[7]

    def make_three(self) -> list[str]:
        before = {str(asset.id) for asset in AppAsset.objects.filter(app=self.app)}
        self.make()
        assets = AppAsset.objects.filter(app=self.app).order_by("id")
        return [str(asset.id) for asset in assets if str(asset.id) not in before]

    def test_instances_of_the_same_instant_are_ordered_by_id(self) -> None:
        self.make()
        self.make()
        ids = self.ids()
        assert len(ids) >= 16
        assert ids == sorted(ids)

    def test_list_has_every_instance_in_order_of_creation(self) -> None:
        before = set(self.ids())
        made = self.make_three()
        assert [identifier for identifier in self.ids() if identifier not in before] == made != []

    def test_metadata_is_what_was_stored(self) -> None:
        document = self.read(self.url(self.make().id))
        assert document["metadata"] == {
            "labels": [],
            "creationTimestamp": "2026-01-05T12:00:00.123456Z",
            "modificationTimestamp": "2026-01-05T12:00:00.123456Z",
            "createdBy": "00000000-0000-0000-0000-000000000000",
        }
        assert document["creationTimestamp"] == document["metadata"]["creationTimestamp"]


class TestAssetsOfAnAppBelowItsCluster(_Assets):
    place = APP_ASSET.places[4]
    path = "topology/v1/managedClusters/{managedCluster_id}/apps/{app_id}/appAssets"


class TestAssetsOfAnApp(_Assets):
    place = APP_ASSET.places[0]
    path = "k8s/v1/apps/{app_id}/appAssets"

    def test_an_app_has_the_objects_of_its_namespaces(self) -> None:
        world.make_app(self.account, namespaces=["elsewhere"])
        self.make()
        items = self.read(self.url())["items"]
        assert {item["namespace"] for item in items} == set(self.app.namespaces)
        assert {item["assetType"] for item in items} >= {"Deployment", "Service", "Secret"}
        assert all(item["GVK"]["kind"] == item["assetType"] for item in items)


class TestAssetsOfASnapshot(_Assets):
    place = APP_ASSET.places[1]
    path = "k8s/v1/apps/{app_id}/appSnaps/{appSnap_id}/appAssets"


class TestAssetsOfABackup(_Assets):
    place = APP_ASSET.places[2]
    path = "k8s/v1/apps/{app_id}/appBackups/{appBackup_id}/appAssets"


class TestAssetsOfABackupOfTheAccount(_Assets):
    place = APP_ASSET.places[3]
    path = "topology/v1/appBackups/{appBackup_id}/appAssets"
