"""Where time ends, and how long a stage takes at most: nothing overflows, whatever is asked for."""

import json
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from astra.accounts.clocks import ClockMode
from astra.accounts.models import Account
from astra.api.clock import LAST_INSTANT, clock_set_to, real_now
from astra.engine.stages import MAX_DELAY_SECONDS
from astra.engine.worker import Worker
from astra.journal.models import JournalEntry
from backups.models import App, AppBackup, Bucket
from tests import world
from tests.conftest import Api, number, problem
from tests.control import Control

END = "9000-01-01T00:00:00.000000Z"


@pytest.fixture
def path(account: Account) -> str:
    return f"accounts/{account.id}/clock"


@pytest.mark.parametrize("now", ["9000-01-01T00:00:00.000001Z", "9999-12-31T23:59:59Z"])
def test_no_clock_is_set_beyond(control: Control, path: str, now: str) -> None:
    response = control.put(path, {"mode": "manual", "now": now})
    assert number(response) == 8
    assert problem(response)["invalidFields"] == [
        {"name": "now", "reason": "Must be an instant that exists, and before time ends."}
    ]


def test_a_manual_clock_stops_there(
    control: Control, path: str, api: Api, app: App, bucket: Bucket
) -> None:
    assert control.put(path, {"mode": "manual", "now": END}).status_code == 200
    assert api.create_backup(app).status_code == 201
    assert api.get("topology/v1/appBackups").status_code == 200
    reason = "Time ends at 9000-01-01."
    for way in ({"by": "PT0.000001S"}, {"by": "P365000D"}, {"step": True}, {"drain": True}):
        response = control.post(f"{path}/advance", way)
        assert number(response) == 10
        refused = problem(response)["invalidFields"]
        assert refused == [{"name": next(iter(way)), "reason": reason}]
    assert control.post(f"{path}/advance", {"to": END}).status_code == 200


def test_a_scaled_clock_that_ran_for_years_stands_still_there(
    control: Control, bucket: Bucket, account: Account, api: Api, app: App
) -> None:
    Account.objects.filter(id=account.id).update(
        clock_mode=ClockMode.SCALED,
        clock_rate=1_000_000,
        clock_real=real_now() - timedelta(days=5 * 365),
    )
    assert json.loads(control.get(f"accounts/{account.id}/clock").content)["now"] == END
    created = json.loads(api.create_backup(app).content)
    assert created["metadata"]["creationTimestamp"] == END
    assert Worker(lambda seconds: False).advance() == 0
    assert api.read(f"topology/v1/appBackups/{created['id']}")["state"] == "pending"
    api.delete(f"k8s/v1/apps/{app.id}/appBackups/{created['id']}")
    assert JournalEntry.objects.filter(account_id=account.id, at=LAST_INSTANT).count() == 3


def test_python_and_sql_agree_on_it(account: Account, app: App, bucket: Bucket, api: Api) -> None:
    rate = 1_000_000
    left = (LAST_INSTANT - account.clock_sim).total_seconds() / rate
    Account.objects.filter(id=account.id).update(clock_mode=ClockMode.SCALED, clock_rate=rate)
    for seconds in (left - 0.001, left, left + 1):
        at = account.clock_real + timedelta(seconds=seconds)
        with clock_set_to(world.still(at)):
            created = json.loads(api.create_backup(app).content)["metadata"]["creationTimestamp"]
            now = Account.objects.get(id=account.id).now()
        assert datetime.fromisoformat(created) == now <= LAST_INSTANT


def test_an_app_of_any_size_is_backed_up_in_at_most_31_years(
    control: Control, path: str, account: Account, bucket: Bucket, api: Api
) -> None:
    app = world.make_app(account, size_bytes=2**53, throughput_bytes_per_second=1)
    created = json.loads(api.create_backup(app).content)
    assert control.post(f"{path}/advance", {"drain": True}).status_code == 200
    backup = AppBackup.objects.get(id=created["id"])
    assert backup.state == "completed"
    assert backup.running_at is not None
    assert backup.ends_at is not None
    assert backup.ends_at - backup.running_at == timedelta(seconds=MAX_DELAY_SECONDS)


def test_no_scenario_begins_beyond(control: Control) -> None:
    clock = {"mode": "manual", "now": "9999-12-31T23:59:59Z"}
    response = control.post("accounts", {"clock": clock})
    assert number(response) == 9
    assert "where time ends" in response.content.decode()


def test_no_command_goes_beyond(account: Account) -> None:
    with pytest.raises(CommandError, match="no ISO-8601 time"):
        call_command("advance_backups", "--at", "9999-12-31")
    assert Account.objects.get(id=account.id).clock_sim == world.START
