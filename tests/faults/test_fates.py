"""Rules that decide how backups and snapshots end."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from astra.engine.advancing import advance
from backups.models import App, AppBackup, Bucket, Snapshot
from tests import world
from tests.conftest import Api, number
from tests.ruling import Faults

pytestmark = pytest.mark.usefixtures("bucket")

DETAIL = {"type": "https://example.com/hook", "title": "Freeze failed", "detail": "Exit code 1."}
LATER = world.START + timedelta(hours=1)


def backup(api: Api, app: App, **members: Any) -> AppBackup:
    response = api.create_backup(app, **members)
    assert response.status_code == 201, response.content
    return AppBackup.objects.get(id=json.loads(response.content)["id"])


def outcome(api: Api, app: App, **members: Any) -> str:
    return str(backup(api, app, **members).outcome)


def shown(api: Api, made: AppBackup) -> Any:
    return api.read(f"topology/v1/appBackups/{made.id}")


def test_a_backup_fails_at_its_fraction_with_its_reasons(
    api: Api, app: App, faults: Faults
) -> None:
    faults.add("backup-fail", at=0.5, reasons=["Disk full.", "Gave up."])
    made = backup(api, app)
    advance(at=LATER)
    document = shown(api, made)
    assert document["state"] == "failed"
    assert document["stateUnready"] == ["Disk full.", "Gave up."]
    assert document["hookState"] == "success"
    assert document["bytesDone"] == 5000
    assert document["percentDone"] == 50
    assert faults.hits() == [1]


def test_a_backup_fails_with_hooks_that_failed(api: Api, app: App, faults: Faults) -> None:
    faults.add("backup-fail", hookDetails=[DETAIL])
    made = backup(api, app)
    advance(at=LATER)
    document = shown(api, made)
    assert document["state"] == "failed"
    assert document["stateUnready"] == ["A fault rule decided so."]
    assert document["hookState"] == "failed"
    assert document["hookStateDetails"] == [DETAIL]


@pytest.mark.parametrize("state", ["removed", "unknown"])
def test_a_backup_gets_lost(api: Api, app: App, faults: Faults, state: str) -> None:
    faults.add({"removed": "backup-remove", "unknown": "backup-unknown"}[state])
    made = backup(api, app)
    advance(at=LATER)
    assert shown(api, made)["state"] == state


def test_a_backup_never_ends(api: Api, app: App, faults: Faults) -> None:
    faults.add("backup-never-ends")
    made = backup(api, app)
    advance(at=world.START + timedelta(days=365))
    document = shown(api, made)
    assert document["state"] == "running"
    assert document["percentDone"] == 99


def test_hooks_fail_while_the_backup_completes(api: Api, app: App, faults: Faults) -> None:
    faults.add("hooks-fail", details=[DETAIL])
    made = backup(api, app)
    advance(at=LATER)
    document = shown(api, made)
    assert document["state"] == "completed"
    assert document["hookState"] == "failed"
    assert document["hookStateDetails"] == [DETAIL]


def snapshot(api: Api, app: App) -> Any:
    body = {"type": "application/astra-appSnap", "version": "1.1", "name": "before"}
    response = api.post(f"k8s/v1/apps/{app.id}/appSnaps", body)
    assert response.status_code == 201
    advance(at=LATER)
    return api.read(f"k8s/v1/apps/{app.id}/appSnaps/{json.loads(response.content)['id']}")


def test_hooks_fail_while_a_snapshot_completes(api: Api, app: App, faults: Faults) -> None:
    faults.add("hooks-fail", details=[DETAIL], match={"operation": "appSnap.create"})
    document = snapshot(api, app)
    assert document["state"] == "completed"
    assert document["hookState"] == "failed"
    assert document["hookStateDetails"] == [DETAIL]


def test_a_snapshot_fails(api: Api, app: App, faults: Faults) -> None:
    faults.add("snapshot-fail", reasons=["Quiesce."], match={"name": "bef*"})
    document = snapshot(api, app)
    assert document["state"] == "failed"
    assert document["stateUnready"] == ["Quiesce."]


def test_a_backup_fails_with_its_own_snapshot(api: Api, app: App, faults: Faults) -> None:
    faults.add("snapshot-fail", reasons=["Quiesce."])
    made = backup(api, app)
    advance(at=LATER)
    document = shown(api, made)
    assert (document["state"], document["stateUnready"]) == ("failed", ["Quiesce."])
    assert Snapshot.objects.get().state == "failed"


def test_a_rule_leaves_alone_what_exists(api: Api, app: App, faults: Faults) -> None:
    made = backup(api, app)
    faults.add("backup-fail")
    advance(at=LATER)
    assert shown(api, made)["state"] == "completed"


def test_what_a_rule_decided_outlives_the_rule(api: Api, app: App, faults: Faults) -> None:
    faults.add("backup-fail")
    made = backup(api, app)
    faults.control.delete(faults.path)
    advance(at=LATER)
    assert shown(api, made)["state"] == "failed"


def test_the_first_rule_that_acts_decides(api: Api, app: App, faults: Faults) -> None:
    faults.add("backup-fail", match={"next": 1})
    faults.add("backup-remove", match={"next": 1})
    faults.add("backup-unknown")
    assert [outcome(api, app) for _ in range(4)] == ["failed", "removed", "unknown", "unknown"]
    assert faults.hits() == [1, 1, 2]


def test_every_third_is_hit(api: Api, app: App, faults: Faults) -> None:
    faults.add("backup-fail", match={"every": 3})
    made = [outcome(api, app) for _ in range(6)]
    assert made == ["completed", "completed", "failed"] * 2


def test_a_rule_ends_at_its_instant(api: Api, app: App, faults: Faults) -> None:
    faults.add("backup-fail", match={"until": "2026-01-05T12:01:00Z"})
    assert outcome(api, app) == "failed"
    advance(at=world.START + timedelta(seconds=59))
    assert outcome(api, app) == "failed"
    advance(at=world.START + timedelta(seconds=60))
    assert outcome(api, app) == "completed"


def test_a_rule_matches_by_app_bucket_and_name(
    api: Api, app: App, bucket: Bucket, faults: Faults
) -> None:
    other_app = world.make_app(api.account)
    other_bucket = world.make_bucket(api.account, stored_bytes=1)
    match = {"app": str(app.id), "bucket": str(bucket.id), "name": "night-?"}
    faults.add("backup-fail", match=match)
    named = {"bucketID": str(bucket.id)}
    assert outcome(api, app, name="night-1", **named) == "failed"
    assert outcome(api, app, name="night-2") == "failed"  # it goes to that bucket
    assert outcome(api, app, name="day-1", **named) == "completed"
    assert outcome(api, app, **named) == "completed"
    assert outcome(api, other_app, name="night-1", **named) == "completed"
    assert outcome(api, app, name="night-3", bucketID=str(other_bucket.id)) == "completed"
    assert faults.hits() == [2]


def test_a_creation_that_is_refused_uses_up_nothing(api: Api, app: App, faults: Faults) -> None:
    backup(api, app, name="taken")
    faults.add("backup-fail", match={"next": 1})
    assert number(api.create_backup(app, name="taken")) == 143
    assert faults.hits() == [0]
    assert outcome(api, app, name="free") == "failed"
    assert faults.hits() == [1]


def test_rules_of_another_account_do_not_matter(
    api: Api, app: App, stranger: Api, faults: Faults
) -> None:
    Faults(faults.control, stranger.account).add("backup-fail")
    assert outcome(api, app) == "completed"


def test_chance_follows_from_the_seed(api: Api, app: App, faults: Faults) -> None:
    faults.add("backup-fail", match={"probability": 0.5})
    made = [outcome(api, app) for _ in range(12)]
    faults.control.delete(faults.path)
    faults.add("backup-fail", match={"probability": 0.5})
    assert [outcome(api, app) for _ in range(12)] == made
    assert set(made) == {"failed", "completed"}


@pytest.mark.parametrize(("probability", "expected"), [(0, "completed"), (1, "failed")])
def test_chance_at_its_bounds(
    api: Api, app: App, faults: Faults, probability: int, expected: str
) -> None:
    faults.add("backup-fail", match={"probability": probability})
    assert {outcome(api, app) for _ in range(5)} == {expected}


def scheduled(api: Api, apps: int, **members: str) -> None:
    body = {
        "type": "application/astra-schedule",
        "version": "1.1",
        "name": "hourly",
        "granularity": "hourly",
        "minute": "5",
        "snapshotRetention": "0",
        "backupRetention": "100",
    }
    for _ in range(apps):
        app = world.make_app(api.account)
        response = api.post(f"k8s/v1/apps/{app.id}/schedules", body | members)
        assert response.status_code == 201, response.content


def test_scheduled_backups_use_up_rules_in_the_order_of_firing(api: Api, faults: Faults) -> None:
    scheduled(api, apps=2)
    faults.add("backup-fail", match={"next": 3, "name": "hourly-*"})
    faults.add("backup-unknown", match={"method": "POST"})
    advance(at=world.START + timedelta(hours=3))
    made = AppBackup.objects.order_by("created_at", "schedule_id")
    assert [each.state for each in made] == ["failed"] * 3 + ["completed"] * 3
    assert faults.hits() == [3, 0]


def test_one_jump_or_many_give_the_same_fates(api: Api, faults: Faults) -> None:
    scheduled(api, apps=2)
    faults.add("backup-fail", match={"probability": 0.3})
    faults.add("backup-remove", match={"every": 4})

    def fates(*hours: int) -> Any:
        with transaction.atomic():
            for hour in hours:
                advance(at=world.START + timedelta(hours=hour))
            made = list(AppBackup.objects.order_by("id").values_list("id", "outcome", "ends_at"))
            hits = faults.hits()
            transaction.set_rollback(True)
        return made, hits

    made, hits = fates(10)
    assert fates(*range(1, 11)) == (made, hits)
    assert {outcome for _, outcome, _ in made} == {"completed", "failed", "removed"}
    assert len(made) == 20


def test_a_schedule_that_makes_nothing_uses_up_nothing(
    api: Api, bucket: Bucket, faults: Faults
) -> None:
    scheduled(api, apps=1)
    faults.add("backup-fail", match={"next": 1})
    Bucket.objects.update(state="failed")
    advance(at=world.START + timedelta(hours=1))
    assert faults.hits() == [0]
    Bucket.objects.update(state="available")
    advance(at=world.START + timedelta(hours=2))
    assert faults.hits() == [1]


def test_a_schedule_of_snapshots_alone_meets_rules_about_snapshots(
    api: Api, faults: Faults
) -> None:
    scheduled(api, apps=1, snapshotRetention="5", backupRetention="0")
    faults.add("backup-fail")
    faults.add("snapshot-fail", reasons=["Quiesce."])
    advance(at=world.START + timedelta(hours=1))
    assert [(each.state, each.state_unready) for each in Snapshot.objects.all()] == [
        ("failed", ["Quiesce."])
    ]
    assert faults.hits() == [0, 1]
