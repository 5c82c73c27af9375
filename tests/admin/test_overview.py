"""The overview: what each panel tells, of whom, to whom, and at what cost."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.auth.models import User as Administrator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from astra.accounts.models import Account
from astra.engine.models import Transition
from astra.faults.models import FaultRule
from backups.admin.dashboard import history
from backups.admin.dashboard.scope import distance_label, suitable
from backups.models import App, Bucket
from tests import world
from tests.admin.conftest import Person, list_of, make_backup, page_of, some_of_everything, text_of
from tests.admin.test_lists import COUNTS
from tests.conftest import Api

LIVE = "/admin/overview/live/"
HTMX = {"HX-Request": "true"}


def parts(page: str) -> dict[str, str]:
    """What each panel of the page says."""
    pieces = re.split(r'<div id="live-(\w+)"', page)
    return {
        name: text_of(f"<div {body}") for name, body in zip(pieces[1::2], pieces[2::2], strict=True)
    }


def chart(page: str) -> dict[str, Any]:
    found = re.search(r'id="history-data" type="application/json">(.*?)</script>', page)
    assert found is not None
    document: dict[str, Any] = json.loads(found[1])
    return document


def take_step(
    account: Account, at: datetime, state: str = "completed", came_from: str = "running"
) -> None:
    Transition.objects.create(
        account=account,
        kind="appBackup",
        resource_id=world.some_id(),
        sequence=0,
        from_state=came_from,
        to_state=state,
        at=at,
    )


def staff(*permissions: str) -> Person:
    clerk = Administrator.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return Person(clerk)


# -- what it tells -------------------------------------------------------------------------------


def test_the_panels_tell_of_the_chosen_account(
    person: Person, account: Account, app: App, bucket: Bucket
) -> None:
    other = some_of_everything()
    backup = make_backup(app, name="half-way")
    world.advance(account, 11)
    world.make_backup(
        app, bucket, name="lost", state="failed", state_unready=["Disk full.", "<b>Gave up.</b>"]
    )
    FaultRule.objects.create(
        account=account,
        position=0,
        name="mondays",
        effect="backup-fail",
        seen=1200,
        hits=3,
        created_at=world.START,
    )
    page = person.look(LIVE, account=str(account.pk))
    told = parts(page)
    assert told["tiles"].startswith("backup 2 Backups sync 1 Under way error 1 Failed")
    assert "2026-01-05 12:00:11 Manual" in told["clock"]
    assert "half-way" in told["under_way"]
    percent = re.search(r'aria-label="Progress of half-way" aria-valuenow="(\d+)"', page)
    assert percent is not None
    backup.refresh_from_db()
    assert int(percent[1]) == backup.percent_done(world.START + timedelta(seconds=11)) > 0
    assert f'href="{page_of(backup)}"' in page
    assert "lost" in told["failures"]
    assert "Disk full. <b>Gave up.</b>" in told["failures"]
    assert "<b>Gave up" not in page
    assert "mondays 3 hits of 1,200 matches backup-fail" in told["faults"]
    assert "running appBackup half-way 2026-01-05 12:00:0" in told["transitions"]
    for known in ("flaky", other["backup"].name, str(other["account"])):
        assert known not in page


def test_what_is_under_way_is_counted_as_it_is_listed(
    person: Person, account: Account, app: App, bucket: Bucket
) -> None:
    for number, state in enumerate(("pending", "discovering", "running", "completed", "failed")):
        created = world.START + timedelta(seconds=number)
        name = f"one-{state}"
        world.make_backup(app, bucket, name=name, state=state, created_at=created)
    page = person.look(LIVE)
    told = parts(page)
    assert "sync 3 Under way" in told["tiles"]
    assert re.findall("one-([a-z]+) never", told["under_way"]) == [
        "running",
        "discovering",
        "pending",
    ]
    listed = (
        f"/admin/backups/appbackup/?state=pending&amp;state=discovering&amp;state=running"
        f"&amp;account__id__exact={account.pk}"
    )
    assert f'href="{listed}"' in page
    assert "3 backups" in text_of(person.look(listed.replace("&amp;", "&")))


def test_a_clock_that_stands_still_leaves_no_time(person: Person, app: App, bucket: Bucket) -> None:
    world.make_backup(app, bucket, state="pending", outcome="completed")
    assert "waits for its snapshot" in parts(person.look(LIVE))["under_way"]
    backup = make_backup(app)
    world.advance(app.account, 11)
    backup.refresh_from_db()
    told = parts(person.look(LIVE))["under_way"]
    assert f"ends at {backup.ends_at:%Y-%m-%d %H:%M:%S}" in told
    assert " left" not in told
    app.account.clock_mode, app.account.clock_rate = "scaled", 0.001
    app.account.save()
    assert re.search(r"\d s left", parts(person.look(LIVE))["under_way"])


def test_failures_come_by_the_time_of_failing(person: Person, app: App, bucket: Bucket) -> None:
    # Begun first, failed last.
    for name, begun, ended in (("slow", 0, 90), ("quick", 5, 10), ("next", 7, 60)):
        world.make_backup(
            app,
            bucket,
            name=name,
            state="failed",
            created_at=world.START + timedelta(seconds=begun),
            ends_at=world.START + timedelta(seconds=ended),
        )
    world.make_backup(app, bucket, name="once", state="failed")
    told = parts(person.look(LIVE))["failures"]
    assert re.findall("slow|quick|next|once", told) == ["slow", "next", "quick", "once"]
    assert "slow 2026-01-05 12:01:30" in told


def test_of_several_accounts_the_least_long_ago_comes_first(
    person: Person, app: App, bucket: Bucket
) -> None:
    ahead = world.make_account(name="ahead", clock_sim=world.START + timedelta(days=99))
    late = world.make_app(ahead)
    at = ahead.clock_sim - timedelta(minutes=30)
    world.make_backup(late, world.make_bucket(ahead), name="far", state="failed", ends_at=at)
    at = world.START - timedelta(minutes=5)
    world.make_backup(app, bucket, name="near", state="failed", ends_at=at)
    # Written first, happened last.
    take_step(app.account, world.START - timedelta(minutes=1), "failed")
    take_step(ahead, ahead.clock_sim - timedelta(minutes=3), "completed")
    told = parts(person.look(LIVE))
    assert re.findall("near|far|[0-9]+ min ago", told["failures"]) == [
        *("near", "5 min ago"),
        *("far", "30 min ago"),
    ]
    assert re.findall("failed|completed|[0-9]+ min ago", told["transitions"]) == [
        *("failed", "1 min ago"),
        *("completed", "3 min ago"),
    ]


def test_the_journals_tail_tells_of_calls_newest_first(person: Person, api: Api) -> None:
    some_of_everything()
    api.get("k8s/v2/apps")
    api.post("topology/v1/buckets", "{")
    told = parts(person.look(LIVE, account=str(api.account.pk)))["journal"]
    assert re.search(r"400 POST topology/v1/buckets [\d.]+ ms .* 200 GET k8s/v2/apps", told)
    assert told.count(" ms ") == 2


def test_the_panels_tell_of_all_accounts(person: Person) -> None:
    made = [some_of_everything(), some_of_everything()]
    for each in made:
        world.advance(each["account"], 9)
        world.make_backup(each["app"], each["bucket"], state="failed", state_unready=["Why not."])
    told = parts(person.look(LIVE))
    assert told["tiles"].startswith("backup 4 Backups sync 2 Under way error 2 Failed")
    for each in made:
        for panel in ("clock", "under_way", "failures", "faults", "transitions", "journal"):
            assert str(each["account"]) in told[panel], panel


def test_the_only_account_is_chosen_by_itself(person: Person, account: Account) -> None:
    assert "2026-01-05 12:00:00 Manual Move on by" in parts(person.look("/admin/"))["clock"]
    world.make_account(name="another")
    assert "Move on by" not in person.look("/admin/")
    assert f'href="/admin/?account={account.pk}"' in person.look(list_of(account))


def test_a_clock_on_its_way_says_where_to(person: Person, account: Account) -> None:
    account.clock_target = world.START + timedelta(days=1)
    account.save(update_fields=["clock_target"])
    told = parts(person.look(LIVE))["clock"]
    assert "advancing On its way to 2026-01-06 12:00:00" in told


def test_empty_panels_say_so(person: Person, account: Account) -> None:
    told = parts(person.look(LIVE))
    assert "No backup has ended in this time." in told["history"]
    assert "No backup is under way." in told["under_way"]
    assert "No backup has failed." in told["failures"]
    assert "There is no rule" in told["faults"]
    assert "Nothing has happened yet." in told["transitions"]
    assert "Nobody has called the API yet." in told["journal"]


def test_an_account_that_is_gone_is_told(person: Person, account: Account) -> None:
    for wanted in (str(world.some_id()), "nonsense", "\0"):
        assert "There is no such account" in person.look("/admin/", account=wanted)
        answer = person.client.get(LIVE, {"account": wanted}, headers=HTMX)
        assert (answer.status_code, answer["HX-Refresh"]) == (200, "true")


# -- the chart -----------------------------------------------------------------------------------


def test_the_chart_counts_the_backups_that_ended_when_and_how(
    person: Person, account: Account
) -> None:
    for minutes, state in ((1, "failed"), (1, "completed"), (3, "completed"), (70, "completed")):
        take_step(account, world.START - timedelta(minutes=minutes), state)
    # Neither what it passed on its way counts, nor what became of it afterwards.
    take_step(account, world.START, "running", "discovering")
    take_step(account, world.START, "removed", "completed")
    take_step(account, world.START, "deleted", "failed")
    page = person.look(LIVE, range="hour")
    drawn = chart(page)
    assert (drawn["labels"][0], drawn["labels"][-1]) == ("11:02", "12:00")
    assert drawn["series"] == {
        "completed": [0] * 27 + [1, 1, 0],
        "failed": [0] * 28 + [1, 0],
        "removed": [0] * 30,
        "unknown": [0] * 30,
    }
    assert "Backups that ended in the last hour, by account-" in page
    assert parts(page)["history"].endswith("completed 2 failed 1")
    day = chart(person.look(LIVE, range="day"))
    assert day["series"]["completed"] == [0] * 21 + [1, 2, 0]
    assert day["labels"][-3:] == ["10:00", "11:00", "12:00"]


def test_the_chart_of_all_time_begins_with_the_first_step(person: Person, account: Account) -> None:
    take_step(account, world.START - timedelta(days=100))
    take_step(account, world.START)
    drawn = chart(person.look(LIVE, range="all"))
    assert drawn["labels"][0] == "25 Sep 2025"
    assert drawn["series"]["completed"] == [1] + [0] * (len(drawn["labels"]) - 2) + [1]
    take_step(account, world.START - timedelta(days=365 * 200))
    drawn = chart(person.look(LIVE, range="all"))
    assert sum(drawn["series"]["completed"]) == 3


def test_the_chart_of_all_accounts_goes_by_the_clock_of_each(
    person: Person, account: Account
) -> None:
    future = world.make_account(clock_sim=world.START + timedelta(days=1000))
    for each in (account, future):
        take_step(each, each.clock_sim - timedelta(minutes=1))
    drawn = chart(person.look(LIVE))
    assert drawn["series"]["completed"] == [0] * 28 + [2, 0]
    assert drawn["labels"][-3:] == ["−4 min", "−2 min", "now"]


def test_the_chart_says_when_it_does_not_count_everything(
    person: Person, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minutes in range(5):
        take_step(account, world.START - timedelta(minutes=minutes))
    monkeypatch.setattr(history, "MOST_ENDS", 3)
    page = person.look(LIVE, range="hour")
    assert "Only the newest 3 ends are counted." in page
    assert chart(page)["series"]["completed"] == [0] * 28 + [2, 1]


@pytest.mark.parametrize(
    ("seconds_ago", "span"),
    [(None, "day"), (0, "hour"), (3_599, "hour"), (3_600, "day"), (86_400, "week"), (1e9, "all")],
)
def test_without_a_choice_the_chart_shows_the_shortest_span_with_something(
    seconds_ago: float | None, span: str
) -> None:
    assert suitable(seconds_ago) == span


def test_a_distance_is_named_in_its_largest_unit() -> None:
    named = [distance_label(seconds) for seconds in (0, 5, 120, 5_400, 86_400)]
    assert named == ["now", "−5 s", "−2 min", "−1.5 h", "−1 d"]


# -- cost and permission -------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(name for name in COUNTS if name.startswith("overview")))
def test_it_takes_the_reviewed_number_of_queries_however_many_rows(
    name: str, person: Person
) -> None:
    path = "/admin/" if name == "overview" else LIVE
    query, counts = {}, []
    for _ in range(2):
        made = [some_of_everything(), some_of_everything()]
        for each in made:
            world.advance(each["account"], 9)
            world.make_backup(each["app"], each["bucket"], state="failed")
        if name.endswith("one account"):
            query = {"account": str(made[0]["account"].pk)}
        with CaptureQueriesContext(connection) as queries:
            person.look(path, **query)
        counts.append(len(queries))
    assert counts == [COUNTS[name]] * 2


def test_nobody_looks_without_a_login(db: None) -> None:
    answer = Client().get(LIVE)
    assert answer["Location"].startswith("/admin/login/")
    # An overview that is open when the session ends goes to the login as a whole.
    answer = Client().get(LIVE, headers=HTMX)
    assert (answer.status_code, answer["HX-Refresh"]) == (403, "true")


def test_everybody_sees_only_what_they_may_view(account: Account, app: App) -> None:
    assert "Nothing to look at" in staff().look("/admin/")
    Administrator.objects.all().delete()
    clerk = staff("view_faultrule")
    assert set(parts(clerk.look(LIVE, account=str(account.pk)))) == {"faults"}
    assert account.name not in clerk.look("/admin/")
    Administrator.objects.all().delete()
    clerk = staff("view_account")
    assert set(parts(clerk.look("/admin/"))) == {"clock"}
    assert "clock-moves" not in clerk.look("/admin/")
