"""A receiver on this machine: it answers as it is told, and remembers what it got."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any


@dataclass
class Got:
    """A call: its headers in small letters, and its body."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """``statuses``: of the next answers; then all are 204. ``silent``: wait for ``release`` first."""

    url: str
    got: list[Got] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    release: Event = field(default_factory=Event)
    arrived: SimpleQueue[Got] = field(default_factory=SimpleQueue)

    @property
    def events(self) -> list[tuple[str, str]]:
        return [(each.document["event"], each.document["resourceID"]) for each in self.got]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length", "0"))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        got = Got(handler.command, handler.path, headers, handler.rfile.read(length))
        self.got.append(got)
        self.arrived.put(got)
        if self.silent:
            self.release.wait(110)
        handler.send_response(self.statuses.pop(0) if self.statuses else 204)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()


@contextmanager
def receiving(context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.answer(self)

        do_GET = do_POST

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *args: Any) -> None:
            """Say nothing of callers that go away."""

    with Server(("127.0.0.1", 0), Handler) as server:
        # What waits for its release does not outlive the test.
        server.daemon_threads = True
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "http" if context is None else "https"
        receiver = Receiver(f"{scheme}://127.0.0.1:{server.server_address[1]}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            receiver.release.set()
            server.shutdown()
            thread.join()
