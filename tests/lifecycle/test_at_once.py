"""Several at once: commands, workers, creates, and a clock that moves under them."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from io import StringIO
from typing import Any, TypeVar

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count

from astra.accounts.models import Account
from astra.engine.advancing import advance
from astra.engine.models import Transition
from backups.actions.steering import end
from backups.models import App, AppBackup, Bucket
from tests import world
from tests.conftest import Api
from tests.lifecycle.making import after, history, make, row
from tests.lifecycle.test_worker import await_that
from tests.threads import blocked
from tests.world import START, settle_account

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")
ACCOUNTS, BACKUPS_OF_EACH = 10, 1_000

# Rows as a create makes them, from a finished snapshot, each with the first step of its history.
_FILL = """
    WITH made AS (
        INSERT INTO backups_appbackup (
            id, account_id, app_id, bucket_id, snapshot_shown, owns_snapshot, name, version, labels,
            created_at, modified_at, created_by, state, state_unready, hook_state_details,
            transition_count, total_bytes, discovering_at, running_at, full_at, ends_at, outcome,
            outcome_reasons, outcome_hook_state, outcome_hook_details, next_transition_at)
        SELECT gen_random_uuid(), %(account)s, %(app)s, %(bucket)s, true, false, 'backup-' || number,
            '1.1', '[]', %(start)s, %(start)s, %(account)s, 'pending', '[]', '[]',
            1, 10, at + interval '2 s', at + interval '5 s', at + interval '9 s',
            at + interval '9 s', 'completed', '[]', 'success', '[]', at + interval '2 s'
        FROM generate_series(1, %(count)s) AS number
        CROSS JOIN LATERAL (SELECT %(start)s + number * interval '1 ms' AS at) AS due
        RETURNING account_id, id, created_at
    )
    INSERT INTO engine_transition
        (account_id, kind, resource_id, sequence, from_state, to_state, reason, at)
    SELECT account_id, 'appBackup', id, 0, '', 'pending', '', created_at FROM made
"""


def fill(app: App, bucket: Bucket, count: int) -> None:
    """Give the app many backups that are on their way."""
    with connection.cursor() as cursor:
        cursor.execute(
            _FILL,
            {
                "account": app.account_id,
                "app": app.id,
                "bucket": bucket.id,
                "count": count,
                "start": START,
            },
        )


def in_thread(function: Callable[[], T]) -> T:
    """Run on a connection of the thread's own, and give that back."""
    try:
        return function()
    finally:
        connection.close()


def test_two_commands_at_once_advance_every_backup_exactly_once() -> None:
    buckets = []
    for _ in range(ACCOUNTS):
        account = world.make_account(mode="scaled", clock_rate=1e-9, clock_sim=START)
        buckets.append(world.make_bucket(account))
        fill(world.make_app(account), buckets[-1], BACKUPS_OF_EACH)
    Account.objects.update(clock_sim=after(60))
    start = threading.Barrier(2)

    def command() -> list[str]:
        out = StringIO()
        start.wait()
        call_command("advance_backups", stdout=out)
        return out.getvalue().splitlines()

    with ThreadPoolExecutor(2) as threads:
        printed = list(threads.map(in_thread, [command, command]))
    total = ACCOUNTS * BACKUPS_OF_EACH
    steps = [line for lines in printed for line in lines if "->" in line]
    assert len(steps) == len(set(steps)) == 3 * total
    assert AppBackup.objects.filter(state="completed", transition_count=4).count() == total
    of_each_step = Transition.objects.values_list("sequence", "from_state", "to_state")
    assert list(of_each_step.annotate(count=Count("id")).order_by("sequence")) == [
        (0, "", "pending", total),
        (1, "pending", "discovering", total),
        (2, "discovering", "running", total),
        (3, "running", "completed", total),
    ]
    assert Transition.objects.values("resource_id").distinct().count() == total
    for bucket in buckets:
        bucket.refresh_from_db()
        assert bucket.stored_bytes == 10 * BACKUPS_OF_EACH


def test_a_busy_account_is_settled_while_creates_read_its_clock(app: App, bucket: Bucket) -> None:
    backup = make(app)
    app.account.clock_sim = after(7)
    app.account.save(update_fields=["clock_sim"])
    with psycopg.connect(connection.connection.info.dsn) as elsewhere:
        elsewhere.execute("SELECT FROM accounts_account WHERE id = %s FOR SHARE", [app.account_id])
        assert advance().count == 5
        assert row(backup, "state") == {"state": "running"}
        end(AppBackup, [backup.id], outcome="failed", reason="By hand.")
    assert history(backup.id)[-1] == ("running", "failed", "By hand.", after(7))


