"""The care of the data, as `docs/operations.md` says: dumped, restored, brought up to date."""

import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.server.service import ROOT, SECONDS, SHARED, Service
from tests.server.test_faults import add
from tests.server.test_serve import paste

pytestmark = pytest.mark.server

# Makes the tables as they were before the last migration.
BEFORE = """
import django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
*before, last = executor.migration_plan(executor.loader.graph.leaf_nodes())
executor.migrate([(migration.app_label, migration.name) for migration, _ in before])
"""


def documented(program: str, file: Path) -> list[str]:
    """The arguments of a command of the page, on another file."""
    page = (ROOT / "docs" / "operations.md").read_text()
    (line,) = re.findall(rf"^\$ python manage\.py (pg {program} .*)$", page, re.MULTILINE)
    return str(line).replace("/backups/astra.dump", str(file)).split()


def run(service: Service, *arguments: str, **environment: str) -> str:
    return subprocess.run(
        service.command(*arguments),
        env=service.environment | environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    ).stdout


@SHARED
def test_what_was_dumped_while_it_served_comes_back(running: Service, tmp_path: Path) -> None:
    # With a rule of faults a creation is a transaction of several statements.
    add(running, {"type": "backup-fail"}, name="none has this name")
    _, kept = paste(running.curl)
    run(running, *documented("pg_dump", tmp_path / "dump"))
    _, later = paste(running.curl)
    run(running, *documented("pg_restore", tmp_path / "dump"))
    assert kept["id"] in running.backup_ids()
    assert later["id"] not in running.backup_ids()
    # Each process of the service learns of it by itself.
    for _ in range(4):
        status, answer = paste(running.curl)
        assert status == 201, f"{answer}\n{running.output}"


@pytest.mark.unmeasured
def test_data_of_an_earlier_version_are_brought_up_to_date(
    service: Service, empty_database: str
) -> None:
    environment = {"DATABASE_URL": empty_database, "DJANGO_SETTINGS_MODULE": "astra.settings"}
    subprocess.run(
        [sys.executable, "-c", BEFORE],
        env=service.environment | environment,
        cwd=ROOT,
        timeout=SECONDS,
        check=True,
    )
    with psycopg.connect(empty_database, autocommit=True) as database:
        count = "SELECT count(*) FROM django_migrations"
        (before,) = database.execute(count).fetchone() or (0,)
        database.execute(
            "INSERT INTO auth_user VALUES (7, '', NULL, false, 'kept', '', '', '', false, true, now())"
        )
        run(service, "prepare", **environment)
        assert database.execute(count).fetchone() == (before + 1,)
        assert database.execute("SELECT username FROM auth_user WHERE id = 7").fetchone() == (
            "kept",
        )
