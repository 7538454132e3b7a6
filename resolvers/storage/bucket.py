"""Documents in an S3-compatible bucket."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import TypeVar

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from resolvers.storage.errors import Full, Missing, Unavailable
from resolvers.storage.incoming import Incoming
from settings import settings

T = TypeVar("T")

_PIECE = 1024 * 1024
# One request up to here, which the bucket takes whole or not at all; above, parts.
_WHOLE = 32 * 1024 * 1024
_SIGNED_FOR = timedelta(minutes=1)
_OUR_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[^/]+")
_NO_ROOM = ("StorageFull", "QuotaExceeded", "507 Insufficient")

# Threads of its own: a bucket that does not answer holds up nothing else. A document on its way is held in memory
# whole, so that few are on their way at once.
_threads = ThreadPoolExecutor(16, "bucket")
_puts = ThreadPoolExecutor(2, "bucket-put")


class Bucket:
    """A bucket of documents, or the part of one under a prefix."""

    def __init__(self, store: S3Store, *, signs_urls: bool) -> None:
        self.store = store
        self.signs_urls = signs_urls

    async def keep(self, key: str, incoming: Incoming, headers: dict[str, str]) -> None:
        """Put the file under its final name; the local one goes."""
        with _there():
            await _in(_puts, self._keep, key, incoming, headers)

    def _keep(self, key: str, incoming: Incoming, headers: dict[str, str]) -> None:
        incoming.close()
        in_parts = incoming.size > _WHOLE
        obstore.put(self.store, key, incoming.path, attributes=headers, use_multipart=in_parts, max_concurrency=2)
        incoming.discard()

    async def size_of(self, key: str) -> int | None:
        """The size of a document, in bytes; none when there is no such document."""
        try:
            return (await _in(_threads, obstore.head, self.store, key))["size"]
        except Missing:
            await self._check_it_is_there()
            return None

    async def _check_it_is_there(self) -> None:
        """A bucket that is not there has lost no document."""
        await _in(_threads, next, obstore.list(self.store, chunk_size=1), None)

    async def read(self, key: str, start: int, stop: int | None) -> AsyncGenerator[bytes, None]:
        """The bytes of a document from `start` up to and without `stop`, piece by piece.

        Each piece is a request of its own: a slow reader holds no connection to the bucket open.
        """
        if stop is None and (stop := await self.size_of(key)) is None:
            raise Missing(key)
        while start < stop:
            end = min(start + _PIECE, stop)
            yield await self._piece(key, start, end)
            start = end

    async def _piece(self, key: str, start: int, end: int) -> bytes:
        try:
            return bytes(await _in(_threads, partial(obstore.get_range, self.store, key, start=start, end=end)))
        except Missing:
            await self._check_it_is_there()
            raise

    async def remove(self, key: str) -> None:
        """Delete a document; one that is gone already is fine."""
        with _there():
            await _in(_threads, obstore.delete, self.store, key)

    async def keys_before(self, before: datetime) -> AsyncGenerator[list[str], None]:
        """The keys of every document kept before that instant, a thousand at a time."""
        pages = obstore.list(self.store, chunk_size=1000)
        while page := await _in(_threads, next, pages, None):
            old = [item["path"] for item in page if item["last_modified"] < before]
            if keys := [key for key in old if _OUR_KEY.fullmatch(key)]:
                yield keys

    async def signed_url(self, key: str) -> str | None:
        """Where the document can be fetched from the bucket itself for the next minute, by whoever is told."""
        if not self.signs_urls:
            return None
        return await _in(_threads, obstore.sign, self.store, "GET", key, _SIGNED_FOR)


def open_bucket() -> Bucket:
    """The bucket that the settings name."""
    return Bucket(_store(settings.storage_url, _access()), signs_urls=settings.storage_signed_urls)


def _access() -> tuple[tuple[str, str], ...]:
    """How the bucket is reached; what the settings leave empty is looked for where S3's own tools look."""
    given = {
        "endpoint": settings.storage_endpoint,
        "region": settings.storage_region,
        "access_key_id": settings.storage_access_key,
        "secret_access_key": settings.storage_secret_key.get_secret_value(),
        "server_side_encryption": settings.storage_encryption,
        "sse_kms_key_id": settings.storage_encryption_key,
    }
    return tuple((name, value) for name, value in given.items() if value not in {"", "none"})


@lru_cache(4)
def _store(url: str, access: tuple[tuple[str, str], ...]) -> S3Store:
    """One for each bucket: it keeps connections open."""
    return S3Store.from_url(
        url,
        config=dict(access),  # type: ignore[arg-type] # Its keys are those of _access.
        client_options={
            "allow_http": settings.storage_endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=5),
            "timeout": timedelta(minutes=2),
        },
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
    )


async def _in(threads: ThreadPoolExecutor, work: Callable[..., T], *arguments: object) -> T:
    """Wait in a thread: the library's own asynchronous calls abort a process that ends meanwhile."""
    with _of_the_bucket():
        return await asyncio.get_running_loop().run_in_executor(threads, partial(work, *arguments))


@contextmanager
def _there() -> Iterator[None]:
    """What is written or deleted without finding anything had no bucket to go to."""
    try:
        yield
    except Missing as error:
        raise Unavailable(str(error)) from error


@contextmanager
def _of_the_bucket() -> Iterator[None]:
    """Call what goes wrong with a bucket by our names."""
    try:
        yield
    except FileNotFoundError as error:
        raise Missing(str(error)) from error
    except (BaseError, OSError) as error:
        # On one line, as logs and commands tell it: a bucket's refusal is a page of XML.
        words = " ".join(str(error).partition("\n\nDebug source")[0].split())
        raise (Full if any(word in words for word in _NO_ROOM) else Unavailable)(words) from error
