"""What a manager decides about a request."""

from datetime import timedelta

import pytest

from models import Email, Event, FundingRequest, Modification
from models.emails import EmailKind
from models.errors import ActionNotAllowed, Invalid, NotFound, PermissionDenied
from models.events import EventKind
from models.lifecycle import ModificationOutcome, RequestStatus
from models.modifications import EditableField, ExpectedChange
from resolvers.modifications import confirm_modification
from resolvers.requests import mark_paid, reject_request, request_modification, validate_request
from tests.conftest import NOW
from tests.factories import (
    MANAGER,
    READER,
    email_kinds,
    event_kinds,
    make_request,
    make_supplier,
    make_user,
    send_back,
    supplier_of,
)

pytestmark = pytest.mark.usefixtures("db")


async def test_sending_back_opens_a_cycle_and_tells_whoever_may_edit() -> None:
    request = await make_request()
    modification = await send_back(request)
    await request.refresh_from_db()
    assert request.status is RequestStatus.TO_MODIFY
    assert request.closes_at == modification.closes_at == NOW + timedelta(days=20)
    assert modification.reminds_at == NOW + timedelta(days=10)
    assert modification.number == 1
    event = await Event.get()
    assert (event.kind, event.at, event.actor) == (EventKind.MODIFICATION_REQUESTED, NOW, MANAGER.author)
    email = await Email.get()
    assert email.kind is EmailKind.MODIFICATION_REQUESTED
    assert "test modif" in email.text


async def test_sending_back_twice_the_same_way_is_one_cycle_and_one_mail() -> None:
    request = await make_request()
    first = await send_back(request)
    again = await send_back(request, as_of=NOW + timedelta(seconds=1))
    assert again.id == first.id
    assert await Email.all().count() == 1


async def test_sending_back_again_with_another_comment_is_refused() -> None:
    request = await make_request()
    await send_back(request)
    with pytest.raises(ActionNotAllowed) as refusal:
        await send_back(request, comment="autre chose")
    assert refusal.value.status is RequestStatus.TO_MODIFY
    assert "« A modifier »" in refusal.value.message.replace("\u00a0", " ")


async def test_sending_back_a_supplier_whom_nobody_can_answer_for_is_refused() -> None:
    supplier = await make_supplier()
    await make_user(supplier, active=False)
    await make_user(supplier, right="READ")
    request = await make_request(supplier)
    with pytest.raises(Invalid) as refusal:
        await send_back(request)
    assert [fault.code for fault in refusal.value.faults] == ["NO_RECIPIENT"]
    assert not await Modification.exists()


@pytest.mark.parametrize("comment", ["", "  \n ", "\x00", "a" * 5_001])
async def test_a_comment_must_say_something_readable(comment: str) -> None:
    request = await make_request()
    with pytest.raises(Invalid) as refusal:
        await send_back(request, comment=comment)
    assert refusal.value.faults[0].field == "comment"


async def test_only_documents_that_a_supplier_may_add_can_be_expected() -> None:
    request = await make_request()
    expected = [
        ExpectedChange(document_type="MSS_GUIDE_PDF_API"),
        ExpectedChange(document_type="DECISION_ATTRIBUTION"),
        ExpectedChange(document_type="RIEN"),
    ]
    with pytest.raises(Invalid) as refusal:
        await request_modification(MANAGER, request.id, comment="x", expected_changes=expected, as_of=NOW)
    assert [fault.field for fault in refusal.value.faults] == [
        "expectedChanges.1.documentType",
        "expectedChanges.2.documentType",
    ]


async def test_what_is_ticked_twice_is_expected_once() -> None:
    request = await make_request()
    contact = ExpectedChange(field=EditableField.SUPPORT_CONTACT)
    modification = await request_modification(
        MANAGER, request.id, comment="x", expected_changes=[contact, contact], as_of=NOW
    )
    assert modification.expects == [contact]


async def test_a_supplier_cannot_decide_and_a_stranger_finds_nothing() -> None:
    request = await make_request()
    stranger = (await make_user(await make_supplier())).actor
    for use_case in (validate_request, mark_paid):
        with pytest.raises(PermissionDenied):
            await use_case(await supplier_of(request), request.id, as_of=NOW)
        with pytest.raises(NotFound):
            await use_case(stranger, request.id, as_of=NOW)
    with pytest.raises(PermissionDenied):
        await reject_request(READER, request.id, reason="x", as_of=NOW)


async def test_validating_then_paying() -> None:
    request = await make_request()
    await validate_request(MANAGER, request.id, as_of=NOW)
    assert (await validate_request(MANAGER, request.id, as_of=NOW)).status is RequestStatus.VALIDATED
    await mark_paid(MANAGER, request.id, as_of=NOW + timedelta(days=1))
    assert (await mark_paid(MANAGER, request.id, as_of=NOW)).status is RequestStatus.PAID
    assert await event_kinds() == [
        EventKind.REQUEST_VALIDATED,
        EventKind.REQUEST_PAID,
    ]
    assert await email_kinds() == [EmailKind.REQUEST_VALIDATED]
    with pytest.raises(ActionNotAllowed):
        await validate_request(MANAGER, request.id, as_of=NOW)


async def test_rejecting_gives_its_reason_once() -> None:
    request = await make_request()
    await reject_request(MANAGER, request.id, reason="Pièces absentes", as_of=NOW)
    again = await reject_request(MANAGER, request.id, reason="Pièces absentes ", as_of=NOW)
    assert (again.status, again.decision_reason) == (RequestStatus.REJECTED, "Pièces absentes")
    assert "Pièces absentes" in (await Email.get()).text
    with pytest.raises(ActionNotAllowed):
        await reject_request(MANAGER, request.id, reason="Autre motif", as_of=NOW)


async def test_deciding_past_the_deadline_first_writes_the_expiry_down() -> None:
    request = await make_request()
    modification = await send_back(request)
    later = modification.closes_at + timedelta(hours=3)
    await validate_request(MANAGER, request.id, as_of=later)
    await modification.refresh_from_db()
    assert (modification.outcome, modification.closed_at) == (ModificationOutcome.EXPIRED, modification.closes_at)
    assert await event_kinds() == [
        EventKind.MODIFICATION_REQUESTED,
        EventKind.MODIFICATION_EXPIRED,
        EventKind.REQUEST_VALIDATED,
    ]
    assert (await FundingRequest.get(id=request.id)).status is RequestStatus.VALIDATED


async def test_a_second_cycle_has_its_own_number_and_its_own_deadlines() -> None:
    request = await make_request()
    first = await send_back(request)
    second = await send_back(request, as_of=first.closes_at, comment="encore")
    assert (second.number, second.closes_at) == (2, first.closes_at + timedelta(days=20))
    with pytest.raises(ActionNotAllowed):
        await confirm_modification(await supplier_of(request), first.id, as_of=first.closes_at)
