"""Webhooks: the addresses that partners' software wants to be told at, and what was told there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from itertools import takewhile
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.actors import AccountRight, Actor, Author, AuthorField, Role
from models.database import InstantField
from models.dossiers import FundingRequest
from models.events import Event, EventKind
from models.suppliers import Supplier

LONGEST_URL = 500
LONGEST_LABEL = 100

TOLD_KINDS = frozenset(takewhile(lambda kind: kind is not EventKind.SIGNED_IN, EventKind))
"""What happens to requests: the feed holds nothing else."""


class WebhookState(StrEnum):
    """Only an active one is told of what happens; a disabled one keeps its place in the feed."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"
    DELETED = "DELETED"


class DeliveryStatus(StrEnum):
    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


class Webhook(Model):
    """An address that is told of every event that its owner may see: one supplier, or all of them for managers."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    supplier: fields.ForeignKeyNullableRelation[Supplier] = fields.ForeignKeyField(
        "solde.Supplier", related_name="webhooks", null=True, on_delete=fields.RESTRICT
    )
    supplier_id: UUID | None
    label = fields.CharField(max_length=LONGEST_LABEL)
    url = fields.CharField(max_length=LONGEST_URL)
    # The secret that signs what is sent, sealed; the one before it signs too until `former_secret_ends_at`.
    secret = fields.TextField()
    former_secret: str | None = fields.TextField(null=True)
    former_secret_ends_at: datetime | None = InstantField(null=True)
    # Which kinds of events; none named: all of them.
    kinds: list[str] = fields.JSONField(default=list)
    state = fields.CharEnumField(WebhookState, max_length=20, default=WebhookState.ACTIVE)
    created_at = InstantField()
    created_by: fields.Field[Author] = AuthorField()
    # Its place in the feed: what comes after is still to be handed to it.
    feed_transaction = fields.BigIntField()
    feed_event = fields.BigIntField()
    # Since when nothing has arrived any more, None while all is well.
    failing_since: datetime | None = InstantField(null=True)
    # Until when it is left alone, because it asked for that or nobody answers there; a past instant is none.
    paused_until: datetime | None = InstantField(null=True)
    disabled_at: datetime | None = InstantField(null=True)
    leased_until: datetime | None = InstantField(null=True)

    class Meta:
        table = "webhook"
        indexes = [Index(fields=["created_at", "id"], name="webhook_by_date")]


class WebhookDelivery(Model):
    """One event, or a ping, to be told at one address until it says that it has it."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    webhook: fields.ForeignKeyRelation[Webhook] = fields.ForeignKeyField(
        "solde.Webhook", related_name="deliveries", on_delete=fields.RESTRICT
    )
    webhook_id: UUID
    # None for a ping.
    event: fields.ForeignKeyNullableRelation[Event] = fields.ForeignKeyField(
        "solde.Event", related_name="deliveries", null=True, on_delete=fields.RESTRICT
    )
    event_id: int | None
    request: fields.ForeignKeyNullableRelation[FundingRequest] = fields.ForeignKeyField(
        "solde.FundingRequest", related_name="deliveries", null=True, on_delete=fields.RESTRICT
    )
    request_id: UUID | None
    # The order in which the webhook is told.
    number = fields.BigIntField()
    status = fields.CharEnumField(DeliveryStatus, max_length=20, default=DeliveryStatus.PENDING)
    created_at = InstantField()
    attempts = fields.IntField(default=0)
    next_attempt_at = InstantField()
    tried_at: datetime | None = InstantField(null=True)
    delivered_at: datetime | None = InstantField(null=True)
    # What the last attempt met: the status answered, or why there was none; and in how many milliseconds.
    response_status: int | None = fields.IntField(null=True)
    error: str | None = fields.CharField(max_length=500, null=True)  # type: ignore[assignment]
    duration: int | None = fields.IntField(null=True)

    class Meta:
        table = "webhook_delivery"
        unique_together = [("webhook", "number")]
        indexes = [
            Index(fields=["status", "next_attempt_at", "webhook_id"], name="delivery_due"),
            Index(fields=["webhook_id", "status", "number"], name="delivery_by_status"),
            Index(fields=["created_at"], name="delivery_by_date"),
        ]


def may_manage_webhooks(actor: Actor) -> bool:
    """May this actor set up webhooks: a manager for anybody, whoever confirms for a supplier for that one."""
    if actor.role is Role.MANAGER:
        return True
    return actor.supplier_id is not None and actor.right is AccountRight.CONFIRM
