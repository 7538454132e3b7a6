"""Editing the draft: its contact, its documents, and what is refused."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from models import Attachment, Email, Event, FundingRequest, Modification, Upload
from models.actors import AccountRight, Actor, Role, TokenScope
from models.attachments import Integrity, ScanStatus
from models.errors import ActionNotAllowed, Fault, Invalid, NotFound, PermissionDenied, Refusal, Stale
from models.events import EventKind
from models.lifecycle import ModificationOutcome, RequestAction, RequestStatus
from resolvers.drafts import draft_of
from resolvers.editing import add_attachment, change_support_contact, remove_attachment
from resolvers.modifications import confirm_modification, skip_modification
from resolvers.transitions import Overtaken
from tests.conftest import NOW
from tests.factories import (
    MANAGER,
    READER,
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
GUIDE = "MSS_GUIDE_PDF_API"


async def opened() -> tuple[Modification, Actor]:
    """A request just sent back, and who answers it."""
    request = await make_request()
    return await send_back(request), await supplier_of(request)


def fault(refusal: pytest.ExceptionInfo[Refusal]) -> Fault:
    assert isinstance(refusal.value, Invalid)
    (only,) = refusal.value.faults
    return only


async def test_the_contact_waits_in_the_draft_and_the_version_stays() -> None:
    modification, supplier = await opened()
    edited = await change_support_contact(supplier, modification.id, support_contact=" 01 23 45 67 89 ", as_of=SOON)
    draft = await draft_of(edited)
    assert draft.support_contact == "01 23 45 67 89"
    assert draft.base.support_contact == "pascal.breton@axyus.com"
    assert (edited.revision, edited.draft_updated_at, edited.draft_updated_by) == (1, SOON, supplier.author)
    request = await FundingRequest.get(id=edited.request_id)
    assert (request.status, request.updated_at, request.status_changed_at) == (RequestStatus.TO_MODIFY, SOON, NOW)
    event = await Event.all().order_by("-id").first()
    assert event is not None
    assert (event.kind, event.actor) == (EventKind.SUPPORT_CONTACT_CHANGED, supplier.author)
    assert event.payload == {"number": 1, "before": "pascal.breton@axyus.com", "after": "01 23 45 67 89"}


async def test_the_same_contact_twice_is_one_change() -> None:
    modification, supplier = await opened()
    for _ in range(2):
        edited = await change_support_contact(
            supplier, modification.id, support_contact="https://aide.editeur.fr", based_on=0, as_of=SOON
        )
    assert edited.revision == 1
    assert await event_kinds() == [EventKind.MODIFICATION_REQUESTED, EventKind.SUPPORT_CONTACT_CHANGED]


async def test_the_contact_of_before_put_back_is_no_change_any_more() -> None:
    modification, supplier = await opened()
    await change_support_contact(supplier, modification.id, support_contact="01 23 45 67 89", as_of=SOON)
    edited = await change_support_contact(
        supplier, modification.id, support_contact="pascal.breton@axyus.com", as_of=SOON
    )
    assert not (await draft_of(edited)).any
    assert (edited.draft_support_contact, edited.revision) == (None, 2)


@pytest.mark.parametrize(
    ("contact", "code"),
    [
        ("", "REQUIRED"),
        ("javascript:alert(1)", "INVALID_CONTACT"),
        ("a@editeur.fr b@editeur.fr", "SEVERAL_VALUES"),
        ("https://editeur.fr/" + "a" * 250, "TOO_LONG"),
    ],
)
async def test_a_contact_that_breaks_a_rule_leaves_the_draft_alone(contact: str, code: str) -> None:
    modification, supplier = await opened()
    await change_support_contact(supplier, modification.id, support_contact="01 23 45 67 89", as_of=SOON)
    with pytest.raises(Invalid) as refusal:
        await change_support_contact(supplier, modification.id, support_contact=contact, as_of=SOON)
    assert (fault(refusal).field, fault(refusal).code) == ("supportContact", code)
    kept = await Modification.get(id=modification.id)
    assert (kept.draft_support_contact, kept.revision) == ("01 23 45 67 89", 1)


async def test_a_change_based_on_an_older_draft_is_refused_with_the_present_one() -> None:
    modification, supplier = await opened()
    await change_support_contact(supplier, modification.id, support_contact="01 23 45 67 89", as_of=SOON)
    with pytest.raises(Stale) as refusal:
        await change_support_contact(
            supplier, modification.id, support_contact="autre@editeur.fr", based_on=0, as_of=SOON
        )
    assert (refusal.value.current.revision, refusal.value.current.draft_support_contact) == (1, "01 23 45 67 89")
    edited = await change_support_contact(
        supplier, modification.id, support_contact="autre@editeur.fr", based_on=1, as_of=SOON
    )
    assert edited.revision == 2


async def test_a_document_added_waits_in_the_draft() -> None:
    modification, supplier = await opened()
    upload = await make_upload(supplier, file_name="guide.PDF")
    added = await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=SOON)
    assert (added.document_type, added.rank, added.added_at, added.added_by) == (GUIDE, None, SOON, supplier.author)
    assert added.upload.file_name == "guide.PDF"
    assert [each.id for each in (await draft_of(modification)).added] == [added.id]
    assert (await Modification.get(id=modification.id)).revision == 1
    event = await Event.all().order_by("-id").first()
    assert event is not None
    assert (event.payload["sha256"], event.payload["documentType"]) == (upload.sha256, GUIDE)


async def test_the_same_file_added_twice_is_one_document() -> None:
    modification, supplier = await opened()
    upload = await make_upload(supplier)
    first = await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=SOON)
    later = SOON + timedelta(minutes=1)
    again = await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=later)
    assert again.id == first.id
    assert await Attachment.all().count() == 1
    assert (await FundingRequest.get()).updated_at == SOON


async def test_the_same_file_as_another_type_is_refused_rather_than_ignored() -> None:
    modification, supplier = await opened()
    upload = await make_upload(supplier)
    await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=SOON)
    with pytest.raises(Invalid) as refusal:
        await add_attachment(supplier, modification.id, document_type="AUTRE_S", upload_id=upload.id, as_of=SOON)
    assert fault(refusal).code == "DUPLICATE"


async def test_the_same_content_in_another_file_is_refused() -> None:
    modification, supplier = await opened()
    first, twin = [await make_upload(supplier, content="le même") for _ in range(2)]
    await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=first.id, as_of=SOON)
    with pytest.raises(Invalid) as refusal:
        await add_attachment(supplier, modification.id, document_type="AUTRE_S", upload_id=twin.id, as_of=SOON)
    assert fault(refusal).code == "DUPLICATE"


async def test_the_content_of_an_imported_document_is_refused_and_that_of_a_removed_one_is_not() -> None:
    modification, supplier = await opened()
    imported = await make_attachment(await FundingRequest.get())
    sha256 = (await Upload.get(id=imported.upload_id)).sha256
    copy = await make_upload(supplier, sha256=sha256)
    with pytest.raises(Invalid) as refusal:
        await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=copy.id, as_of=SOON)
    assert fault(refusal).code == "DUPLICATE"
    upload = await make_upload(supplier)
    added = await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=SOON)
    await remove_attachment(supplier, added.id, as_of=SOON)
    again = await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=SOON)
    assert again.id != added.id
    assert [each.id for each in (await draft_of(modification)).added] == [again.id]


async def test_a_file_may_support_several_requests() -> None:
    modification, supplier = await opened()
    own = await FundingRequest.get().select_related("dossier__supplier")
    other = await send_back(await make_request(own.dossier.supplier))
    upload = await make_upload(supplier)
    for cycle in (modification, other):
        added = await add_attachment(supplier, cycle.id, document_type=GUIDE, upload_id=upload.id, as_of=SOON)
        assert [each.id for each in (await draft_of(cycle)).added] == [added.id]


@pytest.mark.parametrize("facts", [{"purged_at": NOW}, {"integrity": Integrity.MISSING}])
async def test_a_file_whose_bytes_are_lost_is_not_there(facts: dict[str, Any]) -> None:
    modification, supplier = await opened()
    upload = await make_upload(supplier, **facts)
    with pytest.raises(NotFound):
        await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=SOON)


async def test_a_file_deleted_for_good_while_it_is_attached_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    modification, supplier = await opened()
    upload = await make_upload(supplier)

    async def gone_meanwhile(*_: object, **__: object) -> None:
        await Upload.filter(id=upload.id).update(purged_at=NOW)

    monkeypatch.setattr("resolvers.editing.move", gone_meanwhile)
    with pytest.raises(Overtaken):
        await add_attachment.__wrapped__(  # type: ignore[attr-defined] # one try of it
            supplier, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=SOON
        )
    assert not await Attachment.exists()


async def test_an_infected_file_is_refused_and_one_not_scanned_yet_is_not() -> None:
    modification, supplier = await opened()
    infected = await make_upload(supplier, scan_status=ScanStatus.INFECTED)
    with pytest.raises(Invalid) as refusal:
        await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=infected.id, as_of=SOON)
    assert (fault(refusal).field, fault(refusal).code) == ("uploadId", "INFECTED")
    waiting = await make_upload(supplier, scan_status=ScanStatus.PENDING)
    assert await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=waiting.id, as_of=SOON)


@pytest.mark.parametrize(
    ("name", "limit", "said"),
    [
        ("max_modification_bytes", 2_500, "pour les pièces ajoutées dans cette modification"),
        ("max_request_bytes", 3_000, "pour les pièces de cette demande"),
        ("max_modification_files", 2, "cette modification compte déjà 2 pièces ajoutées"),
    ],
)
async def test_documents_added_at_once_stay_within_every_bound(
    setting: Callable[[str, object], None], name: str, limit: int, said: str
) -> None:
    modification, supplier = await opened()
    await make_attachment(await FundingRequest.get(), upload=await make_upload(supplier, size=600))
    setting(name, limit)
    uploads = [await make_upload(supplier, size=1_200) for _ in range(20)]
    answers = await asyncio.gather(
        *(
            add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=SOON)
            for upload in uploads
        ),
        return_exceptions=True,
    )
    assert len((await draft_of(modification)).added) == 2
    refused = [answer for answer in answers if isinstance(answer, Invalid)]
    assert len(refused) == 18
    assert {(each.faults[0].field, each.faults[0].code) for each in refused} == {("uploadId", "QUOTA")}
    assert all(said in each.message for each in refused)


@pytest.mark.parametrize(
    ("document_type", "code"),
    [("", "REQUIRED"), ("INCONNU", "NOT_ADDABLE"), ("DECISION_ATTRIBUTION", "NOT_ADDABLE"), ("AUTRE_A", "NOT_ADDABLE")],
)
async def test_only_documents_of_an_addable_type_can_be_added(document_type: str, code: str) -> None:
    modification, supplier = await opened()
    upload = await make_upload(supplier)
    with pytest.raises(Invalid) as refusal:
        await add_attachment(supplier, modification.id, document_type=document_type, upload_id=upload.id, as_of=SOON)
    assert (fault(refusal).field, fault(refusal).code) == ("documentType", code)


async def test_a_file_of_another_format_is_refused() -> None:
    modification, supplier = await opened()
    upload = await make_upload(supplier, file_name="guide.docx")
    with pytest.raises(Invalid) as refusal:
        await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=SOON)
    assert (fault(refusal).field, fault(refusal).code) == ("uploadId", "WRONG_FORMAT")


async def test_a_file_received_under_a_larger_limit_is_refused(setting: Callable[[str, object], None]) -> None:
    modification, supplier = await opened()
    upload = await make_upload(supplier, size=2_000)
    setting("max_upload_bytes", 1_999)
    with pytest.raises(Invalid) as refusal:
        await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=SOON)
    assert (fault(refusal).field, fault(refusal).code) == ("uploadId", "TOO_LARGE")


async def test_a_file_that_another_account_sent_is_not_there() -> None:
    modification, supplier = await opened()
    own = await FundingRequest.get().select_related("dossier")
    colleague = (await make_user(await own.dossier.supplier)).actor
    upload = await make_upload(colleague)
    with pytest.raises(NotFound):
        await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=SOON)
    with pytest.raises(NotFound):
        await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=modification.id, as_of=SOON)
    assert await add_attachment(colleague, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=SOON)


async def test_a_document_removed_leaves_the_draft_and_stays_in_the_audit() -> None:
    modification, supplier = await opened()
    upload = await make_upload(supplier)
    added = await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=SOON)
    emptied = await remove_attachment(supplier, added.id, as_of=SOON)
    assert not (await draft_of(emptied)).any
    assert (await Attachment.get(id=added.id)).removed_at == SOON
    again = await remove_attachment(supplier, added.id, as_of=SOON)
    assert again.revision == emptied.revision == 2
    assert await event_kinds() == [
        EventKind.MODIFICATION_REQUESTED,
        EventKind.ATTACHMENT_ADDED,
        EventKind.ATTACHMENT_REMOVED,
    ]


async def test_supplier_cannot_remove_a_document_from_before() -> None:
    modification, supplier = await opened()
    imported = await make_attachment(await FundingRequest.get())
    upload = await make_upload(supplier)
    added = await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=SOON)
    await confirm_modification(supplier, modification.id, as_of=SOON)
    await send_back(await FundingRequest.get(), as_of=SOON, comment="encore")
    for attachment in (imported, added):
        with pytest.raises(PermissionDenied) as refusal:
            await remove_attachment(supplier, attachment.id, as_of=SOON)
        assert "présente avant la modification" in refusal.value.message
    assert not await Attachment.filter(removed_at__isnull=False).exists()


async def test_a_document_of_a_dropped_draft_cannot_be_removed_nor_its_cycle_edited() -> None:
    modification, supplier = await opened()
    upload = await make_upload(supplier)
    added = await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=SOON)
    await skip_modification(supplier, modification.id, assistance_contacted=True, as_of=SOON)
    with pytest.raises(ActionNotAllowed) as refusal:
        await remove_attachment(supplier, added.id, as_of=SOON)
    assert refusal.value.status is RequestStatus.IN_REVIEW
    assert refusal.value.available_actions == (RequestAction.CONTACT_SUPPORT,)


async def test_what_a_dropped_draft_held_may_come_again_with_the_next_cycle() -> None:
    modification, supplier = await opened()
    first, copy = [await make_upload(supplier, content="le même") for _ in range(2)]
    await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=first.id, as_of=SOON)
    await skip_modification(supplier, modification.id, assistance_contacted=True, as_of=SOON)
    second = await send_back(await FundingRequest.get(), as_of=SOON, comment="encore")
    added = await add_attachment(supplier, second.id, document_type=GUIDE, upload_id=copy.id, as_of=SOON)
    assert [each.id for each in (await draft_of(second)).added] == [added.id]


async def test_from_the_deadline_on_nothing_can_be_edited_whether_or_not_a_worker_ran() -> None:
    modification, supplier = await opened()
    upload = await make_upload(supplier)
    just_before = modification.closes_at - timedelta(microseconds=1)
    await change_support_contact(supplier, modification.id, support_contact="01 23 45 67 89", as_of=just_before)
    with pytest.raises(ActionNotAllowed) as refusal:
        await change_support_contact(
            supplier, modification.id, support_contact="a@editeur.fr", as_of=modification.closes_at
        )
    assert refusal.value.status is RequestStatus.IN_REVIEW
    assert "Le délai de modification est dépassé depuis le dimanche 27" in refusal.value.message
    with pytest.raises(ActionNotAllowed):
        await add_attachment(
            supplier, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=modification.closes_at
        )
    # The refused attempt has settled what was due.
    closed = await Modification.get(id=modification.id)
    assert (closed.outcome, closed.closed_at) == (ModificationOutcome.EXPIRED, modification.closes_at)
    assert not await Attachment.exists()


async def test_who_may_not_edit_is_told_so_and_who_may_not_see_finds_nothing() -> None:
    modification, supplier = await opened()
    own = await FundingRequest.get().select_related("dossier__supplier")
    reader = (await make_user(own.dossier.supplier, right=AccountRight.READ)).actor
    software = Actor(Role.PARTNER, "Logiciel", "token:1", supplier.supplier_id, scopes=(TokenScope.READ,))
    for actor in (MANAGER, READER, reader, software):
        with pytest.raises(PermissionDenied):
            await change_support_contact(actor, modification.id, support_contact="a@editeur.fr", as_of=SOON)
    stranger = (await make_user(await make_supplier())).actor
    with pytest.raises(NotFound):
        await change_support_contact(stranger, modification.id, support_contact="a@editeur.fr", as_of=SOON)
    upload = await make_upload(supplier)
    added = await add_attachment(supplier, modification.id, document_type=GUIDE, upload_id=upload.id, as_of=SOON)
    with pytest.raises(PermissionDenied):
        await remove_attachment(MANAGER, added.id, as_of=SOON)
    with pytest.raises(NotFound):
        await remove_attachment(stranger, added.id, as_of=SOON)


async def test_editing_tells_nobody() -> None:
    modification, supplier = await opened()
    before = await Email.all().count()
    await change_support_contact(supplier, modification.id, support_contact="a@editeur.fr", as_of=SOON)
    assert await Email.all().count() == before
