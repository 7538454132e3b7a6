"""A manager sends a mail again: once, as it was written, and only one that a worker has done with."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from models import Email, FundingRequest
from models.emails import MOST_UNANSWERED, EmailStatus
from models.errors import Invalid, NotFound, PermissionDenied
from resolvers.outbox import lease_due, mark_sent, mark_unanswered
from resolvers.resending import resend_email
from tests.conftest import NOW
from tests.factories import MANAGER, READER, make_request, send_back, supplier_of
from tests.resolvers.test_outbox import make_email

pytestmark = pytest.mark.usefixtures("db")


async def mail(status: EmailStatus) -> Email:
    """The mail of a request sent back, as its sending left it."""
    await send_back(await make_request())
    await Email.all().update(status=status)
    return await Email.get()


@pytest.mark.parametrize("status", [EmailStatus.SENT, EmailStatus.FAILED, EmailStatus.UNKNOWN])
async def test_mail_leaves_again_as_a_new_one_that_points_to_the_first(status: EmailStatus) -> None:
    first = await mail(status)
    resend = await resend_email(MANAGER, first.id, as_of=NOW + timedelta(hours=1))
    assert (resend.resend_of_id, resend.resent_by) == (first.id, MANAGER.author)
    assert resend.message_id != first.message_id
    for name in ("kind", "recipient", "subject", "text", "html", "request_id", "event_id"):
        assert getattr(resend, name) == getattr(first, name)
    assert [email.id for email in await lease_due(NOW + timedelta(hours=1), 10)] == [resend.id]


async def test_mail_that_waits_is_not_sent_again() -> None:
    first = await mail(EmailStatus.QUEUED)
    with pytest.raises(Invalid, match="pas encore parti"):
        await resend_email(MANAGER, first.id, as_of=NOW)


async def test_mail_that_a_worker_holds_is_not_sent_again() -> None:
    first = await mail(EmailStatus.UNKNOWN)
    await lease_due(NOW, 10)
    with pytest.raises(Invalid, match="pas encore parti"):
        await resend_email(MANAGER, first.id, as_of=NOW)


async def test_mail_without_an_answer_that_is_sent_again_is_not_tried_besides() -> None:
    await mail(EmailStatus.QUEUED)
    [email] = await lease_due(NOW, 10)
    await mark_unanswered(email, "Connection lost", NOW)
    resend = await resend_email(MANAGER, email.id, as_of=NOW + timedelta(minutes=1))
    assert (await Email.get(id=email.id)).unanswered == MOST_UNANSWERED
    assert [each.id for each in await lease_due(NOW + timedelta(days=1), 10)] == [resend.id]


async def test_second_click_finds_the_first_resend() -> None:
    first = await mail(EmailStatus.FAILED)
    resends = await asyncio.gather(*(resend_email(MANAGER, first.id, as_of=NOW) for _ in range(5)))
    assert len({resend.id for resend in resends}) == 1
    assert await Email.all().count() == 2


async def test_resend_can_be_sent_again() -> None:
    first = await mail(EmailStatus.FAILED)
    second = await resend_email(MANAGER, first.id, as_of=NOW)
    [leased] = await lease_due(NOW, 10)
    await mark_sent(leased, NOW)
    third = await resend_email(MANAGER, second.id, as_of=NOW)
    assert third.resend_of_id == second.id


async def test_only_a_manager_sends_again() -> None:
    first = await mail(EmailStatus.FAILED)
    request = await FundingRequest.get(id=first.request_id)
    for actor in (await supplier_of(request), READER):
        with pytest.raises(PermissionDenied):
            await resend_email(actor, first.id, as_of=NOW)
    with pytest.raises(NotFound):
        await resend_email(await supplier_of(await make_request()), first.id, as_of=NOW)


async def test_mail_of_an_account_is_nobodys_to_send_again() -> None:
    email = await make_email(status=EmailStatus.FAILED)
    for unknown in (email.id, uuid4()):
        with pytest.raises(NotFound):
            await resend_email(MANAGER, unknown, as_of=NOW)
