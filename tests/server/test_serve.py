"""`serve`, from start to stop, by every way it can end."""

import argparse
import http.client
import json
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

from tests.server.service import SECONDS, SHARED, Service, eventually

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


@SHARED
def test_what_the_banner_says_works(running: Service) -> None:
    status, backup = paste(running.curl)
    assert (status, backup["type"]) == (201, "application/astra-appBackup")
    assert backup["id"] in running.backup_ids()


@SHARED
def test_another_one_on_its_data_or_ports_is_refused(running: Service) -> None:
    assert f"already serves {running.data_dir}" in running.refused()
    elsewhere = running.refused(ASTRA_DATA_DIR=f"{running.data_dir}-2")
    assert f"port {running.http_port} on 127.0.0.1: address already in use" in elsewhere
    assert "ASTRA_HTTP_PORT" in elsewhere


@SHARED
def test_a_stop_lets_calls_end_and_keeps_the_data(running: Service) -> None:
    config = running.config
    status, backup = stopped_while_creating(running)
    assert status == 201
    assert running.processes() == []

    running.start()
    assert running.config == config
    assert backup["id"] in running.backup_ids()


def stopped_while_creating(service: Service) -> tuple[int, Any]:
    """Ask the service to stop while a create waits in the database; return the create's answer."""
    with ThreadPoolExecutor() as pool, service.database() as blocker, service.database() as watcher:
        blocker.execute("LOCK TABLE backups_appbackup IN ACCESS EXCLUSIVE MODE")
        create = pool.submit(paste, service.curl)
        waiting = "SELECT FROM pg_locks WHERE NOT granted"
        eventually(lambda: watcher.execute(waiting).rowcount, "a create that waits")
        service.ask(signal.SIGTERM)
        eventually(lambda: not service.listens(), "the end of listening")
        blocker.rollback()
        answer = create.result()
    assert service.wait() == 0
    return answer


@SHARED
def test_after_a_kill_nothing_is_left_and_the_next_start_works(running: Service) -> None:
    _, backup = paste(running.curl)
    running.send(signal.SIGKILL)
    running.wait_until_gone(2)

    running.start()
    assert backup["id"] in running.backup_ids()
    # Everything at once, as when the machine goes down.
    for process in running.processes():
        # A process of the database may end meanwhile.
        with suppress(psutil.NoSuchProcess):
            process.kill()
    running.send(signal.SIGKILL)

    running.start()
    assert backup["id"] in running.backup_ids()


@SHARED
def test_what_dies_is_started_again(running: Service) -> None:
    _, backup = paste(running.curl)
    workers = running.part("astra-http").children()
    assert len(workers) == 2
    database = running.process("-D", str(running.data_dir / "postgres"))
    for victim in (database, *map(running.part, ("astra-worker", "astra-http", "astra-https"))):
        victim.kill()
        eventually(partial(is_gone, victim), "the end of the victim")
        eventually(running.is_ready, f"ready again after the end of {victim}")

    eventually(lambda: not any(each.is_running() for each in workers), "the end of old workers")
    assert backup["id"] in running.backup_ids()
    assert paste(running.curl)[0] == 201
    assert "PostgreSQL ended (by SIGKILL); starting it again" in running.output
    assert running.send(signal.SIGINT) == 0
    assert running.processes() == []


def test_the_parts_work_apart_as_on_hosts_of_their_own(
    service: Service, empty_database: str, tmp_path: Path
) -> None:
    environment = service.environment | {"DATABASE_URL": empty_database}
    elsewhere = environment | {"ASTRA_DATA_DIR": str(tmp_path / "worker")}
    subprocess.run(
        service.command("prepare"), env=environment, stdout=subprocess.DEVNULL, check=True
    )
    parts = [
        subprocess.Popen(service.command(*words), env=where, stdout=subprocess.DEVNULL)
        for words, where in (
            (("serve", "--only", "web"), environment),
            (("advance_backups", "--watch"), elsewhere),
        )
    ]
    eventually(service.is_ready, "readiness")
    assert service.backup_ids()
    with psycopg.connect(empty_database, autocommit=True) as database:
        calls = "SELECT FROM journal_journalentry"
        eventually(lambda: database.execute(calls).rowcount, "the call in everybody's journal")
    for part in parts:
        part.terminate()
    assert [part.wait(SECONDS) for part in parts] == [0, 0]
    assert service.processes() == []
