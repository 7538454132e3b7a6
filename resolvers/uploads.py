"""Files received: taken when they are attached, swept when nothing holds them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models import Upload
from models.actors import Actor
from models.attachments import Integrity, ScanStatus
from models.errors import NotFound
from resolvers import storage
from resolvers.keeping import orphans

KEPT_UNATTACHED = timedelta(days=1)


async def own_upload(actor: Actor, upload_id: UUID) -> Upload:
    """A file that this very account sent, and that is still whole."""
    upload = await Upload.get_or_none(id=upload_id, account=actor.account)
    if upload is None or not upload.is_whole:
        raise NotFound("Ce fichier n’a pas été reçu de ce compte, ou il a été retiré faute d’avoir été joint à temps.")
    return upload


async def hold_uploads(upload_ids: Collection[UUID]) -> bool:
    """Take the rows of files about to be attached, until the transaction ends; are all still whole, none infected?"""
    whole = Upload.filter(id__in=list(upload_ids), purged_at=None, integrity=Integrity.INTACT)
    rows = whole.exclude(scan_status=ScanStatus.INFECTED).order_by("id")
    return len(await rows.select_for_update(no_key=True).only("id")) == len(set(upload_ids))


async def sweep_orphans(as_of: datetime) -> int:
    """Delete what has been received for more than a day and belongs to no request and no announcement; how many files.

    Also what a crash left: files half received, and whole ones whose row was never written.
    """
    limit = as_of - KEPT_UNATTACHED
    unheld = Upload.filter(created_at__lt=limit, attachments__id__isnull=True, news__id__isnull=True)
    removed = await discard(await unheld.limit(500), limit)
    removed += await storage.remove_temporary(limit)
    failures: list[storage.Unavailable] = []
    async for keys in orphans(limit):
        removed += await _remove_what_can_be(keys, failures)
    if failures:
        raise failures[0]
    return removed


async def discard(uploads: Iterable[Upload], sent_before: datetime | None = None) -> int:
    """Delete documents that were received for nothing, how many; those that anything holds, or sent again, stay.

    The row goes first: a file without its row is swept later, a row without its file would be a lost document.
    """
    removed = 0
    for upload in uploads:
        row = Upload.filter(id=upload.id)
        try:
            gone = await (row.filter(created_at__lt=sent_before) if sent_before else row).delete()
        except IntegrityError:
            continue  # Attached, or announced.
        removed += await _remove([upload.key] if gone else [])
    return removed


async def _remove(keys: list[str]) -> int:
    for key in keys:
        await storage.remove(key)
    return len(keys)


async def _remove_what_can_be(keys: list[str], failures: list[storage.Unavailable]) -> int:
    """One that cannot be deleted, in a storage that answers, is told of once the others are."""
    removed = 0
    for key in keys:
        try:
            removed += await _remove([key])
        except storage.Unavailable as error:
            await storage.check()
            failures.append(error)
    return removed
