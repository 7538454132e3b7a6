"""The antivirus's verdicts: each document leased by one worker at a time, for as long as it takes, and told once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tortoise.queryset import QuerySet

from models import Attachment, Event, FundingRequest, Upload
from models.attachments import ScanStatus
from models.errors import Invalid
from models.events import EventKind
from models.lifecycle import ModificationOutcome, RequestStatus
from models.typography import french
from resolvers import scanning
from resolvers.editing import add_attachment, remove_attachment
from resolvers.modifications import confirm_modification
from resolvers.scanning import LEASE, LONGEST_WAIT, due, due_too_far, lease_due, mark_clean, mark_infected, put_off
from resolvers.visibility import get_modification
from tests.conftest import NOW
from tests.factories import MANAGER, make_attachment, make_request, make_upload, send_back, supplier_of
from tests.plans import plan_of

pytestmark = pytest.mark.usefixtures("db")

MINUTE = timedelta(minutes=1)


async def make_waiting(actor: Any = MANAGER, **facts: Any) -> Upload:
    """A document that waits for its verdict since it arrived."""
    waits: dict[str, Any] = {"scan_status": ScanStatus.PENDING, "scan_due_at": NOW}
    return await make_upload(actor, **(waits | facts))


async def leased(upload: Upload, as_of: datetime = NOW) -> Upload:
    [taken] = await lease_due(as_of, 10)
    assert taken.id == upload.id
    return taken


async def test_the_documents_are_leased_oldest_first_and_only_when_due() -> None:
    later = await make_waiting(scan_due_at=NOW + MINUTE)
    second = await make_waiting(scan_due_at=NOW - MINUTE)
    first = await make_waiting(scan_due_at=NOW - 2 * MINUTE)
    await make_upload(MANAGER)
    await make_waiting(purged_at=NOW)
    assert [upload.id for upload in await lease_due(NOW, 10)] == [first.id, second.id]
    assert [upload.id for upload in await lease_due(NOW + MINUTE, 10)] == [later.id]


@pytest.mark.parametrize("kind", [due, due_too_far])
async def test_what_is_due_is_found_by_its_partial_index_in_order(
    kind: Callable[[datetime], QuerySet[Upload]],
) -> None:
    await make_waiting()
    plan = await plan_of(kind(NOW).limit(4))
    assert "upload_to_scan" in plan
    assert "sort" not in plan
    assert "b-tree" not in plan


async def test_what_is_leased_is_nobody_elses_until_the_lease_ends() -> None:
    upload = await make_waiting()
    first = await leased(upload)
    assert not await lease_due(NOW + LEASE - timedelta(seconds=1), 10)
    again = await leased(upload, NOW + LEASE)
    assert again.scan_attempts == 2
    assert not await mark_clean(first, NOW + LEASE)
    assert not await mark_infected(first, "Eicar", NOW + LEASE)
    assert await mark_clean(again, NOW + LEASE)
    row = await Upload.get()
    assert (row.scan_status, row.scan_due_at, row.scanned_at) == (ScanStatus.CLEAN, None, NOW + LEASE)
    assert not await lease_due(NOW + timedelta(days=365), 10)


async def test_workers_at_the_same_time_never_take_the_same_document() -> None:
    for _ in range(20):
        await make_waiting()
    batches = await asyncio.gather(*(lease_due(NOW, 4) for _ in range(8)))
    taken = [upload.id for batch in batches for upload in batch]
    assert len(taken) == len(set(taken))
    taken += [upload.id for upload in await lease_due(NOW, 100)]
    assert len(taken) == len(set(taken)) == 20


async def test_what_cannot_be_scanned_is_tried_again_less_and_less_often_for_ever() -> None:
    upload, as_of, waits = await make_waiting(), NOW, []
    for _ in range(30):
        await put_off(await leased(upload, as_of), as_of)
        due_at = (await Upload.get()).scan_due_at
        assert due_at
        waits.append(due_at - as_of)
        as_of = due_at
    assert waits[:4] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert set(waits[6:]) == {LONGEST_WAIT}


async def test_a_document_put_off_by_a_clock_that_ran_ahead_is_scanned_once_the_clock_is_right() -> None:
    upload = await make_waiting()
    await put_off(await leased(upload), NOW)
    await Upload.all().update(scan_due_at=NOW + timedelta(days=400))
    await leased(upload, NOW + MINUTE)


async def test_an_infected_document_is_told_to_each_request_that_holds_it() -> None:
    upload = await make_waiting()
    others = [await make_request() for _ in range(3)]
    for request in others[:2]:
        await make_attachment(request, upload=upload)
    await make_attachment(others[2], upload=upload, removed_at=NOW)
    assert await mark_infected(await leased(upload), "Eicar-Test", NOW + MINUTE)
    row = await Upload.get(id=upload.id)
    assert (row.scan_status, row.scan_finding, row.scanned_at) == (ScanStatus.INFECTED, "Eicar-Test", NOW + MINUTE)
    events = await Event.filter(kind=EventKind.ATTACHMENT_INFECTED)
    assert {event.request_id for event in events} == {request.id for request in others[:2]}
    facts = [(event.payload["fileName"], event.payload["finding"]) for event in events]
    assert facts == 2 * [("pv-test.pdf", "Eicar-Test")]
    assert {event.actor.account for event in events} == {"system"}
    changed = await FundingRequest.filter(updated_at=NOW + MINUTE).values_list("id", flat=True)
    assert set(changed) == {request.id for request in others[:2]}


async def test_a_verdict_that_comes_after_the_deadline_settles_the_request_first() -> None:
    request = await make_request()
    modification = await send_back(request)
    upload = await make_waiting()
    await make_attachment(request, upload=upload, modification=modification, rank=None)
    late = modification.closes_at + MINUTE
    assert await mark_infected(await leased(upload, late), "Eicar-Test", late)
    row = await get_modification(MANAGER, modification.id)
    assert (row.outcome, row.request.status) == (ModificationOutcome.EXPIRED, RequestStatus.IN_REVIEW)
    event = await Event.get(kind=EventKind.ATTACHMENT_INFECTED)
    assert event.payload["number"] == 1


async def test_a_document_attached_while_its_verdict_falls_is_told_or_refused() -> None:
    request = await make_request()
    modification = await send_back(request)
    supplier = await supplier_of(request)
    upload = await make_waiting(supplier)
    taken = await leased(upload)
    adding = add_attachment(supplier, modification.id, document_type="AUTRE_S", upload_id=upload.id, as_of=NOW)
    added, told = await asyncio.gather(adding, mark_infected(taken, "Eicar-Test", NOW), return_exceptions=True)
    assert told is True
    assert isinstance(added, Attachment | Invalid)
    held = await Attachment.filter(upload_id=upload.id).count()
    assert await Event.filter(kind=EventKind.ATTACHMENT_INFECTED).count() == held
    assert held == isinstance(added, Attachment)


@pytest.mark.parametrize("status", [ScanStatus.PENDING, ScanStatus.CLEAN, ScanStatus.NOT_SCANNED])
async def test_a_document_that_is_not_infected_stops_neither_draft_nor_confirmation(status: ScanStatus) -> None:
    request = await make_request()
    modification = await send_back(request)
    supplier = await supplier_of(request)
    upload = await make_waiting(supplier, scan_status=status)
    await add_attachment(supplier, modification.id, document_type="AUTRE_S", upload_id=upload.id, as_of=NOW)
    confirmed = await confirm_modification(supplier, modification.id, as_of=NOW)
    assert confirmed.outcome is ModificationOutcome.CONFIRMED


async def test_an_infected_document_cannot_be_confirmed_until_it_is_removed() -> None:
    request = await make_request()
    modification = await send_back(request)
    supplier = await supplier_of(request)
    added = []
    for name in ("pv.pdf", "sain.pdf"):
        upload = await make_waiting(supplier, file_name=name)
        added.append(
            await add_attachment(supplier, modification.id, document_type="AUTRE_S", upload_id=upload.id, as_of=NOW)
        )
    for taken in await lease_due(NOW, 10):
        await (mark_infected(taken, "Eicar", NOW) if taken.file_name == "pv.pdf" else mark_clean(taken, NOW))
    with pytest.raises(Invalid) as refusal:
        await confirm_modification(supplier, modification.id, as_of=NOW)
    [fault] = refusal.value.faults
    assert fault.code == "INFECTED"
    assert fault.message == french("« pv.pdf » contient un virus : il a été mis à l’écart.")
    assert (await FundingRequest.get()).status is RequestStatus.TO_MODIFY
    await remove_attachment(supplier, added[0].id, as_of=NOW)
    confirmed = await confirm_modification(supplier, modification.id, as_of=NOW)
    assert confirmed.outcome is ModificationOutcome.CONFIRMED


async def test_a_document_found_infected_after_the_confirmation_is_told_and_stays_in_its_version() -> None:
    request = await make_request()
    modification = await send_back(request)
    supplier = await supplier_of(request)
    upload = await make_waiting(supplier)
    attachment = await add_attachment(
        supplier, modification.id, document_type="AUTRE_S", upload_id=upload.id, as_of=NOW
    )
    await confirm_modification(supplier, modification.id, as_of=NOW)
    assert await mark_infected(await leased(upload), "Eicar", NOW + MINUTE)
    last = await Event.filter(request_id=request.id).order_by("-position").first()
    assert last
    assert (last.kind, last.payload["number"]) == (EventKind.ATTACHMENT_INFECTED, 1)
    assert (await Attachment.get(id=attachment.id)).rank == 1


async def test_without_an_antivirus_nothing_waits_any_more() -> None:
    waiting = await make_waiting()
    clean = await make_upload(MANAGER, scan_status=ScanStatus.CLEAN)
    assert await scanning.stop_waiting() == 1
    assert (await Upload.get(id=waiting.id)).scan_status is ScanStatus.NOT_SCANNED
    assert (await Upload.get(id=clean.id)).scan_status is ScanStatus.CLEAN
