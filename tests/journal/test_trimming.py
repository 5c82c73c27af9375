"""The worker keeps every journal within its cap, and counts what it drops."""

import dataclasses
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from astra.accounts.models import Account
from astra.api.clock import clock_set_to, monotonic_seconds
from astra.api.dice import NIL_ID
from astra.engine.worker import Worker
from astra.journal import trimming
from astra.journal.draining import drain
from astra.journal.models import JournalEntry, JournalLoss
from astra.journal.trimming import INTERVAL_SECONDS, journals_trim
from tests import world
from tests.conftest import Api
from tests.journal.conftest import Journal
from tests.threads import at_once

CAP = 20
SLACK = 2


@pytest.fixture(autouse=True)
def _cap(settings: Any) -> None:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, journal_cap=CAP)


def fill(account: Account, count: int, *, user: uuid.UUID | None = NIL_ID) -> None:
    JournalEntry.objects.bulk_create(
        JournalEntry(
            account=account,
            at=world.START,
            real_at=world.START,
            duration_milliseconds=1,
            method="GET",
            path=f"/accounts/{account.id}/{number}",
            status=200,
            user_id=user,
        )
        for number in range(count)
    )


def kept(account: Account) -> list[int]:
    paths = JournalEntry.objects.filter(account=account).values_list("path", flat=True)
    return [int(path.rsplit("/", 1)[1]) for path in paths.order_by("sequence")]


@contextmanager
def time_that_passes() -> Iterator[Callable[[], None]]:
    """A clock that goes on by a worker's interval when it is told to."""
    now = [monotonic_seconds()]

    def go_on() -> None:
        now[0] += INTERVAL_SECONDS

    with clock_set_to(seconds=lambda: now[0]):
        yield go_on


def test_the_oldest_calls_beyond_the_cap_are_dropped_and_counted(
    account: Account, journal: Journal
) -> None:
    other = world.make_account()
    fill(account, CAP + 5)
    fill(other, CAP)
    assert journals_trim() == 5
    assert kept(account) == list(range(5, CAP + 5))
    assert kept(other) == list(range(CAP))
    fill(account, 7)
    assert journals_trim() == 7
    assert JournalLoss.objects.get().dropped == 12
    assert journal.read()["metadata"] == {"total": CAP, "dropped": 12, "cap": CAP}


