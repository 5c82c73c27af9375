"""Which addresses are called: judged when connecting, and no others are connected to."""

import dataclasses
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from astra.webhooks.addresses import objection
from astra.webhooks.sending import Sending
from tests.webhooks.receiver import Receiver, receiving

NEVER = [
    *("169.254.169.254", "fe80::1", "fe80::1%lo", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"),
    *("2002:a9fe:a9fe::1", "0.0.0.0", "::", "224.0.0.1", "ff02::1"),
]
PRIVATE = [
    *("127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "fd00::1", "::ffff:127.0.0.1"),
    *("64:ff9b::7f00:1",),
]
PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"]


@pytest.fixture
def public_only(settings: Any) -> None:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, webhooks_private=False)


def send(url: str) -> str:
    return Sending(url, "a-secret-of-some-length", 1, b"{}").send()


@pytest.mark.parametrize("address", NEVER)
def test_link_local_and_other_special_addresses_are_never_called(address: str) -> None:
    assert objection(address).endswith("is an address that webhooks never call")


@pytest.mark.parametrize("address", PRIVATE)
def test_this_machine_and_private_networks_are_called_where_a_setting_says_so(
    address: str, settings: Any
) -> None:
    assert objection(address) == ""
    settings.ASTRA = dataclasses.replace(settings.ASTRA, webhooks_private=False)
    assert objection(address).endswith(
        "is no public address; ASTRA_WEBHOOKS_PRIVATE=on allows private ones"
    )


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_called(address: str, public_only: None) -> None:
    assert objection(address) == ""


def test_neither_is_other_than_private_where_private_ones_are(settings: Any) -> None:
    # Reserved for later: neither public nor of a private network.
    assert "is no public address" in objection("100.64.0.1")


def test_a_receiver_on_this_machine_gets_nothing_unless_it_may(
    receiver: Receiver, public_only: None
) -> None:
    assert send(receiver.url) == (
        "ForbiddenAddressError: 127.0.0.1 is no public address; ASTRA_WEBHOOKS_PRIVATE=on allows"
        " private ones"
    )
    assert receiver.got == []


def test_a_name_is_judged_by_what_it_leads_to_when_connecting(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(receiver.url.rpartition(":")[2])
    asked = []

    def resolve(host: str, port: int, **kwargs: Any) -> Any:
        asked.append(host)
        addresses = ["169.254.169.254"] if len(asked) > 1 else ["169.254.1.1", "127.0.0.1"]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    # Of what it leads to, the address that may be called is; the name is asked for once.
    assert send(f"http://ci.example.com:{port}/") == ""
    assert receiver.got[0].headers["host"] == f"ci.example.com:{port}"
    assert send(f"http://ci.example.com:{port}/") == (
        "ForbiddenAddressError: 169.254.169.254 is an address that webhooks never call"
    )
    assert asked == ["ci.example.com"] * 2
    assert len(receiver.got) == 1


def test_a_redirection_is_not_followed(receiver: Receiver) -> None:
    receiver.statuses = [307]
    receiver.headers = {"Location": f"{receiver.url}/elsewhere"}
    assert send(f"{receiver.url}/here") == "answered 307"
    assert [got.target for got in receiver.got] == ["/here"]


def test_what_cannot_be_reached_is_said(unused_port: int) -> None:
    assert "Connection refused" in send(f"http://127.0.0.1:{unused_port}/")


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_https_is_verified(
    tls_receiver: Receiver, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "CERTIFICATE_VERIFY_FAILED" in send(tls_receiver.url)
    assert tls_receiver.got == []
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    assert send(tls_receiver.url) == ""
    assert len(tls_receiver.got) == 1


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_receiver(authority: trustme.CA) -> Any:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with receiving(context) as made:
        yield made
