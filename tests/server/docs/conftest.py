"""The running service, as a person at a terminal has it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from astra.kit.client import Simulator
from tests.server.docs.terminal import stand_ins, typed
from tests.server.service import ROOT, Service


class Terminal:
    """A folder with `var` of the service, a checkout in `astra-simulator`, and an account of its own."""

    def __init__(self, folder: Path, service: Service, account_id: str) -> None:
        self.folder, self.service = folder, service
        stand_ins(folder / "bin")
        (folder / "var").symlink_to(service.data_dir)
        (folder / "astra-simulator").symlink_to(ROOT)
        (folder / "manage.py").symlink_to(ROOT / "manage.py")
        (folder / "journal.sh").write_text("exit\n")
        token = (service.data_dir / "control_token").read_text().strip()
        self.variables = {
            "ASTRA_DATA_DIR": str(service.data_dir),
            "ASTRA_URL": service.url,
            "ASTRA_CONTROL_TOKEN": token,
            "CONTROL": token,
            "ACCOUNT": account_id,
            "ASTRA_ACCOUNT": account_id,
            "ASTRATOOLKITS_CONF": str(service.data_dir),
        }

    def type(self, script: str, **variables: str) -> str:
        """Type it; what it printed, once it went well."""
        here = script.replace("127.0.0.1:8000", f"127.0.0.1:{self.service.http_port}")
        here = here.replace("127.0.0.1:8443", f"127.0.0.1:{self.service.https_port}")
        done = typed(here, self.folder, self.variables | variables)
        assert done.returncode == 0, f"{here}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture
def terminal(running: Service, tmp_path: Path) -> Iterator[Terminal]:
    token = (running.data_dir / "control_token").read_text().strip()
    with Simulator(running.url, token) as simulator:
        account = simulator.accounts.new(clock="manual", ttl="1h")
        # Of which the pages speak.
        status = urllib3.request(
            "POST",
            f"{running.url}/accounts/{account.id}/k8s/v1/apps/{account.apps[0].id}/appBackups",
            json={"type": "application/astra-appBackup", "version": "1.1"},
            headers={"Authorization": f"Bearer {account.token}"},
        ).status
        assert status == 201
        yield Terminal(tmp_path, running, account.id)
        # A page may have let go of it.
        if account.id in {each.id for each in simulator.accounts.list()}:
            simulator.accounts.delete(account.id)
