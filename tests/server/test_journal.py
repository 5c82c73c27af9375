"""What was answered is in the journal, whoever ends without a warning, and wherever it is read."""

import http.client

import psutil
import pytest

from astra.kit.client import Simulator
from tests.server.service import SHARED, Service, eventually


def call(service: Service, number: int) -> None:
    """Call over HTTP, on a connection of its own, so that any of the web processes answers."""
    path = f"/accounts/{service.config['uid']}/nowhere/{number}"
    connection = http.client.HTTPConnection("127.0.0.1", service.http_port, timeout=20)
    connection.request("GET", path, headers=service.config["headers"])
    assert connection.getresponse().status == 404
    connection.close()


def numbers(service: Service) -> list[int]:
    token = (service.data_dir / "control_token").read_text().strip()
    with Simulator(service.url, token) as simulator:
        page = simulator.account(service.config["uid"]).journal.search(path="/nowhere/*")
    return [int(entry.path.rsplit("/", 1)[1]) for entry in page.items]


@pytest.mark.server
@SHARED
def test_no_answered_call_is_lost_with_the_processes_that_answered_it(running: Service) -> None:
    worker = running.part("astra-worker")
    web = running.part("astra-http")
    # Nobody brings the calls into the table.
    worker.suspend()
    try:
        for number in range(20):
            call(running, number)
        killed: list[psutil.Process] = web.children()
        assert len(killed) == 2
        for process in killed:
            process.kill()
    finally:
        worker.resume()
    eventually(running.is_ready, "ready again")
    assert numbers(running) == list(range(20))
    for number in range(20, 40):
        call(running, number)
        assert numbers(running)[-1] == number
    # What nobody writes to any more is removed by whoever reads.
    call(running, 40)
    assert numbers(running) == list(range(41))
    assert len(list((running.data_dir / "journal").glob("*/*"))) == 1
