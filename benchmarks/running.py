"""What the benchmarks run: the service."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
START_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Service:
    """A running service and the way in."""

    base: str
    token: str
    database_url: str
    control_token: str
    environment: Mapping[str, str]

    def manage(self, *arguments: str) -> str:
        """Run a management command beside it; return what it prints."""
        return subprocess.check_output(
            [sys.executable, "manage.py", *arguments],
            env={**self.environment, "DATABASE_URL": self.database_url},
            text=True,
            cwd=HERE.parent,
        )

    def call(self, path: str, method: str = "GET", body: object = None) -> Any:
        """Return the JSON that a call of the API answers, below the account."""
        return _json(f"{self.base}/{path}", self.token, method, body)

    def control(self, path: str, method: str = "GET", body: object = None) -> Any:
        """Return the JSON that a call of the control surface answers."""
        root = self.base.split("/accounts/")[0]
        return _json(f"{root}/simulator/v1/{path}", self.control_token, method, body)


def _json(url: str, token: str, method: str, body: object) -> Any:
    request = urllib.request.Request(
        url,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=600) as response:
        return json.load(response)


@contextlib.contextmanager
def service() -> Iterator[Service]:
    """Start the whole service, as `make run` does, on a data folder and ports of its own."""
    folder = Path(tempfile.mkdtemp(prefix="astra-bench-"))
    http, https = _free_port(), _free_port()
    environment = os.environ | {
        "ASTRA_DATA_DIR": str(folder / "var"),
        "ASTRA_HTTP_PORT": str(http),
        "ASTRA_HTTPS_PORT": str(https),
    }
    log = (folder / "serve.log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=HERE.parent,
    )
    try:
        _wait_until_ready(f"http://127.0.0.1:{http}/simulator/v1/ready", process, folder)
        config = yaml.safe_load((folder / "var" / "config.yaml").read_text())
        yield Service(
            base=f"http://127.0.0.1:{http}/accounts/{config['uid']}",
            token=config["headers"]["Authorization"].removeprefix("Bearer "),
            database_url=_database_url(environment),
            control_token=(folder / "var" / "control_token").read_text().strip(),
            environment=environment,
        )
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        time.sleep(0.1)
    sys.exit("The service did not become ready:\n" + (folder / "serve.log").read_text())


def _database_url(environment: dict[str, str]) -> str:
    if url := environment.get("DATABASE_URL"):
        return url
    code = "from astra.settings import ASTRA; print(ASTRA.database_url)"
    return subprocess.check_output(
        [sys.executable, "-c", code], env=environment, text=True, cwd=HERE.parent
    ).strip()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
