"""What a web server has no room for is refused, and does not hang."""

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from astra.server.addresses import Listener
from astra.server.children import web_options
from tests.server.service import ROOT, SECONDS, eventually, free_port

ROOM = 2
APP = """
from astra.server.refusing import refuse_what_waits
refuse_what_waits()


def application(environ, start_response):
    start_response("200 OK", [("Content-Length", "0")])
    return [b""]
"""


@contextmanager
def called(port: int) -> Iterator[int]:
    """Ask on a connection of its own, which stays open within the block; the status."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)) as connection:
        connection.request("GET", "/")
        with connection.getresponse() as answer:
            answer.read()
        yield answer.status


def status(port: int) -> int:
    with called(port) as found:
        return found


def answers(port: int) -> bool:
    try:
        return bool(status(port))
    except OSError:
        return False


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The port of a web server with one worker, as it is started by `serve`, of a small app."""
    (tmp_path / "small.py").write_text(APP)
    port = free_port()
    listener = Listener("http", "127.0.0.1", port, "ASTRA_HTTP_PORT")
    options = web_options(listener, workers=1, connections=ROOM, certificate=None)[:-1]
    with subprocess.Popen(
        [sys.executable, "-m", "granian", *options, "small:application"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as server:
        eventually(partial(answers, port), "the web server")
        yield port
        server.terminate()
        assert server.wait(SECONDS) == 0


def test_beyond_its_room_a_caller_is_told_to_come_back(port: int) -> None:
    with called(port) as first, called(port) as second:
        assert (first, second) == (200, 200)
        assert [status(port) for _ in range(3)] == [503] * 3
    eventually(lambda: status(port) == 200, "room again")
