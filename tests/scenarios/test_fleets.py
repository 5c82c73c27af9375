"""Fleets: any number of apps and backups, from a few numbers and the seed."""

from collections import Counter

import pytest

from astra.api.clock import clock_set_to
from astra.engine.models import Transition
from astra.scenarios.documents import Source
from astra.scenarios.errors import ScenarioConflictError, ScenarioError
from astra.scenarios.loading import load_scenario
from backups.lifecycle import APP_BACKUP
from backups.models import App, AppBackup, Bucket, Snapshot
from backups.scenarios import fleets
from tests import world
from tests.scenarios import seeded

pytestmark = pytest.mark.django_db

FLEET = """
scenario: mine
parameters: {apps: 3, backups: 40}
accounts:
  - name: one
    users:
      - {email: owner@example.com, role: owner}
    buckets:
      - name: bucket
    fleets:
      - name: fleet
        apps: $apps
        backups: $backups
"""


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleets, "CHUNK", 16)


def test_large_is_what_its_parameters_say_to_the_api() -> None:
    seeded.load("large", apps=7, backups=60)
    caller = seeded.call_as("viewer@large.example.com")
    assert len(caller.read("k8s/v2/apps")["items"]) == 7
    backups = caller.read("topology/v1/appBackups?count=true")
    assert len(backups["items"]) == backups["metadata"]["count"] == 60
    apps = App.objects.order_by("name")
    assert [app.name for app in apps[:2]] == ["fleet-000000", "fleet-000001"]
    for app in apps:
        mine = caller.read(f"k8s/v1/apps/{app.id}/appBackups")["items"]
        assert len(mine) == 60 // 7 + (int(app.name[-2:]) < 60 % 7)
        (snapshot,) = caller.read(f"k8s/v1/apps/{app.id}/appSnaps")["items"]
        assert {each["snapshotID"] for each in mine} == {snapshot["id"]}
    labels = {label["name"] for item in backups["items"] for label in item["metadata"]["labels"]}
    assert labels == {"tier", "region"}


def test_rows_history_and_buckets_agree() -> None:
    seeded.load("large", apps=7, backups=200)
    assert seeded.check_history() == 4 + 7 + 7 + 200 + 2
    assert seeded.check_buckets() > 0
    assert AppBackup.objects.filter(owns_snapshot=True).count() == 0


def test_states_are_as_frequent_as_the_scenario_says() -> None:
    states = "states: {" + ", ".join(f"{state}: 1" for state in APP_BACKUP.states) + "}"
    seeded.load_text(f"{FLEET}        {states}\n", backups=700)
    found = Counter(AppBackup.objects.values_list("state", flat=True))
    assert set(found) == set(APP_BACKUP.states)
    assert min(found.values()) > 60
    unfinished = AppBackup.objects.filter(state__in=APP_BACKUP.unfinished)
    assert set(unfinished.values_list("next_transition_at", flat=True)) == {None}
    lost = AppBackup.objects.filter(state__in=APP_BACKUP.failures)
    assert all(backup.state_unready for backup in lost)


def test_backups_are_spread_over_the_time_that_the_scenario_says() -> None:
    with clock_set_to(lambda: seeded.NOW):
        seeded.load_text(f"{FLEET}        over: 41d\n")
    ages = [seeded.NOW - backup.created_at for backup in AppBackup.objects.order_by("created_at")]
    assert [age.days for age in ages] == list(range(40, 0, -1))


def test_sizes_are_between_the_smallest_and_the_largest() -> None:
    seeded.load_text(f"{FLEET}        smallest: 1KiB\n        largest: 2KiB\n", apps=30)
    sizes = set(App.objects.values_list("size_bytes", flat=True))
    assert len(sizes) > 20
    assert 1024 <= min(sizes) < max(sizes) <= 2048


def test_another_seed_gives_other_rows_under_the_same_ids() -> None:
    with clock_set_to(lambda: seeded.NOW):
        seeded.load_text(f"{FLEET}        seed: 1\n")
        one = {app.id: app.size_bytes for app in App.objects.all()}
        seeded.forget()
        seeded.load_text(f"{FLEET}        seed: 2\n")
    two = {app.id: app.size_bytes for app in App.objects.all()}
    assert set(one) == set(two)
    assert set(one.values()).isdisjoint(two.values())


def test_a_fleet_grows_to_what_is_missing() -> None:
    seeded.load_text(FLEET, backups=10)
    AppBackup.objects.filter(name="fleet-000000-0000003").delete()
    Bucket.objects.update(stored_bytes=sum(AppBackup.objects.values_list("total_bytes", flat=True)))
    report = seeded.load_text(FLEET, backups=50)
    assert (report.counts["backups"].create, report.counts["backups"].keep) == (41, 9)
    assert (report.counts["apps"].create, report.counts["apps"].keep) == (0, 3)
    assert AppBackup.objects.count() == 50
    seeded.check_buckets()


def test_what_was_deleted_and_is_made_again_goes_on_in_its_history() -> None:
    seeded.load_text(FLEET)
    backup = AppBackup.objects.get(name="fleet-000000-0000000")
    caller = seeded.call_as("owner@example.com")
    assert caller.delete(f"topology/v1/appBackups/{backup.id}").status_code == 204
    seeded.load_text(FLEET)
    way = ["pending", "discovering", "running", "completed"]
    assert seeded.states_of(backup) == [*way, "deleted", *way]


def test_progress_is_told_chunk_by_chunk() -> None:
    told: list[tuple[str, int, int]] = []

    load_scenario(Source("my.yaml", FLEET), progress=lambda *step: told.append(step))
    assert told == [("backups", 16, 40), ("backups", 32, 40), ("backups", 40, 40)]


def test_a_name_that_something_else_has_is_refused_at_the_fleet() -> None:
    seeded.load_text(FLEET, backups=10)
    app = App.objects.get(name="fleet-000000")
    world.make_backup(app, Bucket.objects.get(), name="fleet-000000-0000012", total_bytes=0)
    before = Transition.objects.count()
    with pytest.raises(ScenarioConflictError) as caught:
        seeded.load_text(FLEET, backups=10 + 3)
    assert str(caught.value).startswith(
        "my.yaml:11: accounts[0].fleets[0]: The database refuses it"
    )
    assert Transition.objects.count() == before
    assert Snapshot.objects.count() == 3


@pytest.mark.parametrize(
    ("line", "finding"),
    [
        ("largest: 1KiB", "largest: The largest app is smaller than the smallest."),
        ("states: {failed: 0}", "states: One of them must be more than zero."),
    ],
)
def test_numbers_that_do_not_go_together(line: str, finding: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        seeded.load_text(f"{FLEET}        {line}\n")
    assert str(caught.value) == f"my.yaml:14: accounts[0].fleets[0].{finding}"


def test_a_fleet_needs_a_bucket_that_is_available() -> None:
    with pytest.raises(ScenarioError) as caught:
        seeded.load_text(FLEET.replace("- name: bucket", "- {name: bucket, state: failed}"))
    assert str(caught.value).endswith("The account has no bucket that is available.")


@pytest.mark.parametrize("number", [0, 1.5, 100_000_001])
def test_numbers_that_nothing_can_be_made_of(number: float) -> None:
    with pytest.raises(ScenarioError) as caught:
        seeded.load_text(FLEET, backups=number)
    assert str(caught.value).endswith("Must be a whole number from 1 to 100000000.")
