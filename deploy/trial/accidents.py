"""What may happen to a machine, and that clients notice no more of it than some refusals."""

import signal
import time
from collections.abc import Callable, Iterator

from deploy.trial.calling import World
from deploy.trial.database import Database
from deploy.trial.hosts import Hosts
from deploy.trial.machines import eventually

# What an accident does, and puts right again in the end.
Happens = Callable[[Database, Hosts], Iterator[None]]


def switch_over(database: Database, hosts: Hosts) -> Iterator[None]:
    """The primary is exchanged as planned, as for an upgrade."""
    database.switch_over()
    yield


def primary_dies(database: Database, hosts: Hosts) -> Iterator[None]:
    """PostgreSQL dies on the primary, by kill -9; Patroni lives."""
    node = database.primary()
    node.send_to_postgres(signal.SIGKILL)
    database.await_takeover(node)
    yield


def primary_is_lost(database: Database, hosts: Hosts) -> Iterator[None]:
    """The primary's host is lost, PostgreSQL and Patroni at once."""
    node = database.primary()
    node.send(signal.SIGKILL)
    database.await_takeover(node)
    yield
    node.machine.kill()
    node.machine.start()


def primary_freezes(database: Database, hosts: Hosts) -> Iterator[None]:
    """The primary's host stands still, its connections open, and goes on after the fail-over."""
    node = database.primary()
    node.send(signal.SIGSTOP)
    database.await_takeover(node)
    yield
    node.send(signal.SIGCONT)


def replica_is_lost(database: Database, hosts: Hosts) -> Iterator[None]:
    """The replica's host is lost."""
    node = database.other(database.primary())
    node.send(signal.SIGKILL)
    yield
    node.machine.kill()
    node.machine.start()


def web_is_lost(database: Database, hosts: Hosts) -> Iterator[None]:
    """A web host is lost."""
    hosts.webs[0].kill()
    yield
    hosts.webs[0].start()


def worker_is_lost(database: Database, hosts: Hosts) -> Iterator[None]:
    """A worker is lost."""
    hosts.workers[0].kill()
    yield
    hosts.workers[0].start()


ACCIDENTS = (
    switch_over,
    primary_dies,
    primary_is_lost,
    primary_freezes,
    replica_is_lost,
    web_is_lost,
    worker_is_lost,
)
# With a web host go the calls that it had taken: nobody knows what became of them.
IN_FLIGHT_ARE_LOST = (web_is_lost,)
_CALM_SECONDS = 2.0


def have(accident: Happens, world: World, database: Database, hosts: Hosts) -> None:
    """Have it happen amid calls; return once all is as before, and the calls go on."""
    world.call()
    time.sleep(_CALM_SECONDS)
    course = accident(database, hosts)
    next(course)
    # Long enough for whoever still has an answer of before; then writes are acknowledged again.
    time.sleep(_CALM_SECONDS)
    eventually(lambda: world.acknowledged_since(time.monotonic() - 0.5), "acknowledged writes")
    time.sleep(_CALM_SECONDS)
    next(course, None)
    database.await_synchronous()
    eventually(hosts.is_ready, "hosts that are ready")
