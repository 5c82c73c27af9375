"""A service for the tests alone, and its owner in the controller of pytest-xdist."""

import socket
from collections.abc import Iterator

import pytest

from astra.kit.errors import CommandError
from astra.kit.serving import Address, TemporaryService
from astra.kit.sharing import Owner, ask


@pytest.fixture
def owner() -> Iterator[Owner]:
    owner = Owner()
    yield owner
    owner.stop()


@pytest.mark.server
def test_a_service_that_does_not_start_says_why_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASTRA_WORKER_INTERVAL", "soon")
    service = TemporaryService()
    assert service.folder.exists()
    with pytest.raises(CommandError, match="the service did not get ready:") as failed:
        service.start()
    assert "ASTRA_WORKER_INTERVAL" in str(failed.value)
    assert not service.folder.exists()
    service.stop()


def test_workers_that_ask_get_one_service(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Address] = []
    monkeypatch.setattr(TemporaryService, "start", lambda self: started.append(self.address))
    # One that is gone before it is answered.
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(owner.path)
    assert ask(owner.path) == ask(owner.path) == started[0]
    assert len(started) == 1


def test_every_worker_hears_why_there_is_no_service(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(service: TemporaryService) -> None:
        service.stop()
        raise CommandError("no port is free")

    monkeypatch.setattr(TemporaryService, "start", fail)
    for _ in range(2):
        with pytest.raises(CommandError, match="no port is free"):
            ask(owner.path)


def test_who_comes_when_the_tests_are_over_gets_no_service(owner: Owner) -> None:
    owner.stop()
    assert owner.answer() == {"error": "the tests are over"}
