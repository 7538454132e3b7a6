"""The webhooks that an actor may manage, and the log of what each was told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from models import Webhook, WebhookDelivery
from models.actors import Actor, Role
from models.webhooks import DeliveryStatus, WebhookState, may_manage_webhooks
from resolvers.pages import Order
from resolvers.visibility import found

WEBHOOKS = Order.by("webhooks", descending=True, created_at=datetime, id=UUID)
DELIVERIES = Order.by("webhookDeliveries", descending=True, number=int)


def visible_webhooks(actor: Actor) -> QuerySet[Webhook]:
    """The webhooks that the actor may manage: a manager all, those who may confirm their supplier's."""
    rows = Webhook.filter(state__not=WebhookState.DELETED).select_related("supplier")
    if not may_manage_webhooks(actor):
        return rows.filter(id__in=[])
    return rows if actor.role is Role.MANAGER else rows.filter(supplier_id=actor.supplier_id)


async def get_webhook(actor: Actor, webhook_id: UUID) -> Webhook:
    """That webhook, or NotFound when there is none that the actor may manage."""
    return found(await visible_webhooks(actor).get_or_none(id=webhook_id))


def deliveries(actor: Actor, webhook_id: UUID, status: DeliveryStatus | None) -> QuerySet[WebhookDelivery]:
    """What that webhook was told, or is to be, each with its event; nothing when the actor may not manage it."""
    own = Subquery(visible_webhooks(actor).filter(id=webhook_id).values("id"))
    rows = WebhookDelivery.filter(webhook_id=webhook_id, webhook_id__in=own).select_related("event")
    return rows if status is None else rows.filter(status=status)
