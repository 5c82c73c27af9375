"""Accounts by hand: made with their owner, hastened, deleted, their clocks set and moved."""

import re
from datetime import timedelta
from typing import Any

import pytest

from astra.accounts.models import Account, RoleBinding, User
from astra.engine.registry import registrations
from backups.models import App, AppBackup, Schedule
from tests import world
from tests.admin.conftest import Person, call, errors, list_of, make_backup, page_of, text_of


def test_an_account_is_made_with_its_owner(person: Person) -> None:
    form = {"name": "lab", "owner_email": "o@example.com", "clock_mode": "manual", "labels": ""}
    start = {"starts_at_0": "2026-01-05", "starts_at_1": "12:00:00"}
    person.send(f"{list_of(Account)}add/", **form, **start, seed="7")
    account = Account.objects.get()
    assert (account.name, account.clock_mode, account.clock_rate) == ("lab", "manual", 0.0)
    assert account.now().isoformat() == "2026-01-05T12:00:00+00:00"
    assert account.seed == 7
    assert RoleBinding.objects.get().role == "owner"
    assert User.objects.get().email == "o@example.com"


def test_a_real_clock_has_no_offset(person: Person) -> None:
    start = {"starts_at_0": "2026-01-05", "starts_at_1": "12:00:00"}
    person.send(f"{list_of(Account)}add/", name="lab", clock_mode="real", **start)
    account = Account.objects.get()
    assert account.clock_sim == account.clock_real
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"name": ""}, {"name": ["This field is required."]}),
        ({"name": "x" * 64}, {"name": ["Ensure this field has no more than 63 characters."]}),
        (
            {"clock_mode": "scaled", "clock_rate": ""},
            {"clock_rate": ["A scaled clock needs a rate above zero."]},
        ),
        ({"owner_email": "nobody"}, {"owner_email": ["Must be an email address."]}),
        (
            {"labels": "astra.netapp.io/labels/read-only/x=1"},
            {"labels": ["Read-only labels are set by the service."]},
        ),
        (
            {"clock_mode": "scaled", "clock_rate": "1000001"},
            {"clock_rate": ["Ensure this value is less than or equal to 1000000."]},
        ),
        (
            {"clock_mode": "manual", "starts_at_0": "9999-12-31", "starts_at_1": "12:00:00"},
            {"__all__": ["Time ends at 9000-01-01."]},
        ),
        (
            {"stage_delays-app-snap-run": "soon", "stage_delays-app-backup-run": "1e10"},
            {
                "stage_delays": [
                    "app-snap-run: Enter a number.",
                    "app-backup-run: Ensure this value is less than or equal to 1000000000.",
                ]
            },
        ),
        (
            {"immediate_kinds": ["appSnap", "comet"]},
            {
                "immediate_kinds": [
                    "Select a valid choice. comet is not one of the available choices."
                ]
            },
        ),
    ],
)
def test_a_bad_account_is_refused(
    fields: dict[str, Any], expected: dict[str, list[str]], person: Person
) -> None:
    form = {"name": "lab", "clock_mode": "real"} | fields
    assert errors(person.send(f"{list_of(Account)}add/", **form)) == expected
    assert not Account.objects.exists()


def test_an_account_is_renamed_and_hastened(person: Person, account: Account) -> None:
    delays = {"app-backup-run": 0.5}
    person.send(
        page_of(account),
        name="renamed",
        labels="a=1",
        immediate_kinds=["appSnap"],
        **{"stage_delays-app-backup-run": "0.5"},
    )
    account.refresh_from_db()
    assert (account.name, account.stage_delays) == ("renamed", delays)
    assert account.immediate_kinds == ["appSnap"]
    assert account.labels == [{"name": "a", "value": "1"}]
    # Its page has a field for each stage of each kind that is declared, with what is usual.
    page = person.look(page_of(account))
    for each in registrations():
        for stage in each.lifecycle.stage_names:
            assert f'name="stage_delays-{stage}"' in page
        assert f'name="immediate_kinds" value="{each.lifecycle.kind}"' in page
    assert re.search(r'name="stage_delays-app-backup-run" value="0.5"[^>]* placeholder="3 s"', page)


