"""What a caller sees, and what is left, when the service itself fails: 500 and 503.

Source: the user's document (500), `docs/architecture.md`, 'Statuses' (problems 94 to 97, 24).
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from astra.engine.models import Transition
from backups.models import App, AppBackup, Bucket, Snapshot
from tests import world
from tests.conftest import Api, number

pytestmark = pytest.mark.django_db(transaction=True)

_FUNCTION = """
    CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'disk of secret-host is full'; END $$
"""
_TRIGGER = """
    CREATE TRIGGER fail BEFORE INSERT OR UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION fail()
"""


def _sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def break_table() -> Iterator[Callable[[str], None]]:
    """Make every write to a table fail in the database, until the test is over."""
    _sql(_FUNCTION)
    yield lambda table: _sql(_TRIGGER.format(table=table))
    _sql("DROP FUNCTION fail CASCADE")


def _counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (AppBackup, Snapshot, Transition))


@pytest.mark.parametrize("table", ["backups_snapshot", "backups_appbackup", "engine_transition"])
def test_a_create_that_fails_halfway_leaves_nothing(
    api: Api, app: App, bucket: Bucket, break_table: Callable[[str], None], table: str
) -> None:
    break_table(table)
    response = api.create_backup(app, name="nightly")
    assert (number(response), response.status_code) == (94, 500)
    assert set(json.loads(response.content)) == {
        "type",
        "title",
        "detail",
        "status",
        "correlationID",
    }
    assert b"secret" not in response.content
    assert "secret" not in str(response.headers)
    assert _counts() == (0, 0, 0)


def test_a_create_can_be_repeated_once_the_failure_is_over(
    api: Api, app: App, bucket: Bucket, break_table: Callable[[str], None]
) -> None:
    break_table("backups_snapshot")
    assert number(api.create_backup(app, name="nightly")) == 94
    _sql("DROP TRIGGER fail ON backups_snapshot")
    assert api.create_backup(app, name="nightly").status_code == 201
    assert _counts() == (1, 1, 2)


def test_the_failure_is_in_the_log_with_its_cause(
    api: Api,
    app: App,
    bucket: Bucket,
    break_table: Callable[[str], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    break_table("backups_snapshot")
    api.create_backup(app)
    (record,) = [record for record in caplog.records if record.name == "astra.api.handler"]
    assert record.exc_info is not None
    assert "secret-host" in str(record.exc_info[1])


def test_a_delete_that_fails_halfway_deletes_nothing(
    api: Api, app: App, bucket: Bucket, break_table: Callable[[str], None]
) -> None:
    backup = world.make_backup(app, bucket, state="failed")
    break_table("engine_transition")
    assert number(api.delete(f"topology/v1/appBackups/{backup.id}")) == 97
    assert AppBackup.objects.filter(id=backup.id).exists()


@pytest.fixture
def unreadable() -> Iterator[None]:
    """Make every read of backups and of accounts fail, but not the question of who calls."""
    columns = (("backups_appbackup", "total_bytes"), ("accounts_account", "contact"))
    _sql(*(f"ALTER TABLE {table} RENAME COLUMN {column} TO lost" for table, column in columns))
    yield
    _sql(*(f"ALTER TABLE {table} RENAME COLUMN lost TO {column}" for table, column in columns))


def test_every_operation_has_its_own_number_for_a_failure(
    api: Api, app: App, bucket: Bucket, unreadable: None
) -> None:
    for below in (f"k8s/v1/apps/{app.id}", "topology/v1"):
        instance = f"{below}/appBackups/{world.some_id()}"
        assert number(api.get(f"{below}/appBackups")) == 96
        assert number(api.get(instance)) == 95
        assert number(api.delete(instance)) == 97
        assert api.call("HEAD", instance).status_code == 500


def test_an_operation_without_a_number_of_its_own_has_the_general_one(
    api: Api, unreadable: None
) -> None:
    response = api.get("")
    assert (number(response), response.status_code) == (34, 500)
    assert b"contact" not in response.content


def test_a_lost_connection_is_503_once_and_then_replaced(
    api: Api, app: App, bucket: Bucket
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()
    response = api.create_backup(app, name="nightly")
    assert (number(response), response.status_code) == (24, 503)
    assert response["Retry-After"] == "1"
    assert api.create_backup(app, name="nightly").status_code == 201


@pytest.fixture
def no_server() -> Iterator[None]:
    """Point the connections of the service at a server that is not there."""
    pooled: Any = connection
    settings = connection.settings_dict
    host, timeout = settings["HOST"], settings["OPTIONS"]["pool"]["timeout"]
    connection.close()
    pooled.close_pool()
    settings["HOST"], settings["OPTIONS"]["pool"]["timeout"] = "/nowhere", 0.1
    yield
    connection.close()
    pooled.close_pool()
    settings["HOST"], settings["OPTIONS"]["pool"]["timeout"] = host, timeout


def test_a_database_out_of_reach_is_problem_24_with_retry_after(
    api: Api, app: App, bucket: Bucket, no_server: None
) -> None:
    for method, path in (
        ("GET", ""),
        ("POST", f"k8s/v1/apps/{app.id}/appBackups"),
        ("DELETE", f"topology/v1/appBackups/{world.some_id()}"),
    ):
        response = api.call(method, path, {})
        assert (number(response), response.status_code) == (24, 503)
        assert response["Retry-After"] == "1"


def test_a_refusal_has_an_id_though_none_can_be_drawn(
    api: Api, app: App, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(parameters: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("astra.accounts.callers._DRAW.fetch_one", refuse)
    response = api.create_backup(app, name="NO")
    assert (number(response), response.status_code) == (8, 400)


def test_without_a_token_the_database_is_not_even_asked(api: Api, no_server: None) -> None:
    assert number(Api(api.account, None).get("")) == 3
