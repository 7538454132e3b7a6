"""Mails leave once: by passes that share the queue and give back what they have not tried."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from models import Email
from models.emails import EmailStatus
from resolvers.outbox import LEASE
from tasks import delivery
from tasks.delivery import Delivered, deliver
from tasks.transports import Lost, Send, Unavailable
from tests.conftest import NOW
from tests.factories import make_request, send_back
from tests.resolvers.test_outbox import make_email
from tests.tasks.mail_servers import Mailbox, Setting

pytestmark = pytest.mark.usefixtures("db")


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
