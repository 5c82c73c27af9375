"""The embedded server: what it keeps, what it leaves behind, what it refuses."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from django.core.management.base import CommandError

from astra.server import postgres, postgres_files
from astra.server.postgres import EmbeddedPostgres
from tests.postgres import EphemeralPostgres, prepared
from tests.server.service import eventually


@pytest.fixture
def socket_dir() -> Iterator[Path]:
    """A short path: pytest's own folders are too long for a socket."""
    with tempfile.TemporaryDirectory(prefix="astra-") as folder:
        yield Path(folder) / "socket"


@pytest.fixture
def server(tmp_path: Path, socket_dir: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(
        data_dir=tmp_path / "closed" / "postgres",
        socket_dir=socket_dir,
        log_path=tmp_path / "postgres.log",
        durable=False,
    )
    # Made in a moment; what is made in full is started with the tests themselves.
    server.template = prepared()
    # As the home of root: nobody else may pass.
    (tmp_path / "closed").mkdir(mode=0o700)
    yield server
    server.stop()


def query(server: EmbeddedPostgres, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def test_rows_survive_stop_and_kill(server: EmbeddedPostgres) -> None:
    server.start()
    query(server, "CREATE TABLE kept (at text)")
    query(server, "INSERT INTO kept VALUES ('before the stop')")
    server.stop()
    durable = EmbeddedPostgres(
        data_dir=server.data_dir, socket_dir=server.socket_dir, log_path=server.log_path
    )
    with durable:
        query(durable, "INSERT INTO kept VALUES ('before the kill')")
        assert durable.pid is not None
        os.kill(durable.pid, signal.SIGKILL)
        eventually(lambda: durable.exit_code() == -signal.SIGKILL, "the end of the server")
        durable.start()
        kept = query(durable, "SELECT at FROM kept")
    assert kept == [("before the stop",), ("before the kill",)]


def test_its_log_does_not_grow_beyond_a_limit(server: EmbeddedPostgres) -> None:
    server.log_bytes = 1000

    def complain(number: int) -> None:
        with pytest.raises(psycopg.errors.UndefinedTable):
            query(server, f"SELECT FROM nothing_{number}")

    assert server.log_path is not None
    old = server.log_path.with_suffix(".log.old")
    with server:
        for number in range(30):
            complain(number)
            server.limit_log()
            assert server.log_path.stat().st_size <= 1000
        assert 1000 < old.stat().st_size < 2000
        kept = old.read_text() + server.log_path.read_text()
        assert "\0" not in kept
        assert "nothing_29" in kept
        assert 'nothing_2"' not in kept


def test_a_copy_of_the_folder_of_a_stopped_server_is_a_backup(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    with server:
        query(server, "CREATE TABLE kept (at text)")
    copy = tmp_path / "closed" / "copy"
    subprocess.run(["cp", "-a", server.data_dir, copy], check=True)
    with server:
        query(server, "DROP TABLE kept")
    with EmbeddedPostgres(data_dir=copy, socket_dir=server.socket_dir, log_path=None) as restored:
        assert query(restored, "SELECT * FROM kept") == []


def test_it_listens_on_its_socket_alone_and_has_what_the_service_needs(
    server: EmbeddedPostgres,
) -> None:
    server.start()
    assert server.pid is not None
    assert psutil.Process(server.pid).net_connections("inet") == []
    assert server.socket_dir.stat().st_mode & 0o777 == 0o700
    assert server.data_dir.stat().st_mode & 0o777 == 0o700
    found = query(
        server,
        "SELECT current_user, datcollate, pg_encoding_to_char(encoding), datlocprovider, datlocale"
        " FROM pg_database WHERE datname = current_database()",
    )
    assert found == [("astra", "C", "UTF8", "b", "C.UTF-8")]


def test_a_pid_file_that_names_another_program_is_no_obstacle(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    # After a crash, the number may since have been given to anything: here to a process that runs
    # under the same account, which PostgreSQL alone would take for a living server.
    status = server.data_dir.stat()
    with subprocess.Popen(["/bin/sleep", "600"], user=status.st_uid) as stranger:
        pid_file = server.data_dir / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{server.data_dir}\n")
        os.chown(pid_file, status.st_uid, status.st_gid)
        server.start()
        assert query(server, "SELECT 1") == [(1,)]
        assert stranger.poll() is None
        stranger.kill()


def test_a_server_without_supervisor_is_replaced(
    server: EmbeddedPostgres, tmp_path: Path, socket_dir: Path
) -> None:
    server.start()
    successor = EmbeddedPostgres(
        data_dir=server.data_dir, socket_dir=socket_dir, log_path=tmp_path / "second.log"
    )
    with successor:
        assert query(successor, "SELECT 1") == [(1,)]
        assert server.exit_code() == 0


def test_half_a_data_folder_is_never_taken_for_one(server: EmbeddedPostgres) -> None:
    server.template = None
    rest = server.data_dir.with_name("postgres.new")
    rest.mkdir()
    (rest / "PG_VERSION").write_text("18\n")
    server.start()
    assert query(server, "SELECT 1") == [(1,)]
    assert not rest.exists()


def test_data_of_another_version_are_refused(server: EmbeddedPostgres) -> None:
    server.data_dir.mkdir()
    (server.data_dir / "PG_VERSION").write_text("16\n")
    with pytest.raises(CommandError, match="was made by PostgreSQL 16, this is 18"):
        server.start()


def owned(path: Path) -> tuple[int, int, int]:
    """Whose a file is, and who may do what with it."""
    status = path.lstat()
    return status.st_uid, status.st_gid, status.st_mode


@pytest.mark.parametrize("is_link", [False, True])
def test_a_folder_with_something_else_is_refused_and_left_as_it_is(
    server: EmbeddedPostgres, tmp_path: Path, is_link: bool
) -> None:
    target = tmp_path / "target" if is_link else server.data_dir
    target.mkdir(mode=0o755)
    if is_link:
        server.data_dir.symlink_to(target)
    before = owned(target)
    with pytest.raises(CommandError, match="is no PostgreSQL data folder"):
        server.start()
    assert owned(target) == before


def test_a_link_where_the_socket_belongs_is_refused_and_not_followed(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    target.mkdir(mode=0o755)
    (target / "file").touch()
    before = owned(target)
    server.socket_dir.symlink_to(target)
    with pytest.raises(CommandError, match="remove it"):
        server.start()
    assert owned(target) == before
    assert list(target.iterdir()) == [target / "file"]


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a folder away")
def test_a_folder_of_somebody_else_where_the_socket_belongs_is_left_as_it_is(
    server: EmbeddedPostgres,
) -> None:
    server.socket_dir.mkdir(mode=0o777)
    (server.socket_dir / "file").touch()
    os.chown(server.socket_dir, 4711, 4711)
    before = owned(server.socket_dir)
    with pytest.raises(CommandError, match=r"it is someone else's.*remove it"):
        server.start()
    assert owned(server.socket_dir) == before
    assert (server.socket_dir / "file").exists()


def test_a_copy_of_data_does_not_follow_links(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of somebody else")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError, match="symbolic links"):
        postgres_files.copy(tmp_path / "data", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_socket_path_that_is_too_long_is_refused(tmp_path: Path) -> None:
    server = EmbeddedPostgres(
        data_dir=tmp_path / "postgres", socket_dir=tmp_path / ("x" * 100), log_path=None
    )
    with pytest.raises(CommandError, match="set a shorter TMPDIR"):
        server.start()


def test_a_server_that_does_not_start_shows_the_end_of_its_log(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("astra.server.postgres._RETRY_SECONDS", 0.1)
    monkeypatch.setitem(postgres._SETTINGS, "x", "1")
    with pytest.raises(CommandError, match='unrecognized configuration parameter "x"'):
        server.start()


def test_an_ephemeral_server_leaves_nothing() -> None:
    with EphemeralPostgres() as server:
        assert query(server, "SELECT current_setting('fsync')") == [("off",)]
        pid = server.pid
    assert pid is not None
    assert not psutil.pid_exists(pid)
    assert not server.folder.exists()
