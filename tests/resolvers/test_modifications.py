"""How a cycle ends, and what is asked twice."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from models import Attachment, Email, Event, FundingRequest, Modification, Version
from models.actors import AccountRight, Actor
from models.emails import EmailKind
from models.errors import ActionNotAllowed, Invalid, NotFound, PermissionDenied, Stale
from models.events import EventKind
from models.lifecycle import ModificationOutcome, RequestStatus
from resolvers.drafts import draft_of
from resolvers.editing import add_attachment, change_support_contact
from resolvers.modifications import (
    cancel_modification,
    confirm_modification,
    extend_deadline,
    mark_comment_seen,
    skip_modification,
)
from tests.conftest import NOW
from tests.factories import (
    MANAGER,
    READER,
    email_kinds,
    event_kinds,
    make_attachment,
    make_request,
    make_supplier,
    make_upload,
    make_user,
    send_back,
    supplier_of,
)

pytestmark = pytest.mark.usefixtures("db")

SOON = NOW + timedelta(hours=1)
LATER = NOW + timedelta(hours=2)


async def edited() -> tuple[Modification, Actor]:
    """A request sent back whose contact the supplier has changed, and who did."""
    request = await make_request()
    modification, supplier = await send_back(request), await supplier_of(request)
    changed = await change_support_contact(supplier, modification.id, support_contact="01 23 45 67 89", as_of=SOON)
    return changed, supplier


async def test_confirming_makes_the_draft_the_new_version() -> None:
    modification, supplier = await edited()
    request = await FundingRequest.get()
    imported = await make_attachment(request)
    upload = await make_upload(supplier)
    added = await add_attachment(supplier, modification.id, document_type="AUTRE_S", upload_id=upload.id, as_of=SOON)
    closed = await confirm_modification(supplier, modification.id, based_on=2, note=" fait ", as_of=LATER)
    assert (closed.outcome, closed.closed_at, closed.closed_by) == (
        ModificationOutcome.CONFIRMED,
        LATER,
        supplier.author,
    )
    assert closed.note == "fait"
    version = await Version.get(rank=1)
    await request.refresh_from_db()
    number = (await request.dossier).number
    assert (version.asp_number, version.support_contact) == (f"{number}M1", "01 23 45 67 89")
    assert (version.created_at, version.created_by, closed.version_id) == (LATER, supplier.author, version.id)
    assert (request.status, request.status_changed_at, request.updated_at) == (RequestStatus.IN_REVIEW, LATER, LATER)
    assert (request.closes_at, request.current_rank) == (None, 1)
    assert {row.id: row.rank for row in await Attachment.all()} == {imported.id: 0, added.id: 1}
    assert (await event_kinds())[-1] is EventKind.MODIFICATION_CONFIRMED
    assert await email_kinds() == [EmailKind.MODIFICATION_REQUESTED, EmailKind.MODIFICATION_CONFIRMED]


async def test_confirming_nothing_is_refused_and_says_how_to_decline() -> None:
    request = await make_request()
    modification = await send_back(request)
    with pytest.raises(Invalid) as refusal:
        await confirm_modification(await supplier_of(request), modification.id, as_of=SOON)
    assert refusal.value.faults[0].code == "NOTHING_TO_CONFIRM"
    assert refusal.value.message.startswith("Aucune modification à confirmer.")
    assert "« Ne pas modifier »" in refusal.value.message.replace("\u00a0", " ")
    await request.refresh_from_db()
    assert request.status is RequestStatus.TO_MODIFY
    assert await Version.all().count() == 1


async def test_confirming_twice_returns_the_first_result() -> None:
    modification, supplier = await edited()
    first = await confirm_modification(supplier, modification.id, based_on=1, as_of=SOON)
    again = await confirm_modification(supplier, modification.id, based_on=1, note="autre", as_of=LATER)
    assert (again.id, again.closed_at, again.note) == (first.id, SOON, None)
    assert await Version.all().count() == 2
    assert (await event_kinds()).count(EventKind.MODIFICATION_CONFIRMED) == 1
    assert (await email_kinds()).count(EmailKind.MODIFICATION_CONFIRMED) == 1


async def test_a_draft_edited_meanwhile_is_not_confirmed_unseen() -> None:
    modification, supplier = await edited()
    with pytest.raises(Stale) as refusal:
        await confirm_modification(supplier, modification.id, based_on=0, as_of=SOON)
    assert refusal.value.current.revision == 1
    assert (await Modification.get()).outcome is None
    await confirm_modification(supplier, modification.id, based_on=1, as_of=SOON)
    with pytest.raises(Stale):
        await confirm_modification(supplier, modification.id, based_on=0, as_of=LATER)


async def test_confirming_a_declined_or_cancelled_modification_is_refused() -> None:
    modification, supplier = await edited()
    await skip_modification(supplier, modification.id, assistance_contacted=True, as_of=SOON)
    with pytest.raises(ActionNotAllowed) as refusal:
        await confirm_modification(supplier, modification.id, as_of=LATER)
    assert "M1 est terminée" in refusal.value.message
    second = await send_back(await FundingRequest.get(), as_of=LATER, comment="encore")
    await cancel_modification(MANAGER, second.id, reason="erreur", as_of=LATER)
    with pytest.raises(ActionNotAllowed):
        await confirm_modification(supplier, second.id, as_of=LATER)


async def test_confirming_on_the_last_microsecond_and_no_later() -> None:
    modification, supplier = await edited()
    with pytest.raises(ActionNotAllowed) as refusal:
        await confirm_modification(supplier, modification.id, as_of=modification.closes_at)
    assert refusal.value.status is RequestStatus.IN_REVIEW
    second = await send_back(await FundingRequest.get(), as_of=modification.closes_at, comment="encore")
    await change_support_contact(supplier, second.id, support_contact="a@editeur.fr", as_of=modification.closes_at)
    last = second.closes_at - timedelta(microseconds=1)
    assert (await confirm_modification(supplier, second.id, as_of=last)).outcome is ModificationOutcome.CONFIRMED


async def test_a_confirmation_that_fails_at_its_end_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    modification, supplier = await edited()
    events = await event_kinds()

    async def no_paper(*_: object, **__: object) -> None:
        raise OSError("no paper")

    monkeypatch.setattr("resolvers.modifications.notify", no_paper)
    with pytest.raises(OSError, match="no paper"):
        await confirm_modification(supplier, modification.id, as_of=SOON)
    request = await FundingRequest.get()
    assert (request.status, request.current_rank) == (RequestStatus.TO_MODIFY, 0)
    assert (await Version.all().count(), await event_kinds()) == (1, events)
    assert (await Modification.get()).outcome is None


async def test_each_confirmation_starts_from_the_one_before() -> None:
    modification, supplier = await edited()
    await confirm_modification(supplier, modification.id, as_of=SOON)
    skipped = await send_back(await FundingRequest.get(), as_of=SOON, comment="deux")
    await change_support_contact(supplier, skipped.id, support_contact="perdu@editeur.fr", as_of=SOON)
    await skip_modification(supplier, skipped.id, assistance_contacted=True, as_of=SOON)
    third = await send_back(await FundingRequest.get(), as_of=LATER, comment="trois")
    assert (third.number, (await draft_of(third)).support_contact) == (3, "01 23 45 67 89")
    await change_support_contact(supplier, third.id, support_contact="a@editeur.fr", as_of=LATER)
    await confirm_modification(supplier, third.id, as_of=LATER)
    versions = await Version.all().order_by("rank")
    assert [(each.rank, each.asp_number[-2:], each.support_contact) for each in versions][1:] == [
        (1, "M1", "01 23 45 67 89"),
        (3, "M3", "a@editeur.fr"),
    ]
    # What the first cycle changed is told the same afterwards.
    assert [change.after for change in (await draft_of(modification)).changes] == ["01 23 45 67 89"]


async def test_declining_gives_the_request_back_as_it_was_and_keeps_the_draft_in_the_audit() -> None:
    modification, supplier = await edited()
    upload = await make_upload(supplier)
    await add_attachment(supplier, modification.id, document_type="AUTRE_S", upload_id=upload.id, as_of=SOON)
    closed = await skip_modification(
        supplier, modification.id, assistance_contacted=True, note="rien à changer", as_of=LATER
    )
    assert (closed.outcome, closed.note, closed.version_id) == (ModificationOutcome.SKIPPED, "rien à changer", None)
    request = await FundingRequest.get()
    assert (request.status, request.current_rank, request.closes_at) == (RequestStatus.IN_REVIEW, 0, None)
    assert await Version.all().count() == 1
    assert (await Attachment.get()).rank is None
    event = await Event.filter(kind=EventKind.MODIFICATION_SKIPPED).get()
    assert event.payload["draft"]["changes"][0]["after"] == "01 23 45 67 89"
    assert event.payload["draft"]["documents"][0]["sha256"] == upload.sha256
    assert (await email_kinds())[-1] is EmailKind.MODIFICATION_SKIPPED


async def test_declining_needs_a_word_with_the_assistance_first() -> None:
    modification, supplier = await edited()
    with pytest.raises(Invalid) as refusal:
        await skip_modification(supplier, modification.id, assistance_contacted=False, as_of=SOON)
    assert refusal.value.faults[0].field == "assistanceContacted"
    assert (await Modification.get()).outcome is None


async def test_declining_twice_returns_the_first_result_and_after_confirming_is_refused() -> None:
    modification, supplier = await edited()
    first = await skip_modification(supplier, modification.id, assistance_contacted=True, as_of=SOON)
    again = await skip_modification(supplier, modification.id, assistance_contacted=True, as_of=LATER)
    assert again.closed_at == first.closed_at == SOON
    assert (await email_kinds()).count(EmailKind.MODIFICATION_SKIPPED) == 1
    second = await send_back(await FundingRequest.get(), as_of=LATER, comment="encore")
    await change_support_contact(supplier, second.id, support_contact="a@editeur.fr", as_of=LATER)
    await confirm_modification(supplier, second.id, as_of=LATER)
    with pytest.raises(ActionNotAllowed):
        await skip_modification(supplier, second.id, assistance_contacted=True, as_of=LATER)


async def test_cancelling_says_why_once() -> None:
    modification, _ = await edited()
    first = await cancel_modification(MANAGER, modification.id, reason="envoyée par erreur", as_of=SOON)
    again = await cancel_modification(MANAGER, modification.id, reason="envoyée par erreur ", as_of=LATER)
    assert again.closed_at == first.closed_at == SOON
    assert (first.outcome, first.cancel_reason) == (ModificationOutcome.CANCELLED, "envoyée par erreur")
    with pytest.raises(ActionNotAllowed):
        await cancel_modification(MANAGER, modification.id, reason="autre motif", as_of=LATER)
    emails = await Email.filter(kind=EmailKind.MODIFICATION_CANCELLED)
    assert len(emails) == 1
    assert "envoyée par erreur" in emails[0].text
    event = await Event.filter(kind=EventKind.MODIFICATION_CANCELLED).get()
    assert event.payload["draft"]["changes"][0]["after"] == "01 23 45 67 89"
    assert event.payload["reason"] == "envoyée par erreur"
    assert (await FundingRequest.get()).status is RequestStatus.IN_REVIEW


async def test_cancelling_needs_a_reason_and_a_manager() -> None:
    modification, supplier = await edited()
    with pytest.raises(Invalid) as refusal:
        await cancel_modification(MANAGER, modification.id, reason=" ", as_of=SOON)
    assert refusal.value.faults[0].field == "reason"
    with pytest.raises(PermissionDenied):
        await cancel_modification(supplier, modification.id, reason="x", as_of=SOON)


async def test_only_who_may_confirm_confirms_and_strangers_find_nothing() -> None:
    modification, supplier = await edited()
    own = await FundingRequest.get().select_related("dossier__supplier")
    editor = (await make_user(own.dossier.supplier, right=AccountRight.EDIT)).actor
    for actor in (editor, MANAGER, READER):
        with pytest.raises(PermissionDenied):
            await confirm_modification(actor, modification.id, as_of=SOON)
        with pytest.raises(PermissionDenied):
            await skip_modification(actor, modification.id, assistance_contacted=True, as_of=SOON)
    stranger = (await make_user(await make_supplier())).actor
    with pytest.raises(NotFound):
        await confirm_modification(stranger, modification.id, as_of=SOON)
    with pytest.raises(NotFound):
        await confirm_modification(supplier, own.id, as_of=SOON)


async def test_extending_moves_the_deadline_at_the_hour_of_the_cycle_and_the_reminder_with_it() -> None:
    modification, supplier = await edited()
    extended = await extend_deadline(
        MANAGER, modification.id, closes_on=date(2023, 11, 30), reason="congés", as_of=SOON
    )
    # 14:32 in Paris, now in winter.
    assert extended.closes_at == NOW.replace(month=11, day=30, hour=13)
    assert extended.reminds_at == NOW.replace(month=11, day=20, hour=13)
    request = await FundingRequest.get()
    assert (request.closes_at, request.status, request.status_changed_at) == (
        extended.closes_at,
        RequestStatus.TO_MODIFY,
        NOW,
    )
    event = await Event.filter(kind=EventKind.DEADLINE_EXTENDED).get()
    assert event.payload["before"] == modification.closes_at.isoformat()
    email = await Email.get(kind=EmailKind.DEADLINE_EXTENDED)
    assert "congés" in email.text
    await confirm_modification(supplier, modification.id, as_of=extended.closes_at - timedelta(seconds=1))


async def test_extending_twice_the_same_way_is_one_extension() -> None:
    modification, _ = await edited()
    first = await extend_deadline(MANAGER, modification.id, closes_on=date(2023, 9, 10), reason="congés", as_of=SOON)
    again = await extend_deadline(MANAGER, modification.id, closes_on=date(2023, 9, 10), reason="congés", as_of=LATER)
    assert (again.closes_at, again.reminds_at) == (first.closes_at, first.reminds_at)
    assert (await email_kinds()).count(EmailKind.DEADLINE_EXTENDED) == 1


@pytest.mark.parametrize(
    ("closes_on", "code"),
    [
        (date(2023, 8, 27), "NOT_LATER"),
        (date(2023, 8, 26), "NOT_LATER"),
        (date.min, "NOT_LATER"),
        (date(2024, 8, 8), "TOO_LATE"),
        (date.max, "TOO_LATE"),
    ],
)
async def test_a_deadline_is_only_put_off_and_by_a_year_at_most(closes_on: date, code: str) -> None:
    modification, _ = await edited()
    with pytest.raises(Invalid) as refusal:
        await extend_deadline(MANAGER, modification.id, closes_on=closes_on, reason="congés", as_of=SOON)
    assert (refusal.value.faults[0].field, refusal.value.faults[0].code) == ("closesOn", code)
    assert (await Modification.get()).closes_at == modification.closes_at
    assert EmailKind.DEADLINE_EXTENDED not in await email_kinds()


async def test_where_working_days_count_a_cycle_opens_and_is_extended_to_one(
    setting: Callable[[str, object], None],
) -> None:
    setting("working_days", True)
    modification, _ = await edited()
    # J+20 would be Sunday 27 August 2023.
    assert modification.closes_at == NOW + timedelta(days=21)
    assert modification.reminds_at == NOW + timedelta(days=10)
    assert (await FundingRequest.get()).closes_at == modification.closes_at
    # Saturday 9 September: Monday the 11th, whose reminder keeps its distance.
    saturday = date(2023, 9, 9)
    extended = await extend_deadline(MANAGER, modification.id, closes_on=saturday, reason="congés", as_of=SOON)
    assert extended.closes_at == NOW + timedelta(days=35)
    assert extended.reminds_at == NOW + timedelta(days=25)
    again = await extend_deadline(MANAGER, modification.id, closes_on=saturday, reason="congés", as_of=LATER)
    assert again.closes_at == extended.closes_at
    assert (await email_kinds()).count(EmailKind.DEADLINE_EXTENDED) == 1


@pytest.mark.parametrize(
    ("closes_on", "code"), [(date(2023, 8, 27), "NOT_LATER"), (date.min, "NOT_LATER"), (date.max, "TOO_LATE")]
)
async def test_a_day_that_cannot_be_a_deadline_is_refused_where_working_days_count_too(
    setting: Callable[[str, object], None], closes_on: date, code: str
) -> None:
    setting("working_days", True)
    modification, _ = await edited()
    with pytest.raises(Invalid) as refusal:
        await extend_deadline(MANAGER, modification.id, closes_on=closes_on, reason="congés", as_of=SOON)
    assert refusal.value.faults[0].code == code


async def test_the_present_deadline_for_another_reason_is_no_extension() -> None:
    modification, _ = await edited()
    day = date(2023, 9, 10)
    await extend_deadline(MANAGER, modification.id, closes_on=day, reason="congés", as_of=SOON)
    with pytest.raises(Invalid) as refusal:
        await extend_deadline(MANAGER, modification.id, closes_on=day, reason="grève", as_of=SOON)
    assert refusal.value.faults[0].code == "NOT_LATER"


async def test_extending_needs_a_reason_a_manager_and_an_open_cycle() -> None:
    modification, supplier = await edited()
    day = date(2023, 9, 10)
    with pytest.raises(Invalid):
        await extend_deadline(MANAGER, modification.id, closes_on=day, reason="", as_of=SOON)
    with pytest.raises(PermissionDenied):
        await extend_deadline(supplier, modification.id, closes_on=day, reason="x", as_of=SOON)
    with pytest.raises(ActionNotAllowed):
        await extend_deadline(MANAGER, modification.id, closes_on=day, reason="x", as_of=modification.closes_at)


async def test_the_comment_is_seen_once_by_the_supplier() -> None:
    modification, supplier = await edited()
    seen = await mark_comment_seen(supplier, modification.id, as_of=SOON)
    again = await mark_comment_seen(supplier, modification.id, as_of=LATER)
    assert seen.comment_seen_at == again.comment_seen_at == SOON
    assert (await event_kinds()).count(EventKind.COMMENT_SEEN) == 1
    for actor in (MANAGER, READER):
        with pytest.raises(PermissionDenied):
            await mark_comment_seen(actor, modification.id, as_of=SOON)


async def test_a_comment_opened_after_the_end_is_noted_too() -> None:
    modification, supplier = await edited()
    after = modification.closes_at + timedelta(days=1)
    seen = await mark_comment_seen(supplier, modification.id, as_of=after)
    assert (seen.outcome, seen.comment_seen_at) == (ModificationOutcome.EXPIRED, after)
