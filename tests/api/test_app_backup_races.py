"""Creates, deletes and reads at the same time, on connections of their own.

Source: `docs/architecture.md`, 'Data rules': races for a name are decided by the constraint.
"""

import dataclasses
import json
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.db.models.expressions import RawSQL

from astra.accounts.callers import caller_of
from astra.accounts.clocks import ClockMode
from astra.accounts.models import Account
from astra.api.clock import real_now, timestamp
from astra.database import grouping
from astra.engine.models import Transition
from astra.resources.actions import delete_row
from backups.actions import app_backups
from backups.actions.retention import retain
from backups.models import App, AppBackup, Bucket, Snapshot
from backups.resources.app_snaps import APP_SNAP
from backups.resources.apps import APP
from backups.resources.buckets import BUCKET
from tests import world
from tests.conftest import Api, invalid, number
from tests.isolation.test_checkpoints import SCHEDULE
from tests.threads import PATIENCE_SECONDS, at_once, blocked, closing, until, waiting

pytestmark = pytest.mark.django_db(transaction=True)

CALLERS = 32


@pytest.fixture
def account(db: None) -> Account:
    """An account in real time, as a service under load has it."""
    return world.make_account(mode=ClockMode.REAL)


@pytest.fixture(autouse=True)
def _judged_before(api: Api) -> None:
    """What judges the answers is loaded once, before there are threads."""
    api.get("")


def _statuses(answers: list[Any]) -> dict[int, int]:
    statuses = [answer.status_code for answer in answers]
    return {status: statuses.count(status) for status in set(statuses)}


def test_of_many_creates_with_one_name_exactly_one_succeeds(
    api: Api, app: App, bucket: Bucket
) -> None:
    answers = at_once([lambda: api.create_backup(app, name="nightly")] * CALLERS)
    assert _statuses(answers) == {201: 1, 409: CALLERS - 1}
    refused = [answer for answer in answers if answer.status_code == 409]
    assert {(number(answer), *invalid(answer)) for answer in refused} == {(143, "name")}
    (backup,) = AppBackup.objects.all()
    (snapshot,) = Snapshot.objects.all()
    assert (backup.name, backup.snapshot_id) == ("nightly", snapshot.id)
    assert Transition.objects.count() == 2


def test_of_many_creates_with_one_name_and_snapshot_exactly_one_succeeds(
    api: Api, app: App, bucket: Bucket
) -> None:
    snapshot = world.make_snapshot(app)
    members = {"name": "nightly", "snapshotID": str(snapshot.id)}
    answers = at_once([lambda: api.create_backup(app, **members)] * CALLERS)
    assert _statuses(answers) == {201: 1, 409: CALLERS - 1}
    assert Snapshot.objects.get() == snapshot


@pytest.mark.parametrize("mode", [ClockMode.REAL, ClockMode.MANUAL])
def test_many_creates_without_a_name_all_succeed_under_names_of_their_own(
    app: App, bucket: Bucket, account: Account, api: Api, mode: str
) -> None:
    if mode == ClockMode.MANUAL:
        Account.objects.filter(id=account.id).update(
            clock_mode=mode, clock_rate=0, clock_sim=world.START
        )
    answers = at_once([lambda: api.create_backup(app)] * CALLERS)
    assert _statuses(answers) == {201: CALLERS}
    documents = [json.loads(answer.content) for answer in answers]
    names = {document["name"] for document in documents}
    assert len(names) == len({document["id"] for document in documents}) == CALLERS
    assert all(re.fullmatch(r"shop-backup-\d{14}-[0-9a-f]{8}", name) for name in names)
    assert AppBackup.objects.count() == Snapshot.objects.count() == CALLERS
    assert len(set(Snapshot.objects.values_list("name", flat=True))) == CALLERS


def test_a_name_that_is_deleted_and_created_at_once_is_taken_or_free_but_never_twice(
    api: Api, app: App, bucket: Bucket
) -> None:
    backup = world.make_backup(app, bucket, name="nightly", state="failed")
    delete = [lambda: api.delete(f"topology/v1/appBackups/{backup.id}")] * 4
    create = [lambda: api.create_backup(app, name="nightly")] * 8
    answers = at_once([*delete, *create])
    assert _statuses(answers[:4]) == {204: 1, 404: 3}
    created = _statuses(answers[4:])
    assert set(created) <= {201, 409}
    assert AppBackup.objects.count() == created.get(201, 0) <= 1


def test_of_many_deletes_of_one_backup_exactly_one_succeeds(api: Api, app: App) -> None:
    bucket = world.make_bucket(api.account, stored_bytes=10_000)
    backup = world.make_backup(app, bucket)
    answers = at_once([lambda: api.delete(f"topology/v1/appBackups/{backup.id}")] * 16)
    assert _statuses(answers) == {204: 1, 404: 15}
    assert {number(answer) for answer in answers if answer.status_code == 404} == {1}
    bucket.refresh_from_db()
    assert bucket.stored_bytes == 0


