"""Starts the service in a process of its own, and stops it; one for all workers of pytest-xdist."""

import functools
import json
import os
import secrets
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Self

from .errors import ServiceError

READY_SECONDS = 120.0
_STOP_SECONDS = 30.0
_POLL_SECONDS = 0.05
_HOST = "127.0.0.1"
_LOG = "service.log"
# -P: whatever the folder of the user has in it is not imported.
_PYTHON = (sys.executable, "-P", "-m")
_RUN = (*_PYTHON, __name__.rpartition(".")[0], "run")
_ROOT = Path(__file__).resolve().parents[2]
_DISTRIBUTION = "astra-simulator"
# Settings of whoever starts the service that are not meant for it: a test session may be about a
# Django project with a database of its own.
_FOREIGN = ("DATABASE_URL", "DJANGO_", "GRANIAN_", "PYTEST_")


@dataclass(frozen=True, slots=True)
class Address:
    """How to reach a service; what is not known of one that somebody else runs is None."""

    url: str
    control_token: str
    https_url: str | None = None
    ca_file: str | None = None


def command(*, parent: int | None) -> list[str]:
    """Return the command that serves until it is stopped, or until the process ``parent`` ends.

    Raises `ServiceError` where the service is not installed.
    """
    if not _is_checkout() and not any(distributions(name=_DISTRIBUTION)):
        raise ServiceError(
            "the service is not installed here, only its client: pip install it from a checkout, or let "
            "ASTRA_URL say where one runs"
        )
    serve = [*_PYTHON, "astra", "serve"]
    return serve if parent is None else [*serve, f"--with-parent={parent}"]


def environment(**options: str) -> dict[str, str]:
    """Return the environment for `command`: that of this process, with options of the service."""
    variables = {**os.environ, **options, "DJANGO_SETTINGS_MODULE": "astra.settings"}
    if _is_checkout():
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        variables["PYTHONPATH"] = os.pathsep.join(paths)
    return variables


def _is_checkout() -> bool:
    """Tell whether this is a part of the service that is not installed."""
    return (_ROOT / "manage.py").exists() and Path(__file__).parent == (_ROOT / "astra" / "kit")


class TemporaryService:
    """A service on new data, for as long as the tests last; gone when this process is.

    Whatever ends this process, the kernel tells the service to stop. Strictly, it does so when the
    thread ends that called `start`, so call it in one that lives as long as it is wanted.
    """

    def __init__(self) -> None:
        """Choose ports and a folder; nothing runs before `start`."""
        self.folder = Path(tempfile.mkdtemp(prefix="astra-"))
        self._process: subprocess.Popen[bytes] | None = None
        http_port, https_port = _free_ports()
        data_dir = self.folder / "var"
        self.address = Address(
            url=f"http://{_HOST}:{http_port}",
            control_token=secrets.token_urlsafe(32),
            https_url=f"https://{_HOST}:{https_port}",
            ca_file=str(data_dir / "tls" / "ca.pem"),
        )
        self._environment = _without_foreign(
            environment(
                ASTRA_DATA_DIR=str(data_dir),
                ASTRA_HOST=_HOST,
                ASTRA_HTTP_PORT=str(http_port),
                ASTRA_HTTPS_PORT=str(https_port),
                ASTRA_CONTROL="on",
                ASTRA_CONTROL_TOKEN=self.address.control_token,
                # Every test makes its own account.
                ASTRA_START_SCENARIO="",
                # The data end with the tests; what can be copied is not made again for the next.
                ASTRA_DURABLE="off",
                ASTRA_CACHE_DIR=os.environ.get("ASTRA_CACHE_DIR", _cache_dir()),
            )
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the service; returns when it is ready. Raises `ServiceError` with what it said."""
        try:
            with (self.folder / _LOG).open("wb") as log:
                process = subprocess.Popen(  # noqa: S603 - the command is ours
                    [*_RUN, f"--with-parent={os.getpid()}"],
                    env=self._environment,
                    cwd=self.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    # Ctrl-C reaches the tests alone, which still need it while they end.
                    start_new_session=True,
                )
            self._process = process
            self._wait(process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the service and remove its data; again, it does nothing."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        # Not imported where the service is only run.
        from .client import Simulator

        deadline = time.monotonic() + READY_SECONDS
        # HTTPS comes last: its authority is a file that the start makes.
        for url, ca_file in (
            (self.address.url, None),
            (str(self.address.https_url), self.address.ca_file),
        ):
            with Simulator(url, ca_file=ca_file) as simulator:
                while not simulator.is_ready():
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise ServiceError(f"the service did not get ready:\n{self._said()}")
                    time.sleep(_POLL_SECONDS)

    def _said(self) -> str:
        try:
            return (self.folder / _LOG).read_text(errors="replace").strip()
        except OSError:
            return "(it was stopped)"


class Owner:
    """One service for all workers of pytest-xdist: a socket on which they ask where it is.

    The controller owns it, because it outlives its workers, whatever becomes of them: it starts the
    service when the first of them asks, and when it dies, the kernel tells the service to stop.
    """

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
        except ServiceError as error:
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
    """In a worker: return where the service is. Raises `ServiceError` if it does not start."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        with connection.makefile("rb") as file:
            answer = json.loads(file.read())
    if "error" in answer:
        raise ServiceError(answer["error"])
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


def _free_ports() -> tuple[int, int]:
    """Return two ports that nobody listens on."""
    with socket.socket() as first, socket.socket() as second:
        for probe in (first, second):
            probe.bind((_HOST, 0))
        return int(first.getsockname()[1]), int(second.getsockname()[1])


def _cache_dir() -> str:
    """Return the folder of this user in which a program keeps what it can make again."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    with suppress(RuntimeError):
        return str(caches.expanduser() / "astra-simulator")
    # An account without a home.
    return ""


def _without_foreign(variables: Mapping[str, str]) -> dict[str, str]:
    kept = {name: text for name, text in variables.items() if not name.startswith(_FOREIGN)}
    return kept | {"DJANGO_SETTINGS_MODULE": variables["DJANGO_SETTINGS_MODULE"]}
