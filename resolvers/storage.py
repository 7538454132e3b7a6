"""Where the bytes of documents live: files/ in the data folder, under names that nobody can guess or choose.

A file is received under a temporary name while it is hashed, made durable, then renamed: what has its final name
is whole. Every call here waits for the disk; a row is written only afterwards.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from settings import settings

_TEMPORARY = "tmp"


def root() -> Path:
    """The folder of every document."""
    return settings.data_dir / "files"


def path_of(key: str) -> Path:
    """The file of a stored document."""
    return root() / key


class Incoming:
    """One file being received; it disappears unless it is kept."""

    def __init__(self, limit: int) -> None:
        folder = root() / _TEMPORARY
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / secrets.token_hex(16)
        self.limit = limit
        self.size = 0
        self._hash = hashlib.sha256()
        self._file = self.path.open("xb", buffering=0)

    @property
    def is_too_large(self) -> bool:
        """Has more arrived than is accepted? From then on bytes are counted and no longer written."""
        return self.size > self.limit

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes | bytearray) -> None:
        """Add what has arrived."""
        self.size += len(data)
        if self.is_too_large:
            self.discard()
            return
        self._hash.update(data)
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) or 0 :]

    def keep(self) -> str:
        """Make the file durable under its final name, and return its key."""
        os.fsync(self._file.fileno())
        self._file.close()
        name = secrets.token_hex(16)
        key = f"{name[:2]}/{name[2:4]}/{name}"
        final = path_of(key)
        final.parent.mkdir(parents=True, exist_ok=True)
        self.path.rename(final)
        for folder in (final.parent, final.parent.parent, root()):
            _make_durable(folder)
        return key

    def discard(self) -> None:
        """Forget what was received, unless it was kept."""
        self._file.close()
        self.path.unlink(missing_ok=True)


def _make_durable(folder: Path) -> None:
    """A rename survives a power cut only once its folder has been written too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(key: str) -> None:
    """Delete a stored document; one that is gone already is fine."""
    path_of(key).unlink(missing_ok=True)


def remove_temporary(before: float) -> int:
    """Delete what was begun before that time (seconds since 1970) and never finished; how many."""
    abandoned = [file for file in (root() / _TEMPORARY).glob("*") if _is_older(file, before)]
    for file in abandoned:
        file.unlink(missing_ok=True)
    return len(abandoned)


def keys_before(before: float) -> Iterator[list[str]]:
    """The keys of every document stored before that time, a folder at a time."""
    for folder in sorted(root().glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
        keys = [file.relative_to(root()).as_posix() for file in folder.iterdir() if _is_older(file, before)]
        if keys:
            yield keys


def _is_older(file: Path, than: float) -> bool:
    """Was it written before that time? One that was kept, forgotten or deleted while we looked was not."""
    try:
        return file.stat().st_mtime < than
    except FileNotFoundError:
        return False
