"""Hurrying backups on by hand: the next step now, completed now; and hooks that fail."""

import pytest

from astra.engine.stages import Fate
from backups.actions.steering import complete, end, fail_hooks, take_next_step
from backups.models import App, AppBackup, Bucket, Snapshot
from tests import world
from tests.conftest import Api
from tests.lifecycle.making import after, history, make, row

DETAILS = [{"type": "hook", "title": "Hook failed", "detail": "pre-snapshot exited with 1."}]
NO_SPACE = Fate("failed", reasons=("No space left.",), at_fraction=0.5)


def test_each_step_comes_now_and_the_later_ones_earlier_by_as_much(
    app: App, bucket: Bucket
) -> None:
    backup = make(app, snapshot_id=world.make_snapshot(app).id)
    world.advance(app.account, 0.5)
    take_next_step(AppBackup, [backup.id])
    expected = {
        "state": "discovering",
        "discovering_at": after(0.5),
        "running_at": after(3.5),
        "full_at": after(13.5),
        "ends_at": after(13.5),
        "next_transition_at": after(3.5),
    }
    assert row(backup, *expected) == expected
    world.advance(app.account, 1)
    take_next_step(AppBackup, [backup.id])
    world.advance(app.account, 4)
    take_next_step(AppBackup, [backup.id])
    assert history(backup.id) == [
        ("", "pending", "", after(0)),
        ("pending", "discovering", "", after(0.5)),
        ("discovering", "running", "", after(1.5)),
        ("running", "completed", "", after(5.5)),
    ]
    bucket.refresh_from_db()
    assert bucket.stored_bytes == 10_000


def test_the_next_step_of_a_waiting_backup_completes_its_snapshot_first(
    app: App, bucket: Bucket
) -> None:
    backup = make(app)
    world.advance(app.account, 1.5)
    steered = take_next_step(AppBackup, [backup.id])
    assert [(hop.kind, hop.to_state, hop.at) for hop in steered.hops] == [
        ("appSnap", "running", after(1.5)),
        ("appSnap", "completed", after(1.5)),
        ("appBackup", "discovering", after(1.5)),
    ]
    expected = {"hook_state": "success", "snapshot_shown": True, "running_at": after(4.5)}
    assert row(backup, *expected) == expected


def test_the_next_step_of_a_backup_with_a_doomed_snapshot_is_to_fail_with_it(
    app: App, bucket: Bucket
) -> None:
    backup = make(app, snapshot_fate=NO_SPACE)
    steered = take_next_step(AppBackup, [backup.id])
    assert [(hop.kind, hop.to_state, hop.reason) for hop in steered.hops] == [
        ("appSnap", "discovering", ""),
        ("appSnap", "running", ""),
        ("appSnap", "failed", "No space left."),
        ("appBackup", "failed", "No space left."),
    ]


def test_who_has_no_next_step_is_refused(app: App, bucket: Bucket) -> None:
    never = Fate(None)
    backups = [make(app, 1, snapshot_fate=never), make(app, 2, fate=never), make(app, 3)]
    world.advance(app.account, 20)
    ids = [backup.id for backup in backups]
    steered = take_next_step(AppBackup, ids)
    assert steered.hops == []
    assert steered.refused == {
        ids[0]: "is pending, has no next step",
        ids[1]: "is running, has no next step",
        ids[2]: "is completed, has no next step",
    }


def test_a_snapshot_takes_its_next_step_and_its_backup_keeps_its_instants(
    app: App, bucket: Bucket
) -> None:
    backup = make(app)
    planned = row(backup)
    take_next_step(Snapshot, [world.snapshot_of(backup).id])
    expected = {
        "state": "discovering",
        "running_at": after(1),
        "ends_at": after(2),
        "next_transition_at": after(1),
    }
    assert row(world.snapshot_of(backup), *expected) == expected
    assert row(backup) == planned


@pytest.mark.parametrize("seconds", [0, 1.5, 4, 7])
@pytest.mark.parametrize("fate", [Fate("completed"), NO_SPACE, Fate(None)])
def test_completing_a_backup_completes_it_whatever_its_fate_was(
    app: App, bucket: Bucket, fate: Fate, seconds: float
) -> None:
    backup = make(app, fate=fate)
    world.advance(app.account, seconds)
    complete(AppBackup, [backup.id])
    expected = {
        "state": "completed",
        "outcome": "completed",
        "outcome_reasons": [],
        "state_unready": [],
        "hook_state": "success",
        "ends_at": after(seconds),
        "full_at": after(seconds),
        "next_transition_at": None,
        "snapshot_shown": True,
    }
    assert row(backup, *expected) == expected
    assert [step[1] for step in history(backup.id)] == [
        "pending",
        "discovering",
        "running",
        "completed",
    ]
    assert world.snapshot_of(backup).state == "completed"
    bucket.refresh_from_db()
    assert bucket.stored_bytes == 10_000


def test_completing_a_backup_saves_its_doomed_snapshot(app: App, bucket: Bucket) -> None:
    backup = make(app, snapshot_fate=NO_SPACE)
    complete(AppBackup, [backup.id])
    assert [step[1] for step in history(world.snapshot_of(backup).id)] == [
        "pending",
        "discovering",
        "running",
        "completed",
    ]
    assert row(backup, "state", "state_unready") == {"state": "completed", "state_unready": []}


def test_what_has_ended_cannot_be_completed(app: App, bucket: Bucket) -> None:
    backup = make(app)
    end(AppBackup, [backup.id], outcome="failed", reason="")
    assert complete(AppBackup, [backup.id]).refused == {
        backup.id: "is failed, cannot become completed"
    }


def test_hooks_that_fail_before_they_ran_show_when_they_have_run(
    api: Api, app: App, bucket: Bucket
) -> None:
    backup = make(app)
    fail_hooks(AppBackup, [backup.id], details=DETAILS)
    path = f"topology/v1/appBackups/{backup.id}"
    assert "hookState" not in api.read(path)
    world.advance(app.account, 20)
    document = api.read(path)
    assert document["state"] == "completed"
    assert (document["hookState"], document["hookStateDetails"]) == ("failed", DETAILS)
    snapshot = api.read(f"k8s/v1/apps/{app.id}/appSnaps/{backup.snapshot_id}")
    assert (snapshot["hookState"], snapshot["hookStateDetails"]) == ("failed", DETAILS)
    assert history(backup.id)[1] == ("pending", "pending", "hooks failed: Hook failed", after(0))


def test_hooks_that_have_run_fail_at_once(app: App, bucket: Bucket) -> None:
    backup = make(app)
    world.advance(app.account, 20)
    fail_hooks(AppBackup, [backup.id], details=[])
    expected = {"state": "completed", "hook_state": "failed", "hook_state_details": []}
    assert row(backup, *expected) == expected
    assert history(backup.id)[-1] == ("completed", "completed", "hooks failed", after(20))


def test_hooks_of_a_snapshot_fail_without_those_of_its_backup(app: App, bucket: Bucket) -> None:
    backup = make(app)
    fail_hooks(Snapshot, [world.snapshot_of(backup).id], details=DETAILS)
    world.advance(app.account, 20)
    assert row(backup, "hook_state") == {"hook_state": "success"}
    snapshot = world.snapshot_of(backup)
    assert (snapshot.hook_state, snapshot.hook_state_details) == ("failed", DETAILS)
