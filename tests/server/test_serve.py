"""`serve`, from start to stop, by every way it can end."""

import argparse
import http.client
import json
import signal
import ssl
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from astra.server.postgres import EphemeralPostgres
from tests.server.service import SECONDS, Service, eventually

pytestmark = pytest.mark.server


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running()


def paste(command: str) -> tuple[int, Any]:
    """Paste a `curl` command into a shell; return the status and the JSON.

    A bare machine has no `curl`: the shell reads the command, and the call is made here.
    """
    words = subprocess.run(
        ["sh", "-c", f"""curl() {{ printf '%s\\0' "$@"; }}; {command}"""],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")[:-1]
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("url")
    parser.add_argument("-X", dest="method", required=True)
    parser.add_argument("-H", dest="headers", action="append")
    parser.add_argument("-d", dest="body", required=True)
    call = parser.parse_args(words)
    target = urlsplit(call.url)
    connection = http.client.HTTPConnection(target.netloc, timeout=SECONDS)
    try:
        headers = dict(header.split(": ", 1) for header in call.headers)
        connection.request(call.method, target.path, call.body, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def get(service: Service, path: str) -> tuple[int, Any]:
    """Ask over HTTPS, verifying the certificate, with the token of the client configuration."""
    config: Any = service.config
    context = ssl.create_default_context(cafile=service.data_dir / "tls" / "ca.pem")
    assert config["astra_project"] == f"127.0.0.1:{service.https_port}"
    connection = http.client.HTTPSConnection(
        config["astra_project"], timeout=SECONDS, context=context
    )
    try:
        connection.request("GET", path, headers=config["headers"])
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def backup_ids(service: Service) -> set[str]:
    account = service.config["uid"]
    status, body = get(service, f"/accounts/{account}/topology/v1/appBackups")
    assert status == 200, body
    return {item["id"] for item in body["items"]}


def is_ready(service: Service) -> bool:
    """Ask both listeners."""
    plain = http.client.HTTPConnection("127.0.0.1", service.http_port, timeout=SECONDS)
    try:
        plain.request("GET", "/simulator/v1/ready")
        return plain.getresponse().status == get(service, "/simulator/v1/ready")[0] == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        plain.close()


def test_what_the_banner_says_works_and_a_stop_keeps_the_data(service: Service) -> None:
    service.start()
    status, backup = paste(service.curl)
    assert (status, backup["type"]) == (201, "application/astra-appBackup")
    assert backup["id"] in backup_ids(service)

    assert f"already serves {service.data_dir}" in service.refused()
    elsewhere = service.refused(ASTRA_DATA_DIR=f"{service.data_dir}-2")
    assert f"port {service.http_port} on 127.0.0.1: address already in use" in elsewhere
    assert "ASTRA_HTTP_PORT" in elsewhere

    config = service.config
    assert service.send(signal.SIGINT) == 0
    assert service.processes() == []

    service.start()
    assert service.config == config
    assert backup["id"] in backup_ids(service)
    assert stopped_while_creating(service) == 201
    assert service.processes() == []


def stopped_while_creating(service: Service) -> int:
    """Ask the service to stop while a create waits in the database; return the create's status."""
    with ThreadPoolExecutor() as pool, service.database() as blocker, service.database() as watcher:
        blocker.execute("LOCK TABLE backups_appbackup IN ACCESS EXCLUSIVE MODE")
        create = pool.submit(paste, service.curl)
        waiting = "SELECT FROM pg_locks WHERE NOT granted"
        eventually(lambda: watcher.execute(waiting).rowcount, "a create that waits")
        service.ask(signal.SIGTERM)
        eventually(lambda: not service.listens(), "the end of listening")
        blocker.rollback()
        status, _ = create.result()
    assert service.wait() == 0
    return status


def test_after_a_kill_nothing_is_left_and_the_next_start_works(service: Service) -> None:
    service.start()
    _, backup = paste(service.curl)
    service.send(signal.SIGKILL)
    service.wait_until_gone(2)

    service.start()
    assert backup["id"] in backup_ids(service)
    # Everything at once, as when the machine goes down.
    for process in service.processes():
        process.kill()
    service.send(signal.SIGKILL)

    service.start()
    assert backup["id"] in backup_ids(service)


def test_what_dies_is_started_again(service: Service) -> None:
    service.start()
    _, backup = paste(service.curl)

    workers = service.process("astra.server.web", str(service.http_port)).children()
    assert len(workers) == 2
    for words in (
        ("-D", str(service.data_dir / "postgres")),
        ("advance_backups", "--watch"),
        ("astra.server.web", str(service.http_port)),
        ("astra.server.web", str(service.https_port)),
    ):
        victim = service.process(*words)
        victim.kill()
        eventually(partial(is_gone, victim), "the end of the victim")
        eventually(lambda: is_ready(service), f"ready again after the end of {words}")

    eventually(lambda: not any(each.is_running() for each in workers), "the end of old workers")
    assert backup["id"] in backup_ids(service)
    assert paste(service.curl)[0] == 201
    assert "PostgreSQL ended (by SIGKILL); starting it again" in service.output
    assert service.send(signal.SIGTERM) == 0
    assert service.processes() == []


def test_the_parts_work_apart_as_in_containers(service: Service) -> None:
    with EphemeralPostgres() as server:
        environment = service.environment | {"DATABASE_URL": server.url}
        subprocess.run(
            service.command("prepare"), env=environment, stdout=subprocess.DEVNULL, check=True
        )
        parts = [
            subprocess.Popen(service.command(*words), env=environment, stdout=subprocess.DEVNULL)
            for words in (("serve", "--only", "web"), ("advance_backups", "--watch"))
        ]
        eventually(lambda: is_ready(service), "readiness")
        assert backup_ids(service)
        for part in parts:
            part.terminate()
        assert [part.wait(SECONDS) for part in parts] == [0, 0]
    assert service.processes() == []
