"""The kept database that new data are a copy of: when it is made and used, and what is in it."""

import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import psycopg
import pytest

from astra.server import postgres_files, template
from astra.server.postgres import EmbeddedPostgres
from tests.emptying import KEPT
from tests.postgres import prepared, template_name


class Server(EmbeddedPostgres):
    """A server on new data, with a count of how often data were made from nothing."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            data_dir=folder / "data",
            # Short: pytest's own folders are too long for a socket.
            socket_dir=Path("/tmp") / f"astra-{os.getpid()}-{folder.name}",
            log_path=folder / "log",
            durable=False,
        )

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The data folders that were made from nothing: each a copy of the session's own, in truth."""
    folders: list[Path] = []
    source = prepared()
    real = postgres_files._initialise

    def initialise(fresh: Path, folder: Path, **options: Any) -> None:
        folders.append(folder)
        if source is None or not postgres_files._is_copied(source, fresh, options["identity"]):
            real(fresh, folder, **options)

    monkeypatch.setattr(postgres_files, "_initialise", initialise)
    return folders


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Server]]:
    """Three servers; migrating one of them makes a table."""
    servers = [Server(tmp_path / name) for name in ("one", "two", "three")]

    def migrate(*words: object, **options: object) -> None:
        (running,) = (server for server in servers if server.pid is not None)
        running.query("CREATE TABLE migrated (at text)")

    monkeypatch.setattr(template, "connected", nullcontext)
    monkeypatch.setattr(template, "call_command", migrate)
    yield servers
    for server in servers:
        server.stop()


def test_the_first_start_makes_what_the_next_ones_copy(
    servers: list[Server], made: list[Path], tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    for server in servers:
        template.start(server, cache)
        assert server.query("SELECT count(*) FROM migrated") == [(0,)]
        server.query("INSERT INTO migrated VALUES ('mine')")
        server.stop()
    assert made == [servers[0].data_dir]
    assert [path.stat().st_mode & 0o777 for path in (cache, *cache.iterdir())] == [0o700, 0o700]


def test_data_that_are_there_are_neither_replaced_nor_kept(
    servers: list[Server], made: list[Path], tmp_path: Path
) -> None:
    server = servers[0]
    with server:
        server.query("CREATE TABLE mine (at text)")
    template.start(server, tmp_path / "cache")
    assert server.query("SELECT count(*) FROM mine") == [(0,)]
    assert not (tmp_path / "cache").exists()


def test_what_cannot_be_used_or_kept_is_done_without(
    servers: list[Server], made: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three = servers
    cache = tmp_path / "cache"
    template.start(one, cache)
    one.stop()
    (kept,) = cache.iterdir()
    # Somebody else's: their database would be ours.
    with monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: kept.stat().st_uid + 1)
        assert not postgres_files._is_copied(kept, tmp_path / "copy", None)
    assert not (tmp_path / "copy").exists()
    # Half of one.
    (kept / "global" / "gone").symlink_to("nowhere")
    template.start(two, cache)
    assert two.query("SELECT 1") == [(1,)]
    two.stop()
    # A folder that cannot be one.
    (tmp_path / "file").touch()
    template.start(three, tmp_path / "file")
    assert three.query("SELECT count(*) FROM migrated") == [(0,)]
    assert made == [one.data_dir, two.data_dir, three.data_dir]


def test_those_of_three_versions_are_kept(
    servers: list[Server], made: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, cache = tmp_path / "data", tmp_path / "cache"
    data.mkdir()
    (data / "PG_VERSION").write_text("18\n")
    for version in "abcde":
        template._keep(data, cache / f"postgres-18-{version}", lasting=True)
    assert sorted(path.name[-1] for path in cache.iterdir()) == ["c", "d", "e"]


def test_a_copy_has_the_same_bytes_and_holes_for_zeros(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    texts = {
        "empty": b"",
        "small": b"one",
        "zeros": bytes(200_000),
        "middle": bytes(150_000) + b"two" + bytes(150_000),
        "ends": b"three" + bytes(200_000) + b"four",
    }
    for name, text in texts.items():
        (source / name).write_bytes(text)
        (source / name).chmod(0o600)
    with (source / "hole").open("wb") as file:
        file.truncate(200_000)
    postgres_files.copy(source, target)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == texts | {
        "hole": bytes(200_000)
    }
    assert (target / "small").stat().st_mode & 0o777 == 0o600
    # In blocks of 512 bytes: of the two files with something in them, what is around it.
    used = {path.name: path.stat().st_blocks * 512 for path in target.iterdir()}
    assert used["zeros"] == used["hole"] == 0
    assert used["middle"] <= 65536
    assert used["ends"] <= 2 * 65536


@pytest.mark.skipif(template_name() is None, reason="the tests use somebody else's server")
def test_nothing_in_it_is_of_anyone() -> None:
    """This session's, which its services are started from: no rows but those that say what is."""
    source = prepared()
    assert source is not None
    server = Server(source.parent / "nobody")
    server.template = source
    with server:
        names = {
            name
            for (name,) in server.query(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            )
        }
        filled = {name for name in names if server.query(f'SELECT 1 FROM "{name}" LIMIT 1')}
    assert filled == KEPT
    assert {"accounts_account", "accounts_token", "auth_user"} <= names
