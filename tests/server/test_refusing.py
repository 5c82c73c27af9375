"""What a web server has no room for is refused, and whoever only keeps room has to leave."""

import errno
import http.client
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from astra.server import refusing
from astra.server.addresses import Listener
from astra.server.children import web_options
from tests.server.service import ROOT, SECONDS, eventually, free_port

ROOM = 2
APP = """
import socket
from pathlib import Path
from types import SimpleNamespace

from astra.server import bodies, refusing

bodies.SECONDS = 3600
refusing._UNREAD_MILLISECONDS = 500
refusing.refuse_what_waits()


def is_watched():
    with refusing._borrowed(next(refusing._listeners())) as listener:
        return listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 500


def endless():
    try:
        while True:
            yield bytes(65536)
    finally:
        Path("ended").touch()


def application(environ, start_response):
    if environ["REQUEST_METHOD"] == "POST":
        environ["wsgi.input"].read()
    start_response("200 OK" if is_watched() else "404 Not Found", [])
    return endless() if environ["PATH_INFO"] == "/endless" else [b""]
"""


SERVE = "import sys; from astra.server.web import serve; serve(sys.argv[1:])"


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
        return status(port) == 200
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
        [sys.executable, "-c", SERVE, *options, "small:application"],
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


def connected(port: int, sent: bytes) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(SECONDS)
    connection.connect(("127.0.0.1", port))
    connection.sendall(sent)
    return connection


def test_senders_of_nothing_make_room(port: int) -> None:
    post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"
    with ExitStack() as stack:
        silent = [stack.enter_context(connected(port, post)) for _ in range(2 * ROOM)]
        eventually(lambda: answers(port), "room")
        # Nobody waits outside: the others were closed, or told to come back.
        assert len(silent) - len(select.select(silent, [], [], 0)[0]) <= ROOM


def test_a_reader_of_nothing_has_to_leave(port: int, tmp_path: Path) -> None:
    with connected(port, b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n"):
        eventually((tmp_path / "ended").exists, "the end of the answer")


class _Over(Exception):
    """Enough was looked."""


def test_it_is_looked_again_when_no_file_can_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []

    def sleep(_: float) -> None:
        if len(looks) == 3:
            raise _Over

    def listeners() -> Iterator[int]:
        looks.append("a look")
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(refusing, "time", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(refusing, "_listeners", listeners)
    with pytest.raises(_Over):
        refusing._watch()
