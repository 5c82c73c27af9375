"""The worker is fair: an account with a long way before it holds up nobody else."""

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest

from astra.accounts.models import Account
from astra.api.clock import clock_set_to, monotonic_seconds, real_now
from astra.engine import worker as module
from astra.engine.barriers import advance_to
from astra.engine.worker import Worker, watch
from backups.models import AppBackup, Schedule
from tests import world
from tests.lifecycle.conftest import DELAYS
from tests.lifecycle.making import make

pytestmark = pytest.mark.django_db(transaction=True)

# What each barrier takes, by the clock that deadlines go by.
BARRIER_SECONDS = 0.05


def busy_account(now: datetime) -> Account:
    """An account whose clock passes a day each second, and whose schedule fires each minute.

    It is ten minutes of real time behind: 864,000 firings.
    """
    real = now - timedelta(minutes=10)
    account = world.make_account(mode="scaled", clock_rate=86_400.0, clock_sim=real)
    Account.objects.filter(id=account.id).update(clock_real=real)
    world.make_bucket(account)
    Schedule.objects.create(
        account=account,
        app=world.make_app(account),
        name="every-minute",
        version="1.1",
        enabled=True,
        granularity="custom",
        recurrence_rule=f"DTSTART:{real:%Y%m%dT%H%M%S}Z\nRRULE:FREQ=MINUTELY;INTERVAL=1",
        snapshot_retention="1",
        backup_retention="1",
        next_firing_at=real.replace(microsecond=0) + timedelta(minutes=1),
        **world.AWAKE,
    )
    return account


def quiet_account() -> AppBackup:
    """A backup, pending, of an account that was made after all others; it is long due."""
    account = world.make_account(mode="scaled", clock_rate=1.0, stage_delays=DELAYS)
    Account.objects.filter(id=account.id).update(created_at=real_now(), clock_real=real_now())
    world.make_bucket(account)
    backup = make(world.make_app(account), int(account.name.rsplit("-", 1)[1]))
    Account.objects.filter(id=account.id).update(clock_sim=world.START + timedelta(hours=1))
    return backup


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The accounts in the order in which they were advanced."""
    taken = []

    def noting(account_id: Any, *args: Any, **options: Any) -> Any:
        taken.append(account_id)
        return advance_to(account_id, *args, **options)

    monkeypatch.setattr(module, "advance_to", noting)
    return taken


def pass_once(worker: Worker) -> float:
    """Have the worker pass once; return how long that took."""
    ticks = itertools.count()
    with clock_set_to(seconds=lambda: next(ticks) * BARRIER_SECONDS):
        worker.advance()
        return monotonic_seconds()


def test_it_never_keeps_another_one_waiting_for_a_second(turns: list[Any]) -> None:
    busy = busy_account(real_now())
    worker = Worker(lambda seconds: False)
    first = quiet_account()
    took = pass_once(worker)
    assert turns == [busy.id, first.account_id]
    first.refresh_from_db()
    assert first.state == "completed"

    # By now it is known to have a long way: it comes last.
    turns.clear()
    second = quiet_account()
    took += pass_once(worker)
    assert turns == [second.account_id, busy.id]
    assert took + 2 * module._BREATH_SECONDS < 1


def test_many_of_them_share_what_one_may_take(turns: list[Any]) -> None:
    now = real_now()
    busy = {busy_account(now).id for _ in range(4)}
    worker = Worker(lambda seconds: False)
    pass_once(worker)
    assert set(turns) == busy
    turns.clear()
    for _ in range(2 * len(busy)):
        assert pass_once(worker) < 0.8
    counts = [turns.count(each) for each in busy]
    assert max(counts) - min(counts) <= 1
    assert min(counts) > 0


def test_no_pause_is_made_while_somebody_is_behind() -> None:
    busy_account(real_now())
    waits: list[float] = []

    def stopping(seconds: float) -> bool:
        waits.append(seconds)
        return seconds > 0

    ticks = itertools.count()
    with clock_set_to(seconds=lambda: next(ticks) * BARRIER_SECONDS):
        watch(interval_seconds=0.25, stopping=stopping)
    assert max(waits) == module._BREATH_SECONDS
