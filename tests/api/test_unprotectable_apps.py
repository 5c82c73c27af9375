"""Apps on a cluster that takes no snapshots (`snapshotSupported` false): nothing is made of them.

Source: section 2 of the reference, `families.md`, and the catalogue of problems.
"""

from datetime import timedelta

import pytest

from astra.accounts.models import Account
from astra.engine.clocks import clock_advance
from backups.models import App, AppBackup, Bucket, Snapshot
from clusters.models import Cluster
from tests import world
from tests.api.test_default_buckets import HOURLY
from tests.conftest import Api, number

pytestmark = pytest.mark.usefixtures("bucket")

SNAPSHOT = {"type": "application/astra-appSnap", "version": "1.3"}
# By `protectionState` of the cluster: that none of its storage classes supports snapshots, else others.
BY_PROTECTION = [("partial", 145, 158), ("atRisk", 130, 131), ("full", 130, 131)]


@pytest.fixture
def cluster(account: Account) -> Cluster:
    return world.make_cluster(account)


@pytest.fixture
def app(account: Account, cluster: Cluster) -> App:
    return world.make_app(account, cluster=cluster)


def fall_short(cluster: Cluster, protection: str = "partial") -> None:
    Cluster.objects.filter(id=cluster.id).update(
        snapshot_supported=False, protection_state=protection
    )


@pytest.mark.parametrize(("protection", "of_snapshot", "of_backup"), BY_PROTECTION)
def test_neither_snapshots_nor_backups_are_made(
    api: Api, app: App, cluster: Cluster, protection: str, of_snapshot: int, of_backup: int
) -> None:
    fall_short(cluster, protection)
    refused = api.post(f"k8s/v1/apps/{app.id}/appSnaps", SNAPSHOT)
    assert (refused.status_code, number(refused)) == (409, of_snapshot)
    refused = api.create_backup(app)
    assert (refused.status_code, number(refused)) == (409, of_backup)
    assert not Snapshot.objects.exists()


def test_what_is_remembered_of_an_app_knows_of_its_cluster(
    api: Api, app: App, cluster: Cluster
) -> None:
    assert api.create_backup(app).status_code == 201
    fall_short(cluster)
    assert number(api.create_backup(app)) == 158
    Cluster.objects.filter(id=cluster.id).update(snapshot_supported=True)
    assert api.create_backup(app).status_code == 201


def test_schedules_make_nothing_of_them(
    api: Api, app: App, cluster: Cluster, bucket: Bucket
) -> None:
    assert api.post(f"k8s/v1/apps/{app.id}/schedules", HOURLY).status_code == 201
    fall_short(cluster)
    clock_advance(account_id=api.account.id, by=timedelta(hours=3))
    assert not AppBackup.objects.exists()


def test_they_are_not_replicated(api: Api, app: App, cluster: Cluster) -> None:
    fall_short(cluster)
    body = {
        "type": "application/astra-appMirror",
        "version": "1.1",
        "sourceAppID": str(app.id),
        "destinationClusterID": str(world.make_cluster(api.account).id),
        "stateDesired": "established",
    }
    assert number(api.post("k8s/v1/appMirrors", body)) == 150
