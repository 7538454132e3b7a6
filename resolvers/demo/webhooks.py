"""The webhook of the demo: on hold, so that nothing leaves, with the log of what it was told and of what waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from models import Webhook
from models.actors import Actor
from models.database import transaction
from models.events import EventKind
from resolvers.visibility import visible_events
from resolvers.webhook_feed import pending, take_down
from resolvers.webhook_outbox import Outcome, mark_delivered, put_off
from resolvers.webhooks import create_webhook, disable_webhook

_KINDS = (EventKind.MODIFICATION_REQUESTED, EventKind.REQUEST_VALIDATED, EventKind.REQUEST_REJECTED)
_TAKEN = Outcome(204, None, 38)
_BUSY = Outcome(503, "Réponse 503.", 41)


async def be_told(owner: Actor, as_of: datetime) -> None:
    """Make it and its log, unless there is a webhook already."""
    if await Webhook.exists():
        return
    begun = as_of - timedelta(days=25)
    address = "https://logisante.example/webhooks"
    # A worker never sees it active, nor a second loading half of it.
    async with transaction():
        webhook, _ = await create_webhook(owner, label="Suivi des demandes", url=address, kinds=_KINDS, as_of=begun)
        await disable_webhook(owner, webhook.id, as_of=as_of)
        await _fill_log(webhook, owner, as_of)


async def _fill_log(webhook: Webhook, owner: Actor, as_of: datetime) -> None:
    """All that it has been told since it was made, the latest in vain."""
    told = visible_events(owner).filter(kind__in=_KINDS, at__gte=webhook.created_at, at__lte=as_of)
    for event in await told.order_by("id"):
        await take_down(webhook, [event], event.at)
    deliveries = await pending(webhook.id).order_by("number")
    for delivery in deliveries[-1:]:
        await put_off(delivery, _BUSY, delivery.created_at)
    for delivery in deliveries[:-1]:
        await mark_delivered(delivery, _TAKEN, delivery.created_at + timedelta(seconds=1))
