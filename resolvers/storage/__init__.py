"""Where the bytes of documents live: a folder or a bucket, under names that nobody can guess or choose.

A file is received into a local temporary file while it is hashed, checked there, then given its final name: what
has its final name is whole. A row is written only afterwards. Every call may raise `Unavailable`, or `Full` when
there is no room left.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator
from datetime import datetime

from models.content_disposition import disposition
from resolvers.storage import incoming as _incoming
from resolvers.storage.bucket import Bucket, open_bucket
from resolvers.storage.errors import Full, Missing, Unavailable
from resolvers.storage.folder import Folder
from resolvers.storage.incoming import Incoming
from resolvers.storage.place import root
from settings import settings

__all__ = [
    "Full",
    "Incoming",
    "Missing",
    "Unavailable",
    "check",
    "keep",
    "keys_before",
    "read",
    "remove",
    "remove_temporary",
    "root",
    "signed_url",
    "size_of",
]

# No key of ours: what becomes of asking for it tells of the place alone.
_NEVER_KEPT = "00/00/none"


async def keep(incoming: Incoming, *, file_name: str, content_type: str) -> str:
    """Store a file received whole, and return its key; a bucket remembers how to serve it by itself."""
    name = secrets.token_hex(16)
    key = f"{name[:2]}/{name[2:4]}/{name}"
    headers = {
        "Content-Type": content_type,
        "Content-Disposition": disposition("attachment", file_name),
        "Cache-Control": "no-store",
    }
    await _storage().keep(key, incoming, headers)
    return key


async def check() -> None:
    """Raise `Unavailable` when the place does not answer, is not there or refuses us; nothing is written."""
    await _storage().size_of(_NEVER_KEPT)


async def size_of(key: str) -> int | None:
    """The size of a stored document, in bytes; none when there is no such document."""
    return await _storage().size_of(key)


def read(key: str, start: int = 0, stop: int | None = None) -> AsyncGenerator[bytes, None]:
    """The bytes of a stored document from `start` up to and without `stop`, piece by piece.

    Raises `Missing` before the first piece when there is no such document.
    """
    return _storage().read(key, start, stop)


async def remove(key: str) -> None:
    """Delete a stored document; one that is gone already is fine."""
    await _storage().remove(key)


def keys_before(before: datetime) -> AsyncGenerator[list[str], None]:
    """The keys of every document stored before that instant, some at a time."""
    return _storage().keys_before(before)


async def remove_temporary(before: datetime) -> int:
    """Delete what was begun before that instant and never finished; how many."""
    return await asyncio.to_thread(_incoming.remove_temporary, before)


async def signed_url(key: str) -> str | None:
    """An address of the storage itself that serves the document for a minute; none when the settings want none."""
    return await _storage().signed_url(key)


def _storage() -> Folder | Bucket:
    if settings.storage_url.startswith("s3://"):
        return open_bucket()
    return Folder(root())
