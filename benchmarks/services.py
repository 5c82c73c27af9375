"""The service of a revision, started as `make run` does, on a data folder and ports of its own."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self
from urllib.parse import quote

from benchmarks.processes import Processes, part_of_service

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
THIS = "this service"
START_SECONDS = 120.0
_POLL_SECONDS = 0.02
# Of whoever runs the benchmarks: it must not reach what is measured.
_FOREIGN = ("ASTRA_", "DATABASE_URL", "DJANGO_", "GRANIAN_", "PYTHONDONTWRITEBYTECODE")


@dataclass(frozen=True, slots=True)
class Revision:
    """Code to run: where it is, with which interpreter, and what it is called in the tables."""

    name: str = THIS
    root: Path = ROOT
    python: str = sys.executable
    options: Mapping[str, str] = field(default_factory=dict)


class Service:
    """`manage.py serve`, from start to stop, as often as wanted; its folder goes with `remove`."""

    def __init__(self, revision: Revision, **options: str) -> None:
        """Choose a folder and ports; nothing runs before `start`."""
        self.revision = revision
        self.folder = Path(tempfile.mkdtemp(prefix="astra-bench-"))
        self.data_dir = self.folder / "var"
        http_port, https_port = free_port(), free_port()
        self.root = f"http://{HOST}:{http_port}"
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)
        }
        self.environment = inherited | {
            "ASTRA_DATA_DIR": str(self.data_dir),
            "ASTRA_HTTP_PORT": str(http_port),
            "ASTRA_HTTPS_PORT": str(https_port),
            **revision.options,
            **options,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def start(self) -> Self:
        """Start it and return when it is ready; end the program if it never is."""
        log = self.folder / "serve.log"
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [self.revision.python, "manage.py", "serve"],
            env=self.environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            cwd=self.revision.root,
        )
        wait_for(f"{self.root}/simulator/v1/ready", self._process, log)
        return self

    def stop(self) -> None:
        """Stop it if it runs; its data stay."""
        if self._process is not None:
            stop(self._process)
            self._process = None
        if self._log is not None:
            self._log.close()

    def remove(self) -> None:
        """Stop it, and forget its data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def processes(self) -> Processes:
        """Return the processes of a service that runs."""
        assert self._process is not None
        return Processes(self._process.pid, part_of_service)

    @property
    def control_token(self) -> str:
        """Return the token of the control surface."""
        return (self.data_dir / "control_token").read_text().strip()

    @property
    def database_url(self) -> str:
        """Return the URL of its database, as PostgreSQL itself notes where it listens."""
        lines = (self.data_dir / "postgres" / "postmaster.pid").read_text().splitlines()
        return f"postgresql://astra@{quote(lines[4], safe='')}:{lines[3]}/astra"

    def manage(self, *arguments: str) -> str:
        """Run a management command beside it; return what it prints."""
        return subprocess.check_output(
            [self.revision.python, "manage.py", *arguments],
            env=self.environment,
            text=True,
            cwd=self.revision.root,
        )

    def control(self, path: str, method: str = "GET", body: object = None) -> Any:
        """Return the JSON that a call of the control surface answers."""
        return call(f"{self.root}/simulator/v1/{path}", self.control_token, method, body)


@contextlib.contextmanager
def running(revision: Revision, **options: str) -> Iterator[Service]:
    """Have a service with new data within the block."""
    service = Service(revision, **options)
    try:
        yield service.start()
    finally:
        service.remove()


def call(url: str, token: str, method: str = "GET", body: object = None) -> Any:
    """Return the JSON that a call answers, None if it has no content."""
    request = urllib.request.Request(
        url,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=3600) as response:
        content = response.read()
        return json.loads(content) if content else None


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when a URL answers, whatever it answers below 500; end the program if it never does."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError as refusal:
            if refusal.code < 500:
                return
        except OSError:
            pass
        else:
            return
        time.sleep(_POLL_SECONDS)
    stop(process)
    sys.exit(f"{url} was never ready:\n{log.read_text()}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and wait until it did."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
