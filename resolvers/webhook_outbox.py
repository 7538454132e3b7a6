"""Telling webhooks what was taken down for them (resolvers/webhook_feed.py): by one worker at a time, by a lease.

Of one request, the next event waits until the one before has arrived. A crash between sending and marking makes it
leave again once the lease has ended, under the same identifier.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from models import Webhook, WebhookDelivery
from models.webhooks import DeliveryStatus, WebhookState
from resolvers.webhook_feed import Place, pending

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
LONGEST_PAUSE = timedelta(hours=2)
"""For how long a receiver may ask to be left alone: longer, it would lose more than it was told to expect."""

_MOST_WEBHOOKS = 500


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt: the status answered, or in French why there was none."""

    status: int | None
    error: str | None
    duration: int  # milliseconds
    retry_after: timedelta = timedelta(0)  # for how long the receiver asks to be left alone, LONGEST_PAUSE at most

    @property
    def is_fine(self) -> bool:
        return self.error is None


@dataclass
class Told:
    """What became of what webhooks were to be told."""

    delivered: int = 0
    postponed: int = 0
    disabled: int = 0


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


async def forget_deliveries(limit: datetime) -> int:
    """Take what was told before that instant off the log, and with its last line a webhook that was deleted."""
    count = await WebhookDelivery.filter(status__not=DeliveryStatus.PENDING, created_at__lt=limit).delete()
    logged = Subquery(WebhookDelivery.filter(webhook__state=WebhookState.DELETED).values("webhook_id"))
    await Webhook.filter(state=WebhookState.DELETED).exclude(id__in=logged).delete()
    return count


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
    again = as_of + max(_wait_after(delivery.attempts + 1), outcome.retry_after)
    await _note(delivery, outcome, as_of, next_attempt_at=again)
    await pending(delivery.webhook_id).filter(request_id=delivery.request_id).update(next_attempt_at=again)
    await Webhook.filter(id=delivery.webhook_id, failing_since=None).update(failing_since=as_of)
    return delivery.attempts < LAST_ATTEMPT


def pause_after(outcomes: Sequence[Outcome]) -> timedelta:
    """How long to leave the receiver alone: as long as it asks, a moment when nobody answers there, else not at all."""
    asked = max(outcome.retry_after for outcome in outcomes)
    nobody = all(outcome.status is None for outcome in outcomes)
    return max(asked, _UNREACHABLE_PAUSE) if nobody else asked


async def put_off_all(webhook: Webhook, until: datetime) -> None:
    """Nothing that waits for it, or is to come, leaves before that instant, but a ping."""
    if not await _settle(webhook, paused_until=max(until, webhook.paused_until or until)):
        return
    sooner = pending(webhook.id).filter(next_attempt_at__lt=until, event_id__not_isnull=True)
    await sooner.update(next_attempt_at=until)


def _wait_after(attempts: int) -> timedelta:
    wait = _WAITS[min(attempts, len(_WAITS)) - 1]
    return wait * (1 + _JITTER * secrets.randbelow(1000) / 1000)


async def _note(delivery: WebhookDelivery, outcome: Outcome, as_of: datetime, **changes: Any) -> None:
    """What the attempt met; nothing where a replay has taken the delivery back meanwhile."""
    told = {"response_status": outcome.status, "error": outcome.error, "duration": outcome.duration}
    changes |= told | {"attempts": delivery.attempts + 1, "tried_at": as_of}
    await WebhookDelivery.filter(id=delivery.id, status=DeliveryStatus.PENDING).update(**changes)
    delivery.update_from_dict(changes)
