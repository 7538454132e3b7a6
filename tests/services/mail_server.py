"""A mail server on this machine that misbehaves on command, and remembers every mail that reached it whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from enum import Enum, auto

import pytest

from tests.services.listener import Listener

END_OF_MAIL = b"\r\n.\r\n"


class Fault(Enum):
    """What goes wrong with one recipient's mail."""

    REFUSED_FOR_NOW = auto()  # 450 on its address
    REFUSED_FOREVER = auto()  # 550 on its address
    CUT_IN_DATA = auto()  # the connection goes while the mail is on its way
    ANSWER_WITHHELD = auto()  # the mail is here, its sender never hears so


class Moment(Enum):
    """Where a conversation stands."""

    CONNECTED = auto()
    ADDRESSED = auto()
    IN_DATA = auto()
    TAKEN = auto()  # the mail is here, the 250 not yet said
    ANSWERED = auto()


@dataclass(frozen=True)
class Received:
    """A mail that arrived whole, whether or not its sender was told."""

    message_id: str
    recipient: str


class Hangup(ConnectionError):
    """The server ends the conversation without a word."""


class MailServer(Listener):
    """`watch` is told each moment of each conversation."""

    def __init__(self) -> None:
        super().__init__()
        self.received: list[Received] = []
        self.faults: dict[str, Fault] = {}
        self.banner_after = 0.0  # seconds
        self.watch: Callable[[Moment], None] = lambda _moment: None

    @property
    def message_ids(self) -> list[str]:
        return [mail.message_id for mail in self.received]

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.banner_after)
        self.watch(Moment.CONNECTED)
        writer.write(b"220 courrier.example ESMTP\r\n")
        recipient = ""
        while line := (await reader.readline()).decode().strip():
            verb, _, rest = line.partition(" ")
            if verb == "QUIT":
                writer.write(b"221 Bye\r\n")
                return
            if verb == "RCPT":
                recipient = rest.partition("<")[2].partition(">")[0]
                self.watch(Moment.ADDRESSED)
            if verb == "DATA":
                await self._take(recipient, reader, writer)
            else:
                writer.write(self._answer(verb, recipient))

    def _answer(self, verb: str, recipient: str) -> bytes:
        fault = self.faults.get(recipient) if verb == "RCPT" else None
        if fault is Fault.REFUSED_FOR_NOW:
            return b"450 4.2.1 Mailbox busy\r\n"
        if fault is Fault.REFUSED_FOREVER:
            return b"550 5.1.1 No such user\r\n"
        return b"250 OK\r\n"

    async def _take(self, recipient: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"354 Go on\r\n")
        self.watch(Moment.IN_DATA)
        if self.faults.get(recipient) is Fault.CUT_IN_DATA:
            await reader.readexactly(100)
            raise Hangup
        content = await reader.readuntil(END_OF_MAIL)
        self.received.append(Received(BytesHeaderParser().parsebytes(content)["Message-ID"], recipient))
        self.watch(Moment.TAKEN)
        if self.faults.get(recipient) is Fault.ANSWER_WITHHELD:
            raise Hangup
        writer.write(b"250 Taken\r\n")
        self.watch(Moment.ANSWERED)


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    """A mail server that is up."""
    server = MailServer()
    await server.start()
    yield server
    await server.stop()
