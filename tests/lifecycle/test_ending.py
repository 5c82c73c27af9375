"""Ending backups and snapshots by hand: which arrows exist, and what they leave behind."""

import json
from typing import Any

import pytest
from django.db import transaction

from astra.engine.ending import hold_account
from backups.actions.steering import end
from backups.lifecycle import APP_BACKUP, SNAPSHOT
from backups.models import App, AppBackup, Bucket, Snapshot
from tests import world
from tests.conftest import Api
from tests.lifecycle.making import after, history, make, row

REASON = "The tester said so."
# Seconds after the create at which a backup is in the state by itself.
BY_ITSELF = {"pending": 1.0, "discovering": 4.0, "running": 8.5, "completed": 20.0}
ENDED = ["failed", "removed", "unknown"]
ARROWS = {
    (state, outcome)
    for state, outcomes in {
        "pending": ENDED,
        "discovering": ENDED,
        "running": ENDED,
        "completed": ["removed", "unknown"],
        "failed": ["removed", "unknown"],
        "removed": ["unknown"],
        "unknown": ["removed"],
    }.items()
    for outcome in outcomes
}


def in_state(app: App, state: str) -> AppBackup:
    """A backup that got into the state: by itself, or by hand from running."""
    backup = make(app)
    world.advance(app.account, BY_ITSELF.get(state, BY_ITSELF["running"]))
    if state in ENDED:
        end(AppBackup, [backup.id], outcome=state, reason="Before.")
    assert row(backup, "state") == {"state": state}
    return backup


@pytest.mark.parametrize("outcome", ENDED)
@pytest.mark.parametrize("state", APP_BACKUP.states)
def test_a_backup_ends_only_along_an_arrow(
    app: App, bucket: Bucket, state: str, outcome: str
) -> None:
    backup = in_state(app, state)
    before, steps = row(backup), history(backup.id)
    steered = end(AppBackup, [backup.id], outcome=outcome, reason=REASON)
    now = app.account.clock_sim
    if (state, outcome) in ARROWS:
        assert steered.refused == {}
        assert [(hop.from_state, hop.to_state, hop.reason, hop.at) for hop in steered.hops] == [
            (state, outcome, REASON, now)
        ]
        assert row(backup) == before | {
            "state": outcome,
            "state_unready": [REASON],
            "outcome": outcome,
            "outcome_reasons": [REASON],
            "ends_at": before["ends_at"] if state in APP_BACKUP.final else now,
            "next_transition_at": None,
            "modified_at": now,
            "transition_count": before["transition_count"] + 1,
        }
        assert history(backup.id) == [*steps, (state, outcome, REASON, now)]
    else:
        assert steered.hops == []
        assert steered.refused == {backup.id: f"is {state}, cannot become {outcome}"}
        assert row(backup) == before
        assert history(backup.id) == steps


@pytest.mark.parametrize("state", APP_BACKUP.states)
def test_every_state_can_be_reached_and_shows_its_reasons(
    api: Api, app: App, bucket: Bucket, state: str
) -> None:
    backup = in_state(app, state)
    document = api.read(f"topology/v1/appBackups/{backup.id}")
    assert document["state"] == state
    assert document["stateUnready"] == (["Before."] if state in ENDED else [])


def test_bytes_of_a_completed_backup_leave_the_bucket_with_it(app: App, bucket: Bucket) -> None:
    backups = [make(app, number) for number in (1, 2, 3)]
    world.advance(app.account, 20)
    assert _stored(bucket) == 30_000
    end(AppBackup, [backup.id for backup in backups[:2]], outcome="removed", reason=REASON)
    assert _stored(bucket) == 10_000
    end(AppBackup, [backup.id for backup in backups], outcome="unknown", reason=REASON)
    assert _stored(bucket) == 0


def test_what_was_due_before_the_action_happens_before_it(app: App, bucket: Bucket) -> None:
    backup = make(app)
    app.account.clock_sim = after(7)
    app.account.save(update_fields=["clock_sim"])
    end(AppBackup, [backup.id], outcome="failed", reason=REASON)
    assert history(backup.id) == [
        ("", "pending", "", after(0)),
        ("pending", "discovering", "", after(3)),
        ("discovering", "running", "", after(6)),
        ("running", "failed", REASON, after(7)),
    ]


