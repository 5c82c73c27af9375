"""What pages show: timelines, links, and how far a long list goes."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from astra.accounts.models import Account, User
from astra.adminsite import cells
from astra.adminsite.paging import BoundedPaginator
from astra.engine.models import Transition
from astra.scenarios.models import SeededScenario
from backups.actions import steering
from backups.models import App, AppBackup, Bucket, Snapshot
from notices.models import Task
from tests import world
from tests.admin.conftest import Person, list_of, make_backup, page_of, some_of_everything, text_of


def test_the_first_page_of_an_empty_database_says_what_to_do(person: Person) -> None:
    page = person.look("/admin/")
    assert "Nothing is here yet" in page
    assert 'href="/admin/accounts/account/add/"' in page
    assert 'href="/admin/scenarios/seededscenario/seed/"' in page


def test_the_timeline_tells_what_was_and_what_will_be(
    person: Person, account: Account, app: App, bucket: Bucket
) -> None:
    backup = make_backup(app)
    world.advance(account, 7)
    page = text_of(person.look(page_of(backup)))
    story = re.search("Timeline(.*)", page)
    assert story is not None
    assert "By the account's manual clock, in UTC; now 2026-01-05 12:00:07 ." in story[1]
    states = re.findall("pending|discovering|running|completed", story[1])
    assert states == ["pending", "discovering", "running", "completed"]
    assert re.search(r"completed 2026-01-05 12:00:1\d in \d+(\.\d)? s, if nothing", story[1])
    assert "Will end completed" in page


def test_the_timeline_tells_reasons_and_hooks(
    person: Person, account: Account, app: App, bucket: Bucket
) -> None:
    backup = make_backup(app)
    world.advance(account, 7)
    steering.end(AppBackup, [backup.pk], outcome="failed", reason="the volume went away")
    details = [{"type": "t", "title": "broke", "detail": "d"}]
    steering.fail_hooks(AppBackup, [backup.pk], details=details)
    page = text_of(person.look(page_of(backup)))
    assert "failed 2026-01-05 12:00:07 after" in page
    assert "the volume went away" in page
    assert "hooks failed: broke" in page
    assert "if nothing happens before" not in page
    assert "has ended" in page


def test_a_page_follows_a_clock_that_runs(person: Person) -> None:
    account = world.make_account(mode="real")
    world.make_bucket(account)
    backup = make_backup(world.make_app(account))
    assert 'hx-trigger="every 2s"' in person.look(page_of(backup))
    steering.complete(AppBackup, [backup.pk])
    assert "every 2s" not in person.look(page_of(backup))


def test_a_page_does_not_follow_a_clock_that_stands(
    person: Person, app: App, bucket: Bucket
) -> None:
    assert "every 2s" not in person.look(page_of(make_backup(app)))


def test_records_link_to_each_other(person: Person, app: App, bucket: Bucket) -> None:
    backup = make_backup(app)
    page = person.look(list_of(AppBackup))
    for linked in (backup, app, bucket, backup.snapshot, backup.account):
        assert linked is not None
        assert f'href="{page_of(linked)}' in page
    assert f'href="{list_of(AppBackup)}?app__id__exact={app.pk}"' in person.look(list_of(App))
    assert f'href="{list_of(AppBackup)}?bucket__id__exact={bucket.pk}"' in person.look(
        list_of(Bucket)
    )
    account_list = person.look(list_of(Account))
    assert f'href="{list_of(AppBackup)}?account__id__exact={app.account_id}"' in account_list
    assert f'href="{page_of(backup)}"' in person.look(list_of(Transition))


def test_a_backup_links_to_the_schedule_that_made_it(person: Person) -> None:
    made = some_of_everything()
    backup, schedule = made["backup"], made["schedule"]
    assert page_of(schedule) not in person.look(page_of(backup))
    AppBackup.objects.filter(pk=backup.pk).update(schedule_id=schedule.pk)
    assert page_of(schedule) in person.look(page_of(backup))


def test_the_history_of_a_kind_that_is_gone_has_no_link(person: Person, account: Account) -> None:
    stranger = world.some_id()
    Transition.objects.create(
        account=account, kind="planet", resource_id=stranger, sequence=0, at=world.START
    )
    assert f"/{stranger}/" not in person.look(list_of(Transition))


def test_a_list_says_where_it_stops(
    person: Person, app: App, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        world.make_backup(app, bucket)
    assert "4 backups" in text_of(person.look(list_of(AppBackup)))
    monkeypatch.setattr("astra.adminsite.paging.MOST_ROWS", 3)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {AppBackup._meta.db_table}")
    page = text_of(person.look(list_of(AppBackup)))
    assert "the first 3 backups of these (about 4 in all): search or filter" in page
    assert "3 results" not in page


def test_a_list_says_nothing_of_a_size_that_the_database_does_not_know(
    person: Person, app: App, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A task, with two parts; tasks are a view.
    make_backup(app)
    monkeypatch.setattr("astra.adminsite.paging.MOST_ROWS", 3)
    page = text_of(person.look(list_of(Task)))
    assert "the first 3 tasks of these: search or filter" in page


def test_a_search_tells_how_much_it_found(person: Person, app: App, bucket: Bucket) -> None:
    world.make_backup(app, bucket, name="one")
    world.make_backup(app, bucket, name="two")
    assert "1 result ( Show all )" in text_of(person.look(list_of(AppBackup), q="one"))


def test_pages_come_in_order_and_none_is_lost(app: App, bucket: Bucket) -> None:
    names = [world.make_backup(app, bucket).name for _ in range(5)]
    paginator = BoundedPaginator(AppBackup.objects.order_by("name"), 2)
    found = [row.name for number in paginator.page_range for row in paginator.page(number)]
    assert found == sorted(names)


@pytest.mark.parametrize("model", [AppBackup, Snapshot, User])
def test_the_newest_of_all_accounts_come_first(model: Any, db: None) -> None:
    for minutes in (3, 1, 2, 1):
        made = some_of_everything()
        moved = made["account"].created_at + timedelta(minutes=minutes)
        for each in (AppBackup, Snapshot, User):
            each.objects.filter(account=made["account"]).update(created_at=moved)
    newest = model.objects.order_by("-created_at", "-id")
    paginator = BoundedPaginator(newest.order_by(*newest.query.order_by * 2), 3)
    assert paginator.num_pages == 2
    assert [*paginator.page(1), *paginator.page(2)] == list(newest)


def test_a_long_list_takes_one_query_more(
    person: Person, app: App, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin.site._registry[AppBackup], "list_per_page", 2)
    names = [world.make_backup(app, bucket, name=f"b-{number}").name for number in range(5)]
    with CaptureQueriesContext(connection) as queries:
        page = text_of(person.look(list_of(AppBackup), p=3))
    assert len(queries) == 6
    assert sum(name in page for name in names) == 1


@pytest.mark.parametrize("state", ["pending", "running", "completed", "failed", "unknown"])
def test_a_state_has_a_colour_of_its_own_kind(state: str) -> None:
    tones = {
        "pending": "neutral",
        "running": "busy",
        "completed": "good",
        "failed": "bad",
        "unknown": "odd",
    }
    assert f"astra-{tones[state]}" in cells.state_badge(state)


def test_what_a_cell_shows_is_escaped(person: Person, account: Account) -> None:
    user = world.make_user(account, email="<b>@example.com")
    assert "<b>@example.com" not in person.look(list_of(user))
    assert cells.badge("<b>") == '<span class="astra-badge astra-neutral">&lt;b&gt;</span>'


def test_nothing_is_a_dash() -> None:
    assert cells.instant(None) == cells.record_link(None) == cells.state_badge(None) == "–"


def test_the_login_leads_to_the_overview(db: None, django_user_model: Any) -> None:
    django_user_model.objects.create_superuser("ada", password="engine-engine")
    client = Client()
    page = client.get("/admin/login/").content.decode()
    assert "Astra Simulator" in page
    answer = client.post("/admin/login/", {"username": "ada", "password": "engine-engine"})
    assert answer["Location"] == "/admin/"


def test_styles_and_fonts_come_with_the_service(person: Person) -> None:
    page = person.look("/admin/")
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        response = person.client.get(path)
        response.close()
        assert response.status_code == 200, path


def test_no_page_asks_another_host(person: Person) -> None:
    made = some_of_everything()
    for path in ("/admin/", list_of(AppBackup), page_of(made["backup"])):
        assert not re.findall(r'(?:href|src)="(?:https?:)?//', person.look(path))


def test_seeded_scenarios_can_only_be_looked_at(person: Person) -> None:
    SeededScenario.objects.create(name="demo")
    assert person.client.get(f"{list_of(SeededScenario)}add/").status_code == 403
    assert "demo" in person.look(list_of(SeededScenario))


@pytest.mark.parametrize(
    ("state", "tone"),
    [
        ("valid", "good"),
        ("established", "good"),
        ("failingOver", "busy"),
        ("warning", "warning"),
        ("indeterminate", "odd"),
        ("error", "bad"),
        ("pending", "neutral"),
    ],
)
def test_states_of_all_kinds_have_the_colour_of_what_they_mean(state: str, tone: str) -> None:
    assert f"astra-{tone}" in str(cells.state_badge(state))
