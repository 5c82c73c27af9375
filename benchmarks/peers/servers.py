"""Other ways to have something that answers: each started anew, with nothing in it."""

import json
import re
import shutil
import subprocess
import tempfile
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlencode

import yaml

from benchmarks.peers.installing import node_program, python_program
from benchmarks.processes import WEB, Processes
from benchmarks.services import HOST, ROOT, free_port, stop, wait_for
from benchmarks.targets import (
    BACKUP,
    BACKUP_TYPE,
    CREATE,
    LIST,
    PAGE,
    RETRIEVE,
    STORED,
    Call,
    Target,
    bearer,
    wrk,
)

_BACKUPS = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups"
# Node.js compiles what it finds to be hot.
_WARMING_SECONDS = 3.0
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

    return Target(
        name, calls(root), Processes(process.pid, lambda _: WEB), remove, _WARMING_SECONDS
    )


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
    return {
        RETRIEVE: wrk(f"{url}/{_ID}", headers=bearer(_ID)),
        CREATE: wrk(url, "POST", BACKUP, headers=bearer(_ID, BACKUP_TYPE)),
    }


def json_server() -> Target:
    """Start json-server with as many backups in its file as an account begins with."""

    def command(folder: Path, port: int) -> list[str]:
        stored = [{"id": number, **json.loads(BACKUP)} for number in range(1, STORED + 1)]
        file = folder / "db.json"
        file.write_text(json.dumps({"backups": stored}))
        return [*node_program("json-server"), "--host", HOST, "--port", str(port), str(file)]

    def calls(root: str) -> dict[str, Call]:
        url = f"{root}/backups"
        return {
            RETRIEVE: wrk(f"{url}/{STORED}"),
            LIST: wrk(f"{url}?_limit={PAGE}"),
            CREATE: wrk(url, "POST", BACKUP, headers={"Content-Type": "application/json"}),
        }

    return _peer(JSON_SERVER, command, calls)


def moto() -> Target:
    """Start moto's server; what it has that comes nearest is a snapshot of a volume of EC2."""

    def command(folder: Path, port: int) -> list[str]:
        return [*python_program("moto_server"), "--host", HOST, "--port", str(port)]

    def calls(root: str) -> dict[str, Call]:
        made = _moto_ask(root, "CreateVolume", AvailabilityZone="us-east-1a", Size="1")
        volume = _the(r"vol-\w+", made)
        snapshot = _the(r"snap-\w+", _moto_ask(root, "CreateSnapshot", VolumeId=volume))
        described = _moto_query("DescribeSnapshots", **{"SnapshotId.1": snapshot})
        body = _moto_query("CreateSnapshot", VolumeId=volume)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return {
            RETRIEVE: wrk(f"{root}/?{described}", headers=_MOTO_HEADERS),
            CREATE: wrk(root, "POST", body, headers=_MOTO_HEADERS | form),
        }

    return _peer(MOTO, command, calls)


# By this moto tells which service is meant; it believes every signature.
_MOTO_HEADERS = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/ec2/aws4_request,"
    " SignedHeaders=host, Signature=any"
}


def _moto_query(action: str, **parameters: str) -> str:
    return urlencode({"Action": action, "Version": "2016-11-15", **parameters})


def _moto_ask(root: str, action: str, **parameters: str) -> str:
    body = _moto_query(action, **parameters).encode()
    request = urllib.request.Request(root, body, _MOTO_HEADERS)
    with urllib.request.urlopen(request, timeout=60) as response:
        answer: str = response.read().decode()
        return answer


def _the(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, text
    return found[0]


PRISM, PRISM_SILENT = "Prism, default", "Prism, silent"
MOTO, JSON_SERVER = "moto server", "json-server"
# What can be asked for, and what that starts.
PEERS: Mapping[str, Mapping[str, Callable[[], Target]]] = {
    "prism": {
        PRISM: partial(prism, PRISM),
        PRISM_SILENT: partial(prism, PRISM_SILENT, "--verboseLevel", "silent"),
    },
    "moto": {MOTO: moto},
    "json-server": {JSON_SERVER: json_server},
}
PEER_NAMES = frozenset(name for started in PEERS.values() for name in started)
