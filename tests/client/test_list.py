"""`actoolkit list …`: every collection, with the ids that the API gives."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.client.actoolkit import Client
from tests.client.commands import CLIENT, types
from tests.client.conftest import Estate

pytestmark = CLIENT

# The object of the command, and the collections that it shows.
LISTS = {
    "apps": "k8s/v2/apps",
    "asups": "core/v1/asups",
    "backups": "k8s/v1/apps/{app}/appBackups",
    "buckets": "topology/v1/buckets",
    "clouds": "topology/v1/clouds",
    "clusters": "topology/v1/clusters",
    "credentials": "core/v1/credentials",
    "groups": "core/v1/groups",
    "hooks": "core/v1/executionHooks",
    "notifications": "core/v1/notifications",
    "protections": "k8s/v1/apps/{app}/schedules",
    "replications": "k8s/v1/appMirrors",
    "rolebindings": "core/v1/roleBindings",
    "scripts": "core/v1/hookSources",
    "snapshots": "k8s/v1/apps/{app}/appSnaps",
    "storagebackends": "topology/v1/storageBackends",
    "storageclasses": "topology/v1/clusters/{cluster}/storageClasses",
    "users": "core/v1/users",
}


def ids(estate: Estate, path: str) -> set[str]:
    """The ids in a collection, or in those of all apps or clusters."""
    apps = estate.items("k8s/v2/apps") if "{app}" in path else [{"id": ""}]
    clusters = estate.items("topology/v1/clusters") if "{cluster}" in path else [{"id": ""}]
    paths = [path.format(app=a["id"], cluster=c["id"]) for a in apps for c in clusters]
    return {item["id"] for each in paths for item in estate.items(each)}


@types(*(f"list {what}" for what in LISTS))
@pytest.mark.parametrize("what", LISTS)
def test_a_list_has_what_the_collection_has(what: str, client: Client, estate: Estate) -> None:
    if what == "asups":
        client.succeeds("create", "asup")
    if what == "replications":
        app = estate.named("k8s/v2/apps", "build-server")
        managed = estate.items("topology/v1/managedClusters")
        elsewhere = next(each["id"] for each in managed if each["id"] != app["clusterID"])
        client.succeeds(
            *("create", "replication", app["id"], "-c", elsewhere, "-n", "wiki-dr", "-f", "5m")
        )
    shown = {item["id"] for item in client.items("list", what)}
    assert shown
    assert shown == ids(estate, LISTS[what])
    # The same as a table, which reads every member that it has a column for.
    assert len(client.succeeds("list", what).rows) >= len(shown)


@pytest.mark.parametrize("what", LISTS)
def test_a_list_without_a_good_token_fails(what: str, client: Client, tmp_path: Path) -> None:
    config = yaml.safe_load((client.config / "config.yaml").read_text())
    config["headers"]["Authorization"] = "Bearer nobody"
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    said = client.fails("list", what, config=tmp_path)
    assert "check Authorization in config.json" in said


@types("list namespaces")
def test_namespaces_are_those_that_are_no_part_of_the_system(
    client: Client, estate: Estate
) -> None:
    shown = {item["name"] for item in client.items("list", "namespaces")}
    assert "kube-system" not in shown
    assert shown < {item["name"] for item in estate.items("topology/v1/namespaces")}
    used = {name for app in estate.items("k8s/v2/apps") for name in app["namespaces"]}
    free = {item["name"] for item in client.items("list", "namespaces", "--unassociated")}
    assert free
    assert free == shown - used
    young = client.items("list", "namespaces", "--minutes", "120")
    assert 0 < len(young) < len(shown)


@types("list assets")
def test_assets_are_those_of_an_app(client: Client, estate: Estate) -> None:
    app = estate.named("k8s/v2/apps", "web-shop")
    shown = client.items("list", "assets", app["id"])
    assert shown
    assert len(shown) == len(estate.items(f"k8s/v1/apps/{app['id']}/appAssets"))
    assert "invalid choice" in client.fails("list", "assets", "nothing")


@types("list apiresources")
def test_api_resources_are_those_of_the_managed_clusters(client: Client, estate: Estate) -> None:
    managed = estate.items("topology/v1/managedClusters")
    for cluster in managed:
        shown = client.items("list", "apiresources", "--cluster", cluster["id"])
        assert "Deployment" in {item["kind"] for item in shown}


@types("list ldapusers", "list ldapgroups", "list ldapsettings")
def test_the_directory_is_searched(client: Client) -> None:
    users = client.items("list", "ldapusers")
    assert users
    one = users[0]["email"]
    found = client.items("list", "ldapusers", "--emailFilter", one, "--matchType", "exact")
    assert [each["email"] for each in found] == [one]
    assert len(client.items("list", "ldapusers", "--emailFilter", one[:3])) >= 1
    groups = client.items("list", "ldapgroups")
    assert groups
    name = groups[0]["dn"]
    found = client.items("list", "ldapgroups", "--dnFilter", name, "--matchType", "exact")
    assert [each["dn"] for each in found] == [name]
    assert client.succeeds("list", "ldapsettings").out


NARROWED: list[tuple[list[str], Callable[[dict[str, object]], bool]]] = [
    (["apps", "--nameFilter", "shop"], lambda item: "shop" in str(item["name"])),
    (["apps", "--cluster", "production"], lambda item: item["clusterName"] == "production"),
    (["buckets", "--provider", "gcp"], lambda item: item["provider"] == "gcp"),
    (["clouds", "--cloudType", "private"], lambda item: item["cloudType"] == "private"),
    (["clusters", "--hideUnmanaged"], lambda item: item["managedState"] == "managed"),
    (["clusters", "--hideManaged"], lambda item: item["managedState"] == "unmanaged"),
    (["credentials", "--kubeconfigOnly"], lambda item: item["keyType"] == "kubeconfig"),
    (["notifications", "--severity", "warning"], lambda item: item["severity"] == "warning"),
]


@pytest.mark.parametrize(
    ("words", "fits"), NARROWED, ids=[" ".join(words) for words, _ in NARROWED]
)
def test_a_list_is_narrowed(
    words: list[str], fits: Callable[[dict[str, object]], bool], client: Client
) -> None:
    whole = client.items("list", words[0])
    shown = client.items("list", *words)
    assert shown
    assert all(map(fits, shown))
    assert {item["id"] for item in shown} == {item["id"] for item in whole if fits(item)}


def test_the_newest_notifications_come_first_with_a_count_of_all(client: Client) -> None:
    every = client.succeeds("-o", "json", "list", "notifications").json
    assert every["metadata"]["count"] == len(every["items"])
    times = [item["eventTime"] for item in every["items"]]
    assert times == sorted(times, reverse=True)
    page = client.succeeds("-o", "json", "list", "notifications", "-l", "1", "-o", "1").json
    assert [item["id"] for item in page["items"]] == [every["items"][1]["id"]]
    assert page["metadata"]["count"] == len(every["items"])
