"""Where the service listens, and how a client on this machine reaches it."""

import errno
import os
import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from ipaddress import ip_address

from django.core.management.base import CommandError

from astra.api.options import Options

# After the supervisor was killed its children hold the ports for a moment.
_RELEASE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Listener:
    """One listening address."""

    scheme: str
    address: str
    port: int
    option: str
    # How other machines call this one, if somebody said so.
    name: str = ""

    @property
    def local(self) -> str:
        """`host:port` under which a client on this machine reaches it."""
        address = self.address
        if is_wildcard(address):
            address = "127.0.0.1" if ip_address(address).version == 4 else "::1"
        return self._at(address)

    @property
    def authority(self) -> str:
        """`host:port` to tell clients: of other machines too, where they can reach it by a name."""
        return self._at(self.name) if self.name and is_wildcard(self.address) else self.local

    @property
    def url(self) -> str:
        """URL of the service for clients, without a path."""
        return f"{self.scheme}://{self.authority}"

    @property
    def local_url(self) -> str:
        """URL of the service on this machine, without a path."""
        return f"{self.scheme}://{self.local}"

    def _at(self, address: str) -> str:
        return f"[{address}]:{self.port}" if ":" in address else f"{address}:{self.port}"

    def probe(self) -> None:
        """Fail if the address is taken.

        The web server shares a port with any other process that asks for it (``SO_REUSEPORT``), and
        would then answer only part of the calls; so it is asked for here without sharing.
        """
        deadline = time.monotonic() + _RELEASE_SECONDS
        while (error := self._bind()) is not None:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                reason = os.strerror(error.errno or 0).lower()
                raise CommandError(
                    f"port {self.port} on {self.address}: {reason}; "
                    f"free it or choose another port with {self.option}"
                ) from error
            time.sleep(0.1)

    def _bind(self) -> OSError | None:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # Connections of an earlier run that linger do not count as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.address, self.port))
                probe.listen()
            except OSError as error:
                return error
        return None


def is_wildcard(host: str) -> bool:
    """Say whether ``host`` stands for every address of the machine."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def with_ports(options: Options) -> Options:
    """Return the options with a free port where they say 0."""
    asked = {"http_port": options.http_port, "https_port": options.https_port}
    with ExitStack() as stack:
        # Both are held until both are known, so that they differ.
        for name in (name for name, port in asked.items() if port == 0):
            probe = stack.enter_context(socket.create_server((options.host, 0)))
            asked[name] = probe.getsockname()[1]
    return replace(options, http_port=asked["http_port"], https_port=asked["https_port"])


def listeners(options: Options) -> tuple[Listener, Listener]:
    if options.http_port == options.https_port:
        raise CommandError("ASTRA_HTTP_PORT and ASTRA_HTTPS_PORT must differ")
    try:
        found = socket.getaddrinfo(options.host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise CommandError(f"ASTRA_HOST: {options.host!r} is no address here") from error
    # `localhost` is both; what people type is 127.0.0.1.
    first = min(found, key=lambda each: each[0] != socket.AF_INET)
    address = str(first[4][0])
    name = next((name.strip().lower() for name in options.tls_names), "")
    return (
        Listener("http", address, options.http_port, "ASTRA_HTTP_PORT", name),
        Listener("https", address, options.https_port, "ASTRA_HTTPS_PORT", name),
    )
