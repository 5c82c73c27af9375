"""What is loaded with calls: the service of a revision with an account, or a peer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote

import psycopg

from benchmarks.loads import HERE, Load, Request, run_pgbench, run_wrk
from benchmarks.processes import Processes
from benchmarks.services import Revision, Service, call

BACKUP = '{"type":"application/astra-appBackup","version":"1.1"}'
BACKUP_TYPE = "application/astra-appBackup+json"
FLOOR, CREATE, RETRIEVE, LIST, FILTERED = "floor", "create", "retrieve", "list", "filtered list"
DELETE = "delete"
PAGE = 20
# What an account begins with: enough for pages, and for a filter to leave something out.
STORED = 100
OWNER = "owner@example.com"
_FLOOR_DATABASE = "floor"
_ENDED_SINCE = """
    SELECT id FROM backups_appbackup
    WHERE state IN ('completed', 'failed') AND created_at > %s
    ORDER BY created_at
"""

# Some seconds of load over so many connections.
Call: TypeAlias = Callable[[int, float], Load]


@dataclass(frozen=True, slots=True)
class Target:
    """Something that answers calls, until it is stopped."""

    name: str
    calls: Mapping[str, Call]
    processes: Processes
    stop: Callable[[], None]
    warming_seconds: float = 1.0
    # Of a service.
    database_url: str = ""


def wrk(
    url: str, method: str = "GET", body: str = "", headers: Mapping[str, str] | None = None
) -> Call:
    """Return what loads with a request."""
    request = Request(url, method, body, headers or {})
    return lambda connections, seconds: run_wrk(request, connections, seconds)


def bearer(token: str, content_type: str = "") -> dict[str, str]:
    """Return the headers of a caller, who may send something."""
    sent = {"Content-Type": content_type} if content_type else {}
    return {"Authorization": f"Bearer {token}", **sent}


def service_target(revision: Revision, **options: str) -> Target:
    """Start a service with new data and an account on the real clock."""
    service = Service(revision, **options).start()
    made = service.control(
        "accounts", "POST", {"scenario": world(STORED), "clock": {"mode": "real"}}
    )
    url = f"{service.root}/accounts/{made['id']}"
    calls = calls_of_app(url, made["apps"][0]["id"], made["token"])
    calls |= {FLOOR: floor(service), DELETE: deletes(service, url, made["token"])}
    return Target(
        revision.name,
        calls,
        service.processes,
        service.remove,
        database_url=service.database_url,
    )


def calls_of_app(account: str, app: str, token: str) -> dict[str, Call]:
    """Return the calls about the backups of an app, given the URL of its account."""
    backups = f"{account}/k8s/v1/apps/{app}/appBackups"
    stored = call(f"{backups}?limit=1", token)["items"][0]["id"]
    page = f"{backups}?limit={PAGE}"
    only = quote("state eq 'completed'")
    return {
        RETRIEVE: wrk(f"{backups}/{stored}", headers=bearer(token)),
        LIST: wrk(page, headers=bearer(token)),
        FILTERED: wrk(f"{page}&filter={only}", headers=bearer(token)),
        CREATE: wrk(backups, "POST", BACKUP, headers=bearer(token, BACKUP_TYPE)),
    }


def deletes(service: Service, account: str, token: str) -> Call:
    """Return what deletes the backups made from now on that ended, until there are no more."""
    with psycopg.connect(service.database_url) as connection:
        since = connection.execute("SELECT now()").fetchone()
    paths = service.folder / "deletes.txt"

    def load(connections: int, seconds: float) -> Load:
        with psycopg.connect(service.database_url) as connection:
            found = connection.execute(_ENDED_SINCE, since).fetchall()
        if not found:
            return Load(0, 0)
        backups = f"{account.removeprefix(service.root)}/topology/v1/appBackups"
        paths.write_text("".join(f"{backups}/{backup_id}\n" for (backup_id,) in found))
        request = Request(account, "DELETE", headers=bearer(token), paths=paths)
        return run_wrk(request, min(connections, len(found)), seconds)

    return load


def world(backups: int, apps: int = 1, **account: str) -> dict[str, object]:
    """Return a scenario: an account with so many backups, some of which failed; what else it has."""
    fleet = {
        "name": "fleet",
        "apps": apps,
        "backups": backups,
        "states": {"completed": 3, "failed": 1},
    }
    return {
        "scenario": "bench",
        "title": "What is measured",
        "accounts": [
            {
                **account,
                "name": "bench",
                "age": "400d",
                "users": [{"email": OWNER, "role": "owner"}],
                "buckets": [{"name": "bucket", "provider": "generic-s3", "isDefault": True}],
                "fleets": [fleet],
            }
        ],
    }


def floor(service: Service) -> Call:
    """Return what loads the floor, in a database of its own beside the service's."""
    schema, statement = (HERE / "floor.sql").read_text().split("-- statement\n")
    url = service.database_url.rsplit("/", 1)[0] + f"/{_FLOOR_DATABASE}"
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_FLOOR_DATABASE}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(schema.split("-- schema\n")[1])
    script = service.folder / "floor.pgbench.sql"
    script.write_text(statement)
    return lambda connections, seconds: run_pgbench(url, script, connections, seconds)
