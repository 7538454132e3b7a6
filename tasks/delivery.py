"""Sending the outbox: what is due, a batch after the other, each mail marked with what became of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

import structlog

from models import Email
from resolvers import outbox
from settings import settings
from tasks.transports import Postponed, Refused, Send, Transport, Unavailable, files, smtp

log = structlog.get_logger(__name__)

BATCH = 20
# A pass leaves the rest of a long queue to the next one: see JOB_TIMEOUT in tasks/worker.py.
LONGEST_PASS = 60.0


@dataclass
class Delivered:
    """What became of the mails that were due."""

    sent: int = 0
    postponed: int = 0
    refused: int = 0


async def deliver(as_of: datetime, transport: Transport | None = None) -> Delivered:
    """Send the mails that are due, a batch on one connection after the other."""
    carry = transport or (smtp if settings.smtp_host else files)
    clock = asyncio.get_running_loop().time
    ends = clock() + LONGEST_PASS
    delivered = Delivered()
    while clock() < ends and (batch := await outbox.lease_due(as_of, BATCH)):
        await _deliver_batch(batch, carry, as_of, delivered)
    return delivered


async def _deliver_batch(batch: list[Email], carry: Transport, as_of: datetime, delivered: Delivered) -> None:
    waiting = list(batch)
    try:
        async with carry() as send:
            while waiting:
                await _deliver(waiting[0], send, as_of, delivered)
                waiting.pop(0)
    except Unavailable as error:
        log.warning("mail_server_unavailable", error=str(error), waiting=len(waiting))
        for email in waiting:
            await outbox.put_off(email, str(error), as_of)
        delivered.postponed += len(waiting)


async def _deliver(email: Email, send: Send, as_of: datetime, delivered: Delivered) -> None:
    """Send one mail and write down what became of it; an unexpected failure holds up no other."""
    facts = {"email": str(email.id), "request": str(email.request_id), "kind": email.kind.value}
    line = log.bind(**facts, attempt=email.attempts)
    try:
        await send(email)
    except Unavailable:
        raise
    except Refused as error:
        await outbox.mark_refused(email, str(error))
        delivered.refused += 1
        line.error("email_refused", error=str(error))
    except Exception as error:
        await outbox.put_off(email, str(error) or type(error).__name__, as_of)
        delivered.postponed += 1
        line.warning("email_postponed", error=str(error), exc_info=not isinstance(error, Postponed))
    else:
        await outbox.mark_sent(email, as_of)
        delivered.sent += 1
        line.info("email_sent")
