"""Bodies as they arrive: given up when they fall silent, compared with their digest, read as text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import Request

from models.digests import Digests
from web.digests import DigestMismatch, of_headers

# A body that stops arriving is given up, so that a silent client holds nothing for long.
LONGEST_SILENCE = 60.0


async def body(http: Request) -> AsyncIterator[bytes]:
    """The body as it arrives. It may take minutes: what it asks for happens when it is here, not when it began."""
    stream = http.stream().__aiter__()
    while True:
        try:
            async with asyncio.timeout(LONGEST_SILENCE):
                data = await anext(stream, None)
        except TimeoutError:
            raise HTTPException(408) from None
        if data is None:
            http.state.as_of = http.app.state.clock()
            return
        if data:
            yield data


async def verified_body(http: Request) -> AsyncIterator[bytes]:
    """The body as it arrives; at its end, HTTP 422 when it is not what its Content-Digest announces."""
    announced = of_headers(http.headers)
    received = Digests(announced)
    async for data in body(http):
        if announced:
            received.update(data)
        yield data
    if not received.agree:
        raise DigestMismatch()


def decoded(text: bytes) -> str:
    """Text as browsers send it: UTF-8, lines ended by CR LF; NUL, which PostgreSQL refuses, is replaced."""
    return text.decode("utf-8", "replace").replace("\r\n", "\n").replace("\0", "\ufffd")
