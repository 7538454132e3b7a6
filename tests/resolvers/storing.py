"""Files that are truly in the storage, whichever it is."""

from __future__ import annotations

import hashlib
from typing import Any

from models import Upload
from models.actors import Actor
from resolvers import storage
from tests.factories import make_upload


async def put(key: str, content: bytes) -> None:
    """Make these the bytes of a key, as no use case ever does: what restores a copy, or what damages one."""
    incoming = storage.Incoming(len(content))
    incoming.write(content)
    await storage._storage().keep(key, incoming, {"Content-Type": "application/pdf"})


async def make_stored(actor: Actor, content: bytes = b"%PDF-1.7", **facts: Any) -> Upload:
    """A file received from that actor, with its bytes."""
    upload = await make_upload(actor, size=len(content), sha256=hashlib.sha256(content).hexdigest(), **facts)
    # Names of their own: a bucket lists no others.
    upload.key = f"{upload.sha256[:2]}/{upload.id.hex[:2]}/{upload.id.hex}"
    await upload.save()
    await put(upload.key, content)
    return upload


async def is_stored(upload: Upload) -> bool:
    """Are there bytes under its key?"""
    return await storage.size_of(upload.key) is not None