@pytest.mark.parametrize("how", ["list", "page"])
def test_delete_leaves_nothing_of_an_account(how: str, person: Person, account: Account) -> None:
    world.make_app(account)
    if how == "list":
        person.run("delete_records", account)
    else:
        path = f"{list_of(account)}{account.pk}/delete/"
        assert "Nothing of an account stays" in text_of(person.look(path))
        person.send(path, post="yes")
    assert not Account.objects.exists()
    assert not App.objects.exists()


def test_what_the_api_does_in_its_place_is_called_so(person: Person, account: Account) -> None:
    token = world.make_token(world.make_user(account))
    person.run("delete_by_api", account)
    account.refresh_from_db()
    assert account.state == "deletePending"
    assert call(account, token) == 403


def test_an_account_page_has_one_delete(person: Person, account: Account) -> None:
    page = person.look(page_of(account))
    labels = [text_of(each) for each in re.findall(r"<a [^>]*>.*?</a>", page, re.DOTALL)]
    assert [each for each in labels if "elete" in each] == [
        "block Delete as the API does…",
        "Delete account",
    ]


def test_settle_now_carries_out_what_is_due(person: Person, account: Account) -> None:
    world.make_bucket(account)
    make_backup(world.make_app(account))
    account.clock_sim = account.clock_sim.replace(hour=13)
    account.save(update_fields=["clock_sim"])
    person.run("settle_now", account)
    assert person.messages() == ["Settled 1 account: 6 transitions."]
    assert AppBackup.objects.get().state == "completed"


def test_a_still_clock_is_moved(person: Person, account: Account) -> None:
    world.make_bucket(account)
    make_backup(world.make_app(account))
    person.run("move_clock", account, how="step", by="")
    account.refresh_from_db()
    assert world.START < account.clock_sim < world.START + timedelta(seconds=1)
    person.run("move_clock", account, how="by", by="1s")
    assert AppBackup.objects.get().state == "pending"
    person.run("move_clock", account, how="drain")
    assert AppBackup.objects.get().state == "completed"
    told = person.messages()
    assert told[0] == "Moved the clock of 1 account: 1 transitions."
    assert len(told) == 3


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"how": ""}, {"how": ["This field is required."]}),
        (
            {"how": "by", "by": "soon"},
            {"by": ["'soon' is no duration such as 3d2h, 90s or PT1H30M"]},
        ),
    ],
)
def test_a_move_that_is_none_is_refused(
    fields: dict[str, Any], expected: dict[str, list[str]], person: Person, account: Account
) -> None:
    assert errors(person.run("move_clock", account, **fields)) == expected


def test_only_a_still_clock_is_moved(person: Person) -> None:
    account = world.make_account(mode="real")
    assert errors(person.run("move_clock", account, how="step")) == {
        "__all__": ["Only a manual clock can be moved; this one is real."]
    }


def test_a_long_move_is_left_to_the_worker(
    person: Person, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("astra.engine.admin.clocks.WAIT_SECONDS", -1.0)
    app = world.make_app(account)
    Schedule.objects.create(
        account=account,
        app=app,
        name="hourly",
        version="1.3",
        granularity="hourly",
        snapshot_retention="1",
        backup_retention="0",
        next_firing_at=world.START + timedelta(hours=1),
        **world.AWAKE,
    )
    person.run("move_clock", account, how="by", by="3h")
    assert person.messages()[0] == "It is a long way: the worker goes on with it."
    assert "advancing" in person.look(list_of(account))


def test_a_clock_is_set(person: Person, account: Account) -> None:
    person.run("set_clock", account, mode="scaled", rate="60")
    account.refresh_from_db()
    assert (account.clock_mode, account.clock_rate) == ("scaled", 60.0)
    assert "60× faster" in person.look(list_of(account))
    person.run("set_clock", account, mode="manual", now_0="2026-02-01", now_1="00:00:00")
    account.refresh_from_db()
    assert account.now().isoformat() == "2026-02-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"mode": "scaled"},
            {"rate": ["A scaled clock has a rate, the others have none."]},
        ),
        (
            {"mode": "manual", "now_0": "2020-01-01", "now_1": "00:00:00"},
            {"now": ["The account's time is 2026-01-05T12:00:00.123456Z already."]},
        ),
    ],
)
def test_a_clock_that_cannot_be_is_refused(
    fields: dict[str, Any], expected: dict[str, list[str]], person: Person, account: Account
) -> None:
    assert errors(person.run("set_clock", account, **fields)) == expected
