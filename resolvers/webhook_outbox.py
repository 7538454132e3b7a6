"""What webhooks are still to be told: taken from the feed after each one's place, in order, leased by one worker.

Of one request, the next event waits until the one before has arrived. A crash between sending and marking makes it
leave again once the lease has ended, under the same identifier.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from models import Event, Webhook, WebhookDelivery
from models.actors import Actor, Role
from models.database import transaction
from models.webhooks import DeliveryStatus, WebhookState
from resolvers.events import feed

# Longer than a pass may be busy with one webhook without renewing it (tasks/webhooks.py).
LEASE = timedelta(minutes=2)
# No worker leases for so long: a clock that ran ahead and was set back wrote it.
_IMPOSSIBLE_LEASE = 2 * LEASE
# The receiver is tried again over a day: after seconds, minutes, then every two hours.
_WAITS = tuple(timedelta(minutes=minutes) for minutes in (0.25, 1, 5, 15, 30, 60, *[120] * 11))
LAST_ATTEMPT = len(_WAITS) + 1
# Each wait is up to a quarter longer, so that what was put off together does not come back together.
_JITTER = 0.25
# Nobody answers there: what else waits for it is not tried one by one.
_UNREACHABLE_PAUSE = timedelta(minutes=1)

_AT_ONCE = 200
_MOST_WAITING = 500
_MOST_WEBHOOKS = 500


@dataclass(frozen=True, order=True)
class Place:
    """A place in the feed: that of an event."""

    transaction: int
    event: int


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt: the status answered, or in French why there was none."""

    status: int | None
    error: str | None
    duration: int  # milliseconds

    @property
    def is_fine(self) -> bool:
        return self.error is None


@dataclass
class Told:
    """What became of what webhooks were to be told."""

    delivered: int = 0
    postponed: int = 0
    disabled: int = 0


_EVERYBODY = Actor(Role.PARTNER, "", "")


async def end_of_feed() -> Place:
    """The place of the last event that the feed serves now."""
    last = await feed(_EVERYBODY).order_by("-transaction", "-id").first()
    return Place(last.transaction, last.id) if last else Place(0, 0)


def pending(webhook_id: UUID) -> QuerySet[WebhookDelivery]:
    """What that webhook is still to be told."""
    return WebhookDelivery.filter(webhook_id=webhook_id, status=DeliveryStatus.PENDING)


async def waiting(as_of: datetime, end: Place) -> list[UUID]:
    """The webhooks with something to be told, those that answer first."""
    behind = Q(feed_transaction__lt=end.transaction) | Q(feed_transaction=end.transaction, feed_event__lt=end.event)
    due = WebhookDelivery.filter(status=DeliveryStatus.PENDING, next_attempt_at__lte=as_of)
    rows = _free(as_of).filter(behind | Q(id__in=Subquery(due.values("webhook_id"))))
    found = await rows.order_by("id").limit(_MOST_WEBHOOKS).values_list("id", "failing_since")
    return [webhook_id for webhook_id, failing in sorted(found, key=lambda row: row[1] is not None)]


async def lease(webhook_id: UUID, as_of: datetime) -> Webhook | None:
    """Take the webhook, for no other worker to tell it anything until the lease ends; None when it is taken."""
    if not await _free(as_of).filter(id=webhook_id).update(leased_until=as_of + LEASE):
        return None
    return await Webhook.get_or_none(id=webhook_id, leased_until=as_of + LEASE)


def _free(as_of: datetime) -> QuerySet[Webhook]:
    ended = Q(leased_until__lte=as_of) | Q(leased_until__gt=as_of + _IMPOSSIBLE_LEASE)
    return Webhook.filter(Q(leased_until__isnull=True) | ended, state=WebhookState.ACTIVE)


async def keep(webhook: Webhook, as_of: datetime) -> bool:
    """Renew the lease; False when the webhook was disabled, changed or taken meanwhile."""
    return await _settle(webhook, leased_until=as_of + LEASE)


async def release(webhook: Webhook) -> None:
    """Give the webhook back."""
    await _settle(webhook, leased_until=None)


