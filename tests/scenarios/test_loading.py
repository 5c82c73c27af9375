"""Loading: what is missing is made, what is there is kept, all of it or nothing."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from astra.accounts.models import Account, User
from astra.api.clock import clock_set_to
from astra.engine.advancing import advance
from astra.engine.models import Transition
from astra.scenarios.errors import ScenarioConflictError, ScenarioError
from astra.scenarios.library import names, read_library
from astra.scenarios.loading import Report, preview
from astra.scenarios.models import SeededScenario
from backups.models import App, AppBackup, Bucket, Snapshot
from tests import world
from tests.scenarios import seeded

pytestmark = pytest.mark.django_db

SHOP = """
scenario: mine
accounts:
  - name: one
    clock: {mode: manual, at: 2026-01-05T12:00:00Z}
    users:
      - {email: owner@example.com, role: owner}
    buckets:
      - name: bucket
    apps:
      - name: shop
        size: 3GiB
        backups:
          - {name: first, age: 1d}
          - {name: second, age: 2h}
"""


def parameters(name: str) -> dict[str, float]:
    return dict(seeded.SMALL) if name == "large" else {}


def created(report: Report) -> dict[str, int]:
    return {kind: count.create for kind, count in report.counts.items() if count.create}


def kept(report: Report) -> dict[str, int]:
    return {kind: count.keep for kind, count in report.counts.items() if count.keep}


@pytest.mark.parametrize("name", names())
def test_a_second_load_changes_nothing(name: str) -> None:
    with clock_set_to(lambda: seeded.NOW):
        first = seeded.load(name, **parameters(name))
        before = seeded.rows()
    with clock_set_to(lambda: seeded.NOW + timedelta(days=1)):
        second = seeded.load(name, **parameters(name))
    assert seeded.rows() == before
    assert created(second) == {}
    assert kept(second) == created(first)


@pytest.mark.parametrize("name", names())
def test_two_databases_get_the_same_rows(name: str) -> None:
    with clock_set_to(lambda: seeded.NOW):
        seeded.load(name, **parameters(name))
        one = seeded.rows()
        seeded.forget()
        seeded.load(name, **parameters(name))
    assert seeded.rows() == one
    assert one["Account"]


@pytest.mark.parametrize("name", names())
def test_a_preview_says_what_a_load_then_does(name: str) -> None:
    source = read_library(name)
    expected = preview(source, parameters(name))
    assert not Account.objects.exists()
    report = seeded.load(name, **parameters(name))
    assert expected.is_preview
    assert created(expected) == created(report)
    again = preview(source, parameters(name))
    assert created(again) == {}
    assert kept(again) == created(report)


@pytest.mark.parametrize("name", names())
def test_a_load_is_remembered_by_its_name(name: str) -> None:
    seeded.load(name, **parameters(name))
    assert list(SeededScenario.objects.values_list("name", flat=True)) == [name]


def test_empty_is_one_account_with_an_owner_and_nothing_else() -> None:
    report = seeded.load("empty")
    assert created(report) == {"accounts": 1, "users": 1}
    assert seeded.call_as("owner@example.com").read("k8s/v2/apps")["items"] == []


def test_only_what_is_missing_is_made_again() -> None:
    seeded.load_text(SHOP)
    AppBackup.objects.get(name="first").delete()
    bucket = Bucket.objects.get()
    bucket.stored_bytes = 3 * 1024**3
    bucket.save()
    User.objects.update(first_name="Renamed")

    report = seeded.load_text(SHOP)

    assert created(report) == {"backups": 1}
    assert User.objects.get().first_name == "Renamed"
    assert seeded.check_buckets() == 6 * 1024**3


def test_what_was_deleted_and_is_made_again_goes_on_in_its_history() -> None:
    seeded.load_text(SHOP)
    first = AppBackup.objects.get(name="first")
    api = seeded.call_as("owner@example.com")
    assert api.delete(f"topology/v1/appBackups/{first.id}").status_code == 204

    seeded.load_text(SHOP)

    way = ["pending", "discovering", "running", "completed"]
    assert seeded.states_of(first) == [*way, "deleted", *way]
    assert AppBackup.objects.get(id=first.id).transition_count == 9


def test_a_larger_document_of_the_same_name_adds_to_what_is_there() -> None:
    seeded.load_text(SHOP)
    report = seeded.load_text(f"{SHOP}          - {{name: third, age: 1h}}\n")
    assert created(report) == {"backups": 1, "snapshots": 1}
    assert AppBackup.objects.count() == 3


def test_what_is_due_in_an_account_happens_before_something_is_added_to_it() -> None:
    seeded.load_text(SHOP.replace("{name: second, age: 2h}", "{name: second, state: pending}"))
    Account.objects.update(clock_sim=world.START + timedelta(days=1))
    seeded.load_text(f"{SHOP}          - {{name: third, age: 1h}}\n")
    assert AppBackup.objects.get(name="second").state == "completed"
    third = AppBackup.objects.get(name="third")
    assert third.created_at == world.START + timedelta(hours=23)


def test_ids_given_in_the_document_are_used() -> None:
    given = "54fe651d-3d3b-5fa8-b85c-5db757885ff3"
    seeded.load_text(SHOP.replace("{name: first,", f"{{name: first, id: {given},"))
    assert AppBackup.objects.get(name="first").id == uuid.UUID(given)


def test_an_id_that_something_of_another_account_has_is_refused() -> None:
    other = world.make_bucket(world.make_account())
    text = SHOP.replace("- name: bucket", f"- {{name: bucket, id: {other.id}}}")
    with pytest.raises(ScenarioConflictError) as caught:
        seeded.load_text(text)
    assert str(caught.value) == (
        "my.yaml:9: accounts[0].buckets[0]: Something of another account has this id."
    )


def test_a_name_that_something_else_has_is_refused_with_its_line_and_nothing_is_left() -> None:
    seeded.load_text(SHOP)
    app = App.objects.get()
    world.make_backup(app, Bucket.objects.get(), name="third")
    before = seeded.rows()
    with pytest.raises(ScenarioConflictError) as caught:
        seeded.load_text(
            f"{SHOP}          - {{name: fourth}}\n          - {{name: third, age: 1h}}\n"
        )
    (finding,) = caught.value.findings
    assert (finding.source, finding.line) == ("my.yaml", 17)
    assert finding.path == "accounts[0].apps[0].backups[3]"
    assert "backup_name_is_unique" in finding.reason
    assert f"Key (app_id, name)=({app.id}, third) already exists." in finding.reason
    assert seeded.rows() == before


def test_a_load_that_fails_late_leaves_nothing() -> None:
    text = f"{SHOP}          - {{name: third, state: running, snapshot: nowhere}}\n"
    with pytest.raises(ScenarioError):
        seeded.load_text(text)
    assert not Account.objects.exists()
    assert not Transition.objects.exists()
    assert not SeededScenario.objects.exists()


def test_what_nobody_is_named_for_was_made_by_the_owner() -> None:
    seeded.load_text(SHOP)
    owner = User.objects.get()
    assert {each.created_by for each in AppBackup.objects.all()} == {owner.id}
    assert App.objects.get().created_by == owner.id


def test_a_backup_that_names_no_snapshot_made_one_of_its_own() -> None:
    seeded.load_text(SHOP)
    backup = AppBackup.objects.get(name="first")
    snapshot = backup.snapshot
    assert snapshot is not None
    assert backup.owns_snapshot
    assert snapshot.state == "completed"
    assert snapshot.name == f"shop-snapshot-20260104120000-{str(snapshot.id)[:8]}"
    assert backup.created_at == snapshot.created_at
    assert backup.discovering_at is not None
    assert snapshot.modified_at <= backup.discovering_at
    assert Snapshot.objects.count() == 2


def test_what_is_held_stays_where_it_is_and_so_does_its_progress() -> None:
    held = "{name: second, state: running, percentDone: 35, fate: held}"
    with clock_set_to(lambda: seeded.NOW):
        text = SHOP.replace("    clock: {mode: manual, at: 2026-01-05T12:00:00Z}\n", "")
        seeded.load_text(text.replace("{name: second, age: 2h}", held))
        backup = AppBackup.objects.get(name="second")
        assert backup.percent_done(seeded.NOW) == 35
    for later in (timedelta(seconds=1), timedelta(days=400)):
        with clock_set_to(world.still(seeded.NOW + later)):
            advance()
            caller = seeded.call_as("owner@example.com")
            found = caller.read(f"topology/v1/appBackups/{backup.id}")
            shown = caller.read("topology/v1/appBackups?filter=percentDone eq '35'")["items"]
        assert (found["state"], found["percentDone"]) == ("running", 35)
        assert [each["name"] for each in shown] == ["second"]


def test_a_backup_that_is_held_is_not_dragged_along_by_its_snapshot() -> None:
    seeded.load_text(
        SHOP.replace(
            "        backups:",
            "        snapshots: [{name: s, state: pending, fate: failed}]\n        backups:",
        ).replace(
            "{name: second, age: 2h}", "{name: second, state: pending, snapshot: s, fate: held}"
        )
    )
    world.advance(Account.objects.get(), 60)
    assert Snapshot.objects.get(name="s").state == "failed"
    assert AppBackup.objects.get(name="second").state == "pending"


@pytest.mark.django_db(transaction=True)
def test_loads_at_once_make_everything_once() -> None:
    def run(_: int) -> dict[str, int]:
        try:
            return created(seeded.load("demo"))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        reports = sorted(pool.map(run, range(4)), key=len)

    assert reports[:3] == [{}, {}, {}]
    assert reports[3]["accounts"] == Account.objects.count() == 3
    kinds = (
        *("clouds", "clusters", "buckets", "apps", "snapshots", "backups"),
        *("settings", "packages", "upgrades", "asups", "mirrors"),
    )
    assert seeded.check_history() == sum(reports[3][kind] for kind in kinds)
    seeded.check_buckets()
