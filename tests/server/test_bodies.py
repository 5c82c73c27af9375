"""A body that does not come is given up, and what comes is read as it was sent."""

import io
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from astra.api.requests import Overdue
from astra.server.bodies import PIECE_BYTES, Body, give_up
from tests.threads import PATIENCE_SECONDS


class Silent:
    """A sender that sends nothing until the connection is closed."""

    def __init__(self) -> None:
        self.is_asked, self.is_closed = Event(), Event()

    def read(self, size: int) -> bytes:
        self.is_asked.set()
        assert self.is_closed.wait(PATIENCE_SECONDS)
        return b""


def never() -> None:
    pytest.fail("given up")


def test_a_sender_that_is_silent_for_too_long_is_given_up() -> None:
    first, second = Silent(), Silent()
    with ThreadPoolExecutor() as pool:
        reads = []
        for sender in (first, second):
            reads.append(pool.submit(Body(sender, sender.is_closed.set).read, 10))
            assert sender.is_asked.wait(PATIENCE_SECONDS)
        give_up(PATIENCE_SECONDS)
        assert not first.is_closed.is_set()
        give_up(0, most=1)
        with pytest.raises(Overdue):
            reads[0].result(PATIENCE_SECONDS)
        assert not second.is_closed.is_set()
        give_up(0)
        with pytest.raises(Overdue):
            reads[1].result(PATIENCE_SECONDS)


@pytest.mark.parametrize("length", [0, 10, PIECE_BYTES, 3 * PIECE_BYTES, 3 * PIECE_BYTES + 1])
def test_a_body_is_read_as_it_was_sent(length: int) -> None:
    sent = b"x\n" * (length // 2) + b"y" * (length % 2)

    def body() -> Body:
        return Body(io.BytesIO(sent), never)

    assert body().read() == body().read(-1) == body().read(length + 1) == sent
    assert body().read(7) == sent[:7]
    assert b"".join(body()) == b"".join(body().readlines()) == sent
    assert body().readline() == sent[:2]
