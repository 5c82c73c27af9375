"""Nobody stops anybody: whoever lets the service wait, everybody else is answered meanwhile."""

import http.client
import json
import re
import select
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from astra.kit.client import Simulator
from benchmarks.targets import world
from tests.conftest import BACKUP
from tests.server.service import SECONDS, SHARED, Service, eventually

pytestmark = [pytest.mark.server, SHARED]

# Ten times as many as a web server usually has threads on a machine of this size.
MANY = 100
LOGIN = (
    b"POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\nCookie: csrftoken=" + b"x" * 32 + b"\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\n"
)

# More than what lies between a service and its readers takes.
LARGE_BACKUPS = """
    UPDATE backups_appbackup
    SET labels = jsonb_build_array(jsonb_build_object('name', 'n', 'value', repeat('v', 8000)))
    WHERE account_id = %s
"""
LARGE_JOURNAL = """
    INSERT INTO journal_journalentry (account_id, at, real_at, duration_milliseconds, method, path,
        query, request_headers, request_body, request_body_cut, status, response_body,
        response_body_cut, fault_ids, user_id)
    SELECT %s, now(), now(), 1, 'GET', '/x', '', '{}', repeat('x', 60000), false, 200,
        repeat('y', 60000), false, '{}', gen_random_uuid()
    FROM generate_series(1, 100)
"""


class Crowd:
    """Connections with a request on each, whose answer nobody has read."""

    def __init__(self, service: Service, simulator: Simulator) -> None:
        self.service, self.simulator = service, simulator
        self.connections: list[socket.socket] = []

    def send(self, sent: bytes, *, number: int = MANY, window: int | None = None) -> None:
        for _ in range(number):
            connection = socket.socket()
            if window is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
            connection.connect(("127.0.0.1", self.service.http_port))
            connection.sendall(sent)
            self.connections.append(connection)

    def call(self, method: str, path: str, token: str, body: Any = None, **how: Any) -> None:
        sent = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        self.send(f"{head}Content-Length: {len(sent)}\r\n\r\n".encode() + sent, **how)

    def answered(self) -> int:
        """How many have an answer, or were closed."""
        return len(select.select(self.connections, [], [], 0)[0])

    def leave(self) -> None:
        while self.connections:
            self.connections.pop().close()


@pytest.fixture
def simulator(running: Service) -> Iterator[Simulator]:
    with Simulator(running.url, control_token(running)) as simulator:
        yield simulator


@pytest.fixture
def crowd(running: Service, simulator: Simulator) -> Iterator[Crowd]:
    crowd = Crowd(running, simulator)
    yield crowd
    crowd.leave()


@pytest.fixture
def new(simulator: Simulator) -> Iterator[Callable[..., Any]]:
    """Makes accounts, which are deleted afterwards."""
    with ExitStack() as stack:

        def make(**wanted: Any) -> Any:
            account = simulator.accounts.new(clock="real", **wanted)
            stack.callback(simulator.accounts.delete, account.id)
            return account

        yield make


@pytest.fixture
def everybody_else(
    running: Service, simulator: Simulator, new: Callable[..., Any]
) -> Callable[[], None]:
    """Has everybody else call, several times, so that each web process is asked."""
    account = new()
    path = backups_of(account)

    def call() -> None:
        for _ in range(6):
            assert simulator.health()
            assert simulator.accounts.get(account.id).id == account.id
            assert answer(running, "POST", path, account.token, BACKUP) == 201
            assert answer(running, "GET", path, account.token) == 200

    call()
    return call


def control_token(service: Service) -> str:
    return (service.data_dir / "control_token").read_text().strip()


def in_progress(service: Service) -> float:
    """How many requests have a thread, that which asks among them."""
    told = told_by(service, "GET", "/simulator/v1/metrics", control_token(service))[1]
    return float(re.findall(rb"^astra_requests_in_progress (.+)$", told, re.M)[0])


def backups_of(account: Any) -> str:
    return f"/accounts/{account.id}/k8s/v1/apps/{account.apps[0].id}/appBackups"


def answer(service: Service, method: str, path: str, token: str, body: Any = None) -> int:
    return told_by(service, method, path, token, body)[0]


