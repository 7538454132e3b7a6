"""Editing the draft of an open modification: its support contact and its documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import F, Q

from models import Attachment, Modification, Upload
from models.actors import Actor
from models.attachments import ScanStatus
from models.contact import check_contact
from models.database import transaction
from models.document_types import DocumentType, document_type
from models.document_words import NO_TYPE
from models.documents import name_fault, too_large
from models.dossiers import RequestKind
from models.errors import Fault, Invalid, PermissionDenied
from models.events import EventKind
from models.infection import infection
from models.lifecycle import RequestAction
from models.typography import french
from resolvers.allowances import allowance_of
from resolvers.deadlines import settled_modification
from resolvers.drafts import at_revision, document_facts, draft_of
from resolvers.events import record
from resolvers.transitions import Overtaken, guard_cycle, move, permit, until_settled
from resolvers.uploads import hold_uploads, own_upload
from resolvers.visibility import get_attachment, get_modification

REMOVAL_REFUSED = "Cette pièce était présente avant la modification : elle ne peut pas être supprimée."


@until_settled
async def change_support_contact(
    actor: Actor, modification_id: UUID, *, support_contact: str, based_on: int | None = None, as_of: datetime
) -> Modification:
    """Write the support contact into the draft."""
    modification = await _open_cycle(actor, modification_id, RequestAction.CHANGE_SUPPORT_CONTACT, as_of)
    contact = check_contact(support_contact)
    draft = await draft_of(modification)
    if contact == draft.support_contact:
        return modification
    at_revision(modification, based_on)
    # Back to the value of the version before is no change at all.
    kept = None if contact == draft.base.support_contact else contact
    async with transaction():
        await move(modification.request, RequestAction.CHANGE_SUPPORT_CONTACT, as_of=as_of)
        await _edit(modification, actor, as_of, Q(revision=modification.revision), draft_support_contact=kept)
        await record(
            EventKind.SUPPORT_CONTACT_CHANGED,
            modification.request,
            actor,
            at=as_of,
            number=modification.number,
            before=draft.support_contact,
            after=contact,
        )
    return await get_modification(actor, modification_id)


@until_settled
async def add_attachment(
    actor: Actor, modification_id: UUID, *, document_type: str, upload_id: UUID, as_of: datetime
) -> Attachment:
    """Add a file that was received to the draft."""
    modification = await _open_cycle(actor, modification_id, RequestAction.ADD_ATTACHMENT, as_of)
    upload = await own_upload(actor, upload_id)
    kind = _addable_type(document_type, modification.request.kind)
    if first := await _added_already(modification, upload, kind):
        return await get_attachment(actor, first.id)
    _check_file(upload, kind)
    async with transaction():
        await move(modification.request, RequestAction.ADD_ATTACHMENT, as_of=as_of)
        # The request's row is ours now: what is read from here on stays true until we have written.
        if await _added_already(modification, upload, kind) or not await hold_uploads([upload.id]):
            raise Overtaken()
        await _check_not_held(modification, upload)
        await _check_room(modification, upload)
        attachment = await _add(actor, modification, upload, kind, as_of)
    return await get_attachment(actor, attachment.id)


async def _added_already(modification: Modification, upload: Upload, kind: DocumentType) -> Attachment | None:
    """The same file as the same document: a double click, a retry."""
    return await Attachment.get_or_none(
        upload_id=upload.id, modification_id=modification.id, document_type=kind.code, removed_at=None
    )


async def _add(
    actor: Actor, modification: Modification, upload: Upload, kind: DocumentType, as_of: datetime
) -> Attachment:
    await _edit(modification, actor, as_of)
    attachment = await Attachment.create(
        request_id=modification.request_id,
        modification=modification,
        upload=upload,
        position=await Attachment.filter(request_id=modification.request_id).count(),
        document_type=kind.code,
        added_at=as_of,
        added_by=actor.author,
    )
    facts = {"number": modification.number, **document_facts(attachment)}
    await record(EventKind.ATTACHMENT_ADDED, modification.request, actor, at=as_of, **facts)
    return attachment


@until_settled
async def remove_attachment(actor: Actor, attachment_id: UUID, *, as_of: datetime) -> Modification:
    """Take a document back out of the draft; only one that was added in the open modification."""
    attachment = await get_attachment(actor, attachment_id)
    permit(actor, RequestAction.REMOVE_ATTACHMENT)
    if attachment.modification is None or attachment.rank is not None:
        raise PermissionDenied(french(REMOVAL_REFUSED))
    modification = await _open_cycle(actor, attachment.modification.id, RequestAction.REMOVE_ATTACHMENT, as_of)
    if attachment.removed_at is not None:
        return modification
    async with transaction():
        await move(modification.request, RequestAction.REMOVE_ATTACHMENT, as_of=as_of)
        if not await Attachment.filter(id=attachment.id, removed_at=None).update(removed_at=as_of):
            raise Overtaken()
        await _edit(modification, actor, as_of)
        facts = {"number": modification.number, **document_facts(attachment)}
        await record(EventKind.ATTACHMENT_REMOVED, modification.request, actor, at=as_of, **facts)
    return await get_modification(actor, modification.id)


async def _open_cycle(actor: Actor, modification_id: UUID, action: RequestAction, as_of: datetime) -> Modification:
    """That modification, if the actor may edit it now."""
    modification = await settled_modification(actor, modification_id, as_of)
    permit(actor, action)
    guard_cycle(actor, modification, action, as_of)
    return modification


async def _edit(modification: Modification, actor: Actor, as_of: datetime, *standing: Q, **changes: Any) -> None:
    """Write the draft of a cycle that is open still, if it stands as it was read; else Overtaken."""
    changes |= {"revision": F("revision") + 1, "draft_updated_at": as_of, "draft_updated_by": actor.author}
    if not await Modification.filter(*standing, id=modification.id, outcome=None).update(**changes):
        raise Overtaken()


def _addable_type(code: str, request: RequestKind) -> DocumentType:
    if not code:
        raise Invalid(Fault("documentType", "REQUIRED", NO_TYPE))
    kind = document_type(code)
    if kind is None or not kind.is_addable_to(request):
        sentence = "Ce type de pièce ne peut pas être ajouté : choisissez-en un dans la liste."
        raise Invalid(Fault("documentType", "NOT_ADDABLE", french(sentence)))
    return kind


def _check_file(upload: Upload, kind: DocumentType) -> None:
    """It was received as a document of some type, perhaps under a larger limit: is it one of this type, now?"""
    infected = upload.scan_status is ScanStatus.INFECTED
    fault = infection(upload.file_name) if infected else name_fault(upload.file_name, kind)
    if fault is None and upload.size > kind.max_bytes:
        fault = too_large(upload.file_name, upload.size, kind)
    if fault is not None:
        raise Invalid(Fault("uploadId", fault.code, fault.message))


async def _check_not_held(modification: Modification, upload: Upload) -> None:
    """Refuse a content that the request or its draft holds; other requests may well hold it too."""
    held = Attachment.filter(request_id=modification.request_id, upload__sha256=upload.sha256, removed_at=None)
    if await held.filter(Q(rank__not_isnull=True) | Q(modification_id=modification.id)).exists():
        sentence = f"« {upload.file_name} » a déjà été importé avec le même contenu."
        raise Invalid(Fault("uploadId", "DUPLICATE", french(sentence)))


async def _check_room(modification: Modification, upload: Upload) -> None:
    """Refuse what goes past the bounds of the modification or of the request."""
    allowance = await allowance_of(modification.id, modification.request_id)
    if fault := allowance.fault(upload.file_name, upload.size, "uploadId"):
        raise Invalid(fault)
