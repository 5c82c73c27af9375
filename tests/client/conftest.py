"""A service with the demo's data, and the client configured by the `config.yaml` it writes."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3

from astra.kit.client import AccountControls, Simulator
from tests.client.actoolkit import Client, install
from tests.server.service import Service

RELEASE = "3.0.2"
# `make client` runs these too.
collect_ignore = [] if os.environ.get("ASTRA_OLDER_CLIENTS") else ["test_older.py"]


@dataclass
class Estate:
    """The demo's first account, through its own API."""

    url: str
    headers: dict[str, str]
    controls: AccountControls

    def read(self, path: str) -> Any:
        """Return the document at a path of the account."""
        response = urllib3.request("GET", f"{self.url}/{path}", headers=self.headers)
        assert response.status == 200, response.data
        return response.json()

    def items(self, path: str) -> list[dict[str, Any]]:
        """Return the items of a collection."""
        items: list[dict[str, Any]] = self.read(path)["items"]
        return items

    def named(self, path: str, name: str) -> dict[str, Any]:
        """Return the item of a collection that has a name."""
        (item,) = (item for item in self.items(path) if item["name"] == name)
        return item


@pytest.fixture(scope="session")
def client_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("client-service"))
    service.start()
    yield service
    service.clean_up()


@pytest.fixture(scope="session")
def demo(client_service: Service) -> Estate:
    token = (client_service.data_dir / "control_token").read_text().strip()
    uid = client_service.config["uid"]
    return Estate(
        f"{client_service.url}/accounts/{uid}",
        client_service.config["headers"],
        Simulator(client_service.url, token).account(uid),
    )


@pytest.fixture(scope="session")
def as_seeded(demo: Estate) -> str:
    """The name of a checkpoint of the estate, its clock standing still at the real time."""
    demo.controls.clock.freeze()
    return demo.controls.checkpoints.save("as-seeded").name


@pytest.fixture
def estate(demo: Estate, as_seeded: str) -> Estate:
    """The estate as the demo seeds it."""
    demo.controls.checkpoints.restore(as_seeded)
    return demo


@pytest.fixture(scope="session")
def install_release(
    pytestconfig: pytest.Config,
    client_service: Service,
    demo: Estate,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], Client]]:
    """Make a client of a release. Its environment is kept in the cache of the tests."""
    token = (client_service.data_dir / "control_token").read_text().strip()
    account = f"{client_service.url}/simulator/v1/accounts/{client_service.config['uid']}"
    made: list[Client] = []

    def make(release: str) -> Client:
        cache = getattr(pytestconfig, "cache", None)
        name = f"actoolkit-{release}"
        folder = Path(cache.mkdir(name)) if cache else tmp_path_factory.mktemp(name)
        client = Client(
            python=install(release, folder),
            folder=tmp_path_factory.mktemp("home"),
            config=client_service.data_dir,
            environment={
                "REQUESTS_CA_BUNDLE": str(client_service.data_dir / "tls" / "ca.pem"),
                "CLIENT_CLOCK_URL": f"{account}/clock/advance",
                "CLIENT_CONTROL": f"Bearer {token}",
            },
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.stop()


@pytest.fixture(scope="session")
def installed(install_release: Callable[[str], Client]) -> Client:
    """The client as it is now."""
    return install_release(RELEASE)


@pytest.fixture
def client(installed: Client, estate: Estate) -> Client:
    """The client, on an estate that no other test has touched."""
    return installed
