"""The commands that wait until what they asked for has ended, by the account's clock."""

from collections.abc import Callable

import pytest

from tests.client.actoolkit import Client
from tests.client.commands import CLIENT, types
from tests.client.conftest import Estate

pytestmark = CLIENT


@pytest.fixture
def app(estate: Estate) -> str:
    return str(estate.named("k8s/v2/apps", "wiki")["id"])


@pytest.fixture
def cluster(estate: Estate) -> str:
    """A managed cluster."""
    return str(estate.items("topology/v1/managedClusters")[0]["id"])


@pytest.fixture
def finished(estate: Estate, app: str) -> Callable[[str], str]:
    """The id of a completed backup or snapshot of the app: `appBackups`, `appSnaps`."""

    def find(what: str) -> str:
        items = estate.items(f"k8s/v1/apps/{app}/{what}")
        return str(next(item["id"] for item in items if item["state"] == "completed"))

    return find


@types("create backup")
def test_a_backup_is_waited_for(client: Client, app: str) -> None:
    said = client.succeeds("create", "backup", app, "by-hand").out
    assert f"Starting backup of {app}" in said
    assert said.endswith("complete!\n")


def test_a_backup_that_fails_says_so(client: Client, estate: Estate, app: str) -> None:
    estate.controls.faults.add("backup-fail", match={"next": 1})
    said = client.fails("create", "backup", app, "by-hand")
    assert "backup job failed" in said
    assert "monitorProtectionTask() failed" in said


@types("create snapshot")
def test_a_snapshot_is_waited_for(client: Client, app: str) -> None:
    assert client.succeeds("create", "snapshot", app, "by-hand").out.endswith("complete!\n")


def test_a_snapshot_that_fails_says_so(client: Client, estate: Estate, app: str) -> None:
    estate.controls.faults.add("snapshot-fail", match={"next": 1})
    assert "snapshot job failed" in client.fails("create", "snapshot", app, "by-hand")


@types("clone")
def test_a_clone_is_waited_for(client: Client, estate: Estate, app: str, cluster: str) -> None:
    said = client.succeeds("clone", app, "wiki-copy", cluster).out
    assert "Submitting clone succeeded." in said
    assert said.endswith("cloning operation complete.\n")
    made = estate.named("k8s/v2/apps", "wiki-copy")
    assert (made["state"], made["clusterID"]) == ("ready", cluster)
    assert made["namespaces"] == ["wiki-copy"]


def test_a_clone_that_fails_says_so(client: Client, estate: Estate, app: str, cluster: str) -> None:
    estate.controls.faults.add("app-fail", match={"next": 1})
    assert '"wiki-copy" in a failed state' in client.fails("clone", app, "wiki-copy", cluster)


@types("restore")
@pytest.mark.parametrize("what", ["appBackups", "appSnaps"])
def test_a_restore_is_waited_for(
    client: Client,
    estate: Estate,
    finished: Callable[[str], str],
    app: str,
    what: str,
) -> None:
    home = estate.read(f"k8s/v2/apps/{app}")["clusterID"]
    said = client.succeeds("restore", finished(what), "wiki-again", home).out
    assert said.endswith("restoring operation complete.\n")
    assert estate.named("k8s/v2/apps", "wiki-again")["state"] == "ready"


def test_a_restore_that_fails_says_so(
    client: Client, estate: Estate, finished: Callable[[str], str], cluster: str
) -> None:
    estate.controls.faults.add("app-fail", match={"next": 1})
    said = client.fails("restore", finished("appBackups"), "wiki-again", cluster)
    assert '"wiki-again" in a failed state' in said


@types("ipr")
@pytest.mark.parametrize(
    ("option", "what"), [("--backup", "appBackups"), ("--snapshot", "appSnaps")]
)
def test_a_restore_in_place_is_waited_for(
    client: Client, finished: Callable[[str], str], app: str, option: str, what: str
) -> None:
    said = client.succeeds("ipr", app, option, finished(what)).out
    assert said.startswith("In-Place-Restore job in progress")
    assert said.endswith("Success!\n")


def test_a_restore_in_place_that_fails_says_so(
    client: Client, estate: Estate, finished: Callable[[str], str], app: str
) -> None:
    estate.controls.faults.add("app-fail", match={"next": 1})
    said = client.fails("ipr", app, "--backup", finished("appBackups"))
    assert f"Restore of app {app} failed!" in said