def test_lists_and_creates_do_not_disturb_each_other(api: Api, app: App, bucket: Bucket) -> None:
    create = [lambda: api.create_backup(app)] * 16
    read = [lambda: api.get("topology/v1/appBackups?limit=5&count=true")] * 16
    answers = at_once([*create, *read])
    assert _statuses(answers) == {201: 16, 200: 16}
    assert api.read("topology/v1/appBackups?count=true")["metadata"]["count"] == 16


ROUNDS = 5


def test_a_snapshot_is_either_deleted_or_used(api: Api, app: App, bucket: Bucket) -> None:
    for _ in range(ROUNDS):
        snapshot = world.make_snapshot(app)
        path = f"k8s/v1/apps/{app.id}/appSnaps/{snapshot.id}"
        create = [partial(api.create_backup, app, snapshotID=str(snapshot.id))] * 7
        deleted, *created = at_once([partial(api.delete, path), *create])
        if deleted.status_code == 204:
            assert {number(answer) for answer in created} == {46}
        else:
            assert number(deleted) == 144
            assert _statuses(created) == {201: 7}


def test_a_bucket_is_either_removed_or_used(api: Api, app: App, bucket: Bucket) -> None:
    for _ in range(ROUNDS):
        named = world.make_bucket(api.account)
        path = f"topology/v1/buckets/{named.id}"
        create = [partial(api.create_backup, app, bucketID=str(named.id))] * 7
        deleted, *created = at_once([partial(api.delete, path), *create])
        if deleted.status_code == 204:
            assert {number(answer) for answer in created} == {108}
        else:
            assert number(deleted) == 83
            assert _statuses(created) == {201: 7}


def test_an_app_is_either_unmanaged_or_backed_up(api: Api, bucket: Bucket) -> None:
    for _ in range(ROUNDS):
        app = world.make_app(api.account)
        path = f"k8s/v2/apps/{app.id}"
        create = [partial(api.create_backup, app)] * 7
        deleted, *created = at_once([partial(api.delete, path), *create])
        if deleted.status_code == 204:
            assert {number(answer) for answer in created} == {2}
        else:
            assert number(deleted) == 157
            assert _statuses(created) == {201: 7}


def _created_while(api: Api, app: App, change: Callable[[], Any], **members: Any) -> Any:
    """Create a backup that meets a change which is not committed yet; return the answer."""
    with ExitStack() as stack:
        with transaction.atomic():
            change()
            creation = stack.enter_context(blocked(lambda: api.create_backup(app, **members)))
        return creation.result(PATIENCE_SECONDS)


def test_a_create_waits_for_an_app_that_is_being_unmanaged(
    api: Api, app: App, bucket: Bucket
) -> None:
    apps, caller = App.objects.filter(id=app.id), caller_of(api.token or "")
    response = _created_while(api, app, lambda: delete_row(APP, apps, caller=caller))
    assert number(response) == 2
    assert not AppBackup.objects.exists()


def test_a_create_waits_for_a_bucket_that_is_being_removed(api: Api, app: App) -> None:
    bucket = world.make_bucket(api.account)
    buckets = Bucket.objects.filter(id=bucket.id)
    caller = caller_of(api.token or "")
    response = _created_while(
        api, app, lambda: delete_row(BUCKET, buckets, caller=caller), bucketID=str(bucket.id)
    )
    assert (number(response), invalid(response)) == (108, ["bucketID"])


def test_a_create_waits_for_a_snapshot_that_is_being_deleted(
    api: Api, app: App, bucket: Bucket
) -> None:
    snapshot = world.make_snapshot(app)
    snapshots = Snapshot.objects.filter(id=snapshot.id)
    caller = caller_of(api.token or "")
    response = _created_while(
        api,
        app,
        lambda: delete_row(APP_SNAP, snapshots, caller=caller),
        snapshotID=str(snapshot.id),
    )
    assert (number(response), invalid(response)) == (46, ["snapshotID"])


def test_a_snapshot_that_outlived_its_backup_stays_for_a_backup_that_is_just_being_made_of_it(
    api: Api, app: App, settings: Any
) -> None:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, left_behind=0)
    bucket = world.make_bucket(api.account, stored_bytes=1_000_000)
    snapshot = world.make_snapshot(app)
    backup = world.make_backup(app, bucket, snapshot=snapshot, owns_snapshot=True)
    with ExitStack() as stack:
        with transaction.atomic():
            asked = api.create_backup(app, snapshotID=str(snapshot.id))
            path = f"topology/v1/appBackups/{backup.id}"
            deletion = stack.enter_context(blocked(lambda: api.delete(path)))
        answers = [asked.status_code, deletion.result(PATIENCE_SECONDS).status_code]
    assert answers == [201, 204]
    assert Snapshot.objects.filter(id=snapshot.id).exists()


