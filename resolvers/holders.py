"""The requests that hold a file: each is told of what becomes of its bytes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from models import Attachment, FundingRequest, Upload
from models.actors import SYSTEM
from models.events import EventKind
from resolvers.deadlines import settled_request
from resolvers.drafts import document_facts
from resolvers.events import record
from resolvers.transitions import Overtaken, hold

Holders = dict[UUID, FundingRequest]


async def holders_of(upload: Upload, as_of: datetime) -> Holders:
    """The requests that hold that file, as they stand."""
    return {key: await settled_request(SYSTEM, key, as_of) for key in await _held(upload)}


async def hold_all(holders: Holders, as_of: datetime) -> None:
    """Take their rows, before the file's own row is written: in that order whoever attaches it takes them too."""
    for request in holders.values():
        await hold(request, as_of=as_of)


async def tell_all(kind: EventKind, upload: Upload, holders: Holders, as_of: datetime, **facts: str) -> None:
    """Write the event on each; Overtaken when the file was attached or removed since they were read."""
    documents = await _held(upload)
    if documents.keys() != holders.keys():
        raise Overtaken()
    for key, document in documents.items():
        cycle = {"number": document.modification.number} if document.modification else {}
        await record(kind, holders[key], SYSTEM, at=as_of, **cycle, **document_facts(document), **facts)


async def _held(upload: Upload) -> dict[UUID, Attachment]:
    """The last place where each request holds it; in one order, so that two who take the requests never cross."""
    rows = Attachment.filter(upload_id=upload.id, removed_at=None).order_by("request_id", "position")
    return {row.request_id: row for row in await rows.select_related("upload", "modification")}
