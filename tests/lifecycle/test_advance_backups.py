"""`manage.py advance_backups`, once: what it carries out, prints and answers."""

import json
import re
import uuid
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from astra.accounts.models import Account, Role
from astra.api.clock import clock_set_to
from astra.engine import barriers
from astra.engine.models import Transition
from astra.engine.settling import settle_due
from astra.engine.stages import Fate
from backups.models import App, AppBackup, Bucket, Snapshot
from tests import world
from tests.conftest import Api
from tests.lifecycle.conftest import DELAYS
from tests.lifecycle.making import after, history, id_of, make, own_snapshot_id, row

BACKUP, SNAPSHOT = id_of(1), own_snapshot_id(1)


def advance_backups(*arguments: str) -> list[str]:
    """Run the command; return the lines it printed."""
    out = StringIO()
    call_command("advance_backups", *arguments, stdout=out)
    return out.getvalue().splitlines()


def at(seconds: float) -> str:
    return after(seconds).isoformat()


def test_it_prints_each_step_in_order_and_a_summary(app: App, bucket: Bucket) -> None:
    make(app)
    assert advance_backups("--at", at(20)) == [
        f"2026-01-05T12:00:01.123456Z appSnap {SNAPSHOT} pending -> discovering",
        f"2026-01-05T12:00:02.123456Z appSnap {SNAPSHOT} discovering -> running",
        f"2026-01-05T12:00:03.123456Z appSnap {SNAPSHOT} running -> completed",
        f"2026-01-05T12:00:03.123456Z appBackup {BACKUP} pending -> discovering",
        f"2026-01-05T12:00:06.123456Z appBackup {BACKUP} discovering -> running",
        f"2026-01-05T12:00:16.123456Z appBackup {BACKUP} running -> completed",
        f"The clock of account {app.account_id} stands at 2026-01-05T12:00:20.123456Z.",
        "6 transitions.",
    ]


def test_it_prints_why_a_backup_failed(app: App, bucket: Bucket) -> None:
    make(app, fate=Fate("failed", reasons=("No space left.", "Really."), at_fraction=0.25))
    lines = advance_backups("--at", at(20))
    assert lines[5] == (
        f"2026-01-05T12:00:08.623456Z appBackup {BACKUP} running -> failed: No space left."
    )
    assert row(AppBackup.objects.get(), "state_unready") == {
        "state_unready": ["No space left.", "Really."]
    }


def test_a_backup_fails_with_its_own_snapshot_and_its_reason(app: App, bucket: Bucket) -> None:
    make(app, snapshot_fate=Fate("failed", reasons=("Quota exceeded.",), at_fraction=0.5))
    lines = advance_backups("--at", at(20))
    assert lines[2:4] == [
        f"2026-01-05T12:00:02.623456Z appSnap {SNAPSHOT} running -> failed: Quota exceeded.",
        f"2026-01-05T12:00:02.623456Z appBackup {BACKUP} pending -> failed: Quota exceeded.",
    ]
    expected = {"state": "failed", "state_unready": ["Quota exceeded."], "hook_state": None}
    assert row(AppBackup.objects.get(), *expected) == expected


def test_a_backup_waits_for_a_snapshot_that_never_ends(app: App, bucket: Bucket) -> None:
    make(app, snapshot_fate=Fate(None))
    advance_backups("--at", at(1e6))
    assert Snapshot.objects.get().state == "running"
    assert row(AppBackup.objects.get(), "state", "next_transition_at") == {
        "state": "pending",
        "next_transition_at": None,
    }


def test_it_says_so_when_nothing_was_due(app: App, bucket: Bucket) -> None:
    make(app)
    assert advance_backups() == ["Nothing was due."]


def test_it_says_one_transition_in_the_singular(app: App, bucket: Bucket) -> None:
    make(app)
    Account.objects.update(clock_sim=after(1))
    assert advance_backups()[-1] == "1 transition."


def test_a_second_run_changes_nothing(app: App, bucket: Bucket) -> None:
    make(app)
    advance_backups("--at", at(7))
    rows, steps = row(AppBackup.objects.get()), history(BACKUP)
    assert advance_backups("--at", at(7)) == ["Nothing was due."]
    assert advance_backups("--at", at(2)) == ["Nothing was due."]
    assert advance_backups() == ["Nothing was due."]
    assert (row(AppBackup.objects.get()), history(BACKUP)) == (rows, steps)


def test_quiet_it_prints_only_the_summary(app: App, bucket: Bucket) -> None:
    make(app)
    clock = f"The clock of account {app.account_id} stands at 2026-01-05T12:00:20.123456Z."
    assert advance_backups("--at", at(20), "-v", "0") == [clock, "6 transitions."]


def test_by_itself_it_goes_by_the_clock_of_each_account(db: None) -> None:
    """One account is at its start, another an hour a second ahead of it."""
    slow = world.make_account(mode="real", stage_delays=DELAYS)
    fast = world.make_account(
        mode="scaled", clock_rate=3600.0, clock_sim=slow.clock_sim, stage_delays=DELAYS
    )
    fast.clock_real = slow.clock_real
    fast.save()
    with clock_set_to(lambda: slow.clock_real):
        for number, account in enumerate((slow, fast), start=1):
            world.make_bucket(account)
            make(world.make_app(account), number)
    with clock_set_to(lambda: slow.clock_real + timedelta(seconds=4)):
        assert advance_backups()[-1] == "10 transitions."
    states = [AppBackup.objects.get(account=account).state for account in (slow, fast)]
    assert states == ["discovering", "completed"]


