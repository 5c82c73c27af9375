"""Signals that mean 'stop'."""

import os
import signal
from collections.abc import Iterator

import pytest

from astra.server.stopping import StopRequested, StopRequests


@pytest.fixture(autouse=True)
def _hangups_as_usual() -> Iterator[None]:
    """Let hangups end a process, which they do not below `nohup`."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_kept_until_someone_asks(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with StopRequests() as requests:
        assert not requests.received
        os.kill(os.getpid(), number)
        requests.wait(60)
        assert requests.received
        with pytest.raises(StopRequested), requests.interrupting():
            pytest.fail("the block must not begin")
    assert signal.getsignal(number) is before


def test_a_signal_interrupts_a_block_that_allows_it() -> None:
    with StopRequests() as requests:
        with pytest.raises(StopRequested), requests.interrupting():
            signal.raise_signal(signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        assert requests.received


def test_the_end_of_a_child_ends_the_wait() -> None:
    with StopRequests() as requests:
        child = os.spawnlp(os.P_NOWAIT, "true", "true")
        requests.wait(60)
        os.waitpid(child, 0)
        assert not requests.received


def test_a_hangup_that_was_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with StopRequests() as requests:
            os.kill(os.getpid(), signal.SIGHUP)
            requests.wait(0)
            assert not requests.received
    finally:
        signal.signal(signal.SIGHUP, before)
