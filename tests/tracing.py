"""Leaves tests out of what coverage measures, which makes them a third quicker.

What is made at random covers nothing: a line counts when a test says what happens there.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

# By this coverage tells the processes that a test starts to measure, too.
_PROCESSES = "COVERAGE_PROCESS_CONFIG"


@contextmanager
def off() -> Iterator[None]:
    """Within the block no line is traced, in no thread or process that begins in it."""
    tracer, of_threads = sys.gettrace(), threading.gettrace()
    of_processes = os.environ.pop(_PROCESSES, None)
    threading.settrace(None)
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)
        threading.settrace(of_threads)
        if of_processes is not None:
            os.environ[_PROCESSES] = of_processes


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Do not measure a test of examples made at random, or one that repeats what others do."""
    if any(map(item.get_closest_marker, ("hypothesis", "fuzz", "unmeasured"))):
        with off():
            return (yield)
    return (yield)
