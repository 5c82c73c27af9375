"""The programs that `serve` runs beside PostgreSQL, and how often one of them is started again."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

from django.core.management.base import CommandError

from astra.server.addresses import Listener
from astra.server.forks import Fork

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
    """A part of the service, forked from this process: what it has loaded is loaded once."""

    def __init__(self, name: str, short: str, run: Callable[[], object], folder: Path) -> None:
        """``short``: its name where processes are listed; ``folder``: where it works."""
        super().__init__(name, self._fork, self._ended)
        self._short = short
        self._run = run
        self._folder = folder
        self.process: Fork | None = None

    def _fork(self) -> None:
        # What it imports from its folder is never from one of a user's.
        self.process = Fork(self._run, name=self._short, folder=self._folder)

    def _ended(self) -> int | None:
        return None if self.process is None else self.process.poll()


def web_options(
    listener: Listener, *, workers: int, connections: int, certificate: Path | None
) -> list[str]:
    """Return the options of the web server on one listener, with TLS if there is a certificate.

    ``connections``: how many each worker takes at a time. It has a thread for each, as any may wait for
    a body or a reader; those that wait hold nothing else.
    """
    options = {
        "--interface": "wsgi",
        "--http": "1",
        "--host": listener.address,
        "--port": listener.port,
        "--workers": workers,
        "--blocking-threads": connections,
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
    words = [word for name, value in options.items() for word in (name, str(value))]
    return ["--no-ws", "--respawn-failed-workers", *words, "astra.wsgi:application"]


def _describe(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    return f"by {signal.Signals(-code).name}"
