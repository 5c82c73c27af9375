"""The test kit is tested with itself: one service, started by its plugin."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import urllib3

from astra.kit.access import Access
from tests.server.service import ROOT

BACKUP = {"type": "application/astra-appBackup", "version": "1.1"}


@pytest.fixture
def back_up(astra_account: Access) -> Callable[[], int]:
    """Ask for a backup of the app web-shop; return the status of the answer."""
    path = f"k8s/v1/apps/{astra_account.app_id('web-shop')}/appBackups"

    def call() -> int:
        return urllib3.request(
            "POST", f"{astra_account.url}/{path}", json=BACKUP, headers=astra_account.headers
        ).status

    return call


@pytest.fixture(scope="session")
def client_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client's own distribution, built by its pinned backend, which is installed here."""
    folder = tmp_path_factory.mktemp("client")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT / "client", check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel
