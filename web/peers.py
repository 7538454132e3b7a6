"""The address that asks: what the connection, or a trusted proxy, tells of it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.requests import Request


def address_of(http: Request) -> IPv4Address | IPv6Address | None:
    """One of IPv4 as itself, also where a socket of IPv6 tells of it; None when what is told is no address."""
    try:
        address = ip_address(http.client.host if http.client else "")
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
