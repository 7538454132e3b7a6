"""The antivirus's verdicts: the documents that wait for one, each leased by one worker, and what each verdict does.

Nobody opens a document that waits but who sent it; nobody at all opens an infected one, which stays where it is until
it is purged.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.expressions import F
from tortoise.queryset import QuerySet

from models import Upload
from models.attachments import ScanStatus
from models.database import transaction
from models.events import EventKind
from resolvers.holders import hold_all, holders_of, tell_all
from resolvers.news import tell_of_infection
from resolvers.transitions import until_settled

# Longer than any worker may be busy with one document (tasks/scanning.py).
LEASE = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=1)
# Nothing is put off for so long: a clock that ran ahead and was set back wrote it.
_IMPOSSIBLE_WAIT = 2 * LONGEST_WAIT
_LONGEST_FINDING = 200


def waiting() -> QuerySet[Upload]:
    """The documents that wait for a verdict."""
    return Upload.filter(scan_status=ScanStatus.PENDING, purged_at=None)


def infected() -> QuerySet[Upload]:
    """The infected documents whose bytes are still here."""
    return Upload.filter(scan_status=ScanStatus.INFECTED, purged_at=None)


def due(as_of: datetime) -> QuerySet[Upload]:
    """Those to be scanned now, in their order."""
    return waiting().filter(scan_due_at__lte=as_of).order_by("scan_due_at", "id")


def due_too_far(as_of: datetime) -> QuerySet[Upload]:
    """Those that a clock, set back since, left waiting for a day that is far off."""
    return waiting().filter(scan_due_at__gt=as_of + _IMPOSSIBLE_WAIT).order_by("scan_due_at", "id")


async def lease_due(as_of: datetime, limit: int) -> list[Upload]:
    """Take the documents that are due, for nobody else to scan until the lease ends."""
    async with transaction():
        uploads: list[Upload] = []
        for kind in (due, due_too_far):
            if limit > len(uploads):
                # PostgreSQL: what another worker is taking is not waited for. SQLite: one transaction at a time takes.
                uploads += await kind(as_of).limit(limit - len(uploads)).select_for_update(skip_locked=True)
        lease = as_of + LEASE
        rows = Upload.filter(id__in=[upload.id for upload in uploads])
        await rows.update(scan_attempts=F("scan_attempts") + 1, scan_due_at=lease)
    for upload in uploads:
        upload.scan_attempts, upload.scan_due_at = upload.scan_attempts + 1, lease
    return uploads


async def release(upload: Upload, as_of: datetime) -> None:
    """Give back a document that was not tried: it lost no attempt."""
    await _settle(upload, scan_due_at=as_of, scan_attempts=upload.scan_attempts - 1)


async def put_off(upload: Upload, as_of: datetime) -> None:
    """It could not be scanned this time: again later, less and less often, for ever."""
    await _settle(upload, scan_due_at=as_of + wait_after(upload.scan_attempts))


def wait_after(attempts: int) -> timedelta:
    """How long to wait after that many attempts: 1, 2, 4, … minutes, then every hour."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_WAIT)


async def mark_clean(upload: Upload, as_of: datetime) -> bool:
    """Nothing was found in it; False when the lease was lost meanwhile."""
    return await _settle(upload, scan_status=ScanStatus.CLEAN, scan_due_at=None, scanned_at=as_of)


@until_settled
async def mark_infected(upload: Upload, finding: str, as_of: datetime) -> bool:
    """Put it aside, and tell each request and announcement that holds it; False when the lease was lost meanwhile."""
    holders = await holders_of(upload, as_of)
    verdict = {"scan_status": ScanStatus.INFECTED, "scan_finding": finding[:_LONGEST_FINDING]}
    async with transaction():
        await hold_all(holders, as_of)
        if not await _settle(upload, scan_due_at=None, scanned_at=as_of, **verdict):
            return False
        await tell_all(EventKind.ATTACHMENT_INFECTED, upload, holders, as_of, finding=finding)
        await tell_of_infection(upload, finding, as_of)
    return True


async def stop_waiting() -> int:
    """Nothing scans any more: those that wait are said not to be scanned; how many."""
    return await waiting().update(scan_status=ScanStatus.NOT_SCANNED, scan_due_at=None)


async def _settle(upload: Upload, **changes: object) -> bool:
    """Written by whoever holds the lease; a lease that ended meanwhile belongs to another worker."""
    leased = {"scan_due_at": upload.scan_due_at, "scan_attempts": upload.scan_attempts}
    return bool(await Upload.filter(id=upload.id, scan_status=ScanStatus.PENDING, **leased).update(**changes))
