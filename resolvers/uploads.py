"""Documents arriving: received whole and checked, then their row; and the sweep of those that nothing holds."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Iterable
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError

from models import Upload
from models.actors import Actor
from models.documents import document_fault, too_large
from models.errors import Fault, Invalid, PermissionDenied
from models.file_names import clean_file_name
from models.permissions import may_import
from resolvers import storage
from settings import settings

KEPT_UNATTACHED = timedelta(days=1)

# What has arrived goes to the disk, in a thread, by pieces of this size: all the memory that a document takes.
_PIECE = 128 * 1024


class Reception:
    """A document that an actor is sending, piece by piece; abandoned unless it is kept."""

    def __init__(self, actor: Actor, file_name: str) -> None:
        if not may_import(actor):
            raise PermissionDenied
        self.actor = actor
        self.file_name = clean_file_name(file_name)
        self._incoming = storage.Incoming(settings.max_upload_bytes)
        self._waiting = bytearray()

    @property
    def is_too_large(self) -> bool:
        return self._incoming.is_too_large

    async def add(self, data: bytes) -> None:
        """Take what has just arrived."""
        self._waiting += data
        if len(self._waiting) >= _PIECE:
            await self._write()

    async def _write(self) -> None:
        waiting, self._waiting = self._waiting, bytearray()
        await asyncio.to_thread(self._incoming.write, waiting)

    async def keep(self, *, as_of: datetime) -> Upload:
        """Store the document under its final name, then write its row; or refuse it, naming its fault."""
        await self._write()
        fault = await asyncio.to_thread(self._fault)
        if fault is not None:
            self.abandon()
            raise Invalid(fault)
        content_type = mimetypes.guess_type(self.file_name)[0] or "application/octet-stream"
        key = await storage.keep(self._incoming, file_name=self.file_name, content_type=content_type)
        return await Upload.create(
            key=key,
            file_name=self.file_name,
            content_type=content_type,
            size=self._incoming.size,
            sha256=self._incoming.sha256,
            account=self.actor.account,
            created_at=as_of,
        )

    def _fault(self) -> Fault | None:
        if self.is_too_large:
            return too_large(self.file_name, self._incoming.size)
        return document_fault(self._incoming.path, self.file_name)

    def abandon(self) -> None:
        """Leave nothing of it; what was kept stays."""
        self._incoming.discard()


async def sweep_orphans(as_of: datetime) -> int:
    """Delete what has been received for more than a day and belongs to no request; how many files.

    Also what a crash left: files half received, and whole ones whose row was never written.
    """
    limit = as_of - KEPT_UNATTACHED
    removed = await _remove_unattached(limit)
    removed += await storage.remove_temporary(limit)
    async for keys in storage.keys_before(limit):
        known = {upload.key for upload in await Upload.filter(key__in=keys).only("key")}
        removed += await _remove([key for key in keys if key not in known])
    return removed


async def _remove_unattached(limit: datetime) -> int:
    return await discard(await Upload.filter(created_at__lt=limit, attachments__id__isnull=True).limit(500))


async def discard(uploads: Iterable[Upload]) -> int:
    """Delete documents that were received for nothing, how many; those that a request holds stay.

    The row goes first: a file without its row is swept later, a row without its file would be a lost document.
    """
    removed = 0
    for upload in uploads:
        try:
            await Upload.filter(id=upload.id).delete()
        except IntegrityError:
            continue  # Attached.
        removed += await _remove([upload.key])
    return removed


async def _remove(keys: list[str]) -> int:
    for key in keys:
        await storage.remove(key)
    return len(keys)
