"""Whether documents are still what was received: their bytes are read again and compared with their hash, in turn."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import ceil
from uuid import UUID

import structlog
from tortoise.functions import Sum
from tortoise.queryset import QuerySet

from models import Upload
from models.attachments import Integrity
from models.database import after_commit, transaction
from models.events import EventKind
from resolvers import storage
from resolvers.holders import hold_all, holders_of, tell_all
from resolvers.news import tell_of_integrity
from resolvers.transitions import Overtaken, until_settled
from settings import settings

log = structlog.get_logger(__name__)

_BATCH = 50
_PASSES_A_DAY = 24
# The worker has other things to do: the rest waits for the next pass (seconds; below JOB_TIMEOUT in tasks/worker.py).
_LONGEST_PASS = 45.0
# So many at once are no damage but a storage that is not the right one: not every request has to tell of that.
_MOST_NEW_DAMAGES = 20
# A file that the disk cannot read holds up no other; a storage that fails this often in one pass is away.
_MOST_FAILURES = 3
_AT_ONCE = 4


@dataclass
class Verified:
    """What a pass compared: how many documents, of how many bytes; how many are damaged, and how many are so anew."""

    documents: int = 0
    bytes: int = 0
    damaged: int = 0
    newly_damaged: int = 0

    def add(self, upload: Upload, before: Integrity) -> None:
        """Count one document that was compared."""
        self.documents += 1
        self.bytes += upload.size
        self.damaged += upload.integrity is not Integrity.INTACT
        self.newly_damaged += upload.integrity is not Integrity.INTACT and before is Integrity.INTACT


def kept() -> QuerySet[Upload]:
    """The documents whose bytes are to be there."""
    return Upload.filter(purged_at=None)


def damaged(integrity: Integrity) -> QuerySet[Upload]:
    """Those last found altered, or missing; each has its own partial index."""
    return kept().filter(integrity=integrity)


async def verify_due(as_of: datetime) -> Verified:
    """Compare what is damaged, then what has waited too long, then the longest-unverified within this pass's share."""
    seen, until = Verified(), asyncio.get_running_loop().time() + _LONGEST_PASS
    share, failures = await _share(), list[storage.Unavailable]()
    async for upload, must in _in_turn(as_of):
        if asyncio.get_running_loop().time() > until or (seen.bytes >= share and not must):
            break
        before = upload.integrity
        try:
            if await verify(upload, as_of):
                seen.add(upload, before)
        except storage.Unavailable as error:
            failures.append(error)
        if _looks_like_another_storage(seen) or len(failures) >= _MOST_FAILURES:
            break
    if failures:
        raise failures[0]
    return seen


def _looks_like_another_storage(seen: Verified) -> bool:
    if seen.newly_damaged < _MOST_NEW_DAMAGES:
        return False
    log.error("documents_damaged_at_once", count=seen.newly_damaged)
    return True


async def _share() -> int:
    """The bytes that a pass reads when nothing is late: a pass each hour then sees all in the days of the settings."""
    [row] = await kept().annotate(total=Sum("size")).values("total")
    return ceil((row["total"] or 0) / (settings.verify_days * _PASSES_A_DAY))


async def _in_turn(as_of: datetime) -> AsyncIterator[tuple[Upload, bool]]:
    """What has not been compared since `as_of`, the most in need first, and whether it must be compared now."""
    late = as_of - timedelta(days=settings.verify_days)
    never = kept().filter(verified_at=None)
    for rows, must in (
        (damaged(Integrity.MISSING).filter(verified_at__lt=as_of).order_by("verified_at", "id"), True),
        (damaged(Integrity.ALTERED).filter(verified_at__lt=as_of).order_by("verified_at", "id"), True),
        (kept().filter(verified_at__lte=late).order_by("verified_at", "id"), True),
        (never.filter(created_at__lte=late).order_by("created_at", "id"), True),
        (never.order_by("created_at", "id"), False),
        (kept().filter(verified_at__lt=as_of).order_by("verified_at", "id"), False),
    ):
        async for upload in _each(rows):
            yield upload, must


async def _each(rows: QuerySet[Upload]) -> AsyncIterator[Upload]:
    """Each of the rows once; one that is compared leaves the list by itself."""
    seen: set[UUID] = set()
    while batch := [upload for upload in await rows.limit(_BATCH) if upload.id not in seen]:
        for upload in batch:
            seen.add(upload.id)
            yield upload


async def verify_all(as_of: datetime) -> AsyncIterator[tuple[Upload, storage.Unavailable | None]]:
    """Compare every document now: each as it is found, or with what kept it alone from being read."""
    last = UUID(int=0)
    while batch := await kept().filter(id__gt=last).order_by("id").limit(_AT_ONCE):
        outcomes = await asyncio.gather(*(_verify_if_readable(upload, as_of) for upload in batch))
        for upload, outcome in zip(batch, outcomes, strict=True):
            if outcome is not False:
                yield upload, None if outcome is True else outcome
        last = batch[-1].id


async def _verify_if_readable(upload: Upload, as_of: datetime) -> bool | storage.Unavailable:
    """The same as `verify`; a document that cannot be read, in a storage that answers, holds up no other."""
    try:
        return await verify(upload, as_of)
    except storage.Unavailable as error:
        await storage.check()
        return error


async def verify(upload: Upload, as_of: datetime) -> bool:
    """Compare one document and write down what it is; False when it was deleted or compared by another meanwhile."""
    found = await _compare(upload)
    write = _write if found is upload.integrity else _note
    if not await write(upload, found, as_of):
        return False
    upload.update_from_dict({"integrity": found, "verified_at": as_of})
    return True


async def _compare(upload: Upload) -> Integrity:
    digest = hashlib.sha256()
    try:
        async for piece in storage.read(upload.key):
            digest.update(piece)
    except storage.Missing:
        return Integrity.MISSING
    return Integrity.INTACT if digest.hexdigest() == upload.sha256 else Integrity.ALTERED


@until_settled
async def _note(upload: Upload, found: Integrity, as_of: datetime) -> bool:
    """Write that a document is damaged, or whole again, and tell each request that holds it and the managers."""
    if not await _as_read(upload).exists():
        return False
    holders = await holders_of(upload, as_of)
    kind = EventKind.ATTACHMENT_RESTORED if found is Integrity.INTACT else EventKind.ATTACHMENT_DAMAGED
    async with transaction():
        await hold_all(holders, as_of)
        if not await _write(upload, found, as_of):
            raise Overtaken()
        await tell_all(kind, upload, holders, as_of, integrity=found.value)
        await tell_of_integrity(upload, found, as_of)
        after_commit(partial(_log, upload, found))
    return True


async def _write(upload: Upload, found: Integrity, as_of: datetime) -> bool:
    """Write it on the row, if the bytes that were read are still its bytes and nobody has told otherwise."""
    return bool(await _as_read(upload).update(integrity=found, verified_at=as_of))


def _as_read(upload: Upload) -> QuerySet[Upload]:
    return kept().filter(id=upload.id, key=upload.key, integrity=upload.integrity)


def _log(upload: Upload, found: Integrity) -> None:
    tell = log.info if found is Integrity.INTACT else log.error
    tell("document_verified", upload=str(upload.id), integrity=found.value, key=upload.key)
