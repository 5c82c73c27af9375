"""One call of a webhook: what is sent, how it is signed, and whether it was taken."""

import contextlib
import hashlib
import hmac
import http.client
import socket
import ssl
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import SplitResult, urlsplit

import astra
from astra.api.clock import real_now
from astra.webhooks.addresses import connect

DELIVERY_HEADER = "X-Astra-Delivery"
TIMESTAMP_HEADER = "X-Astra-Timestamp"
SIGNATURE_HEADER = "X-Astra-Signature"
# For a connection, and for each part of the answer; the whole call has a limit of its own.
TIMEOUT_SECONDS = 5.0


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what the signature header says: of the timestamp, a dot, and the body."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"


@dataclass(slots=True)
class Sending:
    """A call that is made in one thread and may be given up from another."""

    url: str
    secret: str
    delivery_id: int
    body: bytes
    _socket: socket.socket | None = None
    _is_over: bool = field(default=False, init=False)

    def send(self) -> str:
        """Make the call; return what went wrong, nothing if it was taken: answered 2xx.

        A redirection is not followed.
        """
        try:
            status = self._status()
        except Exception as error:
            if self._is_over:
                return "no answer in time"
            return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        is_taken = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
        return "" if is_taken else f"answered {status}"

    def give_up(self) -> None:
        """End the call, wherever it is."""
        self._is_over = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _status(self) -> int:
        url = urlsplit(self.url)
        timestamp = str(int(real_now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"Astra-Simulator/{astra.__version__}",
            DELIVERY_HEADER: str(self.delivery_id),
            TIMESTAMP_HEADER: timestamp,
            SIGNATURE_HEADER: signature(self.secret, timestamp, self.body),
        }
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        connection = http.client.HTTPConnection(url.netloc, timeout=TIMEOUT_SECONDS)
        with contextlib.closing(connection):
            connection.sock = self._connected(url)
            connection.request("POST", target, self.body, headers)
            return connection.getresponse().status

    def _connected(self, url: SplitResult) -> socket.socket:
        is_encrypted = url.scheme == "https"
        host = url.hostname or ""
        port = url.port or (443 if is_encrypted else 80)
        self._socket = connect(host, port, timeout_seconds=TIMEOUT_SECONDS)
        if self._is_over:
            raise TimeoutError
        if is_encrypted:
            self._socket = ssl.create_default_context().wrap_socket(
                self._socket, server_hostname=host
            )
        return self._socket
