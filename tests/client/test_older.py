"""The two older releases that public scripts still pin: `make client` runs these tests too."""

from collections.abc import Callable

import pytest

from tests.client.actoolkit import Client
from tests.client.commands import CLIENT
from tests.client.conftest import Estate

# What is imported for the first time is compiled first, by a Python that others keep waiting.
pytestmark = [*CLIENT, pytest.mark.timeout(600)]
LISTS = (
    *("apps", "backups", "buckets", "clouds", "clusters", "credentials", "hooks", "namespaces"),
    *("protections", "replications", "scripts", "snapshots", "storageclasses", "users"),
)


@pytest.fixture(scope="module", params=["2.6.5", "2.4.0"])
def release(request: pytest.FixtureRequest, install_release: Callable[[str], Client]) -> Client:
    return install_release(request.param)


@pytest.fixture
def older(release: Client, estate: Estate) -> Client:
    """An older client, on an estate that no other test has touched."""
    return release


@pytest.mark.parametrize("what", LISTS)
def test_a_list_is_read(what: str, older: Client) -> None:
    assert older.items("list", what)
    assert older.succeeds("list", what).rows


def test_a_backup_and_a_snapshot_are_waited_for_and_destroyed(
    older: Client, estate: Estate
) -> None:
    app = str(estate.named("k8s/v2/apps", "wiki")["id"])
    for word, what in (("backup", "appBackups"), ("snapshot", "appSnaps")):
        assert "complete!" in older.succeeds("create", word, app, "by-hand").out
        made = estate.named(f"k8s/v1/apps/{app}/{what}", "by-hand")["id"]
        older.succeeds("destroy", word, app, made)
        left = {each["id"] for each in estate.items(f"k8s/v1/apps/{app}/{what}")}
        assert made not in left


def test_an_app_is_cloned(older: Client, estate: Estate) -> None:
    app = estate.named("k8s/v2/apps", "wiki")
    words = ["--sourceAppID", app["id"], "--cloneAppName", "wiki-copy", "--clusterID"]
    older.succeeds("clone", *words, app["clusterID"], "--cloneNamespace", "wiki-copy")
    assert estate.named("k8s/v2/apps", "wiki-copy")["state"] == "ready"