def told_by(
    service: Service, method: str, path: str, token: str, body: Any = None
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", service.http_port, timeout=SECONDS)
    sent = None if body is None else json.dumps(body)
    try:
        connection.request(method, path, sent, {"Authorization": f"Bearer {token}"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_senders_of_bodies_that_do_not_come(
    running: Service,
    crowd: Crowd,
    new: Callable[..., Any],
    everybody_else: Callable[[], None],
) -> None:
    account = new()
    crowd.send(LOGIN)
    head = f"POST {backups_of(account)} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
    crowd.send(f"{head}Authorization: Bearer {account.token}\r\n\r\n".encode())
    everybody_else()
    # Nor do they stop those who have the same token.
    assert answer(running, "POST", backups_of(account), account.token, BACKUP) == 201
    # A good part of them is not given up yet.
    assert crowd.answered() < len(crowd.connections)
    # Without a token nothing is waited for.
    crowd.leave()
    crowd.send(f"{head}\r\n".encode())
    eventually(lambda: crowd.answered() == MANY, "401")


def test_calls_that_are_delayed_even_when_their_callers_are_gone(
    running: Service,
    simulator: Simulator,
    crowd: Crowd,
    new: Callable[..., Any],
    everybody_else: Callable[[], None],
) -> None:
    account = new()
    simulator.account(account.id).faults.add("delay", seconds=120)
    crowd.call("GET", backups_of(account), account.token)
    everybody_else()
    assert crowd.answered() == 0
    crowd.leave()
    everybody_else()
    eventually(lambda: in_progress(running) == 1, "threads for others")


def test_calls_about_an_account_that_is_locked(
    running: Service,
    simulator: Simulator,
    crowd: Crowd,
    new: Callable[..., Any],
    everybody_else: Callable[[], None],
) -> None:
    account = new()
    with running.database() as database:
        database.execute("SELECT FROM accounts_account WHERE id = %s FOR UPDATE", [account.id])
        crowd.call("POST", backups_of(account), account.token, BACKUP)
        crowd.call(
            "POST", f"/simulator/v1/accounts/{account.id}/reset", control_token(running), number=20
        )
        everybody_else()
        assert crowd.answered() < len(crowd.connections)
    eventually(lambda: crowd.answered() == len(crowd.connections), "all answers")


def test_readers_that_do_not_read(
    running: Service,
    simulator: Simulator,
    crowd: Crowd,
    new: Callable[..., Any],
    everybody_else: Callable[[], None],
) -> None:
    account = new(scenario=world(1200))
    with running.database() as database:
        database.execute(LARGE_BACKUPS, [account.id])
    # A session is had to ask for it; it does not delay anything.
    simulator.account(account.id).faults.add("delay", seconds=1, match={"name": "nobody"})
    crowd.call("GET", f"/accounts/{account.id}/topology/v1/appBackups", account.token, window=4096)
    eventually(lambda: crowd.answered() == MANY, "the beginning of every answer")
    everybody_else()


def test_readers_of_the_control_surface_that_do_not_read(
    running: Service,
    simulator: Simulator,
    crowd: Crowd,
    new: Callable[..., Any],
    everybody_else: Callable[[], None],
) -> None:
    account = new(scenario=world(2000))
    simulator.account(account.id).checkpoints.save("large")
    with running.database() as database:
        database.execute(LARGE_JOURNAL, [account.id])
    for path in ("journal/har", "journal/script", "checkpoints/large"):
        crowd.call(
            "GET",
            f"/simulator/v1/accounts/{account.id}/{path}",
            control_token(running),
            window=4096,
        )
        eventually(lambda: crowd.answered() == MANY, "the beginning of every answer")
        everybody_else()
        crowd.leave()


def test_guesses_of_the_password(crowd: Crowd, everybody_else: Callable[[], None]) -> None:
    token = "x" * 32
    form = f"csrfmiddlewaretoken={token}&username=admin&password=wrong".encode()
    head = (
        f"POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\nCookie: csrftoken={token}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(form)}\r\n\r\n"
    )
    crowd.send(head.encode() + form)
    everybody_else()
    eventually(lambda: crowd.answered() == MANY, "all answers")
    answers = [connection.recv(12) for connection in crowd.connections]
    assert {b"HTTP/1.1 429"} < set(answers) <= {b"HTTP/1.1 200", b"HTTP/1.1 429"}
