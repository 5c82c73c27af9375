"""What is killed, without a warning: `kill -9`."""

from collections.abc import Callable
from contextlib import suppress
from random import Random

import psutil

from tests.server.service import Service

_WEB, _WORKER = "astra-http", "astra-worker"


def _server(service: Service) -> psutil.Process:
    return service.process("-D", str(service.data_dir / "postgres"))


def _one_of(parent: psutil.Process, chance: Random) -> list[psutil.Process]:
    return [chance.choice(parent.children() or [parent])]


# With the supervisor goes all that it started: the kernel sees to it.
VICTIMS: dict[str, Callable[[Service, Random], list[psutil.Process]]] = {
    "a worker of the web server": lambda service, chance: _one_of(service.part(_WEB), chance),
    "the database": lambda service, chance: [_server(service)],
    "the lifecycle worker": lambda service, chance: [service.part(_WORKER)],
    "the web server": lambda service, chance: [service.part(_WEB)],
    "a session of the database": lambda service, chance: _one_of(_server(service), chance),
    "the supervisor": lambda service, chance: [service.process("serve")],
    "database and worker": lambda service, chance: [_server(service), service.part(_WORKER)],
    "everything": lambda service, chance: service.processes(),
}


def kill(service: Service, what: str, chance: Random) -> None:
    """Kill some processes of the service; one that ended by itself meanwhile is as good."""
    for process in VICTIMS[what](service, chance):
        with suppress(psutil.NoSuchProcess):
            process.kill()