def test_of_several_accounts_it_prints_the_steps_in_one_order(app: App, bucket: Bucket) -> None:
    other = world.make_account(stage_delays=DELAYS, clock_sim=after(0.5))
    world.make_bucket(other)
    make(app, 1)
    make(world.make_app(other), 2)
    lines = [line for line in advance_backups("--at", at(30)) if "->" in line]
    assert len(lines) == 12
    assert lines == sorted(lines, key=lambda line: line.split()[0])
    assert len({line.split()[2] for line in lines}) == 4


def test_an_instant_moves_manual_clocks_and_no_others(db: None) -> None:
    manual, real = world.make_account(), world.make_account(mode="real")
    advance_backups("--at", "2031-07-01T00:00:00+02:00")
    manual.refresh_from_db()
    assert manual.clock_sim.isoformat() == "2031-06-30T22:00:00+00:00"
    assert Account.objects.get(id=real.id).clock_sim == real.clock_sim
    assert abs(real.now() - Account.objects.get(id=real.id).now()) < timedelta(seconds=1)


def test_a_manual_clock_never_goes_back(account: Account) -> None:
    assert advance_backups("--at", "2020-01-01") == ["Nothing was due."]
    account.refresh_from_db()
    assert account.clock_sim == world.START


def test_a_real_account_is_settled_as_if_it_were_that_time(db: None) -> None:
    real = world.make_account(mode="real", stage_delays=DELAYS)
    world.make_bucket(real)
    backup = make(world.make_app(real))
    later = (backup.created_at + timedelta(seconds=16)).isoformat()
    assert advance_backups("--at", later)[-1] == "6 transitions."
    assert row(backup, "state") == {"state": "completed"}


def test_only_the_named_account_advances(app: App, bucket: Bucket) -> None:
    other = world.make_account(stage_delays=DELAYS)
    world.make_bucket(other)
    backups = [make(app, 1), make(world.make_app(other), 2)]
    advance_backups("--at", at(4), "--account", str(other.id))
    assert [row(backup, "state")["state"] for backup in backups] == ["pending", "discovering"]
    app.account.refresh_from_db()
    assert app.account.clock_sim == world.START


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-01-05T12:00:03.123456", 3),
        ("2026-01-05T12:00:03.123456Z", 3),
        ("2026-01-05 13:00:03.123456+01:00", 3),
        ("20260105T120003.123456Z", 3),
    ],
)
def test_a_time_is_iso_8601_and_utc_unless_it_says_otherwise(
    account: Account, text: str, seconds: float
) -> None:
    advance_backups("--at", text)
    account.refresh_from_db()
    assert account.clock_sim == after(seconds)


@pytest.mark.parametrize("text", ["soon", "2026-13-01", "12:00"])
def test_another_time_is_refused_by_name(text: str) -> None:
    with pytest.raises(CommandError, match=re.escape(f"'{text}' is no ISO-8601 time")):
        advance_backups("--at", text)


@pytest.mark.parametrize("arguments", [("--at", "2026-01-01"), ("--account", str(BACKUP))])
def test_the_worker_takes_neither_time_nor_account(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="--watch goes by the accounts' clocks"):
        advance_backups("--watch", *arguments)


def test_an_account_that_raises_is_set_aside_while_the_others_go_on(
    app: App, bucket: Bucket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = world.make_account(stage_delays=DELAYS)
    world.make_bucket(other)
    backups = [make(app, 1), make(world.make_app(other), 2)]
    fail_for(app.account, monkeypatch)
    out = StringIO()
    with pytest.raises(CommandError, match=f"Could not be settled: {app.account_id}."):
        call_command("advance_backups", "--at", at(4), stdout=out)
    assert out.getvalue().splitlines()[-1] == "4 transitions."
    assert [row(backup, "state")["state"] for backup in backups] == ["pending", "discovering"]
    assert Account.objects.get(id=app.account_id).clock_sim == world.START
    assert f"account {app.account_id} could not be settled" in caplog.text
    monkeypatch.undo()
    assert advance_backups("--at", at(4))[-1] == "4 transitions."
    assert row(backups[0], "state") == {"state": "discovering"}


def fail_for(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let settling raise for that account, after its rows were written."""

    def failing(account_id: uuid.UUID, *args: Any, **kwargs: Any) -> int:
        count = settle_due(account_id, *args, **kwargs)
        if account_id == account.id:
            raise ZeroDivisionError("settling went wrong")
        return count

    monkeypatch.setattr(barriers, "settle_due", failing)


@pytest.mark.parametrize(
    "path",
    [
        "k8s/v1/apps/{app}/appBackups",
        "topology/v1/appBackups",
        f"topology/v1/appBackups/{BACKUP}",
        "k8s/v1/apps/{app}/appSnaps",
    ],
)
def test_reading_changes_nothing_however_late_it_is(
    api: Api, app: App, bucket: Bucket, path: str
) -> None:
    backup = make(app)
    Account.objects.update(clock_sim=after(1000))
    snapshot = world.snapshot_of(backup)
    before = row(backup), row(snapshot), Transition.objects.count()
    assert api.read(path.format(app=app.id))
    assert (row(backup), row(snapshot), Transition.objects.count()) == before


def test_without_worker_and_command_a_backup_is_an_hour_later_what_it_was(db: None) -> None:
    account = world.make_account(mode="real")
    world.make_bucket(account)
    app = world.make_app(account)
    api = Api(account, world.make_token(world.make_user(account, Role.OWNER)))
    created = account.clock_real
    with clock_set_to(lambda: created):
        made = json.loads(api.create_backup(app).content)
    path = f"k8s/v1/apps/{app.id}/appBackups/{made['id']}"
    with clock_set_to(lambda: created + timedelta(hours=1)):
        answer = api.get(path)
        assert json.loads(answer.content) == made
        assert made["state"] == "pending"
        assert advance_backups()[-1] == "6 transitions."
        assert api.read(path)["state"] == "completed"
