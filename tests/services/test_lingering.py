"""An answer that comes before the end of a request is read, also where the connection is closed behind it."""

from __future__ import annotations

import socket

import pytest

from tests.services.web_process import Launch, WebProcess, tokens

SENT = 24 * 1024 * 1024
"""More than any document, and than what the two ends keep on the way."""


def answer_to(web: WebProcess, request: str, body: bytes = b"") -> bytes:
    """Send everything, as a proxy does that looks for the answer only then, and read to the end."""
    host, port = web.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request.encode() + body)
        pieces = []
        while piece := connection.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize("line", ["POST /uploads?name=x.pdf HTTP/1.0", "POST /uploads?name=x.pdf HTTP/1.1"])
async def test_a_body_too_large_is_answered_before_the_connection_closes(
    db: str, launch_web: Launch, line: str
) -> None:
    web = launch_web()
    [token] = await tokens(1)
    head = f"{line}\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n"
    answer = answer_to(web, f"{head}Content-Length: {SENT}\r\n\r\n", bytes(SENT))
    assert answer.startswith(b"HTTP/1.1 413")
    assert answer.endswith(b"}")
    assert b'"TOO_LARGE"' in answer


async def test_a_stranger_who_sends_much_reads_that_he_is_none(db: str, launch_web: Launch) -> None:
    head = "POST /uploads?name=x.pdf HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    answer = answer_to(launch_web(), f"{head}Content-Length: {SENT}\r\n\r\n", bytes(SENT))
    assert answer.startswith(b"HTTP/1.1 401")


async def test_a_short_request_does_not_wait(db: str, launch_web: Launch) -> None:
    head = "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    assert answer_to(launch_web(), head).startswith(b"HTTP/1.1 200")
