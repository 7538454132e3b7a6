"""One file being received: into a local temporary file, hashed on the way, which is checked there before it is kept."""

from __future__ import annotations

import os
import secrets
from datetime import datetime

from models.digests import Digests
from resolvers.storage.errors import of_the_disk
from resolvers.storage.place import is_older, temporary


class Incoming:
    """One file being received; it disappears unless it is kept. Its calls wait for the disk: make them in a thread."""

    def __init__(self, limit: int, announced: frozenset[str] = frozenset()) -> None:
        self.path = temporary() / secrets.token_hex(16)
        self.limit = limit
        self.size = 0
        self.digests = Digests(announced)
        with of_the_disk():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("xb", buffering=0)

    @property
    def is_too_large(self) -> bool:
        """Has more arrived than is accepted? From then on bytes are counted and no longer written."""
        return self.size > self.limit

    @property
    def sha256(self) -> str:
        return self.digests.sha256

    def write(self, data: bytes | bytearray) -> None:
        """Add what has arrived."""
        self.size += len(data)
        if self.is_too_large:
            self.discard()
            return
        self.digests.update(data)
        rest = memoryview(data)
        with of_the_disk():
            while rest:
                rest = rest[self._file.write(rest) or 0 :]

    def close(self) -> None:
        """Nothing more arrives: what is there survives a power cut."""
        with of_the_disk():
            os.fsync(self._file.fileno())
            self._file.close()

    def discard(self) -> None:
        """Forget what was received, unless it was kept."""
        self._file.close()
        self.path.unlink(missing_ok=True)


def remove_temporary(before: datetime) -> int:
    """Delete what was begun before that instant and never finished; how many."""
    abandoned = [file for file in temporary().glob("*") if is_older(file, before)]
    for file in abandoned:
        file.unlink(missing_ok=True)
    return len(abandoned)
