"""Every document is compared with its hash in turn; one that is no longer what it was is told, and so is its return."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tortoise.queryset import QuerySet

from models import Attachment, Event, FundingRequest, Upload
from models.attachments import Integrity
from models.errors import NotFound
from models.events import EventKind
from models.lifecycle import ModificationOutcome, RequestStatus
from resolvers import integrity, storage
from resolvers.editing import add_attachment
from resolvers.holders import Holders, holders_of
from resolvers.integrity import Verified, damaged, kept, verify, verify_all, verify_due
from tests.conftest import NOW
from tests.factories import MANAGER, make_attachment, make_request, send_back, supplier_of
from tests.plans import plan_of
from tests.resolvers.storing import make_stored, put

pytestmark = pytest.mark.usefixtures("db")

Setting = Callable[[str, object], None]

CONTENT = b"%PDF-1.7 evidence"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def alter(upload: Upload) -> None:
    await put(upload.key, CONTENT[:-1] + b"!")


async def lose(upload: Upload) -> None:
    await storage.remove(upload.key)


DAMAGES = [(alter, Integrity.ALTERED), (lose, Integrity.MISSING)]


async def told_of() -> list[tuple[EventKind, Any]]:
    """The events, with what they say of the document."""
    return [(event.kind, event.payload.get("integrity")) for event in await Event.all().order_by("id")]


async def test_a_file_that_the_disk_cannot_read_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    unreadable, *others = [await make_stored(MANAGER, CONTENT + bytes([rank])) for rank in range(5)]
    await Upload.filter(id=unreadable.id).update(created_at=NOW - timedelta(days=100))
    read = storage.read

    async def failing(key: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        if key == unreadable.key:
            raise storage.Unavailable("Input/output error")
        async for piece in read(key, start, stop):
            yield piece

    monkeypatch.setattr(storage, "read", failing)
    for rank in range(1, 10):
        with pytest.raises(storage.Unavailable):
            await verify_due(NOW + rank * HOUR)
    assert await Upload.filter(verified_at__not_isnull=True).count() == len(others)


async def test_a_document_that_is_as_it_was_received_is_noted_as_seen_and_nothing_is_told() -> None:
    upload = await make_stored(MANAGER, CONTENT)
    await make_attachment(await make_request(), upload=upload)
    assert await verify_due(NOW) == Verified(documents=1, bytes=len(CONTENT))
    row = await Upload.get()
    assert (row.integrity, row.verified_at) == (Integrity.INTACT, NOW)
    assert await told_of() == []


@pytest.mark.parametrize(("damage", "found"), DAMAGES)
async def test_a_damaged_document_is_told_once_on_each_request_that_holds_it_and_so_is_its_return(
    damage: Callable[[Upload], Any], found: Integrity
) -> None:
    upload = await make_stored(MANAGER, CONTENT)
    first, second = await make_request(), await make_request()
    for request in (first, second, second):
        await make_attachment(request, upload=upload)
    await make_attachment(await make_request(), upload=upload, removed_at=NOW)
    await damage(upload)
    for hours in range(3):
        assert await verify_due(NOW + hours * HOUR) == Verified(1, len(CONTENT), 1, newly_damaged=hours == 0)
    assert await told_of() == [(EventKind.ATTACHMENT_DAMAGED, found.value)] * 2
    assert {event.request_id for event in await Event.all()} == {first.id, second.id}
    assert (await FundingRequest.get(id=first.id)).updated_at == NOW
    await put(upload.key, CONTENT)
    assert await verify_due(NOW + DAY) == Verified(1, len(CONTENT))
    assert (await Upload.get()).integrity is Integrity.INTACT
    assert (await told_of())[2:] == [(EventKind.ATTACHMENT_RESTORED, "INTACT")] * 2


async def test_a_document_that_grew_is_altered() -> None:
    upload = await make_stored(MANAGER, CONTENT)
    await put(upload.key, CONTENT + b"more")
    await verify_due(NOW)
    assert (await Upload.get()).integrity is Integrity.ALTERED


async def test_a_damage_of_a_request_past_its_deadline_is_told_after_its_end() -> None:
    modification = await send_back(await make_request())
    upload = await make_stored(MANAGER, CONTENT)
    await make_attachment(modification.request, upload=upload)
    await lose(upload)
    await verify_due(modification.closes_at + DAY)
    assert [kind for kind, _ in await told_of()][1:] == [EventKind.MODIFICATION_EXPIRED, EventKind.ATTACHMENT_DAMAGED]
    await modification.refresh_from_db()
    assert modification.outcome is ModificationOutcome.EXPIRED
    assert (await FundingRequest.get()).status is RequestStatus.IN_REVIEW


@pytest.mark.parametrize("deleted", ["purged", "gone", "elsewhere"])
async def test_a_document_deleted_or_moved_while_it_was_read_is_no_damage(
    deleted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = await make_stored(MANAGER, CONTENT)
    if deleted != "gone":
        await make_attachment(await make_request(), upload=upload)

    async def missing(key: str) -> AsyncIterator[bytes]:
        row = Upload.filter(key=key)
        if deleted == "gone":
            await row.delete()
        else:
            await row.update(**({"purged_at": NOW} if deleted == "purged" else {"key": "aa/bb/other"}))
        yield b""
        raise storage.Missing(key)

    monkeypatch.setattr(storage, "read", missing)
    assert not await verify(upload, NOW)
    assert await told_of() == []
    assert not await Upload.exists(integrity=Integrity.MISSING)


async def test_a_purged_document_is_not_looked_for() -> None:
    await Upload.filter(id=(await make_stored(MANAGER, CONTENT)).id).update(purged_at=NOW)
    assert await verify_due(NOW) == Verified()
    assert [told async for told in verify_all(NOW)] == []


async def test_a_storage_that_does_not_answer_damages_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    await make_stored(MANAGER, CONTENT)

    async def unavailable(_key: str) -> AsyncIterator[bytes]:
        yield b""
        raise storage.Unavailable("no answer")

    monkeypatch.setattr(storage, "read", unavailable)
    with pytest.raises(storage.Unavailable):
        await verify_due(NOW)
    row = await Upload.get()
    assert (row.integrity, row.verified_at) == (Integrity.INTACT, None)


async def test_passes_see_every_document_within_the_days_of_the_settings_and_none_more_than_its_share(
    setting: Setting,
) -> None:
    setting("verify_days", 2)
    for number in range(96):
        await make_stored(MANAGER, f"%PDF-1.7 {number:02}".encode())
    shares = [(await verify_due(NOW + hour * HOUR)).documents for hour in range(48)]
    assert shares == [2] * 48
    assert await Upload.filter(verified_at=None).count() == 0
    assert (await verify_due(NOW + 48 * HOUR)).documents == 2
    assert await Upload.filter(verified_at=NOW).count() == 0


async def test_after_an_outage_all_that_is_late_is_seen_at_once_and_new_documents_do_not_hold_it_up(
    setting: Setting,
) -> None:
    setting("verify_days", 2)
    late = [await make_stored(MANAGER, f"%PDF late {number}".encode()) for number in range(8)]
    await Upload.all().update(verified_at=NOW - 3 * DAY, created_at=NOW - 9 * DAY)
    await Upload.filter(id__in=[upload.id for upload in late[:4]]).update(verified_at=None)
    for number in range(8):
        await make_stored(MANAGER, f"%PDF new {number}".encode())
    await verify_due(NOW)
    assert await Upload.filter(id__in=[upload.id for upload in late], verified_at=NOW).count() == 8
    assert await Upload.filter(verified_at=None).count() == 8


async def test_a_pass_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        await make_stored(MANAGER, f"%PDF {number}".encode(), created_at=NOW - 90 * DAY)
    monkeypatch.setattr(integrity, "_LONGEST_PASS", -1.0)
    assert await verify_due(NOW) == Verified()


async def test_a_storage_that_is_not_the_right_one_is_not_told_on_every_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(integrity, "_MOST_NEW_DAMAGES", 2)
    for number in range(5):
        await lose(await make_stored(MANAGER, f"%PDF {number}".encode(), created_at=NOW - 90 * DAY))
    assert (await verify_due(NOW)).newly_damaged == 2
    assert await Upload.filter(integrity=Integrity.MISSING).count() == 2


async def test_two_who_compare_at_once_tell_it_once() -> None:
    upload = await make_stored(MANAGER, CONTENT)
    await make_attachment(await make_request(), upload=upload)
    await lose(upload)
    read = [await Upload.get() for _ in range(5)]
    seen = await asyncio.gather(*(verify(each, NOW) for each in read))
    assert sorted(seen) == [False] * 4 + [True]
    assert await told_of() == [(EventKind.ATTACHMENT_DAMAGED, "MISSING")]


async def test_a_document_attached_while_its_damage_is_noted_is_told_or_refused() -> None:
    request = await make_request()
    modification = await send_back(request)
    supplier = await supplier_of(request)
    upload = await make_stored(supplier, CONTENT)
    await lose(upload)
    adding = add_attachment(supplier, modification.id, document_type="AUTRE_S", upload_id=upload.id, as_of=NOW)
    added, seen = await asyncio.gather(adding, verify(upload, NOW), return_exceptions=True)
    assert seen is True
    assert isinstance(added, Attachment | NotFound)
    held = await Attachment.filter(upload_id=upload.id).count()
    assert await Event.filter(kind=EventKind.ATTACHMENT_DAMAGED).count() == held
    assert held == isinstance(added, Attachment)


async def test_a_request_that_takes_a_document_while_its_damage_is_noted_is_told_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upload = await make_stored(MANAGER, CONTENT)
    await lose(upload)

    async def then_attached(upload: Upload, as_of: datetime) -> Holders:
        holders = await holders_of(upload, as_of)
        if not await Attachment.exists():
            await make_attachment(await make_request(), upload=upload)
        return holders

    monkeypatch.setattr("resolvers.integrity.holders_of", then_attached)
    assert await verify(upload, NOW)
    assert await told_of() == [(EventKind.ATTACHMENT_DAMAGED, "MISSING")]


async def test_all_can_be_compared_now_each_told_as_it_is() -> None:
    uploads = [await make_stored(MANAGER, f"%PDF {number}".encode(), verified_at=NOW) for number in range(6)]
    await lose(uploads[0])
    await alter(uploads[1])
    seen = {upload.id: upload.integrity async for upload, _ in verify_all(NOW + HOUR)}
    assert seen.keys() == {upload.id for upload in uploads}
    assert [seen[upload.id] for upload in uploads] == [
        Integrity.MISSING,
        Integrity.ALTERED,
        *[Integrity.INTACT] * 4,
    ]


async def test_while_the_storage_is_away_no_document_is_blamed(setting: Setting) -> None:
    await make_stored(MANAGER, CONTENT)
    setting("storage_url", "file:///nowhere")
    with pytest.raises(storage.Unavailable):
        await anext(verify_all(NOW))


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (lambda: damaged(Integrity.MISSING).filter(verified_at__lt=NOW), "upload_missing"),
        (lambda: damaged(Integrity.ALTERED).filter(verified_at__lt=NOW), "upload_altered"),
        (lambda: kept().filter(verified_at__lt=NOW), "upload_to_verify"),
        (lambda: kept().filter(verified_at=None, created_at__lte=NOW), "upload_never_verified"),
    ],
)
async def test_what_comes_next_is_found_by_its_partial_index_in_order(
    rows: Callable[[], QuerySet[Upload]], index: str
) -> None:
    waiting_since = "created_at" if index == "upload_never_verified" else "verified_at"
    plan = await plan_of(rows().order_by(waiting_since, "id").limit(50))
    assert index in plan
    assert "sort" not in plan
    assert "b-tree" not in plan
