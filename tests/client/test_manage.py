"""Clouds, clusters, buckets and apps, as a person brings them in and takes them out."""

import json
from pathlib import Path

import pytest
import yaml

from tests.client.actoolkit import Client
from tests.client.commands import CLIENT, types
from tests.client.conftest import Estate

pytestmark = CLIENT
KEYS = ["--accessKey", "AKIA0000", "--accessSecret", "S3cret!"]


@pytest.fixture
def kubeconfig(tmp_path: Path) -> str:
    """A file that says how a cluster is reached, which nobody has used yet."""
    file = tmp_path / "kubeconfig.yaml"
    cluster = {
        "server": "https://k8s-branch.example.com:6443",
        "certificate-authority-data": "AA==",
    }
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "branch-office", "cluster": cluster}],
        "users": [{"name": "admin", "user": {"token": "S3cret!"}}],
        "contexts": [
            {"name": "branch-office", "context": {"cluster": "branch-office", "user": "admin"}}
        ],
        "current-context": "branch-office",
    }
    file.write_text(yaml.safe_dump(config))
    return str(file)


@types("manage app", "unmanage app")
def test_an_app_is_defined_on_a_namespace_and_let_go(client: Client, estate: Estate) -> None:
    free = client.items("list", "namespaces", "--unassociated")
    managed = {each["id"] for each in estate.items("topology/v1/managedClusters")}
    namespace = next(each for each in free if each["clusterID"] in managed)
    words = ["manage", "app", "brand-new", namespace["name"], namespace["clusterID"]]
    client.succeeds(*words)
    app = estate.named("k8s/v2/apps", "brand-new")
    cluster = estate.read(f"topology/v1/clusters/{namespace['clusterID']}")
    assert (app["clusterName"], app["clusterType"]) == (cluster["name"], cluster["clusterType"])
    assert "invalid choice" in client.fails(
        "manage", "app", "other", "nowhere", namespace["clusterID"]
    )
    # Not while it is discovered.
    assert "unmanageApp() failed" in client.fails("unmanage", "app", app["id"])
    estate.controls.clock.advance("10m")
    client.succeeds("unmanage", "app", app["id"])
    assert app["id"] not in {each["id"] for each in estate.items("k8s/v2/apps")}


@types("manage bucket", "update bucket", "unmanage bucket")
def test_a_bucket_comes_with_its_credential_takes_another_and_goes(
    client: Client, estate: Estate
) -> None:
    words = ["manage", "bucket", "generic-s3", "branch-backups", "-u", "s3.example.com", *KEYS]
    client.succeeds(*words)
    bucket = estate.named("topology/v1/buckets", "branch-backups")
    assert bucket["credentialID"] in {each["id"] for each in estate.items("core/v1/credentials")}
    assert "manageBucket() failed" in client.fails(*words)
    client.succeeds("update", "bucket", bucket["id"], *KEYS)
    changed = estate.read(f"topology/v1/buckets/{bucket['id']}")
    assert changed["credentialID"] != bucket["credentialID"]
    client.succeeds("unmanage", "bucket", bucket["id"])
    assert bucket["id"] not in {each["id"] for each in estate.items("topology/v1/buckets")}


@types("manage cloud", "update cloud", "unmanage cloud")
def test_a_cloud_comes_with_its_credential_and_goes(
    client: Client, estate: Estate, tmp_path: Path
) -> None:
    account = tmp_path / "service-account.json"
    account.write_text(json.dumps({"type": "service_account", "project_id": "branch-office"}))
    client.succeeds("manage", "cloud", "GCP", "branch-office", "-p", str(account))
    cloud = estate.named("topology/v1/clouds", "branch-office")
    assert cloud["cloudType"] == "GCP"
    assert "manageCloud() failed" in client.fails("manage", "cloud", "private", "branch-office")
    bucket = estate.items("topology/v1/buckets")[0]["id"]
    client.succeeds("update", "cloud", cloud["id"], "-b", bucket)
    assert estate.read(f"topology/v1/clouds/{cloud['id']}")["defaultBucketID"] == bucket
    client.succeeds("update", "cloud", cloud["id"], "-p", str(account))
    changed = estate.read(f"topology/v1/clouds/{cloud['id']}")
    assert changed["credentialID"] != cloud["credentialID"]
    assert "Credential deleted" in client.succeeds("unmanage", "cloud", cloud["id"]).out
    assert cloud["id"] not in {each["id"] for each in estate.items("topology/v1/clouds")}


@types("create cluster", "manage cluster", "update cluster", "unmanage cluster", "destroy cluster")
def test_a_cluster_is_added_managed_changed_and_let_go(
    client: Client, estate: Estate, kubeconfig: str
) -> None:
    cloud = estate.named("topology/v1/clouds", "private")["id"]
    client.succeeds("create", "cluster", kubeconfig, "-c", cloud)
    estate.controls.clock.advance("1h")
    cluster = estate.named("topology/v1/clusters", "branch-office")
    assert cluster["managedState"] == "unmanaged"
    assert "addCluster() failed" in client.fails(
        "create", "cluster", kubeconfig, "-c", cloud
    ) or "createCluster() failed" in client.fails("create", "cluster", kubeconfig, "-c", cloud)
    client.succeeds("manage", "cluster", cluster["id"])
    estate.controls.clock.advance("1h")
    managed = estate.read(f"topology/v1/managedClusters/{cluster['id']}")
    assert (managed["state"], managed["managedState"]) == ("running", "managed")
    said = client.succeeds("unmanage", "cluster", cluster["id"]).out
    assert "Credential deleted" in said
    assert cluster["id"] not in {each["id"] for each in estate.items("topology/v1/clusters")}


def test_a_cluster_that_is_not_managed_is_destroyed(
    client: Client, estate: Estate, kubeconfig: str
) -> None:
    cloud = estate.named("topology/v1/clouds", "private")["id"]
    client.succeeds("create", "cluster", kubeconfig, "-c", cloud)
    estate.controls.clock.advance("1h")
    cluster = estate.named("topology/v1/clusters", "branch-office")["id"]
    client.succeeds("update", "cluster", cluster, "-p", kubeconfig)
    client.succeeds("destroy", "cluster", cluster)
    assert cluster not in {each["id"] for each in estate.items("topology/v1/clusters")}
    assert "invalid choice" in client.fails("destroy", "cluster", cluster)


def test_a_cluster_with_a_protected_app_stays(client: Client, estate: Estate) -> None:
    home = estate.named("k8s/v2/apps", "wiki")["clusterID"]
    assert "invalid choice" in client.fails("destroy", "cluster", home)
