"""Faults of the connection, over a socket against the service as it runs."""

import itertools
import json
import socket
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.server.service import SHARED, Service

SECONDS = 20.0


def connect(service: Service, *, tls: bool) -> socket.socket:
    port = service.https_port if tls else service.http_port
    plain = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
    if not tls:
        return plain
    context = ssl.create_default_context(cafile=str(service.data_dir / "tls" / "ca.pem"))
    return context.wrap_socket(plain, server_hostname="127.0.0.1")


def exchange(service: Service, method: str, path: str, *, tls: bool = False) -> bytes:
    """Send one request; return all bytes until the server closes the connection."""
    headers: dict[str, str] = service.config["headers"]
    with connect(service, tls=tls) as connection:
        lines = [
            f"{method} /accounts/{service.config['uid']}/{path} HTTP/1.1",
            "Host: 127.0.0.1",
            f"Authorization: {headers['Authorization']}",
            "",
            "",
        ]
        connection.sendall("\r\n".join(lines).encode())
        received = b""
        while part := connection.recv(65536):
            received += part
    return received


def add(service: Service, effect: dict[str, Any], **match: object) -> None:
    token = (Path(service.data_dir) / "control_token").read_text().strip()
    request = urllib.request.Request(
        f"{service.url}/simulator/v1/accounts/{service.config['uid']}/faults",
        data=json.dumps({"match": match or {"next": 1}, "effect": effect}).encode(),
        headers={"Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        assert answer.status == 201


@pytest.mark.server
@SHARED
def test_connections_are_dropped_and_answers_break_off(running: Service) -> None:
    service, said = running, len(running.output)
    for when, tls in itertools.product(("before", "after"), (False, True)):
        add(service, {"type": "drop-connection", "when": when})
        assert exchange(service, "GET", "topology/v1/buckets", tls=tls) == b""

    add(service, {"type": "truncate", "bytes": 10})
    head, body = exchange(service, "GET", "topology/v1/buckets").split(b"\r\n\r\n", 1)
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    [length] = [
        int(line.split(b":")[1])
        for line in head.lower().splitlines()
        if line.startswith(b"content-length:")
    ]
    assert length > 100
    assert len(body) == 10

    # The worker of the web server lives on: the next answer is whole.
    add(service, {"type": "status", "status": 503, "retryAfter": 3})
    request = urllib.request.Request(
        f"{service.url}/accounts/{service.config['uid']}/topology/v1/buckets",
        headers=service.config["headers"],
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=SECONDS)
    refused.value.close()
    assert (refused.value.code, refused.value.headers["Retry-After"]) == (503, "3")
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        assert json.load(answer)["items"]
    assert "Traceback" not in service.output[said:]
    assert "panicked" not in service.output[said:]
