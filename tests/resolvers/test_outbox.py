"""The outbox: each mail leased by one worker at a time, tried again for two days, sent once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from tortoise.queryset import QuerySet

from models import Email
from models.emails import MOST_UNANSWERED, EmailKind, EmailStatus
from resolvers.outbox import (
    LAST_ATTEMPT,
    LEASE,
    keep,
    lease_due,
    mark_refused,
    mark_sent,
    mark_unanswered,
    put_off,
    queued,
    queued_too_far,
    release,
    unanswered,
    unanswered_too_far,
    wait_after,
)
from tests.conftest import NOW
from tests.plans import plan_of

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


@pytest.mark.parametrize(
    ("due", "index"),
    [
        (queued, "email_to_send"),
        (unanswered, "email_to_retry"),
        (queued_too_far, "email_to_send"),
        (unanswered_too_far, "email_to_retry"),
    ],
)
async def test_what_is_due_is_found_by_its_partial_index_in_order(
    due: Callable[[datetime], QuerySet[Email]], index: str
) -> None:
    await make_email()
    plan = await plan_of(due(NOW).limit(20))
    assert index in plan
    assert "sort" not in plan
    assert "b-tree" not in plan


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
    await mark_refused(email, "550 No such user", NOW)
    row = await Email.get()
    assert (row.status, row.sent_at, row.failed_at) == (EmailStatus.FAILED, None, NOW)
    assert row.error == "550 No such user"
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
        assert wait_after(tries) <= row.next_attempt_at - as_of <= wait_after(tries) * 1.25
        as_of = row.next_attempt_at
    assert tries == LAST_ATTEMPT
    assert timedelta(hours=48) <= as_of - NOW <= timedelta(hours=50) * 1.25
    assert (row.status, row.error) == (EmailStatus.FAILED, "451 Later")


async def test_whoever_lost_the_lease_changes_nothing() -> None:
    await make_email()
    [slow] = await lease_due(NOW, 10)
    [quick] = await lease_due(NOW + LEASE, 10)
    await mark_sent(quick, NOW + LEASE)
    await put_off(slow, "451 Later", NOW + LEASE)
    assert (await Email.get()).status is EmailStatus.SENT


async def test_waits_of_mails_put_off_together_differ() -> None:
    for _ in range(20):
        await make_email()
    for email in await lease_due(NOW, 20):
        await put_off(email, "451 Later", NOW)
    assert len({email.next_attempt_at for email in await Email.all()}) > 1


async def test_released_mail_keeps_its_place_and_its_attempts() -> None:
    older, _ = await make_email(next_attempt_at=NOW - timedelta(hours=1)), await make_email()
    for _ in range(LAST_ATTEMPT + 1):
        batch = await lease_due(NOW, 1)
        assert [email.id for email in batch] == [older.id]
        await release(batch, "connection refused")
    row = await Email.get(id=older.id)
    assert (row.status, row.attempts, row.tried_at) == (EmailStatus.QUEUED, 0, None)
    assert row.error == "connection refused"


async def test_kept_lease_is_renewed_and_a_lost_one_is_not() -> None:
    await make_email()
    [slow] = await lease_due(NOW, 10)
    almost = NOW + LEASE - timedelta(seconds=1)
    assert await keep(slow, almost)
    assert not await lease_due(NOW + LEASE, 10)
    [_] = await lease_due(almost + LEASE, 10)
    assert not await keep(slow, almost + LEASE)


async def test_mail_without_an_answer_is_tried_again_later_and_only_so_often() -> None:
    await make_email()
    as_of, tries = NOW, 0
    while batch := await lease_due(as_of, 10):
        tries += 1
        await mark_unanswered(batch[0], "Connection lost", as_of)
        row = await Email.get()
        assert (row.status, row.unanswered, row.error) == (EmailStatus.UNKNOWN, tries, "Connection lost")
        assert row.leaves_again() is (tries < MOST_UNANSWERED)
        assert not await lease_due(as_of + timedelta(minutes=14), 10)
        as_of += timedelta(minutes=20)
    assert tries == MOST_UNANSWERED
    assert not await lease_due(NOW + timedelta(days=30), 10)


async def test_mail_that_may_have_arrived_is_never_said_to_be_refused_for_want_of_time() -> None:
    await make_email(status=EmailStatus.UNKNOWN, unanswered=1, attempts=LAST_ATTEMPT - 1)
    [email] = await lease_due(NOW, 10)
    await put_off(email, "451 Later", NOW)
    row = await Email.get()
    assert (row.status, row.leaves_again()) == (EmailStatus.UNKNOWN, False)


async def test_mail_without_an_answer_that_leaves_is_sent() -> None:
    await make_email(status=EmailStatus.UNKNOWN, unanswered=1)
    [email] = await lease_due(NOW, 10)
    await mark_sent(email, NOW)
    assert (await Email.get()).status is EmailStatus.SENT


async def test_rate_holds_for_all_workers_together(setting: Callable[[str, object], None]) -> None:
    setting("mails_per_minute", 7)
    for _ in range(20):
        await make_email()
    batches = await asyncio.gather(*(lease_due(NOW, 5) for _ in range(4)))
    assert sum(map(len, batches)) == 7
    for email in batches[0] + batches[1] + batches[2] + batches[3]:
        await mark_sent(email, NOW)
    assert not await lease_due(NOW + timedelta(seconds=59), 5)
    assert len(await lease_due(NOW + timedelta(minutes=1), 20)) == 7


async def test_rate_counts_what_is_leased_for_longer_than_a_minute(setting: Callable[[str, object], None]) -> None:
    setting("mails_per_minute", 3)
    for _ in range(6):
        await make_email()
    assert len(await lease_due(NOW, 2)) == 2
    assert len(await lease_due(NOW + timedelta(seconds=90), 20)) == 1


async def test_rate_counts_nothing_that_was_given_back(setting: Callable[[str, object], None]) -> None:
    setting("mails_per_minute", 1)
    await make_email()
    await release(await lease_due(NOW, 5))
    assert len(await lease_due(NOW, 5)) == 1


async def test_what_a_clock_twenty_days_ahead_leased_or_put_off_leaves_once_it_is_set_right(
    setting: Callable[[str, object], None],
) -> None:
    setting("mails_per_minute", 3)
    ahead = NOW + timedelta(days=20)
    for _ in range(2):
        await make_email(created_at=ahead, next_attempt_at=ahead)
    leased_then, put_off_then = await lease_due(ahead, 5)
    await put_off(put_off_then, "421", ahead)
    queued_then = await make_email(created_at=ahead, next_attempt_at=ahead)
    taken = await lease_due(NOW, 5)
    assert {email.id for email in taken} == {leased_then.id, put_off_then.id, queued_then.id}
    assert not await lease_due(NOW, 5)
    for email in taken:
        await mark_sent(email, NOW)
    assert await Email.filter(status=EmailStatus.SENT).count() == 3
