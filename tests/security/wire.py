"""Requests as nobody's library would send them, byte for byte; and what comes back."""

from __future__ import annotations

import re
import socket
import ssl
from contextlib import suppress

HOST = "127.0.0.1"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"

# What could end a body in two ways, by what would follow it.
_POST = b"POST /connexion HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: same-origin\r\n"
_FRAMINGS = {
    "a length beside chunks": (b"Content-Length: 90\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    "chunks beside a length": (b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", b"5c\r\n"),
    "two lengths": (b"Content-Length: 0\r\nContent-Length: 90\r\n", b""),
    "a list of lengths": (b"Content-Length: 0, 90\r\n", b""),
    "a length with a sign": (b"Content-Length: +0\r\n", b""),
    "a length in hexadecimal": (b"Content-Length: 0x0\r\n", b""),
    "a length below nothing": (b"Content-Length: -1\r\n", b""),
    "a space before the colon": (b"Transfer-Encoding : chunked\r\nContent-Length: 0\r\n", b""),
    "a coding that nobody knows": (b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"),
    "a coding behind a tabulation of its own": (b"Transfer-Encoding:\x0bchunked\r\n", b"0\r\n\r\n"),
    "identity": (b"Transfer-Encoding: identity\r\n", b""),
    "chunks, then identity": (b"Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\n"),
    "identity, then chunks": (b"Transfer-Encoding: identity, chunked\r\n", b"0\r\n\r\n"),
    "two codings": (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", b"0\r\n\r\n"),
    "a chunk below nothing": (b"Transfer-Encoding: chunked\r\n", b"-1\r\n\r\n"),
    "a chunk that says 0x": (b"Transfer-Encoding: chunked\r\n", b"0x0\r\n\r\n"),
    "a chunk longer than numbers go": (b"Transfer-Encoding: chunked\r\n", b"fffffffffffffffff0\r\n\r\n"),
    "chunks that end in a bare line feed": (b"Transfer-Encoding: chunked\r\n", b"0\n\n"),
    "a bare line feed in a chunk's extension": (b"Transfer-Encoding: chunked\r\n", b"0;a\n\r\n\r\n"),
}
_HEADS = {
    "lines that end in a bare line feed": b"GET /livez HTTP/1.1\nHost: {host}\nConnection: close\n\n",
    "a bare carriage return": b"GET /livez HTTP/1.1\r\nHost: {host}\rX: y\r\nConnection: close\r\n\r\n",
    "a folded header": b"GET /livez HTTP/1.1\r\nHost: {host}\r\nX: y\r\n z: 1\r\nConnection: close\r\n\r\n",
    "a zero byte": b"GET /livez HTTP/1.1\r\nHost: {host}\r\nX: y\x00z\r\nConnection: close\r\n\r\n",
    "a space after a name": b"GET /livez HTTP/1.1\r\nHost : {host}\r\nConnection: close\r\n\r\n",
    "chunks of HTTP/1.0": b"POST /connexion HTTP/1.0\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
    "an address without a slash": b"GET @evil.example HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
    "an address in plain UTF-8": b"GET /\xc3\xa9 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
    "a tunnel": b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
    "a method of one's own": b"FOO /livez HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
    "an address that does not end": b"GET /" + b"a" * 200_000,
    "headers that do not end": b"GET /livez HTTP/1.1\r\nHost: {host}\r\n" + b"X: %s\r\n" % (b"a" * 2000) * 200,
}
AMBIGUOUS = {name: _POST + headers + b"\r\n" + body + SMUGGLED for name, (headers, body) in _FRAMINGS.items()} | _HEADS

# Where a file is asked for that no page serves.
CLIMBING = [
    "/static/../../settings.py",
    "/static/..%2f..%2fsettings.py",
    "/static/%2e%2e/%2e%2e/settings.py",
    "/static/..%5c..%5csettings.py",
    "/static/%252e%252e%252fsettings.py",
    "/static//etc/passwd",
    "/static/%00",
    "/static/site.css%00.html",
    "/static/",
    "//evil.example/static/site.css",
    "/pieces/..%2f..%2fsolde.sqlite3",
    "/courriels/..%2f..%2fsolde.sqlite3",
    "/connexion;/../demandes",
    "/./demandes/..",
]


def request(path: str, *headers: str, method: str = "GET", host: str = HOST) -> bytes:
    """One request, and no other after it."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers, "", ""]).encode()


def say(port: int, sent: bytes, *, host: str = HOST, tls: ssl.SSLContext | None = None) -> bytes:
    """Everything that is answered until the connection ends."""
    answered = b""
    plain = socket.create_connection(("127.0.0.1", port), timeout=30)
    with tls.wrap_socket(plain, server_hostname=host) if tls else plain as connection:
        # What is refused half-way may be hung up on before all of it has gone.
        with suppress(ConnectionError, ssl.SSLError):
            connection.sendall(sent.replace(b"{host}", host.encode()))
        with suppress(ConnectionError, ssl.SSLError):
            while part := connection.recv(65536):
                answered += part
    return answered


def statuses(answered: bytes) -> list[int]:
    """The status of each answer."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", answered)]


def headers(answered: bytes) -> dict[str, str]:
    """The headers of the first answer, in small letters."""
    lines = answered.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    pairs = [line.partition(":") for line in lines]
    names = [name.lower() for name, _, _ in pairs]
    assert len(set(names)) == len(names), names
    return {name.lower(): value.strip() for name, _, value in pairs}
