"""How long documents stay: those that nothing holds any more are deleted for good, their rows and events stay.

The row says so first, in a transaction of its own, then the file goes: whoever attaches the file at that moment
takes its row too, and one of the two finds what the other wrote. What a crash leaves between the two
is a file whose row says that it is gone: the sweep of orphans takes it away.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from models import Attachment, News, Upload
from models.database import transaction
from resolvers import storage
from settings import settings

log = structlog.get_logger(__name__)

_BATCH = 100
_MOST_PARAMETERS = 1000


async def purge_dropped(as_of: datetime) -> int:
    """Delete the files of documents removed from a draft, or dropped with one long enough ago; how many."""
    purged, last = 0, UUID(int=0)
    while batch := await _given_up(as_of, last):
        ids = [upload.id for upload in batch]
        held = {document.upload_id for document in await _holding(as_of).filter(upload_id__in=ids).only("upload_id")}
        for upload in batch:
            purged += upload.id not in held and await _purge(upload, as_of)
        last = ids[-1]
    return purged


async def _given_up(as_of: datetime, after: UUID) -> list[Upload]:
    """The next files that some request has given up; another may hold them still."""
    given_up = given_up_documents(as_of).values("upload_id")
    rows = Upload.filter(id__in=Subquery(given_up), id__gt=after, purged_at=None).order_by("id")
    return await rows.limit(_BATCH)


def given_up_documents(as_of: datetime) -> QuerySet[Attachment]:
    """Those removed from a draft, and those of drafts dropped longer ago than the settings keep them."""
    return Attachment.filter(
        Q(removed_at__not_isnull=True) | Q(modification__closed_at__lte=_dropped_before(as_of)), rank=None
    )


def _holding(as_of: datetime) -> QuerySet[Attachment]:
    """The documents of versions, of open drafts, and of drafts dropped a short while ago."""
    of_a_version, of_a_draft = Q(rank__not_isnull=True), Q(modification__closed_at__isnull=True)
    just_dropped = Q(modification__closed_at__gt=_dropped_before(as_of))
    return Attachment.filter(of_a_version | of_a_draft | just_dropped, removed_at=None)


async def announced(upload_ids: Collection[UUID]) -> set[UUID | None]:
    """Those of the files that an announcement carries: nothing that becomes of a request takes them away."""
    return {news.document_id for news in await News.filter(document_id__in=list(upload_ids)).only("document_id")}


def _dropped_before(as_of: datetime) -> datetime:
    return as_of - timedelta(days=settings.dropped_draft_days)


async def _purge(upload: Upload, as_of: datetime) -> bool:
    """Delete one file, if nothing holds it."""
    async with transaction():
        # Looked at only once the row is taken: whoever was attaching the file has committed by then.
        row = Upload.filter(id=upload.id, purged_at=None)
        if not await row.select_for_update(no_key=True).only("id"):
            return False
        if await _holding(as_of).filter(upload_id=upload.id).exists() or await announced([upload.id]):
            return False
        await row.update(purged_at=as_of)
    await storage.remove(upload.key)
    log.info("document_purged", upload=str(upload.id), size=upload.size)
    return True


async def orphans(before: datetime) -> AsyncIterator[list[str]]:
    """The keys of the files stored before that time that no row stands for, or whose row says that they are gone."""
    async for keys in storage.keys_before(before):
        for start in range(0, len(keys), _MOST_PARAMETERS):
            some = keys[start : start + _MOST_PARAMETERS]
            known = {upload.key for upload in await Upload.filter(key__in=some, purged_at=None).only("key")}
            if unknown := [key for key in some if key not in known]:
                yield unknown
