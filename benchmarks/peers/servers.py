"""Other ways to have something that answers: each started anew, with nothing in it."""

import json
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from benchmarks.peers.installing import node_program
from benchmarks.processes import Processes
from benchmarks.services import HOST, ROOT, free_port, stop, wait_for
from benchmarks.targets import BACKUP, BACKUP_TYPE, CREATE, RETRIEVE, Call, Target, wrk

SERVER = "server"
_BACKUPS = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups"
_ID = str(uuid.UUID(int=4, version=4))

Command: TypeAlias = Callable[[Path, int], list[str]]
Calls: TypeAlias = Callable[[str], Mapping[str, Call]]


def _peer(name: str, command: Command, calls: Calls) -> Target:
    """Start a peer, given its command for a folder and a port; nothing that it logs is kept."""
    folder, port = Path(tempfile.mkdtemp(prefix="astra-peer-")), free_port()
    root, log = f"http://{HOST}:{port}", folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command(folder, port), stdout=output, stderr=subprocess.STDOUT, cwd=folder
        )
    wait_for(root, process, log)

    def remove() -> None:
        stop(process)
        shutil.rmtree(folder, ignore_errors=True)

    return Target(name, calls(root), Processes(process.pid, lambda _: SERVER), remove)


def prism(name: str, *options: str) -> Target:
    """Start Prism with the part of the service's OpenAPI document that is asked for."""

    def command(folder: Path, port: int) -> list[str]:
        document = folder / "openapi.json"
        document.write_text(json.dumps(_about_backups()))
        mock = ["mock", "--host", HOST, "--port", str(port), *options, str(document)]
        return [*node_program("prism"), *mock]

    return _peer(name, command, _prism_calls)


def _about_backups() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
    paths = (_BACKUPS, f"{_BACKUPS}/{{appBackup_id}}")
    return document | {"paths": {path: document["paths"][path] for path in paths}}


def _prism_calls(root: str) -> dict[str, Call]:
    url = root + _BACKUPS.format(account_id=_ID, app_id=_ID)
    bearer = f"Bearer {_ID}"
    return {
        RETRIEVE: wrk(f"{url}/{_ID}", Authorization=bearer),
        CREATE: wrk(url, "POST", BACKUP, Authorization=bearer, Content_Type=BACKUP_TYPE),
    }


PRISM, PRISM_SILENT = "Prism, default", "Prism, silent"
# What can be asked for, and what that starts.
PEERS: Mapping[str, Mapping[str, Callable[[], Target]]] = {
    "prism": {
        PRISM: partial(prism, PRISM),
        PRISM_SILENT: partial(prism, PRISM_SILENT, "--verboseLevel", "silent"),
    },
}
PEER_NAMES = frozenset(name for started in PEERS.values() for name in started)
