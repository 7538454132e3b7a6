"""What a mail server answers, or does not, decides what becomes of each mail."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email import message_from_bytes

import pytest

from models import Email
from models.emails import EmailStatus
from tasks import mail_server
from tasks.delivery import Delivered, deliver
from tests.conftest import NOW
from tests.resolvers.test_outbox import make_email
from tests.services.portal import free_port
from tests.tasks.mail_servers import Mailbox, Setting, handling, served, speaking

pytestmark = pytest.mark.usefixtures("db")


async def test_mails_go_to_the_server_on_one_connection(mailbox: Mailbox) -> None:
    for number in range(5):
        await make_email(recipient=f"compte{number}@editeur.fr")
    assert await deliver(NOW) == Delivered(sent=5)
    assert len(mailbox.received) == 5
    assert len(mailbox.sessions) == 1
    assert {email.status for email in await Email.all()} == {EmailStatus.SENT}
    assert await deliver(NOW + timedelta(days=1)) == Delivered()


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


async def test_silent_server_is_given_up_on(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_server, "PATIENCE", 0.2)

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    await make_email()
    async with handling(setting, say_nothing):
        assert await deliver(NOW) == Delivered(postponed=1)


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

    await make_email()
    async with handling(setting, fall_silent):
        assert await deliver(NOW) == Delivered(unanswered=1)
        ended.set()
    assert (await Email.get()).status is EmailStatus.UNKNOWN


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
