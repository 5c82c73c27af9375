"""Whatever a scenario says of snapshots and backups: it is refused, or what stands there could have
come about by itself, and goes on as it was told.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import event, example, given
from hypothesis import strategies as st

from astra.scenarios.documents import Source
from astra.scenarios.errors import ScenarioConflictError, ScenarioError
from astra.scenarios.loading import load_scenario
from backups.lifecycle import APP_BACKUP, SNAPSHOT
from backups.models import AppBackup
from tests.properties.fuzzing import fuzzed
from tests.scenarios import seeded
from tests.world import settle_account

pytestmark = [pytest.mark.django_db, pytest.mark.long, pytest.mark.unmeasured]

percents = st.sampled_from([0, 1, 37, 50, 99, 100])
ages = st.sampled_from(["0s", "1ms", "3s", "90s", "6h", "40d"])
reasons = st.lists(st.sampled_from(["one", "two"]), unique=True)


@st.composite
def items(draw: st.DrawFn, lifecycle: Any, name: str) -> dict[str, Any]:
    """An item that mostly goes together; what does not is refused, which is seldom of interest."""
    state = draw(st.sampled_from(lifecycle.states))
    item: dict[str, Any] = {"name": name, "state": state}
    maybe: dict[str, Any] = {"age": ages, "hookState": st.sampled_from(["success", "failed"])}
    if state in lifecycle.failures:
        maybe |= {"from": st.sampled_from(lifecycle.unfinished), "stateUnready": reasons}
    if state in lifecycle.unfinished:
        maybe["fate"] = st.sampled_from(["held", *lifecycle.final]) | st.fixed_dictionaries(
            {"outcome": st.sampled_from(lifecycle.final)},
            optional={"percentDone": percents, "stateUnready": reasons},
        )
    item |= draw(st.fixed_dictionaries({}, optional=maybe))
    if draw(st.booleans()) and item.get("from", state) in (*lifecycle.failures, "running"):
        item["percentDone"] = draw(percents)
    return item


@st.composite
def pairs(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A snapshot, and a backup that may have been made from it."""
    snapshot, backup = draw(items(SNAPSHOT, "s")), draw(items(APP_BACKUP, "b"))
    if draw(st.booleans()):
        return snapshot, backup | draw(st.sampled_from([{}, {"snapshot": None}]))
    # Half of those that name it are in a state that its snapshot allows.
    if snapshot["state"] in SNAPSHOT.unfinished and draw(st.booleans()):
        backup = {"name": "b", "state": "pending"}
    return snapshot, backup | {"snapshot": "s"}


paces = st.fixed_dictionaries(
    {},
    optional={
        "immediateKinds": st.lists(st.sampled_from(["appSnap", "appBackup"]), unique=True),
        "stageDelays": st.dictionaries(
            st.sampled_from(["app-backup-run", "app-snap-complete", "app-backup-complete"]),
            st.sampled_from([0, 0.5, 3600]),
        ),
        "size": st.sampled_from([0, 1, "3GiB"]),
    },
)


def scenario(pace: Any, snapshot: Any, backup: Any) -> dict[str, Any]:
    return {
        "scenario": "any",
        "accounts": [
            {
                "name": "one",
                "clock": {"mode": "manual", "at": "2026-01-05T12:00:00Z"},
                "buckets": [{"name": "bucket", "age": "50d"}],
                "apps": [
                    {"name": "app", "snapshots": [snapshot], "backups": [backup], "age": "50d"}
                    | pace
                ],
            }
        ],
    }


PENDING = {"name": "s", "state": "pending"}
NAMED = {"name": "b", "state": "pending", "snapshot": "s"}


@fuzzed
@given(paces, pairs())
@example(
    {}, ({"name": "s", "state": "running", "fate": {"outcome": "failed", "percentDone": 0}}, NAMED)
)
@example({}, (PENDING, {"name": "b", "state": "failed", "age": "0s", "percentDone": 0}))
@example({}, (PENDING, {"name": "b", "state": "running", "age": "6h", "percentDone": 0}))
@example(
    {"immediateKinds": ["appBackup"]},
    (PENDING, {"name": "b", "state": "running", "percentDone": 0}),
)
@example(
    {"immediateKinds": ["appBackup"]},
    (PENDING, {"name": "b", "state": "failed", "percentDone": 37}),
)
def test_seeded_rows_could_have_come_about_by_themselves(
    db: None, pace: Any, pair: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    snapshot, backup = pair
    with transaction.atomic():
        try:
            load_scenario(Source("any", scenario(pace, snapshot, backup)))
        except ScenarioConflictError:
            raise
        except ScenarioError:
            event("refused")
        else:
            event("loaded")
            check(backup)
        transaction.set_rollback(True)


def check(wanted: dict[str, Any]) -> None:
    seeded.check_history()
    seeded.check_buckets()
    row = AppBackup.objects.get()
    now = row.account.now()
    assert row.state == wanted.get("state", "completed")
    if row.has_progress() and "percentDone" in wanted and row.total_bytes > 100:
        assert row.percent_done(now) == min(wanted["percentDone"], 100 if is_done(row) else 99)
    if row.snapshot is not None and row.snapshot.ends_at and row.discovering_at and row.outcome:
        assert row.snapshot.ends_at <= row.discovering_at
    expected = row.outcome if row.next_transition_at else row.state

    later = now + timedelta(days=10_000)
    type(row.account).objects.update(clock_sim=later)
    settle_account(row.account_id, later)

    row = AppBackup.objects.get()
    assert row.state == expected
    seeded.check_history()
    seeded.check_buckets()


def is_done(row: AppBackup) -> bool:
    return row.state == "completed"
