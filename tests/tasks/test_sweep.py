"""One pass does what is due, once, however late it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from models import Email, FundingRequest, Modification, Upload
from models.attachments import Integrity
from models.emails import EmailKind, EmailStatus
from models.lifecycle import ModificationOutcome, RequestStatus
from resolvers.deadlines import next_deadline
from resolvers.integrity import Verified
from resolvers.storage import Unavailable
from tasks import sweep as sweeping
from tasks.delivery import Delivered
from tasks.sweep import sweep, sweep_files
from tasks.transports import Send
from tests.conftest import NOW
from tests.factories import MANAGER, make_attachment, make_request, send_back
from tests.resolvers.storing import make_stored

pytestmark = pytest.mark.usefixtures("db")


@asynccontextmanager
async def anywhere() -> AsyncIterator[Send]:
    """A transport that takes everything."""

    async def send(email: Email) -> None:
        assert email.subject

    yield send


async def kinds() -> list[EmailKind]:
    return [email.kind for email in await Email.all().order_by("created_at")]


async def test_reminder_once_at_j10_then_expiry_once_at_j20() -> None:
    modification = await send_back(await make_request())
    moments = [NOW, NOW + timedelta(days=10) - timedelta(seconds=1)]
    for as_of in moments:
        swept = await sweep(as_of, anywhere)
        assert (swept.expired, swept.reminded) == (0, 0)
    for as_of in (modification.reminds_at, modification.reminds_at + timedelta(minutes=1)):
        await sweep(as_of, anywhere)
    assert await kinds() == [EmailKind.MODIFICATION_REQUESTED, EmailKind.MODIFICATION_REMINDER]
    for as_of in (modification.closes_at, modification.closes_at + timedelta(minutes=1)):
        await sweep(as_of, anywhere)
    assert await kinds() == [
        EmailKind.MODIFICATION_REQUESTED,
        EmailKind.MODIFICATION_REMINDER,
        EmailKind.MODIFICATION_EXPIRED,
    ]
    assert {email.status for email in await Email.all()} == {EmailStatus.SENT}
    assert (await FundingRequest.get()).status is RequestStatus.IN_REVIEW


async def test_where_it_is_wished_a_last_notice_leaves_between_the_reminder_and_the_end(
    setting: Callable[[str, object], None],
) -> None:
    setting("last_notice", True)
    modification = await send_back(await make_request())
    for days_before in (10, 2, 1, 0):
        swept = await sweep(modification.closes_at - timedelta(days=days_before), anywhere)
        assert (swept.reminded, swept.noticed, swept.expired) == (days_before == 10, days_before == 1, days_before == 0)
    assert (await kinds())[1:] == [
        EmailKind.MODIFICATION_REMINDER,
        EmailKind.MODIFICATION_LAST_NOTICE,
        EmailKind.MODIFICATION_EXPIRED,
    ]


async def test_worker_away_for_a_month_expires_and_never_reminds() -> None:
    modification = await send_back(await make_request())
    month_later = NOW + timedelta(days=30)
    swept = await sweep(month_later, anywhere)
    assert (swept.expired, swept.reminded, swept.delivered) == (1, 0, Delivered(sent=2))
    assert await kinds() == [EmailKind.MODIFICATION_REQUESTED, EmailKind.MODIFICATION_EXPIRED]
    request = await FundingRequest.get()
    assert (request.status_changed_at, request.updated_at) == (modification.closes_at, month_later)
    assert (await Modification.get()).outcome is ModificationOutcome.EXPIRED


async def test_passes_at_the_same_time_do_each_thing_once() -> None:
    modification = await send_back(await make_request())
    swept = await asyncio.gather(*(sweep(modification.reminds_at, anywhere) for _ in range(5)))
    assert sum(each.reminded for each in swept) == 1
    assert sum(each.delivered.sent for each in swept) == 2
    swept = await asyncio.gather(*(sweep(modification.closes_at, anywhere) for _ in range(5)))
    assert sum(each.expired for each in swept) == 1
    assert sum(each.delivered.sent for each in swept) == 1


async def test_part_that_fails_does_not_hold_up_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    modification = await send_back(await make_request())

    async def fail(_as_of: datetime) -> int:
        raise RuntimeError("disk full")

    monkeypatch.setattr(sweeping, "expire_due", fail)
    swept = await sweep(modification.reminds_at, anywhere)
    assert swept.failed == ["expire"]
    assert (swept.reminded, swept.delivered.sent) == (1, 2)


async def test_files_have_a_pass_of_their_own() -> None:
    swept = await sweep_files(NOW)
    assert (swept.removed_files, swept.failed) == (0, [])


async def test_the_pass_of_files_deletes_what_was_given_up_then_looks_at_what_stays() -> None:
    request = await make_request()
    kept = await make_stored(MANAGER, b"%PDF kept")
    lost = await make_attachment(request)
    given_up = await make_attachment(request, upload=await make_stored(MANAGER, b"%PDF"), rank=None, removed_at=NOW)
    await make_attachment(request, upload=kept)
    await Upload.all().update(verified_at=NOW - timedelta(days=90))
    swept = await sweep_files(NOW)
    assert (swept.purged, swept.removed_files, swept.failed) == (1, 0, [])
    assert swept.verified == Verified(documents=2, bytes=1209, damaged=1, newly_damaged=1)
    found = {row.id: (row.purged_at is None, row.integrity) for row in await Upload.all()}
    assert found == {
        kept.id: (True, Integrity.INTACT),
        lost.upload_id: (True, Integrity.MISSING),
        given_up.upload_id: (False, Integrity.INTACT),
    }


async def test_a_storage_that_does_not_answer_fails_the_parts_that_need_it(monkeypatch: pytest.MonkeyPatch) -> None:
    await make_attachment(await make_request())

    async def away(_: object) -> int:
        raise Unavailable("no answer")

    monkeypatch.setattr(sweeping, "sweep_orphans", away)
    monkeypatch.setattr(sweeping, "verify_due", away)
    assert (await sweep_files(NOW)).failed == ["files", "verify"]


async def test_next_deadline_is_the_nearest_reminder_or_end_of_an_open_cycle() -> None:
    assert await next_deadline(NOW) is None
    modification = await send_back(await make_request())
    later = await send_back(await make_request(), as_of=NOW + timedelta(days=15))
    assert await next_deadline(NOW) == modification.reminds_at
    assert await next_deadline(modification.reminds_at) == modification.closes_at
    assert await next_deadline(modification.closes_at) == later.reminds_at
    assert await next_deadline(later.closes_at) is None
