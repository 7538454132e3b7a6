"""Documents arriving: received piece by piece within their bounds, checked when they are whole, then their row."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models import Upload
from models.actors import Actor
from models.allowance import Bound
from models.attachments import Integrity, ScanStatus
from models.database import transaction
from models.document_formats import content_type_of
from models.document_types import document_type
from models.documents import check_document, name_fault, too_large
from models.errors import Fault, Invalid, PermissionDenied
from models.file_names import clean_file_name
from models.infection import infection
from models.permissions import may_import
from models.text import excerpt
from models.typography import french
from resolvers import storage
from resolvers.allowances import hold_reception, sender_bounds
from resolvers.integrity import verify
from resolvers.repeats import sent_again
from settings import settings

# What has arrived goes to the disk, in a thread, by pieces of this size: all the memory that a document takes.
_PIECE = 128 * 1024


@dataclass(frozen=True)
class Announced:
    """What a sender says of a document before its first byte: its type and digests when they are known."""

    file_name: str
    document_type: str = ""
    content_type: str = ""
    digests: frozenset[str] = frozenset()


class Reception:
    """A document that an actor is sending, piece by piece; abandoned unless it is kept.

    `bounds` are those on documents together, as they stand when it begins: no more than they leave is written, but
    for `sent_before` bytes, since what has arrived already takes no room when it is sent again.
    """

    def __init__(self, actor: Actor, announced: Announced, bounds: Sequence[Bound] = (), sent_before: int = 0) -> None:
        if not may_import(actor):
            raise PermissionDenied
        self.actor = actor
        self.file_name = clean_file_name(announced.file_name)
        self.repeated = False
        self._announced = announced
        self._kind = document_type(announced.document_type)
        self._bound = min(bounds, key=lambda bound: bound.left, default=None)
        self._allowed_again = sent_before
        self._refusal = self._refused_at_once()
        self._incoming = storage.Incoming(0 if self._refusal else self._limit, announced.digests)
        self._waiting = bytearray()

    @property
    def size(self) -> int:
        """How many bytes have arrived."""
        return self._incoming.size + len(self._waiting)

    @property
    def is_too_large(self) -> bool:
        """Has more arrived than could ever be kept?"""
        return self.size > self._limit

    @property
    def _largest(self) -> int:
        return self._kind.max_bytes if self._kind else settings.max_upload_bytes

    @property
    def _limit(self) -> int:
        return min(self._largest, max(self._bound.left, self._allowed_again)) if self._bound else self._largest

    def _refused_at_once(self) -> Fault | None:
        if self._announced.document_type and self._kind is None:
            sentence = f"Le type de pièce « {excerpt(self._announced.document_type)} » n’existe pas."
            return Fault("documentType", "UNKNOWN_TYPE", french(sentence))
        return name_fault(self.file_name, self._kind)

    async def add(self, data: bytes) -> None:
        """Take what has just arrived."""
        self._waiting += data
        if len(self._waiting) >= _PIECE:
            await self._write()

    async def _write(self) -> None:
        waiting, self._waiting = self._waiting, bytearray()
        await asyncio.to_thread(self._incoming.write, waiting)

    def overflow(self, size: int | None = None) -> Fault:
        """The refusal of a document past its limit; how large it is may never be known."""
        if self._refusal:
            return self._refusal
        if self._bound and self._bound.left < self._largest and (size is None or size <= self._largest):
            return self._bound.fault(self.file_name)
        return too_large(self.file_name, size, self._kind)

    def exceeds(self, announced_size: int) -> bool:
        """Would a document of that size be refused whatever it holds?"""
        return announced_size > self._limit

    async def keep(self, *, as_of: datetime) -> Upload:
        """Store the document under its final name, then write its row; or refuse it, naming its fault.

        The same bytes under the same name, sent again within a day, are the document that they were.
        """
        try:
            return await self._keep(as_of)
        finally:
            self.abandon()

    async def _keep(self, as_of: datetime) -> Upload:
        await self._write()
        if fault := await self._fault():
            raise Invalid(fault)
        if (again := await self._again(as_of)) and await _is_there(again, as_of):
            return again
        content_type = content_type_of(self.file_name)
        key = await storage.keep(self._incoming, file_name=self.file_name, content_type=content_type)
        try:
            upload = await self._write_row(key, content_type, as_of)
        except Invalid:
            await storage.remove(key)
            raise
        if self.repeated:
            await storage.remove(key)
        return upload

    async def _fault(self) -> Fault | None:
        if self._refusal or self.is_too_large:
            return self.overflow(self.size)
        if not self._incoming.digests.agree:
            return Fault("file", "DIGEST_MISMATCH", french(_mismatch(self.file_name)))
        known = Upload.filter(account=self.actor.account, sha256=self._incoming.sha256)
        if await known.filter(scan_status=ScanStatus.INFECTED).exists():
            return infection(self.file_name)
        return await check_document(self._incoming.path, self.file_name, self._announced.content_type, self._kind)

    async def _again(self, as_of: datetime) -> Upload | None:
        upload = await sent_again(self.actor, self.file_name, self._incoming.sha256, as_of)
        self.repeated = upload is not None
        return upload

    async def _write_row(self, key: str, content_type: str, as_of: datetime) -> Upload:
        """One row at a time for each sender: what all its posts bring at once stays within its bound."""
        async with transaction():
            await hold_reception(str(self.actor.supplier_id or self.actor.account))
            if again := await self._again(as_of):
                return again
            for bound in await sender_bounds(self.actor, as_of):
                if self._incoming.size > bound.left:
                    raise Invalid(bound.fault(self.file_name))
            return await Upload.create(
                key=key,
                file_name=self.file_name,
                content_type=content_type,
                size=self._incoming.size,
                sha256=self._incoming.sha256,
                scan_status=ScanStatus.PENDING if settings.clamd_url else ScanStatus.NOT_SCANNED,
                scan_due_at=as_of if settings.clamd_url else None,
                account=self.actor.account,
                supplier_id=self.actor.supplier_id,
                created_at=as_of,
            )

    def abandon(self) -> None:
        """Leave nothing of it; what was kept stays."""
        self._incoming.discard()


async def _is_there(upload: Upload, as_of: datetime) -> bool:
    """Are its bytes there? What was lost or cut without anybody's notice is told, and never answered again."""
    if await storage.size_of(upload.key) == upload.size:
        return True
    return await verify(upload, as_of) and upload.integrity is Integrity.INTACT


def _mismatch(file_name: str) -> str:
    return (
        f"« {excerpt(file_name, 200)} » n’est pas arrivé tel qu’il est parti : son empreinte n’est pas celle annoncée. "
        "Envoyez-le de nouveau."
    )
