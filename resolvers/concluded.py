"""Requests paid or rejected so long ago that nothing personal of them is needed: figures, days and states stay."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise.queryset import QuerySet

from models import Attachment, Email, FundingRequest, Modification, SupportMessage, Upload, Version
from models.actors import Author
from models.database import transaction
from models.lifecycle import RequestStatus
from resolvers import storage
from resolvers.keeping import announced

CONCLUDED = (RequestStatus.PAID, RequestStatus.REJECTED)
_LOT = 100


async def purge_concluded(limit: datetime, *, as_of: datetime) -> int:
    """Empty the requests concluded before that instant, and delete their documents; how many requests."""
    count = 0
    while batch := await _due(limit).limit(_LOT):
        for request in batch:
            count += await _purge(request, as_of)
    return count


def _due(limit: datetime) -> QuerySet[FundingRequest]:
    rows = FundingRequest.filter(status__in=CONCLUDED, status_changed_at__lt=limit)
    return rows.exclude(bank_details_sealed="").order_by("id")


async def _purge(request: FundingRequest, as_of: datetime) -> bool:
    """Empty one request; bank details that are empty say that this was done."""
    async with transaction():
        row = FundingRequest.filter(id=request.id, status=request.status).exclude(bank_details_sealed="")
        if not await row.update(bank_details_sealed="", document_digest="", decision_reason=None):
            return False
        await _empty_words(request.id)
        await _unname(request.id)
        keys = await _give_up_documents(request.id, as_of)
    # A crash before this leaves files whose rows say that they are gone: the sweep of orphans takes them away.
    for key in keys:
        await storage.remove(key)
    return True


async def _empty_words(request_id: UUID) -> None:
    """What people wrote."""
    await Version.filter(request_id=request_id).update(support_contact="")
    await Email.filter(request_id=request_id).update(recipient="", text="", html="", error=None)
    cycles = Modification.filter(request_id=request_id)
    await cycles.update(comment="", draft_support_contact=None, note=None, cancel_reason=None)
    await SupportMessage.filter(request_id=request_id).update(text="")
    await SupportMessage.filter(request_id=request_id, answer__not_isnull=True).update(answer="")


async def _unname(request_id: UUID) -> None:
    """Who they were: in which quality they acted stays."""
    for model, columns in _AUTHORS:
        for row in await model.filter(request_id=request_id):
            for column in columns:
                author: Author | None = getattr(row, column)
                setattr(row, column, author and Author(author.role, "", ""))
            await row.save(update_fields=columns)


_AUTHORS: tuple[tuple[type[Version | Attachment | Modification | SupportMessage | Email], tuple[str, ...]], ...] = (
    (Version, ("created_by",)),
    (Attachment, ("added_by",)),
    (Modification, ("opened_by", "draft_updated_by", "closed_by")),
    (SupportMessage, ("by", "answered_by")),
    (Email, ("resent_by",)),
)


async def _give_up_documents(request_id: UUID, as_of: datetime) -> list[str]:
    """The keys of the documents that nothing else holds, their rows emptied of their names."""
    ids = {row.upload_id for row in await Attachment.filter(request_id=request_id).only("upload_id")}
    # Taken before it is asked who holds them: whoever attaches one has committed by then, or finds it purged.
    own = await Upload.filter(id__in=ids, purged_at=None).order_by("id").select_for_update(no_key=True)
    held = Attachment.filter(upload_id__in=ids, removed_at=None).exclude(request_id=request_id)
    elsewhere = {row.upload_id for row in await held.only("upload_id")} | await announced(ids)
    given_up = [upload for upload in own if upload.id not in elsewhere]
    emptied = {"purged_at": as_of, "account": "", "file_name": "document effacé"}
    await Upload.filter(id__in=[upload.id for upload in given_up]).update(**emptied)
    return [upload.key for upload in given_up]
