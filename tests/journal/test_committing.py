"""Without files, the row is there before the answer is, for every session; only the disk comes later."""

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from astra.accounts.models import Account
from astra.journal import draining
from astra.journal.models import JournalEntry
from tests import world
from tests.conftest import Api

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(db: None, settings: Any) -> Api:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, journal_spool=False)
    account = world.make_account()
    return Api(account, world.make_token(world.make_user(account)))


@contextlib.contextmanager
def another_session() -> Iterator[Any]:
    settings = connection.get_connection_params()
    wanted = {
        name: settings[name]
        for name in ("dbname", "user", "host", "port", "password")
        if name in settings
    }
    with psycopg.connect(**wanted, autocommit=True) as session:
        yield session


def test_another_session_sees_the_row_once_the_answer_is_there(api: Api) -> None:
    with another_session() as other:
        for number in range(1, 4):
            api.get("topology/v1/buckets")
            (seen,) = other.execute("SELECT count(*) FROM journal_journalentry").fetchone()
            assert seen == number


@pytest.fixture
def durable(db: None) -> Iterator[None]:
    """A session that waits for the disk; tests otherwise run on a server that does not."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        yield
        cursor.execute("RESET synchronous_commit")


def test_it_does_not_wait_for_the_disk(api: Api, durable: None) -> None:
    """A commit that waits has everything on disk when it returns; one that does not, mostly not."""

    def is_flushed() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_insert_lsn() <= pg_current_wal_flush_lsn()")
            return bool(cursor.fetchone()[0])

    flushed = {"change": 0, "call": 0}
    for _ in range(20):
        Account.objects.filter(id=api.account.id).update(name="durable")
        flushed["change"] += is_flushed()
        api.get("topology/v1/buckets")
        flushed["call"] += is_flushed()
    assert JournalEntry.objects.count() == 20
    assert flushed["call"] < flushed["change"] / 2, flushed


def test_the_setting_ends_with_the_statement(api: Api, durable: None) -> None:
    api.get("topology/v1/buckets")
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone()[0] == "on"


def test_the_plan_keeps_the_setting_and_finds_the_account_by_its_key(api: Api) -> None:
    api.get("topology/v1/buckets")
    nothing = ", ".join(["NULL"] * len(draining._INSERT._names))
    with another_session() as other:
        other.execute("SET plan_cache_mode = force_generic_plan")
        other.execute("SET enable_seqscan = off")
        other.execute(b"PREPARE record AS " + draining._INSERT._text)
        rows = other.execute(f"EXPLAIN (VERBOSE) EXECUTE record ({nothing})").fetchall()
    plan = "\n".join(row[0] for row in rows)
    assert "set_config('synchronous_commit'" in plan
    assert "accounts_account_pkey" in plan
