"""Whoever is refused before having sent everything still reads why.

A connection that is to be closed after the answer, as proxies of HTTP/1.0 ask for, is reset when bytes of the body
are waiting unread, and the answer is lost on the way. So the end of the answer waits a little for the rest of the body.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST = 5.0  # seconds; and as many bytes at most, none of which is kept
MOST = 256 * 1024 * 1024


class Lingering:
    """Holds back the end of an answer that came before the end of its request, on a connection about to close."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _closes(scope):
            await self.app(scope, receive, send)
            return
        arrived = False

        async def watched() -> Message:
            nonlocal arrived
            message = await receive()
            arrived = not message.get("more_body", False)
            return message

        async def patient(message: Message) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body", False) and not arrived:
                await send({**message, "more_body": True})
                await _read_out(watched)
                message = {"type": "http.response.body"}
            await send(message)

        await self.app(scope, watched, patient)


def _closes(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return False
    wanted = headers.get("connection", "").lower()
    return "close" in wanted or (scope["http_version"] == "1.0" and "keep-alive" not in wanted)


async def _read_out(receive: Receive) -> None:
    """Let the rest of the body arrive, within bounds."""
    read = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(LONGEST):
            while read <= MOST:
                message = await receive()
                read += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
