"""The programs that `serve` runs beside PostgreSQL, and how often one of them is started again."""

import os
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from django.core.management.base import CommandError

from astra.api.options import Options
from astra.server import processes
from astra.server.addresses import Listener

# The folder that this code is imported from: a checkout, or `site-packages`.
BASE_DIR = Path(__file__).resolve().parent.parent.parent
# A child that ran this long was fine: what ends it then is a new accident.
_FINE_SECONDS = 30.0
_ATTEMPTS = 5
_FIRST_DELAY_SECONDS = 0.25
WEB_DRAIN_SECONDS = 10
# Of a request's line and headers; more is 431. Far more than the longest URI that is answered 414.
LARGEST_HEAD_BYTES = 64 * 1024


class Child:
    """A program kept alive.

    One accident (out of memory, a stray kill) shall not end a service that runs unattended, so a
    child that ended is started again, after a delay that doubles. One that never stays up has a
    reason that no repetition cures, so after some attempts in a row everything stops and says so.
    """

    def __init__(
        self, name: str, start: Callable[[], None], exit_code: Callable[[], int | None]
    ) -> None:
        """Name the child, how to start it, and how to ask whether it ended."""
        self.name = name
        self._start = start
        self._exit_code = exit_code
        self._started = 0.0
        self._due: float | None = None
        self._failures = 0

    def start(self) -> None:
        self._due = None
        self._started = time.monotonic()
        self._start()

    @property
    def is_waiting(self) -> bool:
        """Whether it ended and has not been started again yet."""
        return self._due is not None

    def revive(self) -> str | None:
        """Start the program again if it ended and its delay is over; return what to tell people."""
        now = time.monotonic()
        if self._due is not None:
            if now >= self._due:
                self.start()
            return None
        code = self._exit_code()
        if code is None:
            return None
        self._failures = 1 if now - self._started > _FINE_SECONDS else self._failures + 1
        reason = f"{self.name} ended ({_describe(code)})"
        if self._failures >= _ATTEMPTS:
            raise CommandError(f"{reason}, {_ATTEMPTS} times in a row; giving up")
        self._due = now + _FIRST_DELAY_SECONDS * 2 ** (self._failures - 1)
        return f"{reason}; starting it again"


class Program(Child):
    """A command in the environment of this process."""

    def __init__(
        self, name: str, command: list[str], options: Options, environment: Mapping[str, str]
    ) -> None:
        """``environment``: what it gets beside that of this process."""
        super().__init__(name, self._spawn, self._ended)
        self._command = command
        self._environment = {"ASTRA_DATA_DIR": str(options.data_dir), **environment}
        if not is_installed():
            paths = [str(BASE_DIR), *filter(None, [os.environ.get("PYTHONPATH")])]
            self._environment["PYTHONPATH"] = os.pathsep.join(paths)
        self._folder = options.data_dir
        self.process: subprocess.Popen[bytes] | None = None

    def _spawn(self) -> None:
        self.process = processes.spawn(
            self._command,
            # There is nobody to drain for once the supervisor is dead: then it is killed.
            death_signal=signal.SIGKILL,
            environment=self._environment,
            # The web server imports from its folder first: never from whatever is in a user's.
            folder=self._folder,
        )

    def _ended(self) -> int | None:
        return None if self.process is None else self.process.poll()


# Of each worker. Most wait, for a body, the disk or a reader, and then hold no session of the database.
THREADS = 2 * (os.cpu_count() or 1) + 1


def web_command(
    listener: Listener, *, workers: int, connections: int, certificate: Path | None
) -> list[str]:
    """Return the command of the web server on one listener, with TLS if there is a certificate.

    ``connections``: how many each worker takes at a time.
    """
    options = {
        "--interface": "wsgi",
        "--http": "1",
        "--host": listener.address,
        "--port": listener.port,
        "--workers": workers,
        "--blocking-threads": THREADS,
        "--backpressure": connections,
        "--respawn-interval": 0.1,
        "--workers-kill-timeout": WEB_DRAIN_SECONDS,
        "--log-level": "warning",
        "--http1-buffer-size": LARGEST_HEAD_BYTES,
    }
    if certificate is not None:
        options |= {
            "--ssl-certificate": certificate,
            "--ssl-keyfile": certificate,
            "--ssl-protocol-min": "tls1.2",
        }
    command = [sys.executable, "-m", "astra.server.web", "--no-ws", "--respawn-failed-workers"]
    for name, value in options.items():
        command += [name, str(value)]
    return [*command, "astra.wsgi:application"]


def lifecycle_command() -> list[str]:
    return [sys.executable, "-P", "-m", "astra", "advance_backups", "--watch"]


def is_installed() -> bool:
    """Say whether this code was installed, so that every Python of this environment finds it."""
    return Path(sysconfig.get_path("purelib")) == BASE_DIR


def _describe(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    return f"by {signal.Signals(-code).name}"