def test_so_does_one_that_its_schedule_need_not_keep(api: Api, app: App, bucket: Bucket) -> None:
    made = api.post(f"k8s/v1/apps/{app.id}/schedules", SCHEDULE | {"snapshotRetention": "1"})
    by = json.loads(made.content)["id"]
    old, older = (
        world.make_snapshot(app, schedule_id=by, created_at=world.START - timedelta(hours=hours))
        for hours in (1, 2)
    )
    world.make_snapshot(app, schedule_id=by)

    def settle() -> None:
        with transaction.atomic():
            retain(app.account_id)

    with ExitStack() as stack:
        with transaction.atomic():
            assert api.create_backup(app, snapshotID=str(old.id)).status_code == 201
            settling = stack.enter_context(blocked(settle))
        settling.result(PATIENCE_SECONDS)
    left = Snapshot.objects.filter(id__in=(old.id, older.id)).values_list("id", flat=True)
    assert list(left) == [old.id]


def test_a_create_waits_for_a_clock_that_is_being_moved(
    api: Api, app: App, bucket: Bucket, account: Account
) -> None:
    """It would otherwise be created before an instant that the account has passed."""
    later = real_now() + timedelta(days=1)

    def move() -> None:
        Account.objects.filter(id=account.id).update(
            clock_mode=ClockMode.SCALED, clock_rate=2, clock_sim=later, clock_real=real_now()
        )

    response = _created_while(api, app, move)
    metadata = json.loads(response.content)["metadata"]
    assert metadata["creationTimestamp"] >= timestamp(later)


def test_a_create_waits_for_one_of_the_same_name(api: Api, app: App, bucket: Bucket) -> None:
    response = _created_while(
        api, app, lambda: world.make_backup(app, bucket, name="nightly"), name="nightly"
    )
    assert (number(response), invalid(response)) == (143, ["name"])
    assert not Snapshot.objects.exists()


def _grouped(api: Api, app: App, creates: Sequence[Callable[[], Any]]) -> list[Any]:
    """Have one backup made, and the others meanwhile wanted; return the answers to these."""
    with ThreadPoolExecutor(max_workers=1 + len(creates)) as pool:
        with transaction.atomic():
            Account.objects.select_for_update().get(id=app.account_id)
            first = waiting(pool, lambda: api.create_backup(app, name="first"))
            others = [pool.submit(closing, each) for each in creates]
            ((_, line),) = app_backups._creates._lines.items()
            until(lambda: len(line.waiting) == len(creates))
        assert first.result(PATIENCE_SECONDS).status_code == 201
        return [each.result(PATIENCE_SECONDS) for each in others]


def test_creates_that_come_while_one_is_made_are_one_transaction_and_differ_in_their_answers(
    api: Api, app: App, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "LONGEST_SECONDS", PATIENCE_SECONDS)
    unmanaged, other = world.make_app(api.account), world.make_app(api.account)
    api.create_backup(unmanaged)
    App.objects.filter(id=unmanaged.id).update(deleted_at=real_now())
    AppBackup.objects.all().delete()
    unfit = world.make_snapshot(app, state="failed")
    answers = _grouped(
        api,
        app,
        [
            partial(api.create_backup, app, name="nightly"),
            partial(api.create_backup, other, name="nightly"),
            partial(api.create_backup, app, name="nightly"),
            partial(api.create_backup, app, name="first"),
            partial(api.create_backup, app, bucketID=str(world.some_id())),
            partial(api.create_backup, app, snapshotID=str(unfit.id)),
            partial(api.create_backup, unmanaged),
            partial(api.create_backup, app, snapshotID=str(world.make_snapshot(app).id)),
        ],
    )
    problems = [None if each.status_code == 201 else number(each) for each in answers]
    named = [problems[0], problems[2]]
    assert sorted(named, key=str) == [143, None]
    assert problems == [named[0], None, named[1], 143, 108, 111, 2, None]
    made = {json.loads(each.content)["id"] for each in answers if each.status_code == 201}
    assert {
        str(each) for each in AppBackup.objects.exclude(name="first").values_list("id", flat=True)
    } == made
    transactions = AppBackup.objects.filter(id__in=made).values_list(RawSQL("xmin::text", ()))
    assert transactions.distinct().count() == 1
    assert Snapshot.objects.filter(appbackup__in=made).count() == 3
