"""Whatever is killed, whenever: what was acknowledged is there, and nothing is half done.

``make crash`` makes many rounds; what each client was told is in the folder of the test.
"""

import itertools
import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from astra.kit.client import Simulator
from tests.server.crash.checking import check
from tests.server.crash.killing import VICTIMS, kill
from tests.server.crash.ledger import Ledger
from tests.server.crash.load import Client, Tenant
from tests.server.crash.wandering import Wanderer, check_estate, estate
from tests.server.service import SHARED, Service, eventually

ROUNDS = int(os.environ.get("ASTRA_CRASH_ROUNDS", "10"))
SEED = int(os.environ.get("ASTRA_CRASH_SEED", "0")) or time.time_ns() % 10**9
# After so many, new accounts: the histories are read as a whole after each round.
ROUNDS_OF_A_WORLD = 20
MINUTE = timedelta(minutes=1)
EVERY = {"busy": MINUTE, "still": 5 * MINUTE, "kept": 5 * MINUTE}
CLOCKS = {"busy": {"mode": "scaled", "rate": 600}, "still": "manual", "kept": "manual"}
COMMON = {"back_up": 8, "remove_backup": 3, "snap": 2, "remove_snap": 1}
WEIGHTS = {
    "busy": COMMON | {"look": 2},
    "still": COMMON | {"look": 1, "advance": 5},
    "kept": COMMON | {"advance": 4, "save": 1, "restore": 2},
}
CLIENTS = {"busy": 2, "still": 1, "kept": 1}


class World:
    """Three accounts with a schedule each, the demo's estate, and the clients that call them.

    Those of the three keep a ledger of backups and snapshots; that of the estate calls every operation.
    """

    def __init__(self, service: Service, folder: Path, chance: Random) -> None:
        self.service, self.chance = service, chance
        token = (service.data_dir / "control_token").read_text().strip()
        self.simulator = Simulator(service.url, token)
        self.log = (folder / "calls.jsonl").open("a", buffering=1)
        self.clients: dict[str, list[Client]] = {}
        for name, clock in CLOCKS.items():
            account = self.simulator.accounts.new(clock=clock)  # type: ignore[arg-type]
            tenant = Tenant(name, account, service.url, {"Authorization": f"Bearer {token}"})
            self.clients[name] = [self._client(tenant, number) for number in range(CLIENTS[name])]
            self.clients[name][0].schedule(EVERY[name])
        self.wanderers = [self._wanderer(service, token)]

    def _wanderer(self, service: Service, token: str) -> Wanderer:
        wide = self.simulator.accounts.new(estate(), clock=CLOCKS["busy"])  # type: ignore[arg-type]
        tenant = Tenant("wide", wide, service.url, {"Authorization": f"Bearer {token}"})
        return Wanderer(tenant, Ledger("wide", self.log), Random(self.chance.random()))

    def _client(self, tenant: Tenant, number: int) -> Client:
        ledger = Ledger(f"{tenant.name}{number}", self.log)
        return Client(tenant, ledger, Random(self.chance.random()), WEIGHTS[tenant.name])

    def call(self, *, until: threading.Event) -> list[threading.Thread]:
        """Have every client call on a thread of its own."""
        clients = [*itertools.chain(*self.clients.values()), *self.wanderers]
        threads = [threading.Thread(target=each.run, args=[until]) for each in clients]
        for thread in threads:
            thread.start()
        return threads

    def faults(self) -> list[str]:
        """Return what is wrong, once nothing is under way any more."""
        with self.service.database() as database:
            database.autocommit = True
            (now,) = database.execute("SELECT clock_timestamp()").fetchone() or [None]
            # A session may still do what a client that is gone has asked it to.
            busy = (
                "SELECT FROM pg_stat_activity WHERE backend_type = 'client backend'"
                " AND state <> 'idle' AND xact_start < %s AND pid <> pg_backend_pid()"
            )
            eventually(
                lambda: not database.execute(busy, [now]).rowcount, "the end of old sessions"
            )
            wide = [
                f"wide: {fault}"
                for each in self.wanderers
                for fault in check_estate(database, self.simulator, each)
            ]
            return wide + [
                f"{name}: {fault}"
                for name, clients in self.clients.items()
                for fault in check(
                    database,
                    clients[0].tenant.account.id,
                    [client.ledger for client in clients],
                    EVERY[name],
                )
            ]

    def close(self) -> None:
        clients = [*itertools.chain(*self.clients.values()), *self.wanderers]
        for account in {each.tenant.account.id for each in clients}:
            self.simulator.accounts.delete(account)
        self.simulator.close()
        self.log.close()


def victims(chance: Random) -> Iterator[str]:
    """Yield what to kill: each once, and what is soon there again twice, before any comes again."""
    often = [*VICTIMS, "a worker of the web server", "a session of the database"]
    while True:
        yield from chance.sample(often, len(often))


def recover(service: Service) -> None:
    """Wait until the service serves again; start it where its supervisor is gone."""
    if not service.is_supervised:
        service.start()
    eventually(
        lambda: service.is_ready() or not service.is_supervised, "the service is there again"
    )
    if not service.is_supervised:
        recover(service)


@pytest.mark.server
@pytest.mark.timeout(60 + 30 * ROUNDS)
@SHARED
def test_nothing_is_lost_and_nothing_is_half_done(running: Service, tmp_path: Path) -> None:
    chance = Random(SEED)
    killed = victims(chance)
    with ExitStack() as stack:
        for number in range(ROUNDS):
            if number % ROUNDS_OF_A_WORLD == 0:
                stack.close()
                world = World(running, tmp_path, chance)
                stack.callback(world.close)
            stop = threading.Event()
            threads = world.call(until=stop)
            time.sleep(chance.uniform(0.1, 0.6))
            victim = next(killed)
            kill(running, victim, chance)
            time.sleep(chance.uniform(0.0, 0.3))
            stop.set()
            for thread in threads:
                thread.join()
            recover(running)
            faults = world.faults()
            assert not faults, f"seed {SEED}, round {number}, killed {victim}: {faults}"
