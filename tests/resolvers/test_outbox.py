"""The outbox: each mail leased by one worker at a time, tried again for two days, sent once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from models import Email
from models.emails import EmailKind, EmailStatus
from resolvers.outbox import LAST_ATTEMPT, LEASE, lease_due, mark_refused, mark_sent, put_off, wait_after
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("db")


async def make_email(**facts: object) -> Email:
    identifier = uuid4()
    email = Email(
        id=identifier,
        kind=EmailKind.MODIFICATION_REQUESTED,
        recipient="support@editeur.fr",
        subject="Objet",
        text="Texte",
        html="<p>Texte</p>",
        message_id=f"<{identifier}@localhost>",
        created_at=NOW,
        next_attempt_at=NOW,
    )
    email.update_from_dict(facts)
    await email.save(force_create=True)
    return email


async def test_mails_are_leased_oldest_first_and_only_when_due() -> None:
    later = await make_email(next_attempt_at=NOW + timedelta(minutes=2))
    second = await make_email(next_attempt_at=NOW - timedelta(minutes=1))
    first = await make_email(next_attempt_at=NOW - timedelta(minutes=2))
    await make_email(status=EmailStatus.SENT)
    assert [email.id for email in await lease_due(NOW, 10)] == [first.id, second.id]
    assert [email.id for email in await lease_due(NOW + timedelta(minutes=2), 10)] == [later.id]


async def test_a_batch_is_no_larger_than_asked() -> None:
    for _ in range(3):
        await make_email()
    assert len(await lease_due(NOW, 2)) == 2
    assert len(await lease_due(NOW, 2)) == 1


async def test_what_is_leased_is_nobody_elses_until_the_lease_ends() -> None:
    await make_email()
    assert len(await lease_due(NOW, 10)) == 1
    assert not await lease_due(NOW + LEASE - timedelta(seconds=1), 10)
    again = await lease_due(NOW + LEASE, 10)
    assert [email.attempts for email in again] == [2]


async def test_workers_at_the_same_time_never_take_the_same_mail() -> None:
    for _ in range(30):
        await make_email()
    batches = await asyncio.gather(*(lease_due(NOW, 5) for _ in range(8)))
    taken = [email.id for batch in batches for email in batch]
    assert len(taken) == len(set(taken))
    taken += [email.id for email in await lease_due(NOW, 100)]
    assert len(taken) == len(set(taken)) == 30


async def test_sent_is_the_end() -> None:
    await make_email()
    [email] = await lease_due(NOW, 10)
    await mark_sent(email, NOW)
    row = await Email.get()
    assert (row.status, row.sent_at, row.leased_until, row.error) == (EmailStatus.SENT, NOW, None, None)
    assert not await lease_due(NOW + timedelta(days=30), 10)


async def test_refused_keeps_the_words_of_the_server() -> None:
    await make_email()
    [email] = await lease_due(NOW, 10)
    await mark_refused(email, "550 No such user")
    row = await Email.get()
    assert (row.status, row.sent_at, row.error) == (EmailStatus.FAILED, None, "550 No such user")
    assert not await lease_due(NOW + timedelta(days=30), 10)


async def test_put_off_waits_longer_each_time_for_two_days_then_fails() -> None:
    await make_email()
    as_of, tries = NOW, 0
    while batch := await lease_due(as_of, 10):
        tries += 1
        assert not await lease_due(as_of, 10)
        await put_off(batch[0], "451 Later", as_of)
        row = await Email.get()
        if row.status is EmailStatus.FAILED:
            break
        assert row.next_attempt_at == as_of + wait_after(tries)
        as_of = row.next_attempt_at
    assert tries == LAST_ATTEMPT
    assert timedelta(hours=48) <= as_of - NOW <= timedelta(hours=50)
    assert (row.status, row.error) == (EmailStatus.FAILED, "451 Later")


async def test_whoever_lost_the_lease_changes_nothing() -> None:
    await make_email()
    [slow] = await lease_due(NOW, 10)
    [quick] = await lease_due(NOW + LEASE, 10)
    await mark_sent(quick, NOW + LEASE)
    await put_off(slow, "451 Later", NOW + LEASE)
    assert (await Email.get()).status is EmailStatus.SENT
