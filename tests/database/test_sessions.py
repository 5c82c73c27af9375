"""Sessions: opened once, bounded, held no longer than needed, and dropped when they are lost."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import (
    DataError,
    IntegrityError,
    OperationalError,
    connection,
    connections,
    transaction,
)

from astra.api.rows import Selection
from astra.api.statements import Statement, release
from astra.database.patience import locks_within, within
from astra.database.sessions import Session, Sessions
from backups.models import Bucket

pytestmark = pytest.mark.django_db(transaction=True)

PID = Statement("SELECT pg_backend_pid()")


@pytest.fixture
def sessions() -> Iterator[Sessions]:
    """Two sessions at most, of which one is waited for hardly at all."""
    wrapper: Any = connections["default"]
    opened: list[Session] = []

    def open_one() -> Session:
        opened.append(wrapper._opened())
        return opened[-1]

    yield Sessions(open_one, most=2, timeout=0.01)
    for session in opened:
        session.pgconn.finish()


def pid_of(session: Session) -> int:
    row = session.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    return int(row[0])


def end(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def pid() -> int:
    row = PID.fetch_one({})
    assert row is not None
    return int(row[0])


def test_the_one_used_last_is_used_again(sessions: Sessions) -> None:
    first, second = sessions.getconn(), sessions.getconn()
    sessions.putconn(first)
    sessions.putconn(second)
    assert sessions.getconn() is second


def test_a_process_has_no_more_than_it_may(sessions: Sessions) -> None:
    sessions.getconn()
    sessions.getconn()
    with pytest.raises(psycopg.OperationalError, match="in use"):
        sessions.getconn()


def test_one_that_the_server_ended_is_never_handed_out(sessions: Sessions) -> None:
    lost, idle = sessions.getconn(), sessions.getconn()
    pids = {pid_of(lost), pid_of(idle)}
    sessions.putconn(lost)
    sessions.putconn(idle)
    for each in pids:
        end(each)
    assert pid_of(sessions.getconn()) not in pids
    assert pid_of(sessions.getconn()) not in pids


def test_one_within_a_transaction_is_closed(sessions: Sessions) -> None:
    session = sessions.getconn()
    session.execute("BEGIN")
    sessions.putconn(session)
    assert session.closed
    assert sessions.getconn() is not session


def test_threads_may_outnumber_sessions() -> None:
    wrapper: Any = connections["default"]
    most = wrapper.settings_dict["OPTIONS"]["pool"]["max_size"]
    together = threading.Barrier(2 * most)

    def ask(_: int) -> int:
        together.wait(30)
        return pid()

    with ThreadPoolExecutor(2 * most) as threads:
        assert len(set(threads.map(ask, range(2 * most)))) <= most


def test_outside_a_transaction_a_statement_leaves_no_session_with_its_thread() -> None:
    release()
    pid()
    assert connection.connection is None


class TestPatience:
    def test_what_is_late_fails_and_is_over(self) -> None:
        release()
        with within(0.05), pytest.raises(OperationalError, match="in time"):
            Statement("SELECT pg_sleep(30)").fetch_one({})
        assert pid()

    def test_so_does_what_djangos_cursors_ask(self) -> None:
        with (
            within(0.05),
            pytest.raises(OperationalError, match="in time"),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT pg_sleep(30)")
        connection.close()

    def test_where_locks_alone_have_a_limit_it_is_that_of_each_session(self) -> None:
        release()
        shown = Statement("SHOW lock_timeout")
        with locks_within(1.5):
            assert shown.fetch_one({}) == ("1500ms",)
            with connection.cursor() as cursor:
                cursor.execute("SHOW lock_timeout")
                assert cursor.fetchone() == ("1500ms",)
        release()
        assert shown.fetch_one({}) == ("0",)

    def test_without_a_limit_it_is_waited_for(self) -> None:
        assert Statement("SELECT pg_sleep(0.1), 1").fetch_one({}) is not None


class TestStatements:
    def test_a_text_cannot_end_early(self) -> None:
        with pytest.raises(DataError, match="NUL"):
            Statement("SELECT %(text)s::text").fetch_one({"text": "a\0b"})

    def test_one_larger_than_the_socket_takes_at_once(self) -> None:
        text = "x" * 20_000_000
        row = Statement("SELECT length(%(text)s::text)").fetch_one({"text": text})
        assert row == (len(text),)

    def test_an_error_leaves_the_session_as_good_as_before(self) -> None:
        release()
        wrong = Statement("SELECT 1 / %(by)s::int")
        for _ in range(2):
            with pytest.raises(DataError):
                wrong.fetch_one({"by": 0})
        assert wrong.fetch_one({"by": 1}) == (1,)

    def test_tables_that_are_made_anew_are_read_as_they_are(self) -> None:
        def make(kind: str) -> None:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE IF EXISTS made; CREATE TABLE made (it {kind})")
            release()

        read = Statement("SELECT * FROM made")
        make("int")
        assert read.fetch_all({}) == []
        make("text")
        assert read.fetch_all({}) == []
        make("int")
        with pytest.raises(OperationalError, match="made anew"), transaction.atomic():
            read.fetch_all({})
        assert read.fetch_all({}) == []
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE made")

    def test_ids_of_light_rows_are_texts(self) -> None:
        assert Selection(Bucket.objects.all()[:1], ("id", "name")).fetch({}) == []


@pytest.fixture
def checked_at_commit() -> Iterator[Statement]:
    """A statement that does what it is to do, and whose commit fails."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE parent (id int PRIMARY KEY)")
        cursor.execute(
            "CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"
        )
    yield Statement("INSERT INTO child VALUES (%(id)s::int) RETURNING id")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE child, parent")


def test_what_is_not_committed_is_not_said_to_be_done(checked_at_commit: Statement) -> None:
    connection.close()
    with pytest.raises(IntegrityError, match="is not present in table"):
        checked_at_commit.fetch_one({"id": 1})
    assert Statement("SELECT count(*) FROM child").fetch_one({}) == (0,)


def test_two_answers_to_one_command_are_a_lost_session() -> None:
    """As a pooler gives them, for a server that died and for itself."""
    connection.ensure_connection()
    session = connection.connection
    with pytest.raises(psycopg.OperationalError, match="2 results"):
        session.wait(session._exec_command("SELECT 1; SELECT 2"))
    assert session.closed
    connection.close()
