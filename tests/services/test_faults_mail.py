"""Mails leave once, whatever the mail server does and whenever the worker is killed."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from models import Email
from models.emails import EmailKind, EmailStatus
from tasks.sweep import sweep
from tests.resolvers.test_outbox import make_email
from tests.services.background import Background, until
from tests.services.choice import full
from tests.services.mail_server import Fault, MailServer, Moment
from tests.services.portal import PATIENCE
from tests.services.standby import Standby

pytestmark = pytest.mark.usefixtures("db")

Setting = Callable[[str, object], None]
REMINDERS, KILLS = full(1000, otherwise=250), full(20, otherwise=5)


async def queue_reminders(count: int) -> None:
    """Reminders that were written a little while ago, one after the other."""
    first = datetime.now(UTC) - timedelta(hours=1)
    emails = []
    for number in range(count):
        identifier, written = uuid4(), first + timedelta(milliseconds=number)
        emails.append(
            Email(
                id=identifier,
                kind=EmailKind.MODIFICATION_REMINDER,
                recipient=f"compte{number}@editeur.fr",
                subject="Rappel",
                text="Il vous reste 10 jours.",
                html="<p>Il vous reste 10 jours.</p>",
                message_id=f"<{identifier}@localhost>",
                created_at=written,
                next_attempt_at=written,
            )
        )
    await Email.bulk_create(emails)


async def all_sent() -> bool:
    return not await Email.exclude(status=EmailStatus.SENT).exists()


async def all_tried() -> bool:
    return not await Email.filter(status=EmailStatus.QUEUED, attempts=0).exists()


async def standing() -> dict[str, tuple[EmailStatus, str | None]]:
    """What is known of each recipient's mail, and the server's own words if it said any."""
    words = re.compile(r"[0-9]{3} ")
    return {
        email.recipient: (email.status, email.error if words.match(email.error or "") else None)
        for email in await Email.all()
    }


async def time_passes() -> None:
    """Every lease has ended, every pause after a failure is over."""
    now = datetime.now(UTC)
    await Email.filter(leased_until__gt=now).update(leased_until=now)
    await Email.filter(next_attempt_at__gt=now).update(next_attempt_at=now)


async def test_20_kills_among_1000_reminders_lose_none_and_repeat_at_most_one_each(
    standby: Standby, mail_server: MailServer
) -> None:
    await queue_reminders(REMINDERS)
    chance = random.Random(20)  # noqa: S311 (the same points in every run)
    killed, countdown = asyncio.Event(), 0

    def kill() -> None:
        standby.kill()
        killed.set()

    def kill_in_time(_moment: Moment) -> None:
        nonlocal countdown
        countdown -= 1
        if countdown == 0 and chance.random() < 0.5:
            kill()
        elif countdown == 0:
            asyncio.get_running_loop().call_later(chance.uniform(0, 0.01), kill)

    mail_server.watch = kill_in_time
    for _ in range(KILLS):
        countdown = chance.randrange(1, REMINDERS * len(Moment) // KILLS * 4 // 5)
        killed.clear()
        standby.start()
        await asyncio.wait_for(killed.wait(), PATIENCE)
        await time_passes()
    standby.start()
    await until(all_sent)
    assert len(set(mail_server.message_ids)) == REMINDERS
    assert REMINDERS <= len(mail_server.message_ids) <= REMINDERS + KILLS
    assert set(mail_server.message_ids) == {email.message_id for email in await Email.all()}


async def test_what_goes_wrong_with_one_mail_holds_up_no_other_and_is_made_good(
    background: Background, mail_server: MailServer
) -> None:
    mail_server.faults = {
        "occupe@editeur.fr": Fault.REFUSED_FOR_NOW,
        "parti@editeur.fr": Fault.REFUSED_FOREVER,
        "coupe@editeur.fr": Fault.CUT_IN_DATA,
        "muet@editeur.fr": Fault.ANSWER_WITHHELD,
    }
    mail_server.banner_after = 0.5
    # These mails are of 2023: the daily purge would take them away once they have left.
    background.environment["SOLDE_KEEP_MAIL_DAYS"] = "36500"
    recipients = [*mail_server.faults, "present@editeur.fr"]
    for recipient in recipients:
        await make_email(recipient=recipient)
    background.start()
    await until(all_tried)
    await background.stop()
    assert await standing() == {
        "occupe@editeur.fr": (EmailStatus.QUEUED, "450 4.2.1 Mailbox busy"),
        "parti@editeur.fr": (EmailStatus.FAILED, "550 5.1.1 No such user"),
        "coupe@editeur.fr": (EmailStatus.UNKNOWN, None),
        "muet@editeur.fr": (EmailStatus.UNKNOWN, None),
        "present@editeur.fr": (EmailStatus.SENT, None),
    }
    mail_server.faults = {}
    await time_passes()
    await background.sweep()
    assert await standing() == dict.fromkeys(recipients, (EmailStatus.SENT, None)) | {
        "parti@editeur.fr": (EmailStatus.FAILED, "550 5.1.1 No such user")
    }
    # Only what had arrived without an answer came twice, as the same mail.
    copies = Counter(mail_server.received)
    assert {mail.recipient: count for mail, count in copies.items()} == {
        "occupe@editeur.fr": 1,
        "coupe@editeur.fr": 1,
        "muet@editeur.fr": 2,
        "present@editeur.fr": 1,
    }


async def test_a_day_without_a_mail_server_delays_every_mail_and_changes_nothing_else(
    background: Background, mail_server: MailServer, setting: Setting
) -> None:
    await mail_server.stop()
    setting("smtp_host", "127.0.0.1")
    setting("smtp_port", mail_server.port)
    setting("smtp_security", "none")
    now = datetime.now(UTC)
    for hour in range(24):
        written = now - timedelta(hours=24 - hour)
        for _ in range(2):
            await make_email(created_at=written, next_attempt_at=written)
        for minutes in (1, 20, 40):
            assert (await sweep(written + timedelta(minutes=minutes))).delivered.sent == 0
    background.start()
    await until(lambda: background.says("mail_server_unavailable"))
    await background.stop()
    assert mail_server.received == []
    await mail_server.start()
    background.start()
    await until(all_sent)
    emails = {email.message_id: email.created_at for email in await Email.all()}
    assert len(mail_server.message_ids) == len(emails) == 48
    ages = [emails[message_id] for message_id in mail_server.message_ids]
    assert ages == sorted(ages)
    await background.stop()
