"""Requests are answered whole or in pieces, and those that wait hold no thread meanwhile."""

import threading
from contextlib import nullcontext
from queue import SimpleQueue
from typing import Any
from uuid import uuid4

import pytest

from astra.api.problems import ApiProblem
from astra.api.waits import ACCOUNT, CROWD, Wait
from astra.server.answering import answering
from astra.server.crowd import Crowd
from tests.threads import PATIENCE_SECONDS


class Whole:
    """An answer in one piece, as Django has it."""

    streaming = False

    def __init__(self, content: bytes) -> None:
        self.content = content

    def close(self) -> None:
        self.content = b"closed"


class Taker:
    """What the web server hands over: it has the answers, and the threads that gave them."""

    def __init__(self) -> None:
        self.answers: SimpleQueue[Any] = SimpleQueue()

    def response_bytes(self, status: int, headers: Any, body: bytes) -> None:
        self.answers.put((status, body, threading.get_ident()))

    def response_iter(self, status: int, headers: Any, body: Any) -> None:
        pieces = []
        while piece := next(body, b""):
            pieces.append(piece)
        body.close()
        self.answers.put((status, pieces, threading.get_ident()))

    def taken(self) -> Any:
        return self.answers.get(timeout=PATIENCE_SECONDS)


def environ() -> dict[str, Any]:
    return {"wsgi.input": None}


def answered(answer: Any) -> Any:
    def application(environ: Any, start: Any) -> Any:
        start("200 OK", [])
        return answer

    taker = Taker()
    answering(application, {})(taker, environ())
    return taker.taken()[:2]


def test_an_answer_is_sent_whole_or_in_its_pieces() -> None:
    assert answered(Whole(b"whole")) == (200, b"whole")
    assert answered([b"in ", b"pieces"]) == (200, [b"in ", b"pieces"])


def test_a_request_that_waits_holds_no_thread_and_goes_on_with_what_it_has_kept() -> None:
    seen = []

    def application(environ: Any, start: Any) -> Any:
        seen.append(threading.get_ident())
        if len(seen) < 3:
            raise Wait(0.001, {"kept": environ.get("kept", "") + "x"})
        start("200 OK", [])
        return Whole(environ["kept"].encode())

    taker = Taker()
    answering(application, {})(taker, environ())
    status, body, thread = taker.taken()
    assert (status, body) == (200, b"xx")
    assert thread != threading.get_ident()
    assert len(seen) == 3


@pytest.mark.parametrize("fails", [False, True])
def test_the_calls_of_an_account_are_counted_until_they_are_answered(fails: bool) -> None:
    mine, others = uuid4(), uuid4()

    def application(environ: Any, start: Any) -> Any:
        crowd: Crowd = environ[CROWD]
        for account_id in (mine, others):
            crowd.enter(account_id)
        environ[ACCOUNT] = mine
        start("200 OK", [])
        found.append(crowd)
        return Whole(b"") if not fails else 1 / 0

    found: list[Crowd] = []
    with pytest.raises(ZeroDivisionError) if fails else nullcontext():
        answering(application, {})(Taker(), environ())
    (crowd,) = found
    room = sum(1 for _ in iter(lambda: enters(crowd, mine), False))
    assert room - 1 == sum(1 for _ in iter(lambda: enters(crowd, others), False))


def enters(crowd: Crowd, account_id: Any) -> bool:
    try:
        crowd.enter(account_id)
    except ApiProblem as problem:
        assert problem.type.number == 24
        return False
    return True


def test_beyond_its_share_an_account_is_refused_and_the_others_are_not() -> None:
    mine, others = uuid4(), uuid4()
    crowd = Crowd(most=2)
    assert [enters(crowd, mine) for _ in range(3)] == [True, True, False]
    assert enters(crowd, others)
    crowd.leave({ACCOUNT: mine})
    crowd.leave({})
    assert [enters(crowd, mine) for _ in range(2)] == [True, False]
