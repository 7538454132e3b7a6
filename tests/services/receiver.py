"""A webhook's receiver on this machine that misbehaves on command, and remembers what it took and in which order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier

from tests.services.listener import Listener


class Fault(Enum):
    """What goes wrong with one message."""

    FAILS = auto()
    IS_GONE = auto()
    IS_BUSY = auto()  # it asks to be left alone for an hour
    HANGS = auto()
    REDIRECTS = auto()
    RESETS = auto()
    TAKES_AND_RESETS = auto()
    DRIPS = auto()  # it takes the message and then talks for ever


@dataclass(frozen=True)
class Message:
    """A message that arrived whole."""

    id: str
    headers: dict[str, str]
    body: str

    @property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.body)
        return content

    @property
    def event(self) -> tuple[str, str]:
        """The request's number and what happened to it."""
        return self.content["data"].get("dossierNumber", ""), self.content["type"]


_ANSWERS = {
    None: b"HTTP/1.1 204 No Content\r\n\r\n",
    Fault.FAILS: b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
    Fault.IS_BUSY: b"HTTP/1.1 429 Later\r\nContent-Length: 0\r\nRetry-After: 3600\r\n\r\n",
    Fault.IS_GONE: b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n",
    Fault.DRIPS: b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n.",
}
TAKING = {None, Fault.DRIPS, Fault.TAKES_AND_RESETS}


class Receiver(Listener):
    """`behave` says what goes wrong with a message, None for nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Message] = []
        self.taken: list[Message] = []
        self.behave: Callable[[Message], Fault | None] = lambda _message: None
        self.secret = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks?cle=1"

    def taken_of(self, number: str) -> list[str]:
        """What was taken of one dossier's request, each message once."""
        by_id = {message.id: message.event for message in self.taken}
        return [kind for dossier, kind in by_id.values() if dossier == number]

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        message = await _read(reader)
        if self.secret:
            Verifier(self.secret).verify(message.body, message.headers)
        self.seen.append(message)
        fault = self.behave(message)
        if fault in TAKING:
            self.taken.append(message)
        if fault is Fault.REDIRECTS:
            writer.write(b"HTTP/1.1 307 Over there\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n" % self.url.encode())
        elif fault in _ANSWERS:
            writer.write(_ANSWERS[fault])
        elif fault is not Fault.HANGS:
            writer.transport.abort()
            return
        await writer.drain()
        if fault in {Fault.HANGS, Fault.DRIPS}:
            await asyncio.Event().wait()


async def _read(reader: asyncio.StreamReader) -> Message:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    line, *lines = head.strip().split("\r\n")
    assert line == "POST /webhooks?cle=1 HTTP/1.1", line
    headers = {name.lower(): value for name, value in (each.split(": ", 1) for each in lines)}
    body = (await reader.readexactly(int(headers["content-length"]))).decode()
    return Message(headers["webhook-id"], headers, body)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver that takes everything."""
    server = Receiver()
    await server.start()
    yield server
    await server.stop()
