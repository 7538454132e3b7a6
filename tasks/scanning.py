"""Scanning what waits for the antivirus: some documents at once, each marked with what became of it."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from models import Upload
from resolvers import scanning, storage
from settings import settings
from tasks import antivirus
from tasks.passes import Pass

log = structlog.get_logger(__name__)

AT_ONCE = 4


@dataclass
class Scanned:
    """What became of the documents that were due."""

    clean: int = 0
    infected: int = 0
    postponed: int = 0


async def scan_due(as_of: datetime) -> Scanned:
    """Scan the documents that are due; where no antivirus is named, none waits for one."""
    if not settings.clamd_url:
        if count := await scanning.stop_waiting():
            log.warning("documents_not_scanned", count=count)
        return Scanned()
    current = _Scan(as_of=as_of)
    while not current.is_over and (batch := await scanning.lease_due(current.now, AT_ONCE)):
        await current.scan(batch)
    return current.scanned


@dataclass(kw_only=True)
class _Scan(Pass):
    # With four documents that clamd hangs on it stays within JOB_TIMEOUT (tasks/worker.py) after a pass of delivery,
    # and each document within its lease (resolvers/scanning.py).
    LONGEST = 30.0

    scanned: Scanned = field(default_factory=Scanned)

    async def scan(self, batch: list[Upload]) -> None:
        """Scan a batch at once; what was not tried, or was cut short because we are to stop, goes back."""
        held = {upload.id: upload for upload in batch}
        try:
            async with asyncio.TaskGroup() as at_once:
                for upload in batch:
                    at_once.create_task(self._scan(upload, held))
        finally:
            for upload in held.values():
                await scanning.release(upload, self.now)

    async def _scan(self, upload: Upload, held: dict[UUID, Upload]) -> None:
        """Scan one document and write down what became of it; no failure holds up another document."""
        line = log.bind(upload=str(upload.id), size=upload.size, attempt=upload.scan_attempts)
        try:
            async with aclosing(storage.read(upload.key)) as pieces:
                finding = await antivirus.scan(pieces)
            await self._conclude(upload, finding)
        except (antivirus.Unavailable, storage.Unavailable) as error:
            self.gives_up = True
            self.scanned.postponed += 1
            line.warning("antivirus_unavailable", error=str(error), cause=type(error).__module__)
            return
        except Exception as error:
            await scanning.put_off(upload, self.now)
            self.scanned.postponed += 1
            known = isinstance(error, antivirus.Unscanned | storage.Missing)
            line.error("document_unscanned", error=str(error) or type(error).__name__, exc_info=not known)
        else:
            line.warning("document_infected", finding=finding) if finding else line.info("document_clean")
        del held[upload.id]

    async def _conclude(self, upload: Upload, finding: str | None) -> None:
        if finding is None:
            done = await scanning.mark_clean(upload, self.now)
            self.scanned.clean += done
        else:
            done = await scanning.mark_infected(upload, finding, self.now)
            self.scanned.infected += done
