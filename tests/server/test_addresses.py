"""Listening addresses, and the probe that finds them taken."""

import dataclasses
import socket

import pytest
from django.core.management.base import CommandError

from astra.api.options import Options
from astra.server.addresses import listeners, with_ports


def test_a_taken_port_is_named_with_its_option(options: Options) -> None:
    with socket.socket() as taken:
        # As the web server does: without this the kernel would refuse anyhow.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        _, secure = listeners(dataclasses.replace(options, https_port=port))
        with pytest.raises(CommandError, match=f"port {port} .*ASTRA_HTTPS_PORT"):
            secure.probe()


def test_the_probe_leaves_a_free_port_free(options: Options) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    plain, _ = listeners(dataclasses.replace(options, http_port=port))
    plain.probe()
    plain.probe()


def test_port_0_is_one_that_is_free(options: Options) -> None:
    asked = dataclasses.replace(options, http_port=0, https_port=0)
    found = with_ports(asked)
    assert 0 < found.http_port != found.https_port > 0
    for listener in listeners(found):
        listener.probe()
    assert with_ports(options) == options


def test_one_port_for_both_is_refused(options: Options) -> None:
    with pytest.raises(CommandError, match="must differ"):
        listeners(dataclasses.replace(options, https_port=options.http_port))


def test_an_unknown_host_is_refused_with_the_option(options: Options) -> None:
    with pytest.raises(CommandError, match="ASTRA_HOST"):
        listeners(dataclasses.replace(options, host="no.such.host.invalid"))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"),
    ],
)
def test_a_client_on_this_machine_gets_an_address_it_can_reach(
    options: Options, host: str, url: str
) -> None:
    plain, _ = listeners(dataclasses.replace(options, host=host, http_port=8000))
    assert plain.url == url


def test_a_name_with_two_addresses_stands_for_the_older_protocol(
    options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 0, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    plain, _ = listeners(dataclasses.replace(options, host="localhost"))
    assert plain.address == "127.0.0.1"
