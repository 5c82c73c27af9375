"""Shell scripts as public labs have them, and the registration of a cluster by its connector."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tests.client.commands import CLIENT
from tests.client.conftest import Estate
from tests.server.service import Service

pytestmark = CLIENT


def test_a_lab_script_runs_unchanged(client_service: Service, estate: Estate) -> None:
    config = client_service.config
    done = subprocess.run(
        ["bash", str(Path(__file__).with_name("lab.sh"))],
        env={
            "PATH": os.environ["PATH"],
            "ACCOUNT": config["uid"],
            "TOKEN": config["headers"]["Authorization"].removeprefix("Bearer "),
            "CURL_OPTIONS": f"--connect-to astra.lab.example.com:443:{config['astra_project']}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lab: the account answers on one line: 0" in done.stdout
    assert "lab: done: " in done.stdout


def call(estate: Estate, method: str, path: str, status: int, body: Any = None) -> Any:
    """Call as a connector does, without a word about the type of the body; expect a status."""
    answer = urllib3.request(method, f"{estate.url}/{path}", json=body, headers=estate.headers)
    assert answer.status == status, answer.data
    return answer.json() if answer.data else None


@pytest.mark.parametrize("is_named", [True, False], ids=["named by the installer", "found by name"])
def test_a_connector_registers_its_cluster(estate: Estate, is_named: bool) -> None:
    clouds = call(estate, "GET", "topology/v1/clouds", 200)["items"]
    cloud = next(each for each in clouds if each["cloudType"] == "private")
    path = f"topology/v1/clouds/{cloud['id']}/clusters"
    asked = {"type": "application/astra-cluster", "version": "1.6", "name": "branch-office"}
    cluster = call(estate, "POST", path, 201, asked | {"connectorInstall": "pending"})
    if not is_named:
        found = call(estate, "GET", path, 200)["items"]
        (cluster,) = (each for each in found if each["name"] == "branch-office")
    for _ in range(40):
        cluster = call(estate, "GET", f"{path}/{cluster['id']}", 200)
        if cluster["managedState"] == "unmanaged":
            break
        estate.controls.clock.advance("15s")
    assert cluster["managedState"] == "unmanaged"
    manage = {"type": "application/astra-managedCluster", "version": "1.6", "id": cluster["id"]}
    call(
        estate, "POST", "topology/v1/managedClusters", 201, manage | {"connectorInstall": "pending"}
    )
    report = {
        "type": "application/astra-managedCluster",
        "version": "1.6",
        "connectorInstall": "installed",
        "connectorCapabilities": ["proxyV1", "neptuneV1"],
    }
    call(estate, "PUT", f"topology/v1/managedClusters/{cluster['id']}", 200, report)
    estate.controls.clock.advance("10m")
    managed = call(estate, "GET", f"topology/v1/managedClusters/{cluster['id']}", 200)
    assert (managed["state"], managed["managedState"]) == ("running", "managed")
    seen = call(estate, "GET", f"{path}/{cluster['id']}", 200)
    assert set(seen["connectorCapabilities"]) == {"proxyV1", "neptuneV1"}
