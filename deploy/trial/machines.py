"""What stands for machines: processes with a folder, that are killed, frozen and started again."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from astra.server import processes

HOST = "127.0.0.1"
SECONDS = 90.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def account() -> processes.Identity | None:
    """Return whom what refuses root runs as; None where this is not root.

    It may enter closed folders, where Python or PostgreSQL may be.
    """
    if os.getuid():
        return None
    found = processes.unprivileged_account()
    return processes.Identity(found.pw_uid, found.pw_gid, pass_closed_folders=True)


def owner() -> int | None:
    """Return the user id of ``account``."""
    found = account()
    return None if found is None else found.uid


def program(name: str) -> str:
    """Return where a program is; ends the trial if it is not installed."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        raise SystemExit(
            f"{name} is not installed; the trial needs: apt-get install --no-install-recommends"
            " haproxy pgbouncer etcd-server"
        )
    return found


def eventually(condition: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
    """Wait until a condition holds; end the trial, saying what did not come, after a while."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.05)


def ask(url: str, body: object = None, *, seconds: float = 3.0) -> tuple[int, Any]:
    """Return status and JSON of a small HTTP service; 0 where nothing answers."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data)
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            status, content = answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        status, content = refusal.code, refusal.read()
    except OSError:
        return 0, None
    try:
        return status, json.loads(content)
    except ValueError:
        return status, content.decode(errors="replace")


class Machine:
    """A program that runs, with everything that it starts, until it is stopped or killed."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
        identity: processes.Identity | None = None,
    ) -> None:
        self.name, self._command, self.folder = name, command, folder
        self.environment = dict(environment or {})
        self._identity = identity
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        if identity is not None:
            os.chown(folder, identity.uid, identity.gid)

    @property
    def log(self) -> Path:
        return self.folder.with_suffix(".log")

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = processes.spawn(
                self._command,
                death_signal=signal.SIGTERM,
                identity=self._identity,
                output=log,
                environment=self.environment,
                folder=self.folder,
            )

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def all_processes(self) -> list[psutil.Process]:
        """Return the program and what it started, and what that started."""
        if self._process is None:
            return []
        with suppress(psutil.NoSuchProcess):
            parent = psutil.Process(self._process.pid)
            return [parent, *parent.children(recursive=True)]
        return []

    def send(self, number: signal.Signals) -> None:
        """Send a signal to all of it."""
        for each in self.all_processes():
            with suppress(psutil.NoSuchProcess):
                each.send_signal(number)

    def kill(self) -> None:
        """Be lost, as by a failure of its power."""
        self.send(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End in order; what does not is killed."""
        if self._process is None or self._process.poll() is not None:
            return
        self.send(signal.SIGCONT)
        everything = self.all_processes()
        self._process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(20)
        for each in everything:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        self._process.wait()
