"""The certificate: who can verify it, and when it is issued again."""

import dataclasses
import ssl
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from django.core.management.base import CommandError

from astra.api.clock import clock_set_to
from astra.api.options import Options
from astra.server.tls import server_certificate, server_names


def verify(options: Options, name: str) -> None:
    """Shake hands in memory, as strictly as later versions of Python do by themselves."""
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(server_certificate(options))
    client_context = ssl.create_default_context(cafile=options.data_dir / "tls" / "ca.pem")
    client_context.verify_flags |= ssl.VERIFY_X509_STRICT
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname=name)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client, server):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    assert client.version() is not None


def expiry(options: Options) -> datetime:
    certificate = x509.load_pem_x509_certificate(server_certificate(options).read_bytes())
    return certificate.not_valid_after_utc


def test_the_certificate_verifies_for_every_name(options: Options) -> None:
    options = dataclasses.replace(options, tls_names=("astra.example", " 192.0.2.7"))
    server_certificate(options)
    verify(options, "localhost")
    verify(options, "astra.example")
    verify(options, "192.0.2.7")
    with pytest.raises(ssl.SSLCertVerificationError):
        verify(options, "another.example")
    assert {"127.0.0.1", "::1", "192.0.2.7"} <= set(server_names(options))


def test_a_wildcard_address_is_no_name(options: Options) -> None:
    assert "0.0.0.0" not in server_names(dataclasses.replace(options, host="0.0.0.0"))


def test_certificate_and_authority_are_kept(options: Options) -> None:
    first = server_certificate(options).read_bytes()
    assert server_certificate(options).read_bytes() == first


def test_another_name_means_another_certificate_of_the_same_authority(options: Options) -> None:
    first = server_certificate(options).read_bytes()
    authority = (options.data_dir / "tls" / "ca.pem").read_bytes()
    renamed = dataclasses.replace(options, tls_names=("astra.example",))
    assert server_certificate(renamed).read_bytes() != first
    assert (options.data_dir / "tls" / "ca.pem").read_bytes() == authority


def test_a_certificate_is_renewed_before_it_expires(options: Options) -> None:
    first = expiry(options)
    with clock_set_to(lambda: first - timedelta(days=40)):
        assert expiry(options) == first
    with clock_set_to(lambda: first - timedelta(days=20)):
        assert expiry(options) > first
        verify(options, "localhost")


def test_private_keys_are_for_the_owner_alone(options: Options) -> None:
    server_certificate(options)
    modes = {
        path.name: path.stat().st_mode & 0o777 for path in (options.data_dir / "tls").iterdir()
    }
    assert modes == {"ca.key": 0o600, "ca.pem": 0o644, "server.pem": 0o600}


def test_a_name_that_is_none_is_refused_with_the_option(options: Options) -> None:
    with pytest.raises(CommandError, match="ASTRA_TLS_NAMES"):
        server_certificate(dataclasses.replace(options, tls_names=("not a name",)))
