"""Webhooks and their delivery log, for whoever may set them up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

import models
from models.events import EventKind
from models.webhooks import DeliveryStatus, WebhookState
from resolvers.pages import Position
from resolvers.reading import FEED
from resolvers.webhook_lists import DELIVERIES, WEBHOOKS, deliveries, visible_webhooks
from schema.actors import Actor
from schema.context import Context, Info
from schema.events import Event
from schema.inputs import given
from schema.nodes import Node, any_uuid, node_id
from schema.pagination import After, Connection, First, cursor_of, read_page
from schema.suppliers import Supplier


@strawberry.type(description="Webhook : une adresse qui est prévenue de ce qui arrive aux demandes.")
class Webhook(Node):
    label: str = strawberry.field(description="Son nom.")
    url: str = strawberry.field(description="L’adresse prévenue.")
    kinds: list[EventKind] = strawberry.field(
        description="Les natures d’événements dont il est prévenu ; vide : toutes."
    )
    state: WebhookState = strawberry.field(description="Où il en est.")
    supplier: Supplier | None = strawberry.field(
        description="Le fournisseur dont les demandes l’intéressent ; absent : tous."
    )
    created_at: datetime = strawberry.field(description="Instant de sa création.")
    created_by: Actor = strawberry.field(description="Qui l’a créé.")
    cursor: str = strawberry.field(
        description="Sa place dans le fil « events » : ce qui précède lui est envoyé, ou est en train de l’être."
    )
    former_secret_ends_at: datetime | None = strawberry.field(
        description="Jusqu’à quand le secret précédent signe aussi ; absent quand un seul signe."
    )
    failing_since: datetime | None = strawberry.field(
        description="Depuis quand plus rien n’y arrive ; absent quand tout va bien."
    )
    disabled_at: datetime | None = strawberry.field(description="Instant de sa désactivation.")

    @classmethod
    def of(cls, row: models.Webhook, context: Context) -> Webhook:
        """A row loaded with its supplier."""
        ends = row.former_secret_ends_at
        return cls(
            id=node_id("Webhook", row.id),
            label=row.label,
            url=row.url,
            kinds=[EventKind(kind) for kind in row.kinds],
            state=row.state,
            supplier=Supplier.of(row.supplier) if row.supplier else None,
            created_at=row.created_at,
            created_by=Actor.of(row.created_by, context),
            cursor=cursor_of(FEED, Position(0, (row.feed_transaction, row.feed_event))),
            former_secret_ends_at=ends if ends and ends > context.as_of else None,
            failing_since=row.failing_since,
            disabled_at=row.disabled_at,
        )


@strawberry.type(description="Envoi à un webhook : un événement, ou un essai, et ce qu’il est devenu.")
class WebhookDelivery:
    id: strawberry.ID = strawberry.field(
        description="Son identifiant, que porte l’en-tête « webhook-id » à chaque essai."
    )
    number: str = strawberry.field(description="Son rang parmi les envois du webhook.")
    event: Event | None = strawberry.field(description="L’événement annoncé ; absent pour un essai (« ping »).")
    status: DeliveryStatus = strawberry.field(description="Où il en est.")
    created_at: datetime = strawberry.field(description="Instant de la mise en file.")
    attempts: int = strawberry.field(description="Nombre d’essais.")
    next_attempt_at: datetime | None = strawberry.field(
        description="Instant du prochain essai ; absent quand il n’y en aura plus."
    )
    tried_at: datetime | None = strawberry.field(description="Instant du dernier essai.")
    delivered_at: datetime | None = strawberry.field(description="Instant auquel le destinataire l’a reçu.")
    response_status: int | None = strawberry.field(
        description="Statut HTTP répondu au dernier essai ; absent sans réponse."
    )
    error: str | None = strawberry.field(description="Pourquoi le dernier essai n’est pas arrivé.")
    duration: int | None = strawberry.field(description="Durée du dernier essai, en millisecondes.")

    @classmethod
    def of(cls, row: models.WebhookDelivery, context: Context) -> WebhookDelivery:
        """A row loaded with its event."""
        return cls(
            id=strawberry.ID(str(row.id)),
            number=str(row.number),
            event=Event.of(row.event, context) if row.event else None,
            status=row.status,
            created_at=row.created_at,
            attempts=row.attempts,
            next_attempt_at=row.next_attempt_at if row.status is DeliveryStatus.PENDING else None,
            tried_at=row.tried_at,
            delivered_at=row.delivered_at,
            response_status=row.response_status,
            error=row.error,
            duration=row.duration,
        )


_WEBHOOK = strawberry.argument(description="Le webhook.")
_STATUS = strawberry.argument(description="Ceux de cet état ; absent : tous.")


@strawberry.type
class WebhookQuery:
    """The part of `Query` that concerns webhooks."""

    @strawberry.field(
        description="Les webhooks, du plus récent au plus ancien : ceux de son fournisseur pour qui peut confirmer, "
        "tous pour un gestionnaire."
    )
    async def webhooks(self, info: Info, first: First = 20, after: After = None) -> Connection[Webhook]:
        context = info.context
        rows = visible_webhooks(context.viewer)
        return await read_page(rows, WEBHOOKS, first, after, lambda row: Webhook.of(row, context))

    @strawberry.field(description="Le journal des envois d’un webhook, du plus récent au plus ancien.")
    async def webhook_deliveries(
        self,
        info: Info,
        webhook_id: Annotated[strawberry.ID, _WEBHOOK],
        first: First = 20,
        after: After = None,
        status: Annotated[DeliveryStatus | None, _STATUS] = strawberry.UNSET,
    ) -> Connection[WebhookDelivery]:
        context = info.context
        rows = deliveries(context.viewer, any_uuid("Webhook", webhook_id), given(status))
        return await read_page(rows, DELIVERIES, first, after, lambda row: WebhookDelivery.of(row, context))
