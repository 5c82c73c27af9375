"""The clock's controls on the overview: the control surface's rules, told as messages."""

from datetime import timedelta
from typing import Any, cast

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.auth.models import User as Administrator
from django.http import HttpResponse
from django.test import Client

from astra.accounts.models import Account
from backups.models import App, AppBackup, Bucket
from tests import world
from tests.admin.conftest import Person, make_backup, text_of
from tests.conftest import Api
from tests.wire import Received

HTMX = {"HX-Request": "true"}


def control(person: Person, account: Account, what: str, **fields: str) -> Received:
    """Press a button of the clock on an open overview."""
    path = f"/admin/overview/clock/{account.pk}/{what}/?account={account.pk}"
    answer: object = person.client.post(path, fields, headers=HTMX)
    return cast(Received, answer)


def told(answer: HttpResponse) -> str:
    """The message in an answer, which has the panels as well."""
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'id="live-clock" hx-swap-oob="true"' in page
    return text_of(page.split('<div id="overview-messages"', 1)[1].split(">", 1)[1])


def test_the_clock_is_set_and_frozen(person: Person, account: Account) -> None:
    answer = control(person, account, "set", mode="scaled", rate="60")
    assert f"{account}: the clock is scaled now." in told(answer)
    account.refresh_from_db()
    assert (account.clock_mode, account.clock_rate) == ("scaled", 60)
    assert "60× faster" in answer.content.decode()
    told(control(person, account, "set", mode="manual"))
    account.refresh_from_db()
    assert account.clock_mode == "manual"
    assert [entry.get_change_message() for entry in LogEntry.objects.all()] == ["Set clock"] * 2


def test_the_clock_is_moved_and_what_is_due_happens(
    person: Person, account: Account, app: App, bucket: Bucket
) -> None:
    backup = make_backup(app)
    step = control(person, account, "move", how="step")
    assert f"{account}: 1 transition." in told(step)
    told(control(person, account, "move", how="by", by="4s"))
    assert AppBackup.objects.get().state == "discovering"
    drain = control(person, account, "move", how="drain")
    assert "completed" in text_of(drain.content.decode())
    backup.refresh_from_db()
    account.refresh_from_db()
    assert backup.state == "completed"
    before = account.clock_sim
    told(control(person, account, "move", how="by", by="7d"))
    account.refresh_from_db()
    assert account.clock_sim == before + timedelta(days=7)


def test_a_long_way_is_left_to_the_worker(
    person: Person, api: Api, app: App, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = {"type": "application/astra-schedule", "version": "1.1", "name": "hourly"}
    schedule |= {"granularity": "hourly", "minute": "5", "snapshotRetention": "0"}
    made = api.post(f"k8s/v1/apps/{app.pk}/schedules", schedule | {"backupRetention": "1"})
    assert made.status_code == 201
    monkeypatch.setattr("astra.engine.admin.clocks.WAIT_SECONDS", -1.0)
    answer = control(person, api.account, "move", how="by", by="1d")
    assert "the worker goes on with it" in told(answer)
    assert "advancing" in answer.content.decode()
    refused = control(person, api.account, "move", how="step")
    assert "isn't in the expected state" in told(refused)


@pytest.mark.parametrize(
    ("what", "fields", "message"),
    [
        ("set", {}, "Mode: This field is required."),
        ("set", {"mode": "lunar"}, "Select a valid choice"),
        ("set", {"mode": "scaled"}, "A scaled clock has a rate"),
        ("set", {"mode": "scaled", "rate": "fast"}, "second: Enter a number."),
        ("set", {"mode": "scaled", "rate": "-1"}, "Must be between 0 and"),
        ("set", {"mode": "real", "rate": "5"}, "A scaled clock has a rate"),
        ("move", {}, "Move it: This field is required."),
        ("move", {"how": "by"}, "Span:"),
        ("move", {"how": "by", "by": "soon"}, "Span:"),
        ("move", {"how": "by", "by": "9999999d"}, "Span:"),
        ("move", {"how": "\0"}, "Select a valid choice"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(
    person: Person, account: Account, what: str, fields: dict[str, str], message: str
) -> None:
    assert message in told(control(person, account, what, **fields))
    account.refresh_from_db()
    assert (account.clock_mode, account.clock_sim) == ("manual", world.START)
    assert not LogEntry.objects.exists()


def test_a_clock_that_goes_by_itself_is_not_moved(person: Person) -> None:
    real = world.make_account(mode="real")
    assert "Only a manual clock can be moved" in told(control(person, real, "move", how="step"))


def test_no_clock_is_moved_beyond_the_end_of_time(person: Person) -> None:
    late = world.make_account(clock_sim=world.START.replace(year=8999))
    answer = control(person, late, "move", how="by", by="365d")
    assert "Time ends at 9000-01-01." in told(answer)


def test_without_javascript_the_page_comes_back_with_the_message(
    person: Person, account: Account
) -> None:
    path = f"/admin/overview/clock/{account.pk}/move/?account={account.pk}&range=week"
    answer = person.send(path, how="by", by="1h")
    assert answer["Location"] == f"/admin/?account={account.pk}&range=week"
    assert person.messages() == [f"{account}: 0 transitions."]


def test_the_clock_of_an_account_that_is_gone(person: Person, account: Account) -> None:
    path = f"/admin/overview/clock/{world.some_id()}/move/"
    answer: Any = person.client.post(path, {"how": "step"}, headers=HTMX)
    assert "does not exist any more" in told(answer)


def test_only_those_who_may_change_accounts_move_clocks(account: Account) -> None:
    path = f"/admin/overview/clock/{account.pk}/move/"
    assert Client().post(path, {"how": "step"})["Location"].startswith("/admin/login/")
    clerk = Administrator.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename="view_account"))
    assert control(Person(clerk), account, "move", how="step").status_code == 403
    assert Person(clerk).client.get(path).status_code == 405


def test_a_forged_form_is_refused(person: Person, account: Account) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(Administrator.objects.get())
    path = f"/admin/overview/clock/{account.pk}/set/"
    assert strict.post(path, {"mode": "real"}).status_code == 403
