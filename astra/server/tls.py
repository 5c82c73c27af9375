"""The certificate of the HTTPS listener, issued by a private authority kept in the data folder.

`ca.pem` is for clients that want to verify; it stays the same for as long as it is valid.
"""

import socket
from datetime import timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.core.management.base import CommandError

from astra.api.clock import real_now
from astra.api.files import write_private
from astra.api.options import Options
from astra.server.addresses import is_wildcard, listeners

_ALWAYS = ("localhost", "127.0.0.1", "::1")
_LIFETIME = timedelta(days=397)
_RENEWAL = timedelta(days=30)


def server_certificate(options: Options) -> Path:
    """Return the file with the server's key and certificate; it is issued when need be."""
    folder = options.data_dir / "tls"
    ca, is_new = _authority(folder)
    path = folder / "server.pem"
    names = server_names(options)
    if is_new or not _serves(path, names):
        try:
            issued = ca.issue_cert(*names, not_after=real_now() + _LIFETIME)
        except ValueError as error:
            raise CommandError(f"ASTRA_TLS_NAMES: {error}") from error
        # The web server reads PKCS#8 keys only.
        key = load_pem_private_key(issued.private_key_pem.bytes(), password=None).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
        # One file, so that key and certificate always belong together.
        write_private(path, (key + chain).decode())
    return path


def server_names(options: Options) -> list[str]:
    """Return the names and addresses that the certificate is for, sorted."""
    names = {*_ALWAYS, *(name.strip().lower() for name in options.tls_names)}
    if not is_wildcard(options.host):
        names |= {options.host.lower(), listeners(options)[1].address}
    hostname = socket.gethostname()
    # Some machines are named in a way that no certificate may hold, such as with an underscore.
    if hostname.replace("-", "").replace(".", "").isalnum() and hostname.isascii():
        names.add(hostname.lower())
    return sorted(names)


def _authority(folder: Path) -> tuple[trustme.CA, bool]:
    """Return the certificate authority and whether it was made just now."""
    key_path, certificate_path = folder / "ca.key", folder / "ca.pem"
    if key_path.exists() and certificate_path.exists():
        certificate = certificate_path.read_bytes()
        if _is_valid(x509.load_pem_x509_certificate(certificate), _LIFETIME):
            return trustme.CA.from_pem(certificate, key_path.read_bytes()), False
    ca = trustme.CA(organization_name="Astra Simulator", organization_unit_name="private authority")
    write_private(key_path, ca.private_key_pem.bytes().decode())
    write_private(certificate_path, ca.cert_pem.bytes().decode(), mode=0o644)
    return ca, True


def _serves(path: Path, names: list[str]) -> bool:
    """Say whether a certificate is there, stays valid for a while and has exactly these names."""
    if not path.exists():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    found = [str(name.value) for name in held]
    return sorted(found) == names and _is_valid(certificate, _RENEWAL)


def _is_valid(certificate: x509.Certificate, margin: timedelta) -> bool:
    return certificate.not_valid_after_utc > real_now() + margin