def test_a_clock_moves_past_a_create_only_with_what_it_made(app: App, bucket: Bucket) -> None:
    """The create has read the clock and not yet committed; the move waits for it."""
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            backup = make(app)
            moving = threads.submit(in_thread, lambda: advance(at=after(20)))
            await_that(_somebody_waits)
        assert moving.result().count == 6
    assert row(backup, "state") == {"state": "completed"}
    assert history(backup.id)[0] == ("", "pending", "", after(0))


def test_a_row_that_somebody_writes_while_it_is_settled_takes_its_steps_all_the_same(
    app: App, bucket: Bucket
) -> None:
    backup = make(app)
    labels = [{"name": "tier", "value": "gold"}]
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            AppBackup.objects.filter(id=backup.id).update(labels=labels)
            settling = threads.submit(in_thread, lambda: advance(at=after(20)))
            await_that(_somebody_waits)
        assert settling.result().count == 6
    assert row(backup, "state", "labels") == {"state": "completed", "labels": labels}
    assert [step[1] for step in history(backup.id)][1:] == ["discovering", "running", "completed"]


def test_a_row_that_goes_while_it_is_settled_takes_no_step(app: App, bucket: Bucket) -> None:
    backup = make(app)
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            AppBackup.objects.filter(id=backup.id).delete()
            settling = threads.submit(in_thread, lambda: advance(at=after(20)))
            await_that(_somebody_waits)
        assert settling.result().count == 3
    assert [step[1] for step in history(backup.id)] == ["pending"]


def test_a_create_that_waits_for_a_moving_clock_happens_after_it(app: App, bucket: Bucket) -> None:
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            Account.objects.filter(id=app.account_id).update(clock_sim=after(20))
            making = threads.submit(in_thread, lambda: make(app))
            await_that(_somebody_waits)
        backup = making.result()
    assert backup.created_at == after(20)
    assert backup.next_transition_at == after(23)


def test_a_command_waits_for_an_account_that_somebody_has(app: App, bucket: Bucket) -> None:
    backup = make(app)
    with ThreadPoolExecutor(1) as threads:
        with psycopg.connect(connection.connection.info.dsn) as elsewhere:
            elsewhere.execute(
                "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [0x0A57, str(app.account_id)]
            )
            moving = threads.submit(in_thread, lambda: advance(at=after(20)))
            await_that(_somebody_waits)
            assert row(backup, "state") == {"state": "pending"}
        assert moving.result().clocks == {app.account_id: after(20)}
    assert row(backup, "state") == {"state": "completed"}


def test_settling_without_waiting_leaves_an_account_to_who_has_it(app: App, bucket: Bucket) -> None:
    backup = make(app)
    with psycopg.connect(connection.connection.info.dsn) as elsewhere:
        elsewhere.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [0x0A57, str(app.account_id)]
        )
        assert settle_account(app.account_id, after(20), wait=False) is None
    assert row(backup, "state") == {"state": "pending"}


def test_actions_by_hand_and_passes_at_once_keep_the_books(app: App, bucket: Bucket) -> None:
    """Every backup is ended by hand or by itself, whoever comes first, and counted once."""
    fill(app, bucket, 200)
    ids = list(AppBackup.objects.order_by("name").values_list("id", flat=True))

    def lose(chosen: list[Any]) -> None:
        for identifier in chosen:
            end(AppBackup, [identifier], outcome="removed", reason="By hand.")

    def walk() -> None:
        for second in range(1, 12):
            advance(at=START + timedelta(seconds=second))

    tasks = [walk, walk, lambda: lose(ids[:60]), lambda: lose(ids[40:100])]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(in_thread, tasks))
    states = dict(
        AppBackup.objects.values_list("state").annotate(count=Count("id")).order_by("state")
    )
    assert states == {"completed": 100, "removed": 100}
    bucket.refresh_from_db()
    assert bucket.stored_bytes == 10 * 100
    for identifier in ids:
        steps = history(identifier)
        assert [step[0] for step in steps[1:]] == [step[1] for step in steps[:-1]]
        assert [step[3] for step in steps] == sorted(step[3] for step in steps)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        # Within a transaction all looks are one, otherwise.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND datname = current_database()"
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def test_what_is_deleted_while_a_clock_moves_goes_after_what_the_move_did() -> None:
    account = world.make_account()
    world.make_bucket(account)
    api = Api(account, world.make_token(world.make_user(account)))
    backup = make(world.make_app(account))
    path = f"k8s/v1/apps/{backup.app_id}/appBackups/{backup.id}"
    with ExitStack() as stack, transaction.atomic():
        advance(at=after(2.5), account_id=account.pk)
        deleted = stack.enter_context(blocked(lambda: api.call("DELETE", path)))
    assert deleted.result().status_code == 204
    steps = Transition.objects.filter(resource_id=backup.id).order_by("sequence")
    instants = [step.at for step in steps]
    assert [step.to_state for step in steps][-1] == "deleted"
    assert instants == sorted(instants)
