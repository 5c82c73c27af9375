"""The worker: passes, accounts that raise, the loss of the database, and its end."""

import functools
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from astra.accounts.models import Account
from astra.api.clock import clock_set_to, monotonic_seconds, real_now
from astra.database.sessions import Session
from astra.engine import barriers
from astra.engine.pulse import worker_is_alive
from astra.engine.settling import settle_due
from astra.engine.worker import (
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    StopSignals,
    Worker,
    watch,
)
from backups.models import AppBackup
from tests import world
from tests.lifecycle.conftest import DELAYS
from tests.lifecycle.making import make
from tests.lifecycle.test_advance_backups import fail_for

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE_SECONDS = 30.0


def await_that(condition: Callable[[], bool]) -> None:
    """Poll until the condition holds; fail at the deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def backups() -> list[AppBackup]:
    """A backup in each of two accounts, an hour old by their scaled clocks, none settled."""
    made = []
    for number in (1, 2):
        account = world.make_account(
            mode="scaled", clock_rate=1.0, clock_sim=real_now(), stage_delays=DELAYS
        )
        world.make_bucket(account)
        made.append(make(world.make_app(account), number))
    Account.objects.update(clock_sim=real_now() + timedelta(hours=1))
    return made


def states(backups: list[AppBackup]) -> list[str]:
    return [AppBackup.objects.get(id=backup.id).state for backup in backups]


class Passes:
    """What a watch is told: go on that many times; ``then`` is called before each pass."""

    def __init__(self, count: int, then: Callable[[int], None] = lambda number: None) -> None:
        self.count, self.then, self.begun = count, then, 0

    def __call__(self, seconds: float) -> bool:
        is_between_accounts = seconds == 0 and self.begun > 0
        if is_between_accounts:
            return False
        if self.begun == self.count:
            return True
        self.then(self.begun)
        self.begun += 1
        return False


def test_a_pass_carries_out_what_is_due_in_every_account(backups: list[AppBackup]) -> None:
    watch(interval_seconds=0.25, stopping=Passes(1))
    assert states(backups) == ["completed", "completed"]


def test_passes_are_an_interval_apart(backups: list[AppBackup]) -> None:
    waits = []

    def stopping(seconds: float) -> bool:
        waits.append(seconds)
        return len([wait for wait in waits if wait > 0]) == 3

    watch(interval_seconds=0.25, stopping=stopping)
    assert [wait for wait in waits if wait > 0] == [0.25, 0.25, 0.25]


def test_it_stops_between_two_accounts(backups: list[AppBackup]) -> None:
    answers = iter([False, False, True, True])
    watch(interval_seconds=0.25, stopping=lambda seconds: next(answers))
    assert sorted(states(backups)) == ["completed", "pending"]


def test_it_is_announced_while_it_watches_and_no_longer() -> None:
    seen = []
    assert not worker_is_alive()
    watch(interval_seconds=0.25, stopping=Passes(2, lambda number: seen.append(worker_is_alive())))
    assert seen == [True, True]
    assert not worker_is_alive()


def test_it_survives_the_loss_of_the_database(
    backups: list[AppBackup], caplog: pytest.LogCaptureFixture
) -> None:
    """Its connection is cut before the second pass; the third has a new one."""
    seen = []
    elsewhere = connection.connection

    def cut(number: int) -> None:
        if number == 1:
            pid = connection.connection.info.backend_pid
            elsewhere.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
        if number == 3:
            seen.append(worker_is_alive())

    with caplog.at_level(logging.WARNING):
        watch(interval_seconds=0.25, stopping=Passes(4, cut))
    assert states(backups) == ["completed", "completed"]
    assert seen == [True]
    assert [record.message.split(":")[0] for record in caplog.records] == [
        "the database fails the worker, which tries again",
        "the database serves the worker again",
    ]


def test_an_account_is_not_blamed_for_the_loss_of_the_database(
    backups: list[AppBackup], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The connection is cut while the first account is being settled."""
    elsewhere = connection.connection

    def cut(*args: Any, **kwargs: Any) -> int:
        monkeypatch.undo()
        pid = connection.connection.info.backend_pid
        elsewhere.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
        return settle_due(*args, **kwargs)

    monkeypatch.setattr(barriers, "settle_due", cut)
    watch(interval_seconds=0.25, stopping=Passes(2))
    assert states(backups) == ["completed", "completed"]
    assert "set aside" not in caplog.text