async def _settle(webhook: Webhook, **changes: Any) -> bool:
    """Written by whoever holds the lease."""
    held = Webhook.filter(id=webhook.id, state=WebhookState.ACTIVE, leased_until=webhook.leased_until)
    if not await held.update(**changes):
        return False
    webhook.update_from_dict(changes)
    return True


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
        await Webhook.filter(id=webhook.id).update(feed_transaction=place.transaction, feed_event=place.event)
        wanted = [event for event in events if not held.kinds or event.kind.value in held.kinds]
        await _take_down(held, _in_order(wanted), as_of)
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


async def _take_down(webhook: Webhook, events: list[Event], as_of: datetime) -> None:
    first = await _next_number(webhook.id)
    rows = [
        WebhookDelivery(
            webhook_id=webhook.id,
            event_id=event.id,
            request_id=event.request_id,
            number=number,
            created_at=as_of,
            next_attempt_at=as_of,
        )
        for number, event in enumerate(events, first)
    ]
    await WebhookDelivery.bulk_create(rows)


async def _next_number(webhook_id: UUID) -> int:
    last = await WebhookDelivery.filter(webhook_id=webhook_id).order_by("-number").first()
    return last.number + 1 if last else 1


async def forget_deliveries(limit: datetime) -> int:
    """Take what was told before that instant off the log."""
    return await WebhookDelivery.filter(status__not=DeliveryStatus.PENDING, created_at__lt=limit).delete()


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


async def next_ones(webhook: Webhook, as_of: datetime, limit: int) -> list[WebhookDelivery]:
    """What may leave now: of each request the first that has not arrived, if it is due."""
    rows = await pending(webhook.id).order_by("number").values_list("id", "request_id", "next_attempt_at")
    firsts: dict[UUID | None, tuple[UUID, datetime]] = {}
    for delivery_id, request_id, next_attempt_at in rows:
        firsts.setdefault(request_id, (delivery_id, next_attempt_at))
    due = [delivery_id for delivery_id, next_attempt_at in firsts.values() if next_attempt_at <= as_of]
    ready = WebhookDelivery.filter(id__in=due[:limit], status=DeliveryStatus.PENDING)
    return await ready.order_by("number").select_related("event", "request__dossier")


async def mark_delivered(delivery: WebhookDelivery, outcome: Outcome, as_of: datetime) -> None:
    """The receiver says that it has it."""
    await _note(delivery, outcome, as_of, status=DeliveryStatus.DELIVERED, delivered_at=as_of)
    await Webhook.filter(id=delivery.webhook_id, failing_since__not_isnull=True).update(failing_since=None)


async def put_off(delivery: WebhookDelivery, outcome: Outcome, as_of: datetime) -> bool:
    """It has not arrived this time: again later, and what follows of its request after it; False after a day."""
    if delivery.event_id is None:
        await _note(delivery, outcome, as_of, status=DeliveryStatus.FAILED)
        return True
    again = as_of + _wait_after(delivery.attempts + 1)
    await _note(delivery, outcome, as_of, next_attempt_at=again)
    await pending(delivery.webhook_id).filter(request_id=delivery.request_id).update(next_attempt_at=again)
    await Webhook.filter(id=delivery.webhook_id, failing_since=None).update(failing_since=as_of)
    return delivery.attempts < LAST_ATTEMPT


async def put_off_all(webhook: Webhook, as_of: datetime) -> None:
    """Nobody answers there: leave it alone for a moment."""
    again = as_of + _UNREACHABLE_PAUSE
    await pending(webhook.id).filter(next_attempt_at__lt=again, event_id__not_isnull=True).update(next_attempt_at=again)


def _wait_after(attempts: int) -> timedelta:
    wait = _WAITS[min(attempts, len(_WAITS)) - 1]
    return wait * (1 + _JITTER * secrets.randbelow(1000) / 1000)


async def _note(delivery: WebhookDelivery, outcome: Outcome, as_of: datetime, **changes: Any) -> None:
    """What the attempt met; nothing where a replay has taken the delivery back meanwhile."""
    told = {"response_status": outcome.status, "error": outcome.error, "duration": outcome.duration}
    changes |= told | {"attempts": delivery.attempts + 1, "tried_at": as_of}
    await WebhookDelivery.filter(id=delivery.id, status=DeliveryStatus.PENDING).update(**changes)
    delivery.update_from_dict(changes)
