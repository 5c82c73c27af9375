"""Which addresses a webhook may lead to, and connecting to no others.

A name is looked up once, what it leads to is judged, and the connection is made to just that: whoever
owns a name cannot have it lead elsewhere in between.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings

_NAT64 = ip_network("64:ff9b::/96")


class ForbiddenAddressError(OSError):
    """The address is one that webhooks do not call."""


def connect(host: str, port: int, *, timeout_seconds: float) -> socket.socket:
    """Return a connection to the first address of a host that may be called and answers.

    Raises ``ForbiddenAddressError`` when none may be called, and ``OSError``.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    error = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in found:
        why_not = objection(str(address[0]))
        if why_not:
            error = ForbiddenAddressError(why_not)
            continue
        connection = socket.socket(family, kind, protocol)
        connection.settimeout(timeout_seconds)
        try:
            connection.connect(address)
        except OSError as failed:
            connection.close()
            error = failed
        else:
            return connection
    raise error


def objection(address: str) -> str:
    """Return why an address is not called; empty if it is."""
    # A zone, as in fe80::1%eth0, says nothing of what the address is.
    judged = _meant(ip_address(address.partition("%")[0]))
    if judged.is_link_local or judged.is_multicast or judged.is_unspecified:
        return f"{judged} is an address that webhooks never call"
    is_public = judged.is_global and not judged.is_reserved
    if is_public or (judged.is_private and settings.ASTRA.webhooks_private):
        return ""
    return f"{judged} is no public address; ASTRA_WEBHOOKS_PRIVATE=on allows private ones"


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the address that is reached, where one of version 6 stands for one of version 4."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
