"""Fixtures for the supervisor's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from astra.api.options import Options
from tests.server.service import Service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """The service, not started yet; nothing of it is left afterwards."""
    service = Service(tmp_path)
    yield service
    service.clean_up()


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Options:
    """Options with a data folder of their own."""
    monkeypatch.setenv("ASTRA_DATA_DIR", str(tmp_path))
    return Options()
