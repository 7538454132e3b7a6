"""What webhooks are to be told, taken down from the feed after each one's place: what its owner may see, in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models import Event, Webhook, WebhookDelivery
from models.actors import Actor, Role
from models.database import transaction
from models.webhooks import DeliveryStatus
from resolvers.events import feed

_AT_ONCE = 200
_MOST_WAITING = 500


@dataclass(frozen=True, order=True)
class Place:
    """A place in the feed: that of an event."""

    transaction: int
    event: int

    @property
    def columns(self) -> dict[str, int]:
        """The same as a webhook keeps it."""
        return {"feed_transaction": self.transaction, "feed_event": self.event}


_EVERYBODY = Actor(Role.PARTNER, "", "")


async def end_of_feed() -> Place:
    """The place of the last event that the feed serves now."""
    last = await feed(_EVERYBODY).order_by("-transaction", "-id").first()
    return Place(last.transaction, last.id) if last else Place(0, 0)


def pending(webhook_id: UUID) -> QuerySet[WebhookDelivery]:
    """What that webhook is still to be told."""
    return WebhookDelivery.filter(webhook_id=webhook_id, status=DeliveryStatus.PENDING)


async def spread(webhook: Webhook, end: Place, as_of: datetime) -> int:
    """Take down what the webhook is to be told of the feed up to `end`; how much that was."""
    async with transaction():
        held = await Webhook.filter(id=webhook.id, leased_until=webhook.leased_until).select_for_update().first()
        room = _MOST_WAITING - await pending(webhook.id).count()
        if held is None or room <= 0:
            return 0
        limit = min(room, _AT_ONCE)
        events = await _between(held, end).order_by("transaction", "id").limit(limit)
        place = Place(events[-1].transaction, events[-1].id) if len(events) == limit else end
        await Webhook.filter(id=webhook.id).update(**place.columns)
        wanted = [event for event in events if not held.kinds or event.kind.value in held.kinds]
        await take_down(held, _in_order(wanted), as_of)
    return len(wanted)


def _between(webhook: Webhook, end: Place) -> QuerySet[Event]:
    """What its owner may see after its place, up to `end`: what comes later may still be passed by a late commit."""
    owner = Actor(Role.PARTNER, webhook.label, f"webhook:{webhook.id}", webhook.supplier_id)
    same = Q(transaction=webhook.feed_transaction, id__gt=webhook.feed_event)
    until = Q(transaction__lt=end.transaction) | Q(transaction=end.transaction, id__lte=end.event)
    after = Q(transaction__gte=webhook.feed_transaction) & (Q(transaction__gt=webhook.feed_transaction) | same)
    return feed(owner).filter(after & until)


def _in_order(events: list[Event]) -> list[Event]:
    """Each request's events in the order of its own chain, at the places that they have together.

    Of two transactions at once on one request, the one that wrote second may have begun first.
    """
    by_request: dict[UUID | None, list[Event]] = {}
    for event in sorted(events, key=lambda event: event.position, reverse=True):
        by_request.setdefault(event.request_id, []).append(event)
    return [by_request[event.request_id].pop() for event in events]


async def take_down(webhook: Webhook, events: list[Event], as_of: datetime) -> None:
    """Those events are to be told, in that order, once a pause has ended."""
    first = await _next_number(webhook.id)
    begins = max(as_of, webhook.paused_until or as_of)
    rows = [
        WebhookDelivery(
            webhook_id=webhook.id,
            event_id=event.id,
            request_id=event.request_id,
            number=number,
            created_at=as_of,
            next_attempt_at=begins,
        )
        for number, event in enumerate(events, first)
    ]
    await WebhookDelivery.bulk_create(rows)


async def _next_number(webhook_id: UUID) -> int:
    last = await WebhookDelivery.filter(webhook_id=webhook_id).order_by("-number").first()
    return last.number + 1 if last else 1


async def add_ping(webhook: Webhook, as_of: datetime) -> WebhookDelivery:
    """A test, to be sent before everything else; the one that waits already, if there is one."""
    async with transaction():
        # Numbers are given by one at a time.
        await Webhook.filter(id=webhook.id).select_for_update().get()
        waits = await pending(webhook.id).filter(event_id=None).first()
        if waits is not None:
            return waits
        number = await _next_number(webhook.id)
        return await WebhookDelivery.create(webhook=webhook, number=number, created_at=as_of, next_attempt_at=as_of)
