"""The machine's time is set, back or forward, while the service runs."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from astra.api.clock import clock_set_to, real_now
from astra.engine.models import Transition
from astra.engine.worker import FIRST_PAUSE_SECONDS, Worker
from backups.models import App, AppBackup
from tests import world
from tests.conftest import Api
from tests.lifecycle.conftest import DELAYS
from tests.lifecycle.making import make
from tests.lifecycle.test_advance_backups import fail_for
from tests.samples import HOURLY as SCHEDULE

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["real", "scaled"])
def app(request: pytest.FixtureRequest) -> App:
    """An app of an account whose time goes on with the machine's."""
    start: dict[str, Any] = {"clock_sim": real_now()} if request.param == "scaled" else {}
    account = world.make_account(mode=request.param, clock_rate=1.0, stage_delays=DELAYS, **start)
    world.make_bucket(account)
    return world.make_app(account, name="shop")


class Machine:
    """A machine with a time that can be set, and a worker on it."""

    def __init__(self) -> None:
        self.now = real_now()
        self.worker = Worker(lambda seconds: False)

    def set(self, by: timedelta) -> None:
        """Set the time, and let the worker do all that is due then."""
        self.now += by
        self.worker.advance()
        while self.worker.is_behind:
            self.worker.advance()


@pytest.fixture
def machine() -> Iterator[Machine]:
    machine = Machine()
    with clock_set_to(lambda: machine.now):
        yield machine


@pytest.mark.parametrize("jump", [-timedelta(days=2), timedelta(days=2)])
def test_everything_goes_on(
    app: App, machine: Machine, jump: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    user = world.make_user(app.account)
    api = Api(app.account, world.make_token(user), user.id)
    assert api.post(f"k8s/v1/apps/{app.id}/schedules", SCHEDULE).status_code == 201

    def create() -> str:
        answer = api.create_backup(app)
        assert answer.status_code == 201, answer.content
        return str(json.loads(answer.content)["id"])

    running, kept = create(), create()
    machine.set(timedelta(seconds=10))
    machine.set(jump)
    assert api.delete(f"topology/v1/appBackups/{running}").status_code == 204
    later = create()
    # What was under way ends when its time comes; what came after the jump takes as long as ever.
    machine.set(MINUTE)
    assert AppBackup.objects.get(id=later).state == "completed"
    machine.set(2 * abs(jump))
    assert AppBackup.objects.get(id=kept).state == "completed"
    assert api.read("topology/v1/appBackups")["items"]
    assert "set aside" not in caplog.text

    steps = Transition.objects.order_by("kind", "resource_id", "sequence")
    for before, after in pairwise(steps):
        if before.resource_id == after.resource_id:
            assert after.sequence == before.sequence + 1
    fired = sorted(
        step.at
        for step in steps.filter(kind="appBackup", sequence=0)
        if (step.at.minute, step.at.second, step.at.microsecond) == (5, 0, 0)
    )
    assert len(fired) >= 23
    assert all(after - before == timedelta(hours=1) for before, after in pairwise(fired))


def test_an_account_is_set_aside_for_no_longer_than_it_was_said(
    app: App, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = make(app)
    fail_for(app.account, monkeypatch)
    machine.set(MINUTE)
    monkeypatch.undo()
    # Neither does a leap end the pause, nor is it longer for it.
    machine.set(timedelta(days=1))
    backup.refresh_from_db()
    assert backup.state == "pending"
    with clock_set_to(lambda: machine.now, seconds=lambda: time.monotonic() + FIRST_PAUSE_SECONDS):
        machine.set(MINUTE - timedelta(days=1))
    backup.refresh_from_db()
    assert backup.state == "completed"
