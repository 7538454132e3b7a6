"""Messages to the Assistance and its answers."""

from datetime import timedelta

import pytest

from models import Email, Event, FundingRequest, SupportMessage
from models.actors import AccountRight
from models.emails import EmailKind
from models.errors import ActionNotAllowed, Invalid, NotFound, PermissionDenied
from models.events import EventKind
from models.lifecycle import RequestStatus
from resolvers.requests import validate_request
from resolvers.support import answer_support, contact_support
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

SOON = NOW + timedelta(hours=1)


async def test_a_message_waits_for_its_answer() -> None:
    request = await make_request()
    supplier = await supplier_of(request)
    message = await contact_support(supplier, request.id, message=" Une pièce manque ", as_of=NOW)
    assert (message.text, message.at, message.by, message.answer) == ("Une pièce manque", NOW, supplier.author, None)
    await request.refresh_from_db()
    assert (request.status, request.updated_at) == (RequestStatus.IN_REVIEW, NOW)
    event = await Event.get()
    assert (event.kind, event.payload["text"]) == (EventKind.SUPPORT_CONTACTED, "Une pièce manque")


async def test_writing_to_the_assistance_does_not_end_a_cycle() -> None:
    request = await make_request()
    modification = await send_back(request)
    await contact_support(await supplier_of(request), request.id, message="Que faut-il changer ?", as_of=SOON)
    await request.refresh_from_db()
    assert (request.status, request.closes_at) == (RequestStatus.TO_MODIFY, modification.closes_at)


async def test_the_same_words_twice_are_one_message_until_they_are_answered() -> None:
    request = await make_request()
    supplier = await supplier_of(request)
    first = await contact_support(supplier, request.id, message="Allô ?", as_of=NOW)
    assert (await contact_support(supplier, request.id, message="Allô ?", as_of=SOON)).id == first.id
    assert await event_kinds() == [EventKind.SUPPORT_CONTACTED]
    assert (await FundingRequest.get()).updated_at == NOW
    await answer_support(MANAGER, first.id, answer="Oui.", as_of=SOON)
    second = await contact_support(supplier, request.id, message="Allô ?", as_of=SOON)
    assert second.id != first.id


async def test_an_answer_is_kept_and_told_by_mail() -> None:
    request = await make_request()
    message = await contact_support(await supplier_of(request), request.id, message="Allô ?", as_of=NOW)
    answered = await answer_support(MANAGER, message.id, answer="Joignez le guide.", as_of=SOON)
    assert (answered.answer, answered.answered_at, answered.answered_by) == ("Joignez le guide.", SOON, MANAGER.author)
    email = await Email.get()
    assert email.kind is EmailKind.SUPPORT_ANSWERED
    assert "Joignez le guide." in email.text
    assert await event_kinds() == [EventKind.SUPPORT_CONTACTED, EventKind.SUPPORT_ANSWERED]


async def test_answering_twice_the_same_way_is_one_answer_and_another_way_is_refused() -> None:
    request = await make_request()
    message = await contact_support(await supplier_of(request), request.id, message="Allô ?", as_of=NOW)
    await answer_support(MANAGER, message.id, answer="Oui.", as_of=SOON)
    again = await answer_support(MANAGER, message.id, answer="Oui. ", as_of=SOON + timedelta(hours=1))
    assert again.answered_at == SOON
    assert await email_kinds() == [EmailKind.SUPPORT_ANSWERED]
    with pytest.raises(Invalid) as refusal:
        await answer_support(MANAGER, message.id, answer="Non.", as_of=SOON)
    assert refusal.value.faults[0].code == "ALREADY_ANSWERED"
    assert (await SupportMessage.get()).answer == "Oui."


async def test_an_answer_may_come_after_the_decision_but_no_question() -> None:
    request = await make_request()
    supplier = await supplier_of(request)
    message = await contact_support(supplier, request.id, message="Allô ?", as_of=NOW)
    await validate_request(MANAGER, request.id, as_of=SOON)
    with pytest.raises(ActionNotAllowed) as refusal:
        await contact_support(supplier, request.id, message="Et maintenant ?", as_of=SOON)
    assert refusal.value.status is RequestStatus.VALIDATED
    assert (await answer_support(MANAGER, message.id, answer="Oui.", as_of=SOON)).answer == "Oui."


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "x" * 5_001, "a\x00b"])
async def test_a_message_and_its_answer_must_say_something_readable(text: str) -> None:
    request = await make_request()
    supplier = await supplier_of(request)
    with pytest.raises(Invalid) as refusal:
        await contact_support(supplier, request.id, message=text, as_of=NOW)
    assert refusal.value.faults[0].field == "message"
    message = await contact_support(supplier, request.id, message="Allô ?", as_of=NOW)
    with pytest.raises(Invalid) as refusal:
        await answer_support(MANAGER, message.id, answer=text, as_of=NOW)
    assert refusal.value.faults[0].field == "answer"


async def test_suppliers_write_and_managers_answer() -> None:
    supplier = await make_supplier()
    writer = (await make_user(supplier, right=AccountRight.EDIT)).actor
    reader = (await make_user(supplier, right=AccountRight.READ)).actor
    stranger = (await make_user(await make_supplier())).actor
    request = await make_request(supplier)
    for actor in (MANAGER, READER, reader):
        with pytest.raises(PermissionDenied):
            await contact_support(actor, request.id, message="Allô ?", as_of=NOW)
    message = await contact_support(writer, request.id, message="Allô ?", as_of=NOW)
    for actor in (writer, READER):
        with pytest.raises(PermissionDenied):
            await answer_support(actor, message.id, answer="Oui.", as_of=NOW)
    with pytest.raises(NotFound):
        await contact_support(stranger, request.id, message="Allô ?", as_of=NOW)
    with pytest.raises(NotFound):
        await answer_support(stranger, message.id, answer="Oui.", as_of=NOW)
