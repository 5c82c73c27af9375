"""Gives a command a PostgreSQL server of its own, which is gone when the command is.

As a pytest plugin (``-p tests.postgres``): the tests use it unless ``DATABASE_URL`` is set.
As a program: ``python -m tests.postgres COMMAND ARG…``.
"""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager

import pytest

from astra.server.postgres import EphemeralPostgres

_cleanup = ExitStack()


@contextmanager
def environment() -> Generator[None]:
    """Point the environment at a new server and a new data folder, where it does not say itself."""
    with ExitStack() as stack:
        if "ASTRA_DATA_DIR" not in os.environ:
            data_dir = tempfile.mkdtemp(prefix="astra-test-")
            stack.callback(shutil.rmtree, data_dir, ignore_errors=True)
            os.environ["ASTRA_DATA_DIR"] = data_dir
            stack.callback(os.environ.pop, "ASTRA_DATA_DIR")
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = stack.enter_context(EphemeralPostgres()).url
            stack.callback(os.environ.pop, "DATABASE_URL")
            # Tests of races want many connections at once.
            os.environ.setdefault("ASTRA_DB_POOL_SIZE", "40")
        yield


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None]:
    """Start the server: a wrapper, so that it is there before pytest-django reads the settings."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        # Where pytest ends before it is configured, it does not call `pytest_unconfigure`.
        atexit.register(_cleanup.close)
        _cleanup.enter_context(environment())
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Stop the server, after everything that may still use it."""
    _cleanup.close()


if __name__ == "__main__":
    with environment():
        sys.exit(subprocess.call(sys.argv[1:]))
