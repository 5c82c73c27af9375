"""Whoever reads the journal finds every call that was answered, once, in the order of their ends."""

import dataclasses
import itertools
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import transaction

from astra.accounts.clocks import clock_instant
from astra.accounts.models import Account
from astra.api.clock import clock_set_to, real_now
from astra.api.statements import fetch
from astra.engine.worker import Worker
from astra.isolation.accounts import AccountWanted, account_delete, account_new
from astra.isolation.resetting import account_reset
from astra.journal import draining
from astra.journal import spool as spools
from astra.journal.draining import drain, drain_piece
from astra.journal.models import JournalEntry, JournalFile
from astra.journal.spool import Spool, spool
from tests import world
from tests.conftest import Api
from tests.journal.conftest import Journal
from tests.threads import at_once, blocked

BUCKETS = "topology/v1/buckets"


def call(api: Api, *names: Any) -> None:
    for name in names:
        api.get(f"nowhere/{name}")


def in_table() -> list[str]:
    """The calls that the table has, whatever files have: the ends of their paths."""
    rows = fetch("SELECT path FROM journal_journalentry ORDER BY sequence")
    return [path.rsplit("/", 1)[1] for (path,) in rows]


def found() -> list[str]:
    drain()
    return in_table()


def path_of_file() -> Path:
    files = spool()
    (name,) = files.sizes()
    return files._folder / name


@pytest.fixture
def off(settings: Any) -> None:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, journal_spool=False)


@pytest.fixture
def committing(transactional_db: None) -> Api:
    account = world.make_account()
    return Api(account, world.make_token(world.make_user(account)))


def test_a_call_is_in_a_file_until_somebody_reads(api: Api) -> None:
    call(api, 1, 2)
    assert in_table() == []
    assert JournalEntry.objects.count() == 2
    assert in_table() == ["1", "2"]


def test_a_reader_in_another_session_sees_a_call_once_it_is_answered(committing: Api) -> None:
    for number in range(1, 4):
        call(committing, number)
        assert at_once([JournalEntry.objects.count]) == [number]


def test_the_worker_drains_though_nobody_reads(api: Api) -> None:
    worker = Worker(lambda seconds: False)
    for number in range(3):
        call(api, number)
        worker.trim()
        assert len(in_table()) == number + 1


def test_readers_at_once_bring_in_each_call_once(committing: Api) -> None:
    numbers = [str(number) for number in range(30)]

    def make() -> None:
        call(committing, *numbers)

    def read() -> None:
        for _ in range(10):
            drain()

    at_once([make, read, read, read])
    assert found() == numbers


def test_who_drains_what_another_has_not_committed_waits_for_that(committing: Api) -> None:
    call(committing, 1)
    with ExitStack() as stack, transaction.atomic():
        drain()
        stack.enter_context(blocked(drain))
        call(committing, 2)
    assert in_table() == ["1", "2"]


def test_where_nothing_was_written_the_database_is_not_asked(
    committing: Api, django_assert_num_queries: Any
) -> None:
    call(committing, 1)
    with clock_set_to(real_now, seconds=lambda: 0.0):
        drain()
        with django_assert_num_queries(0):
            drain()
    call(committing, 2)
    assert found() == ["1", "2"]


def test_what_the_table_lost_with_its_server_is_drained_again(committing: Api) -> None:
    """As drained rows are not waited for, a fail-over may take the last of them back."""
    call(committing, 1)
    with clock_set_to(real_now, seconds=lambda: 0.0):
        assert found() == ["1"]
    fetch("DELETE FROM journal_journalentry")
    fetch("DELETE FROM journal_journalfile")
    with clock_set_to(real_now, seconds=lambda: 1.0):
        assert found() == ["1"]


