"""Mail servers on this machine that answer as each test wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.services.portal import free_port

Setting = Callable[[str, object], None]


class Mailbox:
    """A mail server's memory, and what it answers to whom."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.sessions: set[int] = set()
        self.refusals: dict[str, str] = {}
        self.data_answer = ""

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_answer:
            return self.data_answer
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        self.sessions.add(id(session))
        return "250 Taken"


@asynccontextmanager
async def served(box: Mailbox, setting: Setting, security: str = "none", **options: Any) -> AsyncIterator[None]:
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), ready_timeout=60.0, **options)
    setting("smtp_host", "127.0.0.1")
    setting("smtp_port", controller.port)
    setting("smtp_security", security)
    await asyncio.to_thread(controller.start)
    try:
        yield
    finally:
        await asyncio.to_thread(controller.stop)


@asynccontextmanager
async def handling(
    setting: Setting, handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
) -> AsyncIterator[None]:
    """A server that does so with whoever comes."""
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    setting("smtp_host", "127.0.0.1")
    setting("smtp_port", server.sockets[0].getsockname()[1])
    setting("smtp_security", "none")
    async with server:
        yield


@asynccontextmanager
async def speaking(setting: Setting, *answers: str) -> AsyncIterator[list[str]]:
    """A server that answers one line after the other, whatever it is told, then hangs up; the mails that it got."""
    mails: list[str] = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 editeur.fr\r\n")
        for answer in answers:
            await reader.readline()
            writer.write(f"{answer}\r\n".encode())
            if answer.startswith("354"):
                mails.append((await reader.readuntil(b"\r\n.\r\n")).decode())
                break
        writer.close()

    async with handling(setting, speak):
        yield mails
