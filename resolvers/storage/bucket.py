"""Documents in an S3-compatible bucket."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from resolvers.storage.errors import Full, Missing, Unavailable
from resolvers.storage.incoming import Incoming

T = TypeVar("T")

_PIECE = 1024 * 1024
# One request up to here, which the bucket takes whole or not at all; above, parts.
_WHOLE = 32 * 1024 * 1024
_SIGNED_FOR = timedelta(minutes=1)
_OUR_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[^/]+")
_NO_ROOM = ("StorageFull", "QuotaExceeded", "InsufficientStorage", "507 ")

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
        size = await self.size_of(key)
        if size is None:
            raise Missing(key)
        stop = size if stop is None else min(stop, size)
        while start < stop:
            end = min(start + _PIECE, stop)
            yield bytes(await _in(_threads, partial(obstore.get_range, self.store, key, start=start, end=end)))
            start = end

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
        has_room = not any(word in str(error) for word in _NO_ROOM)
        raise (Unavailable if has_room else Full)(str(error)) from error
