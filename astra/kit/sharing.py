"""One service for all workers of pytest-xdist.

The controller owns it, because it outlives its workers, whatever becomes of them: it starts the
service when the first of them asks, and when it dies, the kernel tells the service to stop.
"""

import functools
import json
import socket
import socketserver
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path

from astra.kit.errors import CommandError
from astra.kit.serving import Address, TemporaryService


class Owner:
    """What the controller has: a socket on which workers ask where the service is."""

    def __init__(self) -> None:
        """Listen, in a thread."""
        self._folder = tempfile.TemporaryDirectory(prefix="astra-")
        self.path = str(Path(self._folder.name) / "socket")
        self._service: TemporaryService | None = None
        self._is_over = False
        self._lock = threading.Lock()
        self._server = _Server(self.path, self)
        # The service ends with the thread that started it; this one lasts as long as the process.
        serve = functools.partial(self._server.serve_forever, poll_interval=0.05)
        threading.Thread(target=serve, daemon=True).start()

    def answer(self) -> dict[str, object]:
        """Return the address of the service, started if need be, or why there is none."""
        with self._lock:
            if self._is_over:
                return {"error": "the tests are over"}
            service, is_new = self._service, self._service is None
            if service is None:
                service = self._service = TemporaryService()
        try:
            if is_new:
                service.start()
        except CommandError as error:
            self._service = None
            return {"error": str(error)}
        return {"address": asdict(service.address)}

    def stop(self) -> None:
        """Stop the service, even while it starts, and listen no longer."""
        with self._lock:
            self._is_over = True
            service = self._service
        if service is not None:
            service.stop()
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()


def ask(path: str) -> Address:
    """In a worker: return where the service is. Raises `CommandError` if it does not start."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        with connection.makefile("rb") as file:
            answer = json.loads(file.read())
    if "error" in answer:
        raise CommandError(answer["error"])
    return Address(**answer["address"])


class _Server(socketserver.UnixStreamServer):
    """Answers one worker after another: those that come while the service starts wait for it."""

    request_queue_size = 128

    def __init__(self, path: str, owner: Owner) -> None:
        super().__init__(path, _Handler)
        self.owner = owner

    def handle_error(self, request: object, client_address: object) -> None:
        """Go on: a worker that died does not hear its answer."""


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        """Answer, and close the connection."""
        self.wfile.write(json.dumps(self.server.owner.answer()).encode())
