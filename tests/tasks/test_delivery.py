"""Mails leave once: into files, or to a real mail server on this machine that answers as each test wants."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr
from structlog.testing import capture_logs

from models import Email
from models.emails import EmailStatus
from resolvers.calendar import calendar_of
from resolvers.enclosures import enclosure_of
from resolvers.modifications import cancel_modification, skip_modification
from resolvers.outbox import LEASE
from resolvers.receipts import pdf_of, receipt_of
from tasks import delivery, mail_server
from tasks.delivery import Delivered, deliver
from tasks.transports import Lost, Send, Unavailable, message_of
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, send_back, supplier_of
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
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), ready_timeout=60.0, **options)
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
    assert message["From"] == "Portail SEGUR Numérique <ne-pas-repondre@segur-solde.invalid>"
    assert message["Message-ID"] == email.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == email.text
    assert html.get_content().replace("\r\n", "\n") == email.html


async def test_what_a_mail_carries_arrives_with_it(mailbox: Mailbox) -> None:
    modification = await send_back(await make_request(number="FINSAS008539"))
    await deliver(NOW)
    actor = await supplier_of(modification.request)
    later = NOW + timedelta(days=1)
    closed = await skip_modification(actor, modification.id, assistance_contacted=True, as_of=later)
    await deliver(later)
    asked, received = mailbox.received
    [deadline], [receipt] = (list(message.iter_attachments()) for message in (asked, received))
    assert deadline.get_filename() == "rappel-FINSAS008539.ics"
    assert deadline["Content-Type"] == 'text/calendar; method="PUBLISH"; charset="utf-8"'
    assert deadline.get_payload(decode=True) == calendar_of(modification, NOW)
    assert receipt.get_filename() == "accuse-AR-FINSAS008539-S-M1.pdf"
    assert receipt.get_content_type() == "application/pdf"
    assert receipt.get_content() == await pdf_of(await receipt_of(closed))
    assert {part.get_content_disposition() for part in (deadline, receipt)} == {"attachment"}
    assert received.get_content_type() == "multipart/mixed"
    for kind in ("plain", "html"):
        assert received.get_body((kind,)) is not None


async def test_the_same_mail_is_the_same_at_every_attempt() -> None:
    await send_back(await make_request())
    email = await Email.get()
    first, second = [message_of(email, await enclosure_of(email, NOW)).as_bytes() for _ in range(2)]
    assert first == second


async def test_a_deadline_that_no_longer_counts_travels_no_more(mailbox: Mailbox) -> None:
    modification = await send_back(await make_request())
    await cancel_modification(MANAGER, modification.id, reason="Erreur", as_of=NOW)
    await deliver(NOW)
    assert [list(message.iter_attachments()) for message in mailbox.received] == [[], []]


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
    assert await deliver(NOW + timedelta(minutes=2)) == Delivered(sent=1)
    assert [message["Message-ID"] for message in mailbox.received] == [waiting.message_id]


async def test_server_that_is_away_costs_no_mail_an_attempt(setting: Setting) -> None:
    setting("smtp_host", "127.0.0.1")
    setting("smtp_port", free_port())
    setting("smtp_security", "none")
    for _ in range(3):
        await make_email()
    assert await deliver(NOW) == Delivered(postponed=3)
    for email in await Email.all():
        assert (email.status, email.attempts, email.next_attempt_at) == (EmailStatus.QUEUED, 0, NOW)
        assert email.error
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


class Scripted:
    """A transport whose mails meet what their recipients are given, and which remembers its connections."""

    def __init__(self, **fates: Exception) -> None:
        self.fates = fates
        self.connections = 0
        self.sent: list[str] = []

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Send]:
        self.connections += 1
        yield self.send

    async def send(self, email: Email) -> None:
        name = email.recipient.partition("@")[0]
        if name in self.fates:
            raise self.fates[name]
        self.sent.append(name)


async def queue(*names: str) -> None:
    """Mails to those, oldest first."""
    for number, name in enumerate(names):
        await make_email(recipient=f"{name}@editeur.fr", next_attempt_at=NOW - timedelta(minutes=60 - number))


async def status_of(name: str) -> EmailStatus:
    return (await Email.get(recipient=f"{name}@editeur.fr")).status


async def test_server_that_wants_nothing_now_keeps_what_it_took_and_gets_the_rest_in_order() -> None:
    await queue("a", "b", "c")
    assert await deliver(NOW, Scripted(b=Unavailable("450 Too many mails"))) == Delivered(sent=1, postponed=2)
    rest = await Email.filter(status=EmailStatus.QUEUED, leased_until__isnull=True).order_by("recipient")
    assert [email.attempts for email in rest] == [1, 0]


async def test_lost_connection_costs_one_mail_its_turn_and_the_others_leave_on_the_next() -> None:
    await queue("a", "b", "c")
    transport = Scripted(b=Lost("Connection lost"))
    assert await deliver(NOW, transport) == Delivered(sent=2, postponed=1)
    assert (transport.sent, transport.connections) == (["a", "c"], 2)


async def test_server_that_loses_every_connection_is_left_alone_until_the_next_pass() -> None:
    await queue("a", "b", "c", "d")
    transport = Scripted(a=Lost("gone"), b=Lost("gone"), c=Lost("gone"))
    assert await deliver(NOW, transport) == Delivered(postponed=3)
    last = await Email.get(recipient="d@editeur.fr")
    assert (last.leased_until, last.attempts) == (None, 0)


async def test_pass_that_is_stopped_gives_back_what_it_has_not_tried() -> None:
    await queue("a", "b", "c")
    begun = asyncio.Event()

    @asynccontextmanager
    async def endless() -> AsyncIterator[Send]:
        async def send(_email: Email) -> None:
            begun.set()
            await asyncio.Event().wait()

        yield send

    working = asyncio.create_task(deliver(NOW, endless))
    await begun.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    held = await Email.filter(leased_until__not_isnull=True)
    assert [email.recipient for email in held] == ["a@editeur.fr"]
    assert await deliver(NOW, Scripted()) == Delivered(sent=2)
    assert await deliver(NOW + LEASE + timedelta(minutes=1), Scripted()) == Delivered(sent=1)


async def test_mail_whose_lease_was_lost_is_left_to_who_holds_it() -> None:
    await queue("a", "b")
    transport = Scripted()

    @asynccontextmanager
    async def slow() -> AsyncIterator[Send]:
        # Another worker took the second mail while this one was busy connecting.
        await Email.filter(recipient="b@editeur.fr").update(leased_until=NOW + LEASE * 2, attempts=2)
        yield transport.send

    assert await deliver(NOW, slow) == Delivered(sent=1)
    assert transport.sent == ["a"]


async def test_log_lines_name_the_dossier(monkeypatch: pytest.MonkeyPatch) -> None:
    request = await make_request(number="FINSAS008539")
    await send_back(request)
    with capture_logs() as lines:
        await deliver(NOW, Scripted())
    [line] = lines
    assert (line["event"], line["dossier"], line["kind"]) == ("email_sent", "FINSAS008539", "MODIFICATION_REQUESTED")


async def test_rate_is_held_over_passes(setting: Setting) -> None:
    setting("mails_per_minute", 2)
    await queue("a", "b", "c")
    assert await deliver(NOW, Scripted()) == Delivered(sent=2)
    assert await deliver(NOW + timedelta(seconds=30), Scripted()) == Delivered()
    assert await deliver(NOW + timedelta(seconds=90), Scripted()) == Delivered(sent=1)


async def test_two_workers_at_once_send_each_mail_once(mailbox: Mailbox) -> None:
    for _ in range(45):
        await make_email()
    results = await asyncio.gather(*(deliver(NOW) for _ in range(3)))
    assert sum(result.sent for result in results) == 45
    assert len({message["Message-ID"] for message in mailbox.received}) == len(mailbox.received) == 45


async def test_long_queue_is_left_to_the_next_pass(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(delivery.BATCH + 1):
        await make_email()
    monkeypatch.setattr(delivery.Delivery, "LONGEST", 0.0)
    assert await deliver(NOW) == Delivered()
    monkeypatch.setattr(delivery.Delivery, "LONGEST", 60.0)
    assert await deliver(NOW) == Delivered(sent=delivery.BATCH + 1)


async def test_silent_server_is_given_up_on(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_server, "PATIENCE", 0.2)

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    setting("smtp_host", "127.0.0.1")
    setting("smtp_port", server.sockets[0].getsockname()[1])
    setting("smtp_security", "none")
    await make_email()
    async with server:
        assert await deliver(NOW) == Delivered(postponed=1)


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

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    setting("smtp_host", "127.0.0.1")
    setting("smtp_port", server.sockets[0].getsockname()[1])
    setting("smtp_security", "none")
    async with server:
        yield mails


async def test_answer_that_never_comes_is_a_state_of_its_own(setting: Setting) -> None:
    await make_email()
    async with speaking(setting, "250 editeur.fr", "250 OK", "250 OK", "354 Go on") as mails:
        assert await deliver(NOW) == Delivered(unanswered=1)
        email = await Email.get()
        assert (email.status, email.leaves_again()) == (EmailStatus.UNKNOWN, True)
        assert await deliver(NOW + timedelta(minutes=14)) == Delivered()
        assert await deliver(NOW + timedelta(minutes=20)) == Delivered(unanswered=1)
        assert await deliver(NOW + timedelta(minutes=40)) == Delivered(unanswered=1)
        # Three may have arrived: a fourth only when a manager says so.
        assert await deliver(NOW + timedelta(days=2)) == Delivered()
    assert len(mails) == 3
    assert {message_from_bytes(mail.encode())["Message-ID"] for mail in mails} == {email.message_id}


async def test_server_that_falls_silent_with_the_mail_leaves_it_in_doubt(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_server, "ANSWER_PATIENCE", 0.2)
    ended = asyncio.Event()

    async def fall_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in (b"220 editeur.fr", b"250 editeur.fr", b"250 OK", b"250 OK", b"354 Go on"):
            writer.write(answer + b"\r\n")
            await reader.readline()
        await ended.wait()
        writer.close()

    server = await asyncio.start_server(fall_silent, "127.0.0.1", 0)
    setting("smtp_host", "127.0.0.1")
    setting("smtp_port", server.sockets[0].getsockname()[1])
    setting("smtp_security", "none")
    await make_email()
    async with server:
        assert await deliver(NOW) == Delivered(unanswered=1)
        ended.set()
    assert (await Email.get()).status is EmailStatus.UNKNOWN


async def test_pass_whose_time_is_over_gives_back_the_rest_of_its_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    await queue("a", "b", "c")
    transport = Scripted()

    @asynccontextmanager
    async def slow() -> AsyncIterator[Send]:
        async def send(email: Email) -> None:
            await transport.send(email)
            monkeypatch.setattr(delivery.Delivery, "LONGEST", 0.0)

        yield send

    assert await deliver(NOW, slow) == Delivered(sent=1)
    assert await Email.filter(leased_until__not_isnull=True).count() == 0
    assert await Email.filter(status=EmailStatus.QUEUED, attempts=0).count() == 2


async def test_connection_that_goes_before_the_mail_is_given_leaves_no_doubt(setting: Setting) -> None:
    await make_email()
    async with speaking(setting, "250 editeur.fr", "250 OK"):
        assert await deliver(NOW) == Delivered(postponed=1)
    assert (await Email.get()).status is EmailStatus.QUEUED


async def test_server_that_closes_before_the_mail_is_asked_again_later(setting: Setting) -> None:
    await make_email()
    async with speaking(setting, "250 editeur.fr", "250 OK", "421 4.3.2 Shutting down"):
        assert await deliver(NOW) == Delivered(postponed=1)
    email = await Email.get()
    assert (email.status, email.error) == (EmailStatus.QUEUED, "421 4.3.2 Shutting down")


async def test_refused_sender_is_nobody_elses_fault(setting: Setting) -> None:
    for _ in range(2):
        await make_email()
    async with speaking(setting, "250 editeur.fr", "550 5.7.1 Not allowed to send"):
        assert await deliver(NOW) == Delivered(postponed=2)
    assert {email.status for email in await Email.all()} == {EmailStatus.QUEUED}


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_mail_travels_encrypted_with_a_password(
    setting: Setting, security: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority, server = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(server)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    encrypted: list[bool] = []

    def check(_server: SMTP, session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
        encrypted.append(session.ssl is not None or security == "tls")
        return AuthResult(success=data == LoginPassword(b"portail", b"secret"), handled=False)

    setting("smtp_user", "portail")
    setting("smtp_password", SecretStr("secret"))
    await make_email()
    box = Mailbox()
    how: dict[str, Any] = {"ssl_context": server} if security == "tls" else {"tls_context": server}
    # aiosmtpd's own view of a connection that was TLS from its start is that it is plain.
    how |= {"require_starttls": True} if security == "starttls" else {"auth_require_tls": False}
    async with served(box, setting, security=security, authenticator=check, **how):
        setting("smtp_host", "localhost")
        assert await deliver(NOW) == Delivered(sent=1)
    assert encrypted == [True]
    assert len(box.received) == 1


async def test_server_whose_certificate_nobody_vouches_for_gets_no_mail(setting: Setting) -> None:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("localhost").configure_cert(server)
    box = Mailbox()
    await make_email()
    async with served(box, setting, security="starttls", tls_context=server):
        setting("smtp_host", "localhost")
        assert await deliver(NOW) == Delivered(postponed=1)
    assert "certificate" in ((await Email.get()).error or "")
    assert not box.received


@pytest.mark.parametrize("broken", ["subject", "recipient", "message_id"])
async def test_no_second_header_comes_through(setting: Setting, mailbox: Mailbox, broken: str) -> None:
    values = {"subject": "Action", "recipient": "support@editeur.fr", "message_id": "<a@localhost>"}
    values[broken] += "\r\nBcc: voleur@ailleurs.fr"
    await make_email(**values)
    await make_email(recipient="present@editeur.fr")
    await deliver(NOW)
    assert [message["To"] for message in mailbox.received] == ["present@editeur.fr"]


async def test_address_with_accents_needs_a_server_that_takes_them(setting: Setting) -> None:
    box = Mailbox()
    await make_email(recipient="hélène@editeur.fr")
    async with served(box, setting, enable_SMTPUTF8=True):
        assert await deliver(NOW) == Delivered(sent=1)
    await make_email(recipient="zoé@editeur.fr")
    async with served(box, setting, enable_SMTPUTF8=False):
        assert await deliver(NOW) == Delivered(refused=1)
    assert [message["To"] for message in box.received] == ["hélène@editeur.fr"]
