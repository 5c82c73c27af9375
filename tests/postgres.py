"""Gives a command a PostgreSQL server of its own, which is gone when the command is.

As a pytest plugin (``-p tests.postgres``): the tests use it unless ``DATABASE_URL`` is set.
As a program: ``python -m tests.postgres COMMAND ARG…``.
"""

import atexit
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import pytest
from pytest_django.plugin import blocking_manager_key

from astra.server.postgres import EmbeddedPostgres

# Names a file that is locked until the tables of the tests can be copied from `TEMPLATE`.
LOCK = "ASTRA_TEST_LOCK"
TEMPLATE = "astra"
_cleanup = ExitStack()
_server: "pytest.StashKey[EphemeralPostgres]" = pytest.StashKey()


class EphemeralPostgres(EmbeddedPostgres):
    """A server on a temporary folder, without the cost of durability: for tests and benchmarks."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="astra-postgres-"))
        super().__init__(
            data_dir=self.folder / "data",
            socket_dir=self.folder / "socket",
            log_path=self.folder / "postgres.log",
            durable=False,
        )
        if os.geteuid() == 0:
            # The server's account passes through, and reads nothing here but its own folders.
            self.folder.chmod(0o711)

    def __enter__(self) -> Self:
        """Start the server."""
        try:
            return super().__enter__()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *error: object) -> None:
        """Stop the server and remove the folder."""
        super().__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def environment() -> Generator[EphemeralPostgres | None]:
    """Point the environment at a new server and new folders, where it does not say itself.

    The block is given the server, and starts it; it is None where another one is to be used.
    """
    with ExitStack() as stack:

        def set_(name: str, value: str) -> None:
            os.environ[name] = value
            stack.callback(os.environ.pop, name)

        for name in ("ASTRA_DATA_DIR", "ASTRA_CACHE_DIR"):
            if name not in os.environ:
                folder = tempfile.mkdtemp(prefix="astra-test-")
                stack.callback(shutil.rmtree, folder, ignore_errors=True)
                set_(name, folder)
        server = None
        if not os.environ.get("DATABASE_URL"):
            server = EphemeralPostgres()
            stack.push(server)
            set_("DATABASE_URL", server.url)
            # Tests of races want many connections at once.
            os.environ.setdefault("ASTRA_DB_POOL_SIZE", "40")
        yield server


def template_name() -> str | None:
    """Return the database to copy, once it is there; None where the tests use another server."""
    if LOCK not in os.environ:
        return None
    with Path(os.environ[LOCK]).open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
    return TEMPLATE


def prepared() -> Path | None:
    """Return the data of a stopped server with all tables, which new data may be a copy of."""
    return next(Path(os.environ["ASTRA_CACHE_DIR"]).glob("postgres-*"), None)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Point at the server: a wrapper, to do so before pytest-django reads the settings."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        # Where pytest ends before it is configured, it does not call `pytest_unconfigure`.
        atexit.register(_cleanup.close)
        if (server := _cleanup.enter_context(environment())) is not None:
            early_config.stash[_server] = server
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Generator[None]:
    """Start the server, and make the tables, while the workers, started before, collect tests."""
    server = session.config.stash.get(_server, None)
    if server is None:
        return (yield)
    # It needs Django.
    from astra.server import template

    with (server.folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        os.environ[LOCK] = file.name
        _cleanup.callback(os.environ.pop, LOCK)
        yield
        with session.config.stash[blocking_manager_key].unblock():
            template.start(server, Path(os.environ["ASTRA_CACHE_DIR"]), lasting=False)
    return None


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Stop the server, after everything that may still use it."""
    _cleanup.close()


if __name__ == "__main__":
    with environment() as server:
        if server is not None:
            server.start()
        sys.exit(subprocess.call(sys.argv[1:]))
