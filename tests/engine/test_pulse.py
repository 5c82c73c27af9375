"""Signs of life, through whatever pooler: a worker that is gone is not believed for long."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from astra.engine.models import Pulse
from astra.engine.pulse import alive_as_worker, beat, worker_is_alive
from astra.engine.worker import Worker, own_connection
from astra.server.health import unready_reasons
from tests import world

pytestmark = pytest.mark.django_db(transaction=True)

SESSION = "SELECT current_setting('enable_seqscan'), current_setting('lock_timeout')"
HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"


def asked(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


def set_back(interval: str) -> None:
    asked(f"UPDATE engine_pulse SET at = at - interval '{interval}' RETURNING 1")


@contextmanager
def read_only() -> Iterator[None]:
    setting = "SELECT set_config('default_transaction_read_only', '{}', false)"
    asked(setting.format("on"))
    try:
        yield
    finally:
        asked(setting.format("off"))


def test_a_worker_that_was_killed_is_not_believed_for_long() -> None:
    beat("worker that was killed")
    assert worker_is_alive()
    set_back("8 seconds")
    assert not worker_is_alive()


def test_another_worker_is_believed_when_one_stops() -> None:
    with alive_as_worker("a"):
        with alive_as_worker("b"):
            pass
        assert worker_is_alive()
    assert not worker_is_alive()


def test_it_is_believed_by_a_database_whose_clock_is_behind() -> None:
    beat("worker a")
    set_back("-1 hour")
    assert not worker_is_alive()
    beat("worker a")
    assert worker_is_alive()


def test_what_workers_left_that_were_killed_goes() -> None:
    beat("worker that was killed")
    set_back("1 hour")
    with alive_as_worker("a"):
        pass
    assert not Pulse.objects.exists()


def test_nobody_is_ready_on_a_database_that_only_reads() -> None:
    world.make_account()
    with alive_as_worker("a"):
        assert unready_reasons() == []
        set_back("1 second")
        with read_only():
            assert unready_reasons() == ["The database cannot be written to."]


def test_the_worker_leaves_nothing_in_a_session_that_is_not_its_own(settings: Any) -> None:
    """As a pooler in transaction mode hands it out next, to anybody."""
    settings.ASTRA = dataclasses.replace(settings.ASTRA, prepare_statements=False)
    fresh = asked(SESSION)
    world.make_account()
    with own_connection():
        worker = Worker(lambda seconds: False)
        worker.set_up()
        worker.advance()
        worker.trim()
        assert asked(SESSION) == fresh
        assert asked(HELD) == (0,)