def test_a_file_goes_once_its_rows_are_on_the_disk(
    committing: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spools, "FULL_BYTES", 2_000)
    written: list[str] = []
    waited: list[bool] = []
    advance = draining._ADVANCE.execute

    def noting(parameters: Any) -> None:
        # What comes after it may be of other tests, which write to the same log.
        written[:] = fetch("SELECT pg_current_wal_insert_lsn()")[0]
        advance(parameters)

    def remove(files: Spool, name: str, size: int) -> bool:
        waited.extend(fetch("SELECT pg_current_wal_flush_lsn() >= %s::pg_lsn", written)[0])
        return True

    monkeypatch.setattr(draining._ADVANCE, "execute", noting)
    monkeypatch.setattr(Spool, "remove", remove)
    call(committing, *range(20))
    # The server of the tests waits for no disk by itself.
    fetch("SELECT set_config('synchronous_commit', 'on', false)")
    try:
        drain()
    finally:
        fetch("SELECT set_config('synchronous_commit', 'off', false)")
    assert waited
    assert all(waited)


def test_what_is_rolled_back_is_drained_again(committing: Api) -> None:
    call(committing, 1)
    with transaction.atomic():
        drain()
        transaction.set_rollback(True)
    assert in_table() == []
    assert found() == ["1"]


def test_full_files_are_drained_in_order_and_removed(
    committing: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spools, "FULL_BYTES", 2_000)
    numbers = [str(number) for number in range(20)]
    call(committing, *numbers)
    assert len(spool().sizes()) > 3
    assert found() == numbers
    (name,) = spool().sizes()
    assert [each.name for each in JournalFile.objects.all()] == [name]


