"""Whatever bytes come, the web server and the service behind it go on."""

import re
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.openapi.mutating import fuzzed, scribbled
from tests.openapi.test_fuzz import EXAMPLES
from tests.server.service import SECONDS, SHARED, Service

pytestmark = [pytest.mark.fuzz, pytest.mark.server]

HEADS = (
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /accounts/a/k8s/v2/apps HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
    (
        b"POST /simulator/v1/accounts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5\r\nhello\r\n0\r\n\r\n"
    ),
    b"GET /admin/login/?next=/ HTTP/1.1\r\nHost: localhost\r\nCookie: a=b; sessionid=x\r\n\r\n",
    b"PUT /accounts//x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nAccept: */*\r\n\r\n",
)


LAST = b"GET /simulator/v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def exchanged(service: Service, sent: bytes, *, patience: float = SECONDS) -> bytes:
    """Send bytes and a last request; return what comes back until the server closes, or waits."""
    received = b""
    address = ("127.0.0.1", service.http_port)
    with socket.create_connection(address, timeout=patience) as connection:
        try:
            connection.sendall(sent + LAST)
            while piece := connection.recv(65536):
                received += piece
        except (ConnectionError, TimeoutError):
            # It waits for the rest of a body, or has had enough.
            return received
    return received


@SHARED
def test_whatever_bytes_come_the_service_goes_on(running: Service) -> None:
    @given(st.data())
    @fuzzed(EXAMPLES * 10)
    def send(data: st.DataObject) -> None:
        head = data.draw(st.sampled_from(HEADS)).decode("latin-1")
        sent = scribbled(data, head).encode("latin-1", "replace")
        answer = exchanged(running, sent, patience=0.5)
        answered.append(answer[:12])
        assert not re.findall(rb"HTTP/1\.[01] 5", answer), (sent, answer)

    answered: list[bytes] = []
    send()
    assert set(answered) > {b"HTTP/1.1 400"}
    long = (
        b'GET /accounts HTTP/1.1\r\nHost: x\r\nContent-Type: a/b;"' + b";" * 200_000 + b"\r\n\r\n"
    )
    assert exchanged(running, long)[:12] in (b"HTTP/1.1 431", b"")
    assert exchanged(running, b"").startswith(b"HTTP/1.1 200")
