"""One pass of what the worker does: what is due happens, whoever runs this and however late."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

import structlog

from resolvers.deadlines import expire_due, give_last_notice_due, remind_due
from resolvers.integrity import Verified, verify_due
from resolvers.keeping import purge_dropped
from resolvers.overdue import note_pass
from resolvers.retention import Purged, purge_due
from resolvers.token_notices import notice_ends
from resolvers.uploads import sweep_orphans
from resolvers.webhook_outbox import Told
from tasks.delivery import Delivered, deliver
from tasks.scanning import Scanned, scan_due
from tasks.transports import Transport

log = structlog.get_logger(__name__)
T = TypeVar("T")

WORKER = f"{socket.gethostname()}:{os.getpid()}"[-100:]


@dataclass
class Swept:
    """What a pass did; `failed` names the parts that could not be done."""

    expired: int = 0
    reminded: int = 0
    noticed: int = 0
    announced: int = 0
    delivered: Delivered = field(default_factory=Delivered)
    scanned: Scanned = field(default_factory=Scanned)
    told: Told = field(default_factory=Told)
    purged: int = 0
    removed_files: int = 0
    verified: Verified = field(default_factory=Verified)
    emptied: Purged = field(default_factory=Purged)
    failed: list[str] = field(default_factory=list)


async def sweep(as_of: datetime, transport: Transport | None = None) -> Swept:
    """End what is over, then remind, then send: an expiry goes before the reminder that it makes pointless.

    The antivirus comes last: however long it takes, no mail waits for it.
    """
    swept = Swept()
    swept.expired = await _part("expire", expire_due(as_of), 0, swept)
    swept.reminded = await _part("remind", remind_due(as_of), 0, swept)
    swept.noticed = await _part("notice", give_last_notice_due(as_of), 0, swept)
    swept.announced = await _part("tokens", notice_ends(as_of), 0, swept)
    swept.delivered = await _part("deliver", deliver(as_of, transport), swept.delivered, swept)
    swept.scanned = await _part("scan", scan_due(as_of), swept.scanned, swept)
    return swept


async def pass_now() -> Swept:
    """A pass by the clock, written down for whoever watches over the workers."""
    began_at, began = datetime.now(UTC), time.monotonic()
    swept = await sweep(began_at)
    noted = note_pass(WORKER, began_at=began_at, seconds=time.monotonic() - began, failed=swept.failed)
    await _part("note", noted, None, swept)
    return swept


async def sweep_webhooks(as_of: datetime) -> Swept:
    """Tell webhooks what they are to be told: by itself, so that no mail waits until their receivers have answered."""
    from tasks.webhooks import tell_due  # it needs the schema, whose building no other command should wait for

    swept = Swept()
    swept.told = await _part("webhooks", tell_due(as_of), swept.told, swept)
    return swept


async def sweep_files(as_of: datetime) -> Swept:
    """Delete what is no longer kept and the files that nothing holds, then look at the others: in no hurry."""
    swept = Swept()
    swept.emptied = await _part("retention", purge_due(as_of), swept.emptied, swept)
    swept.purged = await _part("purge", purge_dropped(as_of), 0, swept)
    swept.removed_files = await _part("files", sweep_orphans(as_of), 0, swept)
    swept.verified = await _part("verify", verify_due(as_of), swept.verified, swept)
    return swept


async def _part(name: str, work: Awaitable[T], otherwise: T, swept: Swept) -> T:
    """One part, whose failure is told and does not hold up the next."""
    try:
        return await work
    except Exception:
        log.exception("sweep_failed", part=name)
        swept.failed.append(name)
        return otherwise
