"""What items of a scenario become: the members say it, or it follows from the others."""

from datetime import timedelta

import pytest

from astra.accounts.clocks import ClockMode
from astra.accounts.models import Account, User
from astra.api.clock import clock_set_to
from astra.scenarios.errors import ScenarioError
from backups.models import App, AppBackup, Bucket, Schedule, Snapshot
from tests.scenarios import seeded

pytestmark = pytest.mark.django_db

WORLD = """
scenario: mine
seed: 3
accounts:
  - name: one
    clock: {mode: scaled, rate: 120, at: 2026-01-05T12:00:00Z}
    age: 30d
    users:
      - {email: owner@example.com, role: owner, firstName: Olivia, phone: "1", age: 10d}
      - {email: off@example.com, role: viewer, isEnabled: false, authProvider: ldap, authID: cn=off}
    buckets:
      - {name: one, provider: aws, age: 9d}
      - {name: two, provider: azure, isDefault: true, createdBy: off@example.com}
      - name: three
        bucketParameters: {s3: {serverURL: s3.here, bucketName: other}}
        retentionTime: -1
    apps:
      - name: plain
        cluster: east
      - name: placed
        cluster: {name: east, type: gke}
        namespaces: [a, b]
        labels: [{name: n, value: v}]
      - name: resources
        cluster: {name: d, id: 54fe651d-3d3b-5fa8-b85c-5db757885ff3}
        namespaceScopedResources: [{namespace: x, labelSelectors: [app=x]}, {namespace: y}]
        schedules:
          - name: hourly
            granularity: hourly
            snapshotRetention: "1"
            backupRetention: "2"
            bucket: one
            enabled: false
        snapshots:
          - {name: s, bucket: three, schedule: hourly}
        backups:
          - {name: b, schedule: hourly, totalBytes: 7, version: "1.0", bucket: one}
          - {name: c}
      - name: slow
        size: 100
        throughput: 1
        stageDelays: {app-backup-discover: 60}
        backups:
          - {name: running, state: running, percentDone: 25}
      - name: quick
        immediateKinds: [appBackup]
        backups:
          - {name: done, age: 1h}
"""


@pytest.fixture(autouse=True)
def _world() -> None:
    with clock_set_to(lambda: seeded.NOW):
        seeded.load_text(WORLD)


def test_a_clock_starts_where_the_scenario_says() -> None:
    account = Account.objects.get()
    assert (account.clock_mode, account.clock_rate) == (ClockMode.SCALED, 120.0)
    assert (account.clock_sim.isoformat(), account.clock_real) == (
        "2026-01-05T12:00:00+00:00",
        seeded.NOW,
    )
    assert account.created_at == account.clock_sim - timedelta(days=30)
    assert account.seed > 0


def test_users_have_their_role_and_what_else_is_said() -> None:
    owner, off = User.objects.order_by("-created_at")
    assert (owner.email, owner.first_name, owner.phone) == ("owner@example.com", "Olivia", "1")
    assert owner.auth_id == "owner@example.com"
    assert owner.enabled_at == owner.created_at
    assert (off.auth_provider, off.auth_id, off.is_enabled) == ("ldap", "cn=off", False)
    assert off.enabled_at is None
    assert off.created_at == off.account.created_at


def test_a_bucket_has_parameters_of_its_provider() -> None:
    one, two, three = (Bucket.objects.get(name=name) for name in ("one", "two", "three"))
    assert one.parameters == {"s3": {"serverURL": "s3.amazonaws.com", "bucketName": "one"}}
    assert two.parameters == {"azure": {"storageAccount": "protection", "bucketName": "two"}}
    assert (two.location, two.is_default) == ("protection", True)
    assert two.created_by == User.objects.get(email="off@example.com").id
    assert three.parameters == {"s3": {"serverURL": "s3.here", "bucketName": "other"}}
    assert (three.location, three.retention_seconds) == ("s3.here", -1)


def test_an_app_runs_where_it_says_or_in_a_namespace_of_its_name() -> None:
    plain, placed, resources = (
        App.objects.get(name=name) for name in ("plain", "placed", "resources")
    )
    assert plain.namespaces == ["plain"]
    assert plain.namespace_scoped_resources == [{"namespace": "plain", "labelSelectors": []}]
    assert placed.namespaces == ["a", "b"]
    assert [each["namespace"] for each in placed.namespace_scoped_resources] == ["a", "b"]
    assert placed.labels == [{"name": "n", "value": "v"}]
    assert resources.namespaces == ["x", "y"]
    assert resources.namespace_scoped_resources == [
        {"namespace": "x", "labelSelectors": ["app=x"]},
        {"namespace": "y", "labelSelectors": []},
    ]


def test_apps_that_name_the_same_cluster_are_on_the_same_one() -> None:
    ids = dict(App.objects.values_list("name", "cluster_id"))
    assert ids["plain"] == ids["placed"]
    assert str(ids["resources"]) == "54fe651d-3d3b-5fa8-b85c-5db757885ff3"
    assert ids["slow"] is None
    assert App.objects.get(name="placed").cluster_type == "gke"


def test_a_schedule_is_named_by_what_it_made() -> None:
    schedule = Schedule.objects.get()
    assert (schedule.bucket, schedule.enabled) == (Bucket.objects.get(name="one"), False)
    assert Snapshot.objects.get(name="s").schedule_id == schedule.id
    assert Snapshot.objects.get(name="s").bucket == Bucket.objects.get(name="three")
    assert AppBackup.objects.get(name="b").schedule_id == schedule.id
    assert AppBackup.objects.get(name="c").schedule_id is None


def test_a_backup_goes_to_the_default_bucket_with_the_size_of_its_app() -> None:
    b, c = AppBackup.objects.get(name="b"), AppBackup.objects.get(name="c")
    assert (b.bucket.name, b.total_bytes, b.version) == ("one", 7, "1.0")
    assert (c.bucket.name, c.total_bytes, c.version) == ("two", 2 * 1024**3, "1.1")


def test_what_is_under_way_is_as_old_as_its_stages_take() -> None:
    backup = AppBackup.objects.get(name="running")
    now = backup.account.clock_sim
    # 60 s until it was discovered, 3 s until it ran, a quarter of 100 s since
    assert round((now - backup.created_at).total_seconds()) == 60 + 3 + 25
    assert backup.percent_done(now) == 25


def test_what_takes_no_time_took_none() -> None:
    backup = AppBackup.objects.get(name="done")
    assert backup.created_at == backup.discovering_at == backup.running_at == backup.ends_at


def test_rows_history_and_buckets_agree() -> None:
    with clock_set_to(lambda: seeded.NOW):
        assert seeded.check_history() == 3 + 5 + 5 + 4 + 3
    assert seeded.check_buckets() > 0


@pytest.mark.parametrize("given", ["54fe651d-3d3b-5fa8-b85c-5db757885ff4"])
def test_an_id_can_be_given_once(given: str) -> None:
    text = WORLD.replace("{name: b,", f"{{name: b, id: {given},").replace(
        "{name: c}", f"{{name: c, id: {given}}}"
    )
    with pytest.raises(ScenarioError) as caught:
        seeded.load_text(text.replace("scenario: mine", "scenario: other"))
    assert str(caught.value).endswith("backups[1].id: This id is there twice.")
