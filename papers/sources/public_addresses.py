"""Connections to public addresses only, for what people name and the bot then asks for.

The address is checked when the connection is made and not before: names can be made to resolve
differently the second time, and redirects lead elsewhere.
"""

import errno
import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

import aiohttp

PRIVATE: Final = "leads to an address that is not public"
"""Why a connection is refused; aiohttp wraps the error and keeps the words."""

_NAT64: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
Allowed = Callable[[IPv4Address | IPv6Address], bool]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address is one of the public internet.

    IPv6 addresses that stand for an IPv4 address are as public as that one.
    """
    if isinstance(address, IPv6Address):
        if any(address in network for network in _NAT64):
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        teredo = address.teredo[1] if address.teredo else None
        inner = address.ipv4_mapped or address.sixtofour or teredo
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast


def anything(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address is allowed where all are, in a network of the operator's own."""
    return True


def public_connector(allowed: Allowed = is_public) -> aiohttp.TCPConnector:
    """Return a connector that makes no connection to an address that is not allowed."""

    def checked(address_info: Any) -> socket.socket:
        family, kind, protocol, _, address = address_info
        if not allowed(ip_address(str(address[0]).partition("%")[0])):
            raise OSError(errno.EACCES, PRIVATE)
        return socket.socket(family, kind, protocol)

    return aiohttp.TCPConnector(socket_factory=checked, force_close=True)
