"""Sending the outbox: what is due, a batch after the other, each mail marked with what became of it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from models import Email
from resolvers import outbox
from settings import settings
from tasks.mail_server import smtp
from tasks.passes import Pass
from tasks.transports import Lost, Postponed, Refused, Send, Transport, Unanswered, Unavailable, files

log = structlog.get_logger(__name__)

BATCH = 20
# That many connections lost one after the other are no longer the fault of a single mail.
_MOST_LOST = 3


@dataclass
class Delivered:
    """What became of the mails that were due."""

    sent: int = 0
    postponed: int = 0
    refused: int = 0
    unanswered: int = 0


async def deliver(as_of: datetime, transport: Transport | None = None) -> Delivered:
    """Send the mails that are due, a batch on one connection after the other."""
    delivery = Delivery(as_of=as_of, carry=transport or (smtp if settings.smtp_host else files))
    while not delivery.is_over and (batch := await outbox.lease_due(delivery.now, BATCH)):
        await delivery.deliver(batch)
    return delivery.delivered


@dataclass(kw_only=True)
class Delivery(Pass):
    # With one slow mail it stays within JOB_TIMEOUT (tasks/worker.py), and one mail within its lease
    # (resolvers/outbox.py).
    LONGEST = 45.0

    carry: Transport
    delivered: Delivered = field(default_factory=Delivered)
    lost: int = 0
    dossiers: dict[UUID, str] = field(default_factory=dict)

    async def deliver(self, batch: list[Email]) -> None:
        """Send a batch; what it has no time for, or no server, goes back to its place."""
        waiting, error = deque(batch), None
        try:
            self.dossiers = await outbox.dossiers_of(batch)
            while waiting and not self.is_over:
                async with self.carry() as send:
                    await self._send_until_lost(waiting, send)
        except Unavailable as unavailable:
            self.gives_up, error = True, str(unavailable)
            log.warning("mail_server_unavailable", error=error, waiting=len(waiting))
            self.delivered.postponed += len(waiting)
        finally:
            await outbox.release(list(waiting), error)

    async def _send_until_lost(self, waiting: deque[Email], send: Send) -> None:
        """Send on one connection as long as it lasts."""
        lost = False
        while waiting and not lost and not self.is_over:
            email = waiting.popleft()
            if await outbox.keep(email, self.now):
                lost = await self._deliver(email, send)
                self.lost = self.lost + 1 if lost else 0
                self.gives_up = self.lost >= _MOST_LOST

    async def _deliver(self, email: Email, send: Send) -> bool:
        """Send one mail and write down what became of it; was the connection lost? No failure holds up another mail."""
        line = log.bind(**self._told_of(email))
        try:
            await send(email)
        except Refused as error:
            await outbox.mark_refused(email, str(error), self.now)
            self.delivered.refused += 1
            line.error("email_refused", error=str(error))
        except Unanswered as error:
            await outbox.mark_unanswered(email, str(error), self.now)
            self.delivered.unanswered += 1
            line.error("email_unanswered", error=str(error))
            return True
        except Exception as error:
            await outbox.put_off(email, str(error) or type(error).__name__, self.now)
            self.delivered.postponed += 1
            line.warning("email_postponed", error=str(error), exc_info=not isinstance(error, Postponed | Unavailable))
            if isinstance(error, Unavailable):
                raise
            return isinstance(error, Lost)
        else:
            await outbox.mark_sent(email, self.now)
            self.delivered.sent += 1
            line.info("email_sent")
        return False

    def _told_of(self, email: Email) -> dict[str, object]:
        """What the log says of a mail."""
        dossier = self.dossiers.get(email.request_id) if email.request_id else None
        return {"email": str(email.id), "dossier": dossier, "kind": email.kind.value, "attempt": email.attempts}
