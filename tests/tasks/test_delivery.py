"""Mails leave once: into files, or to a real mail server on this machine that answers as each test wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from models import Email
from models.emails import EmailStatus
from resolvers.outbox import LEASE
from tasks import delivery, transports
from tasks.delivery import Delivered, deliver
from tasks.transports import Send, Unavailable, message_of
from tests.conftest import NOW
from tests.factories import make_request, send_back
from tests.resolvers.test_outbox import make_email
from tests.services.portal import free_port

pytestmark = pytest.mark.usefixtures("db")

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


@pytest.fixture
async def mailbox(setting: Setting) -> AsyncIterator[Mailbox]:
    """A mail server without encryption, that the settings name."""
    box = Mailbox()
    async with served(box, setting):
        yield box


@asynccontextmanager
async def served(box: Mailbox, setting: Setting, security: str = "none", **options: Any) -> AsyncIterator[None]:
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **options)
    setting("smtp_host", "127.0.0.1")
    setting("smtp_port", controller.port)
    setting("smtp_security", security)
    await asyncio.to_thread(controller.start)
    try:
        yield
    finally:
        await asyncio.to_thread(controller.stop)


async def test_mails_go_to_the_server_on_one_connection(mailbox: Mailbox) -> None:
    for number in range(5):
        await make_email(recipient=f"compte{number}@editeur.fr")
    assert await deliver(NOW) == Delivered(sent=5)
    assert len(mailbox.received) == 5
    assert len(mailbox.sessions) == 1
    assert {email.status for email in await Email.all()} == {EmailStatus.SENT}
    assert await deliver(NOW + timedelta(days=1)) == Delivered()


async def test_mail_arrives_as_it_was_written(mailbox: Mailbox) -> None:
    await send_back(await make_request(), comment="Où est le PV ?\nMerci.")
    await deliver(NOW)
    email = await Email.get()
    [message] = mailbox.received
    assert message["Subject"] == email.subject
    assert message["To"] == email.recipient
    assert message["From"] == "Portail Ségur numérique <ne-pas-repondre@segur-solde.invalid>"
    assert message["Message-ID"] == email.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == email.text
    assert html.get_content().replace("\r\n", "\n") == email.html


async def test_refused_address_is_final_and_holds_up_no_other(mailbox: Mailbox) -> None:
    mailbox.refusals = {"parti@editeur.fr": "550 5.1.1 No such user"}
    await make_email(recipient="parti@editeur.fr", next_attempt_at=NOW - timedelta(hours=1))
    await make_email(recipient="present@editeur.fr")
    assert await deliver(NOW) == Delivered(sent=1, refused=1)
    gone = await Email.get(recipient="parti@editeur.fr")
    assert gone.status is EmailStatus.FAILED
    assert gone.error == "550 5.1.1 No such user"


@pytest.mark.parametrize("where", ["address", "data"])
async def test_temporary_refusal_is_tried_again_later(mailbox: Mailbox, where: str) -> None:
    answer = "451 4.7.1 Greylisted, try again later"
    if where == "data":
        mailbox.data_answer = answer
    else:
        mailbox.refusals = {"support@editeur.fr": answer}
    await make_email()
    assert await deliver(NOW) == Delivered(postponed=1)
    waiting = await Email.get()
    assert (waiting.status, waiting.error) == (EmailStatus.QUEUED, answer)
    mailbox.refusals, mailbox.data_answer = {}, ""
    assert await deliver(NOW + timedelta(seconds=59)) == Delivered()
    assert await deliver(NOW + timedelta(minutes=1)) == Delivered(sent=1)
    assert [message["Message-ID"] for message in mailbox.received] == [waiting.message_id]


async def test_server_that_is_away_costs_nothing_but_time(setting: Setting) -> None:
    setting("smtp_host", "127.0.0.1")
    setting("smtp_port", free_port())
    setting("smtp_security", "none")
    for _ in range(3):
        await make_email()
    assert await deliver(NOW) == Delivered(postponed=3)
    assert {email.status for email in await Email.all()} == {EmailStatus.QUEUED}
    box = Mailbox()
    async with served(box, setting):
        assert await deliver(NOW + timedelta(minutes=1)) == Delivered(sent=3)


async def test_wrong_password_loses_no_mail(setting: Setting) -> None:
    box = Mailbox()

    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
        return AuthResult(success=data == LoginPassword(b"portail", b"secret"), handled=False)

    setting("smtp_user", "portail")
    setting("smtp_password", SecretStr("wrong"))
    await make_email()
    async with served(box, setting, authenticator=check, auth_require_tls=False):
        assert await deliver(NOW) == Delivered(postponed=1)
        assert (await Email.get()).error == "535 5.7.8 Authentication credentials invalid"
        setting("smtp_password", SecretStr("secret"))
        assert await deliver(NOW + timedelta(minutes=1)) == Delivered(sent=1)
    assert len(box.received) == 1


async def test_server_without_encryption_gets_nothing_unless_the_settings_allow_it(setting: Setting) -> None:
    box = Mailbox()
    await make_email()
    async with served(box, setting, security="starttls"):
        assert await deliver(NOW) == Delivered(postponed=1)
    assert not box.received


async def test_without_a_server_each_mail_is_a_file(setting: Setting, tmp_path: Path) -> None:
    setting("data_dir", tmp_path)
    email = await make_email()
    assert await deliver(NOW) == Delivered(sent=1)
    [file] = (tmp_path / "mail").iterdir()
    assert file.name == f"{email.id}.eml"
    assert file.read_bytes() == message_of(email).as_bytes()


async def test_crash_between_sending_and_marking_sends_the_same_mail_again(setting: Setting, tmp_path: Path) -> None:
    setting("data_dir", tmp_path)
    email = await make_email()
    assert await deliver(NOW) == Delivered(sent=1)
    # As the crash would have left it: leased, not marked.
    await Email.filter(id=email.id).update(status=EmailStatus.QUEUED, sent_at=None, leased_until=NOW + LEASE)
    assert await deliver(NOW + timedelta(minutes=1)) == Delivered()
    assert await deliver(NOW + LEASE) == Delivered(sent=1)
    assert len(list((tmp_path / "mail").iterdir())) == 1


async def test_mail_that_cannot_be_written_does_not_hold_up_the_others() -> None:
    bad = await make_email(subject="bad", next_attempt_at=NOW - timedelta(hours=1))
    await make_email()
    sent: list[str] = []

    @asynccontextmanager
    async def transport() -> AsyncIterator[Send]:
        async def send(email: Email) -> None:
            if email.id == bad.id:
                raise ValueError("no such header")
            sent.append(email.message_id)

        yield send

    assert await deliver(NOW, transport) == Delivered(sent=1, postponed=1)
    assert len(sent) == 1
    assert (await Email.get(id=bad.id)).error == "no such header"


async def test_server_lost_on_the_way_keeps_what_it_took() -> None:
    for _ in range(3):
        await make_email()
    taken: list[str] = []

    @asynccontextmanager
    async def transport() -> AsyncIterator[Send]:
        async def send(email: Email) -> None:
            if taken:
                raise Unavailable("connection reset")
            taken.append(email.message_id)

        yield send

    assert await deliver(NOW, transport) == Delivered(sent=1, postponed=2)
    assert await Email.filter(status=EmailStatus.SENT).count() == 1
    assert await Email.filter(status=EmailStatus.QUEUED, leased_until__isnull=True).count() == 2


async def test_two_workers_at_once_send_each_mail_once(mailbox: Mailbox) -> None:
    for _ in range(45):
        await make_email()
    results = await asyncio.gather(*(deliver(NOW) for _ in range(3)))
    assert sum(result.sent for result in results) == 45
    assert len({message["Message-ID"] for message in mailbox.received}) == len(mailbox.received) == 45


async def test_long_queue_is_left_to_the_next_pass(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(delivery.BATCH + 1):
        await make_email()
    monkeypatch.setattr(delivery, "LONGEST_PASS", 0.0)
    assert await deliver(NOW) == Delivered()
    monkeypatch.setattr(delivery, "LONGEST_PASS", 60.0)
    assert await deliver(NOW) == Delivered(sent=delivery.BATCH + 1)


async def test_silent_server_is_given_up_on(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "PATIENCE", 0.2)

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", free_port())
    setting("smtp_host", "127.0.0.1")
    setting("smtp_port", server.sockets[0].getsockname()[1])
    setting("smtp_security", "none")
    await make_email()
    async with server:
        assert await deliver(NOW) == Delivered(postponed=1)
