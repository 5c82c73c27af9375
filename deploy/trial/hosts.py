"""Web hosts and workers: each with a data folder of its own, and nothing in common but the database."""

import os
import subprocess
import sys
from pathlib import Path

from deploy.trial.database import TRANSACTION, Database
from deploy.trial.machines import HOST, Machine, ask, eventually, free_port

ROOT = Path(__file__).resolve().parents[2]
# What hosts must agree on, as none of it is in the database.
SHARED = {
    "ASTRA_SECRET_KEY": "a-secret-key-for-this-trial-that-is-long-enough-to-be-taken",
    "ASTRA_CONTROL_TOKEN": "trial-control-token",
    "ASTRA_ADMIN_PASSWORD": "trial-admin-password",
    # A host that is lost takes nothing along that others wait for.
    "ASTRA_JOURNAL_SPOOL": "off",
}
_OURS = ("ASTRA_", "DATABASE_URL", "DJANGO_", "GRANIAN_", "PYTHONDONTWRITEBYTECODE")


def foreign_environment() -> dict[str, str]:
    """Return the environment without what would reach the service."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}


class Hosts:
    """Two web hosts and two workers that reach the database in one way."""

    def __init__(self, folder: Path, database: Database, way: str, **options: str) -> None:
        self.url = f"http://{database.values['API_ADDRESS']}"
        common = SHARED | {
            "DATABASE_URL": database.url(way),
            "ASTRA_REPLICA_URL": database.replica_url,
            "ASTRA_PREPARE": "off" if way == TRANSACTION else "on",
            "PYTHONPATH": str(ROOT),
            **options,
        }
        self._folder = folder / f"{way}-{'-'.join(options.values()) or 'hosts'}"
        self._common = common
        self.webs = [
            self._machine(
                f"web{number}",
                ["serve", "--only", "web"],
                ASTRA_HTTP_PORT=database.values[f"WEB{number}"].rpartition(":")[2],
                ASTRA_HTTPS_PORT=str(free_port()),
            )
            for number in (1, 2)
        ]
        self.workers = [
            self._machine(f"worker{number}", ["advance_backups", "--watch"]) for number in (1, 2)
        ]

    def _machine(self, name: str, arguments: list[str], **options: str) -> Machine:
        folder = self._folder / name
        environment = self._common | options | {"ASTRA_DATA_DIR": str(folder)}
        return Machine(name, self.command(*arguments), folder, environment=environment)

    @staticmethod
    def command(*arguments: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), *arguments]

    def prepare(self) -> None:
        """Do once what comes before serving, as a job of its own."""
        environment = foreign_environment() | self._common
        environment["ASTRA_DATA_DIR"] = str(self._folder / "prepare")
        subprocess.run(
            self.command("prepare"), env=environment, check=True, stdout=subprocess.DEVNULL
        )

    def start(self) -> None:
        self.prepare()
        for each in self.webs + self.workers:
            each.start()
        eventually(self.is_ready, "hosts that are ready", 120)

    def is_ready(self) -> bool:
        urls = [self.url, *map(url_of, self.webs)]
        return all(ask(f"{url}/simulator/v1/ready")[0] == 200 for url in urls)

    def stop(self) -> None:
        for each in self.webs + self.workers:
            each.stop()


def url_of(machine: Machine) -> str:
    """Return the URL of a web host."""
    return f"http://{HOST}:{machine.environment['ASTRA_HTTP_PORT']}"