def test_progress_of_a_failed_backup_stands_still_whatever_becomes_of_it(
    api: Api, app: App, bucket: Bucket
) -> None:
    backup = in_state(app, "failed")
    world.advance(app.account, 100)
    end(AppBackup, [backup.id], outcome="removed", reason=REASON)
    document = api.read(f"topology/v1/appBackups/{backup.id}")
    assert (document["bytesDone"], document["percentDone"]) == (2_500, 25)


@pytest.mark.parametrize("outcome", ENDED)
def test_backups_that_wait_for_an_ended_snapshot_fail_with_its_reason(
    app: App, bucket: Bucket, outcome: str
) -> None:
    backup, other = make(app, 1), make(app, 2)
    snapshot = world.snapshot_of(backup)
    world.advance(app.account, 1.5)
    steered = end(Snapshot, [snapshot.id], outcome=outcome, reason=REASON)
    assert [(hop.kind, hop.resource_id, hop.to_state) for hop in steered.hops] == [
        ("appSnap", snapshot.id, outcome),
        ("appBackup", backup.id, "failed"),
    ]
    assert history(snapshot.id)[-1] == ("discovering", outcome, REASON, after(1.5))
    assert history(backup.id)[-1] == ("pending", "failed", REASON, after(1.5))
    expected = {"state": "failed", "state_unready": [REASON], "hook_state": None}
    assert row(backup, *expected) == expected
    world.advance(app.account, 100)
    assert row(backup, *expected) == expected
    assert row(other, "state") == {"state": "completed"}


def test_backups_that_have_their_snapshot_outlive_it(app: App, bucket: Bucket) -> None:
    backup = in_state(app, "discovering")
    snapshot = world.snapshot_of(backup)
    end(Snapshot, [snapshot.id], outcome="removed", reason=REASON)
    world.advance(app.account, 100)
    assert row(backup, "state") == {"state": "completed"}


@pytest.mark.parametrize("outcome", ENDED)
@pytest.mark.parametrize("state", SNAPSHOT.states)
def test_a_snapshot_ends_along_the_same_arrows(
    app: App, bucket: Bucket, state: str, outcome: str
) -> None:
    snapshot = world.make_snapshot(app, state=state, outcome="completed", ends_at=after(-5))
    steered = end(Snapshot, [snapshot.id], outcome=outcome, reason=REASON)
    moved = [(hop.from_state, hop.to_state) for hop in steered.hops]
    assert moved == ([(state, outcome)] if (state, outcome) in ARROWS else [])
    assert row(snapshot, "state") == {"state": outcome if moved else state}


def test_rows_of_several_accounts_end_together_each_at_its_own_instant(
    app: App, bucket: Bucket
) -> None:
    account = world.make_account(clock_sim=after(3600))
    world.make_bucket(account)
    backups = [make(app, 1), make(world.make_app(account), 2)]
    end(AppBackup, [backup.id for backup in backups], outcome="failed", reason=REASON)
    assert [row(backup, "ends_at")["ends_at"] for backup in backups] == [after(0), after(3600)]


def test_what_does_not_exist_is_refused_beside_what_ends(app: App, bucket: Bucket) -> None:
    backup, nothing = make(app), world.some_id()
    steered = end(AppBackup, [nothing, backup.id], outcome="failed", reason=REASON)
    assert [hop.resource_id for hop in steered.hops] == [backup.id]
    assert steered.refused == {nothing: "does not exist"}


def test_an_account_that_does_not_exist_cannot_be_held(db: None) -> None:
    with transaction.atomic(), pytest.raises(LookupError, match="there is no account"):
        hold_account(world.some_id())


def test_a_backup_cannot_be_made_to_end_well(app: App, bucket: Bucket) -> None:
    with pytest.raises(ValueError, match="appBackup cannot be made to end completed"):
        end(AppBackup, [make(app).id], outcome="completed", reason=REASON)


def test_a_long_reason_is_cut_to_what_the_api_allows(api: Api, app: App, bucket: Bucket) -> None:
    backup = make(app)
    end(AppBackup, [backup.id], outcome="failed", reason="x" * 200)
    document: Any = json.loads(api.get(f"topology/v1/appBackups/{backup.id}").content)
    assert document["stateUnready"] == ["x" * 127]
    assert history(backup.id)[-1][2] == "x" * 127


def test_ending_without_a_reason_shows_none(app: App, bucket: Bucket) -> None:
    backup = make(app)
    end(AppBackup, [backup.id], outcome="removed", reason="")
    assert row(backup, "state_unready") == {"state_unready": []}


def _stored(bucket: Bucket) -> int:
    bucket.refresh_from_db()
    return bucket.stored_bytes
