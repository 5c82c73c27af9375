"""The statements do to sets of rows what the oracle does to one."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from astra.engine.models import Transition
from astra.engine.stages import Fate
from backups.lifecycle import APP_BACKUP, SNAPSHOT
from backups.models import App, AppBackup, Snapshot
from tests import world
from tests.lifecycle import oracle
from tests.lifecycle.making import id_of, make, own_snapshot_id, row
from tests.lifecycle.oracle import Overrides, Setting
from tests.lifecycle.strategies import examples, fates, overrides
from tests.world import START, settle_account

pytestmark = pytest.mark.django_db

settings_of_rows = st.builds(
    Setting,
    start=st.just(START),
    seed=st.integers(-(2**63), 2**63 - 1),
    size=st.integers(0, 10**12),
    throughput=st.integers(10**4, 10**10),
    account=overrides,
    app=overrides,
)


def an_app(setting: Setting) -> App:
    """An app, its account and a bucket as the setting has them."""
    account = world.make_account(
        seed=setting.seed,
        stage_delays=dict(setting.account.delays),
        immediate_kinds=list(setting.account.immediate),
    )
    world.make_bucket(account)
    return world.make_app(
        account,
        size_bytes=setting.size,
        throughput_bytes_per_second=setting.throughput,
        stage_delays=dict(setting.app.delays),
        immediate_kinds=list(setting.app.immediate),
    )


def expected_rows(
    setting: Setting, fate: Fate, snapshot_fate: Fate
) -> tuple[oracle.Row, oracle.Row]:
    """What a create makes, by the oracle: backup and own snapshot."""
    # The hooks are the call's: the snapshot's fate says nothing about them.
    told = Fate(
        snapshot_fate.outcome,
        snapshot_fate.reasons,
        snapshot_fate.at_fraction,
        fate.hook_state,
        fate.hook_details,
    )
    snapshot = oracle.new_snapshot(own_snapshot_id(1), told, setting)
    return oracle.new_backup(id_of(1), fate, setting, snapshot), snapshot


@examples
@given(setting=settings_of_rows, fate=fates(), snapshot_fate=fates())
def test_a_create_fixes_the_fate_that_the_oracle_foretells(
    setting: Setting, fate: Fate, snapshot_fate: Fate
) -> None:
    with transaction.atomic():
        backup = make(an_app(setting), fate=fate, snapshot_fate=snapshot_fate)
        expected, expected_snapshot = expected_rows(setting, fate, snapshot_fate)
        assert row(backup, *expected) == expected
        assert row(world.snapshot_of(backup), *expected_snapshot) == expected_snapshot
        transaction.set_rollback(True)


@examples
@given(setting=settings_of_rows, fate=fates())
def test_a_create_from_a_finished_snapshot_waits_for_nothing(setting: Setting, fate: Fate) -> None:
    with transaction.atomic():
        app = an_app(setting)
        backup = make(app, fate=fate, snapshot_id=world.make_snapshot(app).id)
        expected = oracle.new_backup(id_of(1), fate, setting, None)
        assert row(backup, *expected) == expected
        transaction.set_rollback(True)


@examples
@given(
    setting=settings_of_rows,
    fate=fates(),
    snapshot_fate=fates(),
    passing=st.lists(
        st.one_of(st.sampled_from([0.0, 1.5, 2.1, 5.2]), st.floats(0, 1e6)), min_size=1, max_size=4
    ),
    ends_after=st.one_of(st.none(), st.floats(0, 100)),
)
def test_settling_takes_the_steps_that_the_oracle_takes(
    setting: Setting,
    fate: Fate,
    snapshot_fate: Fate,
    passing: list[float],
    ends_after: float | None,
) -> None:
    with transaction.atomic():
        backup = make(an_app(setting), fate=fate, snapshot_fate=snapshot_fate)
        rows = expected_rows(setting, fate, snapshot_fate)
        if ends_after is not None:
            rows = (_ending(backup, rows[0], ends_after), rows[1])
        until = START
        for seconds in passing:
            until += timedelta(seconds=seconds)
            rows = _settle_and_compare(backup, rows, until)
        transaction.set_rollback(True)


def _ending(backup: AppBackup, expected: oracle.Row, seconds: float) -> oracle.Row:
    """Let the backup end at any instant, also before a stage it was to take: that is skipped."""
    ends_at = START + timedelta(seconds=seconds)
    fate = {"ends_at": ends_at, "outcome": "unknown", "outcome_reasons": ["Lost."]}
    instants = [expected["discovering_at"], expected["running_at"], ends_at]
    fate["next_transition_at"] = min(at for at in instants if at is not None and at <= ends_at)
    AppBackup.objects.filter(id=backup.id).update(**fate)
    return expected | fate


def _settle_and_compare(
    backup: AppBackup, rows: tuple[oracle.Row, oracle.Row], until: datetime
) -> tuple[oracle.Row, oracle.Row]:
    hops = settle_account(backup.account_id, until)
    assert hops is not None
    expected, steps = oracle.settled(APP_BACKUP, rows[0], until)
    expected_snapshot, snapshot_steps = oracle.settled(SNAPSHOT, rows[1], until)
    snapshot = Snapshot.objects.get(id=expected_snapshot["id"])
    assert row(backup, *expected) == expected
    assert row(snapshot, *expected_snapshot) == expected_snapshot
    taken = [("appSnap", *step) for step in snapshot_steps] + [
        ("appBackup", *step) for step in steps
    ]
    taken.sort(key=lambda step: step[-1])
    assert [(hop.kind, hop.from_state, hop.to_state, hop.reason, hop.at) for hop in hops] == taken
    recorded = Transition.objects.filter(resource_id=backup.id).order_by("-sequence")[: len(steps)]
    assert [(each.from_state, each.to_state, each.reason, each.at) for each in recorded][
        ::-1
    ] == steps
    return expected, expected_snapshot


def test_overrides_of_an_app_win_over_those_of_its_account() -> None:
    delays = {"app-snap-discover": 5.0, "app-snap-run": 0.25}
    setting = Setting(START, 7, 1, 1, Overrides(delays), Overrides({"app-snap-discover": 1.5}))
    with transaction.atomic():
        snapshot = world.snapshot_of(make(an_app(setting)))
        assert snapshot.discovering_at == START + timedelta(seconds=1.5)
        assert snapshot.running_at == START + timedelta(seconds=1.75)