def test_more_than_a_piece_is_drained_piece_by_piece(
    committing: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    call(committing, *range(20))
    monkeypatch.setattr(spools, "PIECE_BYTES", 2_000)
    assert drain_piece()
    assert 0 < len(in_table()) < 20
    assert found() == [str(number) for number in range(20)]


def test_the_worker_goes_on_until_all_files_are_drained_and_no_call_overtakes_another(
    committing: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spools, "FULL_BYTES", 8_000)
    numbers = [str(number) for number in range(30)]
    call(committing, *numbers)
    assert len(spool().sizes()) > 1
    monkeypatch.setattr(spools, "PIECE_BYTES", 2_000)
    worker = Worker(lambda seconds: False)
    worker.trim()
    assert worker.is_behind
    while worker.is_behind:
        worker.trim()
    assert in_table() == numbers


def test_what_is_no_line_of_a_file_harms_no_other(api: Api) -> None:
    call(api, 1)
    with path_of_file().open("ab") as file:
        file.write(b'\n{"account_id": "cut off')
    call(api, 2)
    with path_of_file().open("ab") as file:
        file.write(b"\n17\n\n[]\n\xff\n")
    call(api, 3)
    assert found() == ["1", "2", "3"]


def test_a_file_without_an_end_of_line_keeps_nobody_waiting(
    committing: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spools, "PIECE_BYTES", 5_000)
    call(committing, 1)
    with path_of_file().open("ab") as file:
        file.write(b"x" * 20_000)
    call(committing, 2)
    assert found() == ["1", "2"]


def test_a_line_that_no_row_can_have_is_logged_and_left_out(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    call(api, 1)
    line = orjson.loads(path_of_file().read_bytes())
    for odd in ({"account_id": line["account_id"]}, line | {"path": "\0"}, line | {"status": "x"}):
        spool().append(orjson.dumps(odd))
    call(api, 2)
    assert found() == ["1", "2"]
    assert caplog.text.count("cannot be brought into the table") == 3


def test_the_instant_is_that_at_which_the_call_came_in(api: Api, journal: Journal) -> None:
    call(api, "of a user")
    Api(api.account, None).get("of nobody")
    Account.objects.filter(id=api.account.id).update(clock_sim=world.START + timedelta(days=1))
    assert [entry["at"] for entry in journal.all()] == ["2026-01-05T12:00:00.123456Z"] * 2


@pytest.mark.parametrize("mode", ["scaled", "real"])
def test_the_instant_follows_the_clock_of_the_account(db: None, mode: str) -> None:
    account = world.make_account(mode=mode)
    api = Api(account, world.make_token(world.make_user(account)))
    start = real_now()
    ticks = itertools.count()
    with clock_set_to(lambda: start + timedelta(seconds=next(ticks))):
        call(api, "of a user")
        Api(account, None).get("of nobody")
    account.refresh_from_db()
    clock = account.clock_sim, account.clock_real, account.clock_rate
    for entry in JournalEntry.objects.all():
        assert entry.at == clock_instant(*clock, real_at=entry.real_at)


def test_calls_of_an_account_that_is_gone_go_with_it(api: Api, stranger: Api) -> None:
    call(api, 1)
    late = path_of_file().read_bytes().strip()
    call(stranger, 2)
    account_delete(api.account.id)
    spool().append(late)
    assert found() == ["2"]


def test_an_account_with_the_id_of_one_that_is_gone_has_none_of_its_calls(db: None) -> None:
    wanted = AccountWanted(seed=5)
    made = account_new(wanted)
    call(Api(made.account, made.token), 1)
    account_delete(made.account.id)
    assert account_new(wanted).account.id == made.account.id
    assert found() == []


def test_a_reset_forgets_also_what_only_a_file_has(db: None) -> None:
    made = account_new(AccountWanted())
    api = Api(made.account, made.token)
    call(api, 1)
    account_reset(made.account.id)
    call(api, 2)
    assert found() == ["2"]


def test_clearing_forgets_also_what_only_a_file_has(api: Api, journal: Journal) -> None:
    call(api, 1)
    assert journal.control.delete(journal.path).status_code == 204
    call(api, 2)
    assert found() == ["2"]


def test_without_files_a_call_is_a_row_at_once(api: Api, off: None) -> None:
    call(api, 1)
    Api(api.account, None).get("nowhere/2")
    assert in_table() == ["1", "2"]
    assert spool().sizes() == {}


def test_rows_are_the_same_by_either_way(
    api: Api, journal: Journal, settings: Any, stranger: Api
) -> None:
    def entries() -> list[dict[str, Any]]:
        journal.control.delete(journal.path)
        path = f"{BUCKETS}?x=\N{SNOWMAN}"
        api.post(path, {"name": 'odd "\N{SNOWMAN}\ud83d\x01\\', "password": "x"}, If_Match="*")
        api.call("POST", BUCKETS, b"\xff\x00{", User_Agent="odd\ud800\x00")
        api.get(BUCKETS)
        api.call("HEAD", "nowhere")
        stranger.call("GET", journal.path, root=True)
        Api(api.account, "unknown").post("nowhere", {"name": "x"})
        changing = ("sequence", "realAt", "durationMilliseconds", "correlationID")
        return [
            {name: value for name, value in entry.items() if name not in changing}
            | {"responseBody": {**entry.get("responseBody", {}), "correlationID": ""}}
            for entry in journal.all()
        ]

    spooled = entries()
    settings.ASTRA = dataclasses.replace(settings.ASTRA, journal_spool=False)
    assert entries() == spooled
    assert len(spooled) == 5


def test_where_files_cannot_be_written_a_call_is_a_row_at_once_after_those_before(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(self: Spool, line: bytes) -> None:
        raise PermissionError(13, "Permission denied")

    call(api, 1)
    with monkeypatch.context() as patched:
        patched.setattr(Spool, "_append", fail)
        call(api, 2, 3)
    assert in_table() == ["1", "2", "3"]
    assert len([each for each in caplog.records if "cannot be written" in each.message]) == 1
    call(api, 4)
    assert found() == ["1", "2", "3", "4"]


def test_databases_have_folders_of_their_own(db: None) -> None:
    (oid,) = fetch("SELECT oid FROM pg_database WHERE datname = current_database()")[0]
    assert spool()._folder.name.endswith(f"-{oid}")


def test_the_threads_of_a_process_share_what_is_open(transactional_db: None) -> None:
    spool().close()
    spools._spool.cache_clear()
    assert len(set(at_once([spool] * 8))) == 1


def test_a_role_without_rights_may_ask_which_database_it_is(db: None) -> None:
    fetch("CREATE ROLE nobody_special")
    fetch("SET LOCAL ROLE nobody_special")
    assert fetch("SELECT system_identifier FROM pg_control_system()")
    fetch("RESET ROLE")