def test_calls_that_nobody_of_the_account_made_have_a_cap_of_their_own(
    account: Account, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("trimming", "searching"):
        monkeypatch.setattr(f"astra.journal.{module}.MOST_WITHOUT_CALLER", 5)
    fill(account, 3)
    fill(account, CAP + 30, user=None)
    before = journal.read()
    assert before["metadata"] == {"total": 8, "dropped": CAP + 25, "cap": CAP}
    assert [item.get("userID") for item in before["items"]] == [str(NIL_ID)] * 3 + [None] * 5
    assert journals_trim() == CAP + 25
    assert JournalEntry.objects.count() == 8
    assert journal.read() == before
    fill(account, CAP)
    assert journals_trim() == 3
    assert journal.read()["metadata"]["total"] == CAP + 5


@pytest.mark.parametrize("excess", [0, 1, SLACK, SLACK + 1, 50])
def test_a_reader_never_sees_more_than_the_cap_trimmed_or_not(
    account: Account, journal: Journal, excess: int
) -> None:
    fill(account, CAP + excess)
    before = journal.read()
    dropped = journals_trim()
    assert dropped == (excess if excess > SLACK else 0)
    assert journal.read() == before
    assert before["metadata"] == {"total": CAP, "dropped": excess, "cap": CAP}
    assert [item["path"].rsplit("/", 1)[1] for item in before["items"]] == [
        str(number) for number in range(excess, CAP + excess)
    ]
    assert journal.verify(exactly=CAP)["verified"]
    oldest = JournalEntry.objects.order_by("sequence").values_list("sequence", flat=True)[0]
    shown = journal.control.get(f"{journal.path}/{oldest}").status_code == 200
    assert shown == (excess == 0 or excess > SLACK)


def test_with_a_cap_of_none_everything_goes(
    account: Account, settings: Any, journal: Journal
) -> None:
    fill(account, 3)
    settings.ASTRA = dataclasses.replace(settings.ASTRA, journal_cap=0)
    assert journal.read() == {"items": [], "metadata": {"total": 0, "dropped": 3, "cap": 0}}
    assert journals_trim() == 3
    assert journal.read() == {"items": [], "metadata": {"total": 0, "dropped": 3, "cap": 0}}


def test_only_accounts_with_new_calls_are_looked_at(account: Account) -> None:
    fill(account, CAP + 5)
    newest = JournalEntry.objects.order_by("-sequence")[0].sequence
    assert journals_trim(since=newest) == 0
    assert journals_trim(since=newest - 1) == 5


def test_what_a_call_wrote_after_its_account_was_deleted_is_swept_out(account: Account) -> None:
    fill(account, 2)
    Account.objects.filter(id=account.id).delete()
    journals_trim()
    assert not JournalEntry.objects.exists()
    assert not JournalLoss.objects.exists()


def test_a_call_that_was_written_a_little_later_than_its_number_says_is_not_missed(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def trim(*, since: int) -> int:
        asked.append(since)
        return 0

    monkeypatch.setattr(trimming, "journals_trim", trim)
    worker = Worker(lambda seconds: False)
    newest = []
    with time_that_passes() as go_on:
        for _ in range(4):
            fill(account, 1)
            newest.append(JournalEntry.objects.order_by("-sequence")[0].sequence)
            worker.trim()
            go_on()
    assert asked == [0, 0, newest[0], newest[1]]


def test_a_worker_trims_every_few_seconds(account: Account) -> None:
    worker = Worker(lambda seconds: False)
    with time_that_passes() as go_on:
        fill(account, CAP + 5)
        assert worker.trim() == 5
        fill(account, 5)
        assert worker.trim() == 0
        go_on()
        assert worker.trim() == 5


def test_a_worker_with_nothing_new_asks_once(account: Account) -> None:
    worker = Worker(lambda seconds: False)
    with time_that_passes() as go_on:
        fill(account, 3)
        for _ in range(3):
            worker.trim()
            go_on()
        with CaptureQueriesContext(connection) as queries:
            worker.trim()
            worker.trim()
        asked = [query["sql"] for query in queries if "journal" in query["sql"]]
        assert len(asked) == 1
        assert "max(sequence)" in asked[0]


def test_a_pass_that_fails_is_left_for_later(
    account: Account, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**given: Any) -> int:
        raise ValueError("odd")

    worker = Worker(lambda seconds: False)
    fill(account, CAP + 5)
    with time_that_passes() as go_on:
        monkeypatch.setattr(trimming, "journals_trim", fail)
        assert worker.trim() == 0
        assert "could not be trimmed" in caplog.text
        monkeypatch.undo()
        fill(account, 1)
        go_on()
        assert worker.trim() == 6


@pytest.mark.django_db(transaction=True)
def test_workers_and_callers_at_once_count_every_call(settings: Any) -> None:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, journal_cap=CAP)
    account = world.make_account()
    api = Api(account, world.make_token(world.make_user(account)))

    def call() -> None:
        for _ in range(15):
            api.get("topology/v1/buckets")

    def trim() -> None:
        for _ in range(15):
            drain()
            journals_trim()

    at_once([call, trim, call, trim, call])
    drain()
    journals_trim()
    lost = JournalLoss.objects.filter(account=account).first()
    assert JournalEntry.objects.count() <= CAP + SLACK
    assert JournalEntry.objects.count() + (lost.dropped if lost else 0) == 45


@pytest.mark.django_db(transaction=True)
def test_an_account_that_is_being_deleted_is_left_alone(settings: Any) -> None:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, journal_cap=CAP)
    account = world.make_account()
    fill(account, CAP + 5)
    with transaction.atomic():
        Account.objects.select_for_update().get(id=account.id)
        assert at_once([journals_trim]) == [0]
    assert journals_trim() == 5


def test_the_interval_is_some_passes_of_the_worker() -> None:
    assert 1 <= INTERVAL_SECONDS <= 10
