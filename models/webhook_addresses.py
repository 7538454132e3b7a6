"""Where webhooks may be sent: to the public internet by https, and to the networks that the operator allows."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from models.errors import Fault, Invalid
from models.webhooks import LONGEST_URL
from settings import settings

_ASCII = re.compile(r"[!-\[\]-~]+")
_HOST = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE
)
# What resolvers take for an IPv4 address, however it is written.
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+", re.IGNORECASE)
_OWN_NAMES = ("localhost", ".localhost", ".local", ".internal", ".lan", ".home.arpa")

_UNICAST = ip_network("2000::/3")
# Forms that carry an IPv4 address or a protocol of their own (Teredo, ORCHID, 6to4), relays, and documentation.
_IN_DISGUISE = tuple(
    map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
)


def check_url(typed: str) -> str:
    """The address as it is kept, or Invalid; where its name leads is looked at anew each time something is sent."""
    url = typed.strip()
    if not url:
        raise _fault("REQUIRED", "Saisissez l’adresse à prévenir.")
    if len(url) > LONGEST_URL:
        raise _fault("TOO_LONG", f"Cette adresse doit compter {LONGEST_URL} caractères au plus.")
    parts, port = _split(url)
    if parts.scheme not in _schemes():
        raise _fault("HTTPS_REQUIRED", "Cette adresse doit commencer par https://.")
    if "@" in parts.netloc:
        raise _fault("CREDENTIALS", "Cette adresse ne doit contenir ni identifiant ni mot de passe.")
    if not settings.webhook_networks and port is not None and not is_public_port(port):
        raise _fault("PORT", "Le port doit être 443, ou 1024 et au-delà.")
    if not _may_be_public(str(parts.hostname)):
        raise _fault("PRIVATE_ADDRESS", "Cette adresse n’est pas joignable depuis Internet.")
    return url


def _split(url: str) -> tuple[SplitResult, int | None]:
    """Its parts and its port; every reader of addresses must find the same ones."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    literal = parts.netloc.rpartition("@")[2].startswith("[")
    is_named = bool(parts.hostname) and (literal or _HOST.fullmatch(str(parts.hostname)))
    if not _ASCII.fullmatch(url) or not parts.scheme or not is_named or "#" in url or port == 0:
        raise _fault("NOT_A_URL", "Saisissez une adresse complète, comme https://editeur.fr/webhooks.")
    return parts, port


def _schemes() -> set[str]:
    return {"https", "http"} if settings.webhook_networks else {"https"}


def _may_be_public(host: str) -> bool:
    """Is it worth looking up: no address that is refused, no name that only a private network knows?"""
    try:
        return is_allowed(str(ip_address(host)))
    except ValueError:
        if _NUMBER.fullmatch(host.rpartition(".")[2]):
            return False
    return bool(settings.webhook_networks) or ("." in host and not host.lower().endswith(_OWN_NAMES))


def is_public_port(port: int) -> bool:
    """The port of https, or one that no well-known service listens on."""
    return port == 443 or port >= 1024


def is_allowed(address: str, *, public: bool = True) -> bool:
    """May something be sent there: in the networks that the operator allows always, to a public one if `public`."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if any(ip in ip_network(network) for network in settings.webhook_networks):
        return True
    return public and _is_public(ip)


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address) and ip not in _UNICAST:
        return False
    if any(ip in network for network in _IN_DISGUISE):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def _fault(code: str, message: str) -> Invalid:
    return Invalid(Fault("url", code, message))