def test_it_tries_a_lost_database_less_and_less_often(
    backups: list[AppBackup], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**options: Any) -> None:
        raise psycopg.OperationalError("connection refused")

    waits: list[float] = []

    def stopping(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) == 8

    monkeypatch.setattr(Session, "connect", refuse)
    watch(interval_seconds=0.25, stopping=stopping)
    assert waits == [0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0]
    monkeypatch.undo()
    assert states(backups) == ["pending", "pending"]


def test_an_account_that_raises_is_set_aside_for_longer_and_longer(
    backups: list[AppBackup], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fail_for(backups[0].account, monkeypatch)
    worker = Worker(lambda seconds: False)
    start = monotonic_seconds()

    def pass_at(seconds: float) -> int:
        caplog.clear()
        with clock_set_to(seconds=lambda: start + seconds):
            worker.advance()
        return len(caplog.records)

    assert pass_at(0) == 1
    assert f"account {backups[0].account_id} could not be settled" in caplog.text
    assert "it is set aside for 1 s" in caplog.text
    assert "ZeroDivisionError: settling went wrong" in caplog.text
    assert states(backups) == ["pending", "completed"]
    assert pass_at(0.9) == 0
    assert pass_at(1) == 1
    assert "it is set aside for 2 s" in caplog.text
    assert [pass_at(2.9), pass_at(3)] == [0, 1]
    monkeypatch.undo()
    assert pass_at(7) == 1
    assert f"account {backups[0].account_id} is settled again" in caplog.text
    assert states(backups) == ["completed", "completed"]


def test_no_account_is_set_aside_for_more_than_minutes(
    backups: list[AppBackup], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fail_for(backups[0].account, monkeypatch)
    worker = Worker(lambda seconds: False)
    for number in range(12):
        now = monotonic_seconds() + number * LONGEST_PAUSE_SECONDS
        with clock_set_to(seconds=functools.partial(float, now)):
            worker.advance()
    assert FIRST_PAUSE_SECONDS * 2**11 > LONGEST_PAUSE_SECONDS
    assert caplog.records[-1].getMessage().endswith("it is set aside for 300 s")


def test_rows_that_somebody_keeps_locked_hold_up_their_account_alone(
    backups: list[AppBackup], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("astra.engine.worker._SESSION", "SET lock_timeout = '50ms'")
    with psycopg.connect(connection.connection.info.dsn) as elsewhere:
        elsewhere.execute("SELECT FROM backups_appbackup WHERE id = %s FOR UPDATE", [backups[0].id])
        watch(interval_seconds=0.25, stopping=Passes(1))
        assert states(backups) == ["pending", "completed"]
    assert "lock timeout" in caplog.text


def test_a_worker_leaves_an_account_to_who_has_it(backups: list[AppBackup]) -> None:
    with psycopg.connect(connection.connection.info.dsn) as elsewhere:
        elsewhere.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))",
            [0x0A57, str(backups[0].account_id)],
        )
        watch(interval_seconds=0.25, stopping=Passes(1))
        assert states(backups) == ["pending", "completed"]
    watch(interval_seconds=0.25, stopping=Passes(1))
    assert states(backups) == ["completed", "completed"]


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    """`advance_backups --watch` on the test's database, once it is alive."""
    info = connection.connection.info
    host = info.host.replace("/", "%2F")
    url = f"postgresql://{info.user}@{host}:{info.port}/{info.dbname}"
    started = subprocess.Popen(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "advance_backups", "--watch"],
        env=os.environ | {"DATABASE_URL": url},
        stderr=subprocess.PIPE,
        text=True,
    )
    await_that(worker_is_alive)
    yield started
    started.kill()
    started.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_its_process_settles_and_ends_cleanly_when_told_to(
    backups: list[AppBackup], process: subprocess.Popen[str], number: signal.Signals
) -> None:
    await_that(lambda: states(backups) == ["completed", "completed"])
    process.send_signal(number)
    assert process.wait(DEADLINE_SECONDS) == 0
    assert process.communicate()[1] == ""
    await_that(lambda: not worker_is_alive())


def test_a_signal_ends_the_wait_and_is_remembered() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with StopSignals() as signals:
        assert not signals.wait(0)
        os.kill(os.getpid(), signal.SIGTERM)
        began = time.monotonic()
        assert signals.wait(DEADLINE_SECONDS)
        assert time.monotonic() - began < DEADLINE_SECONDS / 2
        assert signals.wait(DEADLINE_SECONDS)
    assert signal.getsignal(signal.SIGTERM) is before
