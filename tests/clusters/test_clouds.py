"""clouds: what is their own beside what every resource promises."""

import json
from typing import Any

import pytest

from clusters.models import Cloud, Cluster
from tests import world
from tests.conftest import Api, invalid, number

CLOUD = {"type": "application/astra-cloud", "version": "1.0", "name": "new", "cloudType": "private"}
CLOUDS = "topology/v1/clouds"


def credential(api: Api) -> str:
    """Return the id of a new credential."""
    return str(world.make_credential(api.account).id)


def create(api: Api, **members: Any) -> Any:
    response = api.post(CLOUDS, CLOUD | members)
    assert response.status_code == 201, response.content
    return json.loads(response.content)


def test_a_private_cloud_is_running_at_once(api: Api) -> None:
    assert create(api)["state"] == "running"


@pytest.mark.parametrize(
    ("sent", "kept"), [("GCP", "GCP"), ("gcp", "gcp"), ("AZURE", "azure"), ("PRIVATE", "private")]
)
def test_the_type_of_a_cloud_comes_in_any_case(api: Api, sent: str, kept: str) -> None:
    made = create(api, cloudType=sent, credentialID=credential(api))
    assert made["cloudType"] == kept


def test_a_public_cloud_runs_once_its_credential_is_read(api: Api) -> None:
    made = create(api, cloudType="GCP", credentialID=credential(api))
    assert made["state"] == "pending"
    world.advance(api.account, 10)
    assert api.read(f"{CLOUDS}/{made['id']}")["state"] == "running"


def test_a_public_cloud_needs_a_credential(api: Api) -> None:
    refused = api.post(CLOUDS, CLOUD | {"cloudType": "aws"})
    assert (number(refused), invalid(refused)) == (9, ["credentialID"])


def test_another_credential_lets_a_cloud_be_discovered_again(api: Api) -> None:
    made = create(api, cloudType="gcp", credentialID=credential(api))
    world.advance(api.account, 10)
    url, other = f"{CLOUDS}/{made['id']}", credential(api)
    head = {"type": CLOUD["type"], "version": "1.0"}
    assert api.put(url, head | {"name": "same"}).json()["state"] == "running"
    assert api.put(url, head | {"credentialID": other}).json()["state"] == "pending"
    world.advance(api.account, 10)
    assert api.read(url)["state"] == "running"


def test_a_name_of_a_cloud_is_taken_once(api: Api) -> None:
    create(api)
    assert number(api.post(CLOUDS, CLOUD)) == 140


def test_a_default_bucket_must_exist(api: Api) -> None:
    refused = api.post(CLOUDS, CLOUD | {"defaultBucketID": str(world.some_id())})
    assert (number(refused), invalid(refused)) == (108, ["defaultBucketID"])
    bucket = world.make_bucket(api.account)
    assert create(api, defaultBucketID=str(bucket.id))["defaultBucketID"] == str(bucket.id)


def test_a_default_bucket_of_a_cloud_is_not_deleted(api: Api) -> None:
    bucket = world.make_bucket(api.account)
    cloud = create(api, defaultBucketID=str(bucket.id))
    assert number(api.delete(f"topology/v1/buckets/{bucket.id}")) == 84
    assert api.delete(f"{CLOUDS}/{cloud['id']}").status_code == 204
    assert api.delete(f"topology/v1/buckets/{bucket.id}").status_code == 204


def test_a_cloud_with_a_managed_cluster_stays(api: Api) -> None:
    cluster = world.make_cluster(api.account)
    assert number(api.delete(f"{CLOUDS}/{cluster.cloud_id}")) == 141


def test_the_clusters_that_are_not_managed_go_with_their_cloud(api: Api) -> None:
    cluster = world.make_cluster(api.account, managed_state="unmanaged")
    world.make_namespace(cluster)
    world.make_storage_class(cluster)
    assert api.delete(f"{CLOUDS}/{cluster.cloud_id}").status_code == 204
    assert not Cloud.objects.exists()
    assert not Cluster.objects.exists()
