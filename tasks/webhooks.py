"""Telling webhooks what happened: each signed, in the order of its request, tried again for a day."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import structlog
from standardwebhooks import Webhook as Signer

from models import Webhook, WebhookDelivery
from models.sealing import unseal
from resolvers import webhook_outbox as outbox
from resolvers.webhook_failures import give_up
from resolvers.webhook_feed import Place, end_of_feed, spread
from resolvers.webhook_outbox import Outcome, Told
from schema.webhook_messages import message_of
from tasks.passes import Pass
from tasks.webhook_post import is_gone, post

log = structlog.get_logger(__name__)

WEBHOOKS_AT_ONCE = 8
REQUESTS_AT_ONCE = 4
_USER_AGENT = "Segur-Solde-Webhooks/1.0"


async def tell_due(as_of: datetime) -> Told:
    """Tell every webhook what it is to be told now, several of them at once."""
    telling = Telling(as_of=as_of, end=await end_of_feed())
    waiting = deque(await outbox.waiting(as_of, telling.end))
    async with asyncio.TaskGroup() as at_once:
        for _ in range(min(WEBHOOKS_AT_ONCE, len(waiting))):
            at_once.create_task(telling.tell_each(waiting))
    return telling.told


@dataclass(kw_only=True)
class Telling(Pass):
    # With the last posts it stays within a webhook's lease (resolvers/webhook_outbox.py).
    LONGEST = 30.0

    end: Place
    told: Told = field(default_factory=Told)

    async def tell_each(self, waiting: deque[UUID]) -> None:
        """One webhook after the other; no failure holds up the next."""
        while waiting and not self.is_over:
            webhook = await outbox.lease(waiting.popleft(), self.now)
            if webhook is None:
                continue
            try:
                await self._tell(webhook)
            except Exception:
                log.exception("webhook_failed", webhook=str(webhook.id))
            finally:
                await outbox.release(webhook)

    async def _tell(self, webhook: Webhook) -> None:
        """Everything that is due to one webhook, as long as somebody answers there."""
        while not self.is_over and await outbox.keep(webhook, self.now):
            await spread(webhook, self.end, self.now)
            batch = await outbox.next_ones(webhook, self.now, REQUESTS_AT_ONCE)
            if not batch:
                return
            outcomes = await asyncio.gather(*(self._send(webhook, delivery) for delivery in batch))
            for delivery, outcome in zip(batch, outcomes, strict=True):
                await self._conclude(webhook, delivery, outcome)
            if pause := outbox.pause_after(outcomes):
                await outbox.put_off_all(webhook, self.now + pause)
                return

    async def _send(self, webhook: Webhook, delivery: WebhookDelivery) -> Outcome:
        try:
            body = message_of(delivery)
            return await post(webhook.url, headers_of(webhook, delivery, body, self.now), body.encode())
        except Exception:
            # Tried again later, like what did not arrive: it must hold up nothing else.
            log.exception("webhook_unsendable", webhook=str(webhook.id), delivery=str(delivery.id))
            return Outcome(None, "L’envoi n’a pas pu être préparé.", 0)

    async def _conclude(self, webhook: Webhook, delivery: WebhookDelivery, outcome: Outcome) -> None:
        """Write down what became of it; a receiver that is gone, or took nothing for a day, is given up."""
        line = log.bind(webhook=str(webhook.id), delivery=str(delivery.id), status=outcome.status)
        if outcome.is_fine:
            await outbox.mark_delivered(delivery, outcome, self.now)
            self.told.delivered += 1
            line.info("webhook_delivered")
            return
        tries_again = await outbox.put_off(delivery, outcome, self.now)
        self.told.postponed += 1
        line.warning("webhook_postponed", error=outcome.error, attempt=delivery.attempts)
        if is_gone(outcome):
            await self._give_up(webhook, "le destinataire répond qu’il n’existe plus (410).")
        elif not tries_again:
            await self._give_up(webhook, "un envoi n’a pas abouti malgré une journée d’essais.")

    async def _give_up(self, webhook: Webhook, why: str) -> None:
        if await give_up(webhook.id, why, as_of=self.now):
            self.told.disabled += 1
            log.error("webhook_disabled", webhook=str(webhook.id))


def headers_of(webhook: Webhook, delivery: WebhookDelivery, body: str, now: datetime) -> dict[bytes | str, bytes | str]:
    """What travels with a message, as Standard Webhooks says; both secrets sign while one takes the other's place."""
    sealed = [webhook.secret]
    if webhook.former_secret and webhook.former_secret_ends_at and webhook.former_secret_ends_at > now:
        sealed.append(webhook.former_secret)
    at = now.astimezone(UTC)
    signatures = [Signer(unseal(secret)).sign(str(delivery.id), at, body) for secret in sealed]
    return {
        "Content-Type": "application/json",
        "User-Agent": _USER_AGENT,
        "webhook-id": str(delivery.id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
