"""etcd, two hosts of the database under Patroni, HAProxy before them, and PgBouncer."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg

from astra.server.postgres_files import INSTALLATION
from deploy.rendering import DEPLOY, rendered, write
from deploy.trial.machines import HOST, Machine, account, ask, eventually, free_port, owner, program

PASSWORDS = {
    "POSTGRES_PASSWORD": "trial-postgres",
    "REPLICATOR_PASSWORD": "trial-replicator",
    "REWINDER_PASSWORD": "trial-rewinder",
    "DATABASE_PASSWORD": "trial-astra",
}
# How a service reaches the primary, by the name of the way.
DIRECT, SESSION, TRANSACTION = "direct", "session", "transaction"


class Node:
    """One host of the database: Patroni, and the PostgreSQL that it runs."""

    def __init__(self, name: str, folder: Path, values: dict[str, str], number: int) -> None:
        self.name = name
        self.address, self.patroni = values[f"DB{number}"], values[f"DB{number}_PATRONI_PORT"]
        self.data = folder / name / "data"
        own = {
            "NODE": name,
            "NODE_HOST": HOST,
            "NODE_PORT": self.address.rpartition(":")[2],
            "NODE_PATRONI_PORT": self.patroni,
            "NODE_DATA": str(self.data),
        }
        identity = account()
        config = folder / f"{name}.yml"
        write(config, rendered("patroni.yml", values | own), owner())
        self.machine = Machine(
            name,
            [sys.executable, "-m", "patroni", str(config)],
            folder / name,
            environment={
                "DATABASE_PASSWORD": PASSWORDS["DATABASE_PASSWORD"],
                "PATH": f"{INSTALLATION / 'bin'}:{os.environ['PATH']}",
                "LD_LIBRARY_PATH": str(INSTALLATION / "lib"),
            },
            identity=identity,
        )

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.patroni}"

    def is_primary(self) -> bool:
        return ask(f"{self.url}/primary")[0] == 200

    def is_synchronous(self) -> bool:
        return ask(f"{self.url}/synchronous")[0] == 200

    def postmaster(self) -> psutil.Process | None:
        with suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
            return psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
        return None

    def postgres(self) -> Iterator[psutil.Process]:
        """Yield the processes of its PostgreSQL, which Patroni does not have as children."""
        if (parent := self.postmaster()) is not None:
            with suppress(psutil.NoSuchProcess):
                yield from (parent, *parent.children())

    def send(self, number: signal.Signals) -> None:
        """Send a signal to everything on the host, Patroni first."""
        self.machine.send(number)
        self.send_to_postgres(number)

    def send_to_postgres(self, number: signal.Signals) -> None:
        for each in self.postgres():
            with suppress(psutil.NoSuchProcess):
                each.send_signal(number)

    def stop(self) -> None:
        self.machine.send(signal.SIGCONT)
        self.send_to_postgres(signal.SIGCONT)
        self.machine.stop()
        self.send_to_postgres(signal.SIGKILL)


class Database:
    """The cluster, and the ways to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ports = {name: str(free_port()) for name in _PORTS}
        self.values = PASSWORDS | {
            "DEPLOY": str(DEPLOY),
            "HAPROXY_SOCKET": str(folder / "haproxy" / "admin.sock"),
            "API_ADDRESS": f"{HOST}:{ports['api']}",
            "WEB1": f"{HOST}:{ports['web1']}",
            "WEB2": f"{HOST}:{ports['web2']}",
            "PRIMARY_ADDRESS": f"{HOST}:{ports['primary']}",
            "PRIMARY_HOST": HOST,
            "PRIMARY_PORT": ports["primary"],
            "REPLICA_ADDRESS": f"{HOST}:{ports['replica']}",
            "PGBOUNCER_HOST": HOST,
            "PGBOUNCER_PORT": ports["pgbouncer"],
            "PGBOUNCER_USERS": str(folder / "pgbouncer-users.txt"),
            "NETWORK": f"{HOST}/32",
            "ETCD_HOSTS": f"{HOST}:{ports['etcd']}",
            "POSTGRES_BIN": str(INSTALLATION / "bin"),
            **{f"DB{number}": f"{HOST}:{ports[f'db{number}']}" for number in (1, 2)},
            **{f"DB{number}_HOST": HOST for number in (1, 2)},
            **{f"DB{number}_PATRONI_PORT": ports[f"patroni{number}"] for number in (1, 2)},
        }
        self.nodes = [Node(f"db{number}", folder, self.values, number) for number in (1, 2)]
        identity = account()
        etcd = f"http://{HOST}:{ports['etcd']}"
        peer = f"http://{HOST}:{ports['etcd_peer']}"
        self._etcd = Machine(
            "etcd",
            [
                *(program("etcd"), "--data-dir", str(folder / "etcd" / "data"), "--name", "etcd"),
                *("--listen-client-urls", etcd, "--advertise-client-urls", etcd),
                *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer),
                *("--initial-cluster", f"etcd={peer}", "--log-level", "warn"),
            ],
            folder / "etcd",
            identity=identity,
        )
        config = write(folder / "haproxy.cfg", rendered("haproxy.cfg", self.values), owner())
        self.haproxy = Machine(
            "haproxy",
            [program("haproxy"), "-db", "-f", str(config)],
            folder / "haproxy",
            identity=identity,
        )
        users = f'"astra" "{PASSWORDS["DATABASE_PASSWORD"]}"\n'
        write(Path(self.values["PGBOUNCER_USERS"]), users, owner())
        config = write(folder / "pgbouncer.ini", rendered("pgbouncer.ini", self.values), owner())
        self.pgbouncer = Machine(
            "pgbouncer",
            [program("pgbouncer"), str(config)],
            folder / "pgbouncer",
            identity=identity,
        )

    def start(self) -> None:
        """Start everything; return once there are a primary and its synchronous replica."""
        self._etcd.start()
        self.nodes[0].machine.start()
        eventually(self.nodes[0].is_primary, "a primary")
        self.nodes[1].machine.start()
        self.await_synchronous()
        self.haproxy.start()
        self.pgbouncer.start()
        eventually(lambda: self.answers(self.url(TRANSACTION)), "the database through the pooler")

    def stop(self) -> None:
        for each in (self.pgbouncer, self.haproxy):
            each.stop(signal.SIGINT)
        for node in self.nodes:
            node.stop()
        self._etcd.stop()

    def url(self, way: str) -> str:
        """Return the URL of the primary for the service."""
        port, name = {
            DIRECT: (self.values["PRIMARY_PORT"], "astra"),
            SESSION: (self.values["PGBOUNCER_PORT"], "astra_session"),
            TRANSACTION: (self.values["PGBOUNCER_PORT"], "astra"),
        }[way]
        return self._url(f"{HOST}:{port}", name)

    @property
    def replica_url(self) -> str:
        return self._url(self.values["REPLICA_ADDRESS"], "astra")

    def _url(self, address: str, name: str) -> str:
        return f"postgresql://astra:{quote(PASSWORDS['DATABASE_PASSWORD'])}@{address}/{name}"

    def admin(self, node: Node) -> psycopg.Connection[Any]:
        """Return a session of the superuser with one host."""
        host, _, port = node.address.partition(":")
        password = PASSWORDS["POSTGRES_PASSWORD"]
        return psycopg.connect(
            host=host,
            port=port,
            user="postgres",
            password=password,
            dbname="astra",
            autocommit=True,
        )

    def answers(self, url: str) -> bool:
        with suppress(psycopg.Error), psycopg.connect(url, connect_timeout=3) as session:
            session.execute("SELECT 1")
            return True
        return False

    def primary(self) -> Node:
        """Return who is it now; wait for one."""
        while True:
            eventually(lambda: any(each.is_primary() for each in self.nodes), "a primary")
            for node in self.nodes:
                if node.is_primary():
                    return node

    def other(self, node: Node) -> Node:
        return next(each for each in self.nodes if each is not node)

    def await_takeover(self, lost: Node) -> None:
        """Wait until the other one is the primary."""
        eventually(self.other(lost).is_primary, "a new primary")

    def await_synchronous(self) -> None:
        """Wait until commits wait for the replica."""
        eventually(
            lambda: any(each.is_synchronous() for each in self.nodes), "a synchronous replica"
        )
        eventually(self._waits_for_replica, "commits that wait for the replica")

    def _waits_for_replica(self) -> bool:
        with suppress(psycopg.Error), self._postgres(self.primary()) as session:
            return bool(
                session.execute(
                    "SELECT FROM pg_stat_replication WHERE sync_state = 'sync'"
                ).fetchall()
            )
        return False

    def _postgres(self, node: Node) -> psycopg.Connection[Any]:
        host, _, port = node.address.partition(":")
        password = PASSWORDS["POSTGRES_PASSWORD"]
        return psycopg.connect(
            host=host, port=port, user="postgres", password=password, dbname="postgres"
        )

    def switch_over(self) -> None:
        """Have the replica take over, as planned."""
        old = self.primary()
        body = {"leader": old.name, "candidate": self.other(old).name}
        status, answer = ask(f"{old.url}/switchover", body, seconds=60.0)
        if status != 200:
            raise SystemExit(f"Patroni refuses to switch over: {answer}")


_PORTS = (
    *("api", "web1", "web2", "primary", "replica", "pgbouncer", "etcd", "etcd_peer"),
    *("db1", "db2", "patroni1", "patroni2"),
)
