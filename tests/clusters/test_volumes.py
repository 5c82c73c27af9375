"""Volumes: one in each namespace of an app, at each of their paths."""

from datetime import timedelta
from typing import Any

from astra.accounts.models import Described
from backups.models import App
from clusters.models import StorageBackend, Volume
from clusters.resources.volumes import VOLUME
from tests import world
from tests.conftest import Api
from tests.contract import Lists, Retrieves
from tests.declared import BelowParents, Declared


class _Volumes(Declared, Lists, Retrieves):
    declaration = VOLUME
    kind = VOLUME.kind
    members = VOLUME.members.shape.members()

    def make(self, **values: Any) -> Described:
        """Give the app another namespace; return the volume that comes with it."""
        assert not values, "a volume has nothing of its own"
        self.parent_rows()
        before = self._of_app()
        self.app.namespaces.append(f"namespace-{len(self.app.namespaces)}")
        self.app.save(update_fields=["namespaces"])
        return Volume.objects.get(id=(self._of_app() - before).pop())

    def _of_app(self) -> set[Any]:
        if not self.app.namespaces:
            # Its only one is called like the app.
            self.app.namespaces.append(self.app.name)
        return set(Volume.objects.filter(app=self.app).values_list("id", flat=True))

    def make_three(self) -> list[str]:
        return [str(self.make().id) for _ in range(3)]

    def test_list_has_every_instance_in_order_of_creation(self) -> None:
        before = set(self.ids())
        made = set(self.make_three())
        assert set(self.ids()) - before == made
        assert len(made) == 3

    def test_instances_of_the_same_instant_are_ordered_by_id(self) -> None:
        made = {str(self.make().id) for _ in range(4)}
        ids = [each for each in self.ids() if each in made]
        assert ids == sorted(made)

    def test_metadata_is_what_was_stored(self) -> None:
        assert self.read(self.url(self.make().id))["metadata"] == {
            "labels": [],
            "creationTimestamp": "2026-01-05T12:00:00.123456Z",
            "modificationTimestamp": "2026-01-05T12:00:00.123456Z",
            "createdBy": "00000000-0000-0000-0000-000000000000",
        }


class TestVolumes(_Volumes):
    place = VOLUME.places[0]
    path = place.path


class TestVolumesOfAManagedCluster(BelowParents, _Volumes):
    place = VOLUME.places[1]
    path = place.path

    def parent_rows(self) -> dict[str, Any]:
        made = super().parent_rows()
        App.objects.filter(id=self.app.id).update(cluster=made["managedCluster"])
        self.app.cluster = made["managedCluster"]
        return made


class TestVolumesOfAStorageBackend(BelowParents, _Volumes):
    place = VOLUME.places[2]
    path = place.path

    def parent_rows(self) -> dict[str, Any]:
        made = super().parent_rows()
        # The first one of the account has its volumes.
        earlier = world.START - timedelta(days=1)
        StorageBackend.objects.filter(id=made["storageBackend"].id).update(created_at=earlier)
        return made


class TestVolumesOfAnApp(BelowParents, _Volumes):
    place = VOLUME.places[3]
    path = place.path


def test_an_app_has_a_volume_in_each_namespace(api: Api) -> None:
    cluster = world.make_cluster(api.account, snapshot_supported=False)
    world.make_storage_class(cluster, name="gold", is_default=True)
    backend = StorageBackend.objects.create(
        account=api.account, backend_name="east", version="1.3", **world.AWAKE
    )
    gib = 1 << 30
    values = {"name": "shop", "namespaces": ["east", "west"], "size_bytes": 60 * gib}
    app = world.make_app(api.account, cluster=cluster, **values)
    volumes = api.read(f"k8s/v1/apps/{app.id}/volumes")["items"]
    assert len({volume["name"] for volume in volumes}) == 2
    for volume in volumes:
        assert (volume["pvcName"], volume["storageClass"]) == ("shop-data", "gold")
        assert (volume["size"], volume["total"]) == ("60 GiB", 60 * gib)
        assert (volume["used"], volume["usedPercentage"]) == (30 * gib, 50)
        assert (volume["snapshotPossible"], volume["appsUsing"]) == ("false", [str(app.id)])
        assert volume["storageBackendID"] == str(backend.id)


def test_an_app_that_is_no_longer_managed_has_no_volumes(api: Api) -> None:
    app = world.make_app(api.account)
    before = api.read("topology/v1/volumes")["items"]
    assert [str(app.id)] in [volume["appsUsing"] for volume in before]
    app.deleted_at = world.START
    app.save()
    after = api.read("topology/v1/volumes")["items"]
    assert [str(app.id)] not in [volume["appsUsing"] for volume in after]
