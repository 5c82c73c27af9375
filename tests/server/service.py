"""The whole service, started as a person starts it, on a data folder and ports of its own."""

import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 100.0
# For tests that use the service that is there: they run in one process, one after another.
SHARED = pytest.mark.xdist_group("service")
_OURS = ("ASTRA_", "DATABASE_URL", "DJANGO_", "PYTEST_", "GRANIAN_")


def eventually(condition: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
    """Wait until a condition holds; fail, saying what did not come, after a while."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_running(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Service:
    """`python manage.py serve`, and everything it started."""

    def __init__(self, folder: Path, *, is_first: bool = False) -> None:
        """``is_first``: it makes its tables itself, as on a new machine, and copies none."""
        self.data_dir = folder / "var"
        self.http_port, self.https_port = free_port(), free_port()
        self._cache_dir = "" if is_first else os.environ.get("ASTRA_CACHE_DIR", "")
        self._log = folder / "serve.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(_OURS)
        }
        return inherited | {
            "ASTRA_DATA_DIR": str(self.data_dir),
            "ASTRA_CACHE_DIR": self._cache_dir,
            "ASTRA_HTTP_PORT": str(self.http_port),
            "ASTRA_HTTPS_PORT": str(self.https_port),
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def output(self) -> str:
        return self._log.read_text()

    @property
    def config(self) -> dict[str, Any]:
        config: dict[str, Any] = yaml.safe_load((self.data_dir / "config.yaml").read_text())
        return config

    @property
    def curl(self) -> str:
        """The command that the banner offers."""
        found = re.search(r"^  (curl .*?\}')$", self.output, re.DOTALL | re.MULTILINE)
        assert found, self.output
        return found[1]

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), *arguments]

    def refused(self, **environment: str) -> str:
        """Start a second service, which must end by itself; return what it says."""
        result = subprocess.run(
            self.command("serve"),
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert result.returncode == 1, result.stdout + result.stderr
        return result.stderr

    @property
    def is_supervised(self) -> bool:
        """Whether it was started and what keeps it alive is."""
        return self._process is not None and self._process.poll() is None

    @property
    def is_running(self) -> bool:
        """Whether it was started and everything answers."""
        return self.is_supervised and self.is_ready()

    def start(self) -> None:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self.command("serve"), env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )
        process = self._process
        eventually(lambda: "Ctrl-C stops" in self.output or process.poll() is not None, "ready")
        assert process.poll() is None, self.output

    def send(self, number: signal.Signals) -> int:
        """Send a signal to the supervisor alone and wait for its end."""
        self.ask(number)
        return self.wait()

    def ask(self, number: signal.Signals) -> None:
        """Send a signal to the supervisor alone."""
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self) -> int:
        assert self._process is not None
        return self._process.wait(SECONDS)

    def get(self, path: str) -> tuple[int, Any]:
        """Ask over HTTPS, verifying the certificate, with the token of the client configuration."""
        config = self.config
        context = ssl.create_default_context(cafile=self.data_dir / "tls" / "ca.pem")
        assert config["astra_project"] == f"127.0.0.1:{self.https_port}"
        connection = http.client.HTTPSConnection(
            config["astra_project"], timeout=SECONDS, context=context
        )
        try:
            connection.request("GET", path, headers=config["headers"])
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def is_ready(self) -> bool:
        """Ask both listeners."""
        plain = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=SECONDS)
        try:
            plain.request("GET", "/simulator/v1/ready")
            return plain.getresponse().status == self.get("/simulator/v1/ready")[0] == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            plain.close()

    def backup_ids(self) -> set[str]:
        """The ids of all backups of the account that the client configuration is for."""
        status, body = self.get(f"/accounts/{self.config['uid']}/topology/v1/appBackups")
        assert status == 200, body
        return {item["id"] for item in body["items"]}

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.http_port)) == 0

    def database(self) -> psycopg.Connection:
        """A connection beside those of the service."""
        option = "unix_socket_directories="
        server = self.process("-D", str(self.data_dir / "postgres"))
        (folder,) = (word for word in server.cmdline() if word.startswith(option))
        return psycopg.connect(host=folder.removeprefix(option), user="astra", dbname="astra")

    def processes(self) -> list[psutil.Process]:
        """Every process that belongs to the data folder, found by its environment."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                owner = process.environ().get("ASTRA_DATA_DIR")
                if owner == str(self.data_dir) and is_running(process):
                    found.append(process)
        return found

    def process(self, *words: str) -> psutil.Process:
        """The eldest process whose command line has all these words; one that is started again is waited
        for.
        """
        return self._eldest(lambda each: set(words) <= set(each.cmdline()), " ".join(words))

    def part(self, name: str) -> psutil.Process:
        """The eldest process that is listed under a name, as ``process`` finds it: of a web server, the
        main one.
        """
        return self._eldest(lambda each: each.name() == name, name)

    def _eldest(self, is_meant: Callable[[psutil.Process], bool], what: str) -> psutil.Process:
        found: list[tuple[float, int, psutil.Process]] = []

        def look() -> bool:
            for each in self.processes():
                with suppress(psutil.NoSuchProcess):
                    if is_meant(each):
                        found.append((each.create_time(), each.pid, each))
            return bool(found)

        eventually(look, f"the process {what}")
        return min(found)[2]

    def wait_until_gone(self, seconds: float) -> None:
        eventually(lambda: not self.processes(), "the end of every process", seconds)

    def clean_up(self) -> None:
        """Leave nothing that runs."""
        for process in self.processes():
            with suppress(psutil.Error):
                process.kill()
        if self._process is not None:
            self._process.wait(SECONDS)
            self._process = None
