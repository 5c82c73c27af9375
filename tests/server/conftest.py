"""Fixtures for the supervisor's tests."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from astra.api.options import Options
from tests.server.service import Service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """The service, not started yet; nothing of it is left afterwards."""
    service = Service(tmp_path)
    yield service
    service.clean_up()


@pytest.fixture(scope="session")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("service"), is_first=True)
    yield service
    service.clean_up()


@pytest.fixture
def running(_shared: Service) -> Service:
    """The service, started as on a new machine; the test may leave it stopped. See ``SHARED``."""
    if not _shared.is_running:
        _shared.clean_up()
        _shared.start()
    return _shared


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The URL of a database without a table, on the server of the tests."""
    # That of the URL may just be copied, which it cannot be while somebody is connected.
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres")
    name = f"empty_{os.getpid()}"
    with psycopg.connect(url.geturl(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield url._replace(path=f"/{name}").geturl()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Options:
    """Options with a data folder of their own."""
    monkeypatch.setenv("ASTRA_DATA_DIR", str(tmp_path))
    return Options()
