"""A mail arrives as it was written, with what it carries, and nothing else comes along."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from models import Email
from resolvers.calendar import calendar_of
from resolvers.enclosures import enclosure_of
from resolvers.modifications import cancel_modification, skip_modification
from resolvers.receipts import pdf_of, receipt_of
from tasks.delivery import Delivered, deliver
from tasks.transports import message_of
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, send_back, supplier_of
from tests.resolvers.test_outbox import make_email
from tests.tasks.mail_servers import Mailbox, Setting, served

pytestmark = pytest.mark.usefixtures("db")


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


async def test_without_a_server_each_mail_is_a_file(setting: Setting, tmp_path: Path) -> None:
    setting("data_dir", tmp_path)
    email = await make_email()
    assert await deliver(NOW) == Delivered(sent=1)
    [file] = (tmp_path / "mail").iterdir()
    assert file.name == f"{email.id}.eml"
    assert file.read_bytes() == message_of(email).as_bytes()
