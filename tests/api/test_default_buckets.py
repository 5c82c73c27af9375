"""Which bucket a backup goes to that names none, where its cluster or its cloud has a default.

Source: section 1 of the reference, `families.md`.
"""

from datetime import timedelta
from typing import Any

import pytest

from astra.accounts.models import Account
from astra.engine.clocks import clock_advance
from backups.models import App, AppBackup, Bucket
from clusters.models import Cluster
from tests import world
from tests.conftest import Api
from tests.ruling import Faults

HOURLY = {
    "type": "application/astra-schedule",
    "version": "1.3",
    "name": "hourly",
    "granularity": "hourly",
    "minute": "5",
    "snapshotRetention": "1",
    "backupRetention": "1",
}


@pytest.fixture
def clouds(account: Account) -> Bucket:
    """The default bucket of the app's cloud."""
    world.make_bucket(account, is_default=True)
    return world.make_bucket(account, stored_bytes=10**15)


@pytest.fixture
def cluster(account: Account, clouds: Bucket) -> Cluster:
    return world.make_cluster(account, cloud=world.make_cloud(account, default_bucket=clouds))


@pytest.fixture
def app(account: Account, cluster: Cluster) -> App:
    return world.make_app(account, cluster=cluster)


def chosen(api: Api, app: App) -> str:
    return str(api.create_backup(app).json()["bucketID"])


def set_default(api: Api, path: str, bucket: Bucket) -> None:
    kind = "cloud" if "clouds" in path else "managedCluster"
    body = {
        "type": f"application/astra-{kind}",
        "version": "1.1",
        "defaultBucketID": str(bucket.id),
    }
    response = api.put(f"topology/v1/{path}", body)
    assert response.status_code == 200, response.content


def test_the_default_of_the_cloud_goes_before_that_of_the_account(
    api: Api, app: App, clouds: Bucket
) -> None:
    assert chosen(api, app) == str(clouds.id)
    other = world.make_app(api.account, cluster=world.make_cluster(api.account))
    assert chosen(api, other) != str(clouds.id)


def test_the_default_of_the_cluster_goes_before_that_of_its_cloud(
    api: Api, app: App, cluster: Cluster
) -> None:
    Cluster.objects.filter(id=cluster.id).update(default_bucket=world.make_bucket(api.account))
    cluster.refresh_from_db()
    assert chosen(api, app) == str(cluster.default_bucket_id)


def test_what_is_remembered_of_an_app_knows_of_a_new_default(
    api: Api, app: App, cluster: Cluster, clouds: Bucket
) -> None:
    assert chosen(api, app) == str(clouds.id)
    one, two = world.make_bucket(api.account), world.make_bucket(api.account)
    set_default(api, f"clouds/{cluster.cloud_id}", one)
    assert chosen(api, app) == str(one.id)
    Cluster.objects.filter(id=cluster.id).update(connector_capabilities=["neptuneV1"])
    set_default(api, f"managedClusters/{cluster.id}", two)
    assert chosen(api, app) == str(two.id)


def test_one_that_is_not_available_is_passed_over(api: Api, app: App, clouds: Bucket) -> None:
    Bucket.objects.filter(id=clouds.id).update(state="removed", outcome="removed")
    assert chosen(api, app) == str(Bucket.objects.get(is_default=True).id)


def test_schedules_choose_as_calls_do(api: Api, app: App, clouds: Bucket) -> None:
    assert api.post(f"k8s/v1/apps/{app.id}/schedules", HOURLY).status_code == 201
    clock_advance(account_id=api.account.id, by=timedelta(hours=1))
    assert AppBackup.objects.get().bucket == clouds


def test_a_fault_rule_of_the_bucket_acts_on_what_goes_there(
    api: Api, app: App, clouds: Bucket, faults: Faults
) -> None:
    match: Any = {"bucket": str(clouds.id)}
    faults.add("backup-fail", match=match)
    chosen(api, app)
    assert (AppBackup.objects.get().outcome, faults.hits()) == ("failed", [1])


@pytest.mark.django_db
def test_backups_of_a_scenario_go_where_the_service_would_store_them(control: Any) -> None:
    scenario = {
        "scenario": "defaults",
        "accounts": [
            {
                "name": "a",
                "users": [{"email": "a@example.com", "role": "owner"}],
                "buckets": [{"name": "usual", "isDefault": True}, {"name": "clouds"}],
                "clouds": [{"name": "private", "defaultBucket": "clouds"}],
                "clusters": [{"name": "one"}],
                "apps": [
                    {"name": "shop", "cluster": "one", "backups": [{"name": "b"}]},
                    {"name": "till", "backups": [{"name": "c"}]},
                ],
            }
        ],
    }
    response = control.post("accounts", {"scenario": scenario})
    assert response.status_code == 201, response.content
    went = {backup.name: backup.bucket.name for backup in AppBackup.objects.all()}
    assert went == {"b": "clouds", "c": "usual"}
