"""Documents in a folder of this machine, or of a file server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from datetime import datetime
from functools import partial
from io import FileIO
from pathlib import Path

from resolvers.storage.errors import Missing, Unavailable, of_the_disk
from resolvers.storage.incoming import Incoming
from resolvers.storage.place import is_older
from resolvers.threads import open_in_thread

PIECE = 256 * 1024


class Folder:
    """A folder of documents."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def keep(self, key: str, incoming: Incoming, _headers: dict[str, str]) -> None:
        """Make the file durable under its final name."""
        await asyncio.to_thread(self._keep, key, incoming)

    def _keep(self, key: str, incoming: Incoming) -> None:
        incoming.close()
        final = self.root / key
        with of_the_disk():
            final.parent.mkdir(parents=True, exist_ok=True)
            incoming.path.rename(final)
            for folder in (final.parent, final.parent.parent, self.root):
                _make_durable(folder)

    async def size_of(self, key: str) -> int | None:
        """The size of a document, in bytes; none when there is no such document."""
        return await asyncio.to_thread(self._size_of, key)

    def _size_of(self, key: str) -> int | None:
        with of_the_disk():
            try:
                return (self.root / key).stat().st_size
            except FileNotFoundError:
                self._check_it_is_there()
                return None

    def _check_it_is_there(self) -> None:
        """A disk that is not mounted has lost no document."""
        if not self.root.is_dir():
            raise Unavailable(f"no folder {self.root}")

    async def read(self, key: str, start: int, stop: int | None) -> AsyncGenerator[bytes, None]:
        """The bytes of a document from `start` up to and without `stop`, piece by piece."""
        with await open_in_thread(partial(self._open, key)) as file:
            while piece := await asyncio.to_thread(_piece, file, start, stop):
                start += len(piece)
                yield piece

    def _open(self, key: str) -> FileIO:
        with of_the_disk():
            try:
                return FileIO(self.root / key)
            except FileNotFoundError as error:
                self._check_it_is_there()
                raise Missing(key) from error

    async def remove(self, key: str) -> None:
        """Delete a document; one that is gone already is fine."""
        with of_the_disk():
            await asyncio.to_thread((self.root / key).unlink, missing_ok=True)

    async def keys_before(self, before: datetime) -> AsyncGenerator[list[str], None]:
        """The keys of every document kept before that instant, a folder at a time."""
        with of_the_disk():
            folders = await asyncio.to_thread(lambda: sorted(self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")))
        for folder in folders:
            if keys := await asyncio.to_thread(self._keys_in, folder, before):
                yield keys

    def _keys_in(self, folder: Path, before: datetime) -> list[str]:
        with of_the_disk():
            return [file.relative_to(self.root).as_posix() for file in folder.iterdir() if is_older(file, before)]

    async def signed_url(self, _key: str) -> str | None:
        """None: a folder answers nobody."""
        return None


def _piece(file: FileIO, start: int, stop: int | None) -> bytes:
    with of_the_disk():
        return os.pread(file.fileno(), PIECE if stop is None else min(PIECE, stop - start), start)


def _make_durable(folder: Path) -> None:
    """A rename survives a power cut only once its folder has been written too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
