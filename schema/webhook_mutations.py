"""What can be done with webhooks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeAlias

import strawberry

import models
from models.errors import Fault, Invalid
from resolvers import webhooks
from resolvers.reading import FEED
from resolvers.webhook_feed import Place
from schema.coded_errors import BadUserInput
from schema.context import Info
from schema.inputs import INPUT, given
from schema.nodes import uuid_of
from schema.pagination import position
from schema.webhook_results import (
    ChangeWebhookInput,
    ChangeWebhookResult,
    ChangeWebhookSuccess,
    CreateWebhookInput,
    CreateWebhookResult,
    CreateWebhookSuccess,
    DeleteWebhookInput,
    DeleteWebhookResult,
    DeleteWebhookSuccess,
    DisableWebhookInput,
    DisableWebhookResult,
    DisableWebhookSuccess,
    EnableWebhookInput,
    EnableWebhookResult,
    EnableWebhookSuccess,
    PingWebhookInput,
    PingWebhookResult,
    PingWebhookSuccess,
    RenewWebhookSecretInput,
    RenewWebhookSecretResult,
    RenewWebhookSecretSuccess,
    ReplayWebhookInput,
    ReplayWebhookResult,
    ReplayWebhookSuccess,
)
from schema.webhooks import Webhook, WebhookDelivery

_WHO = "(fournisseur qui peut confirmer, jeton qui écrit, gestionnaire)."

_UseCase: TypeAlias = Callable[..., Awaitable[models.Webhook]]


@strawberry.type
class WebhookMutations:
    """The part of `Mutation` that concerns webhooks."""

    @strawberry.mutation(description=f"Créer un webhook, prévenu de ce qui arrive désormais {_WHO}")
    async def create_webhook(self, info: Info, input: Annotated[CreateWebhookInput, INPUT]) -> CreateWebhookResult:
        supplier_id = given(input.supplier_id)
        row, secret = await webhooks.create_webhook(
            info.context.viewer,
            label=input.label,
            url=input.url,
            kinds=input.kinds,
            supplier_id=uuid_of("Supplier", supplier_id) if supplier_id else None,
            as_of=info.context.as_of,
        )
        return CreateWebhookSuccess(webhook=Webhook.of(row, info.context), secret=secret)

    @strawberry.mutation(description=f"Changer le nom, l’adresse ou les événements d’un webhook {_WHO}")
    async def change_webhook(self, info: Info, input: Annotated[ChangeWebhookInput, INPUT]) -> ChangeWebhookResult:
        row = await webhooks.change_webhook(
            info.context.viewer,
            uuid_of("Webhook", input.webhook_id),
            label=given(input.label),
            url=given(input.url),
            kinds=given(input.kinds),
            as_of=info.context.as_of,
        )
        return ChangeWebhookSuccess(webhook=Webhook.of(row, info.context))

    @strawberry.mutation(description=f"Supprimer un webhook : plus rien ne lui est envoyé {_WHO}")
    async def delete_webhook(self, info: Info, input: Annotated[DeleteWebhookInput, INPUT]) -> DeleteWebhookResult:
        return DeleteWebhookSuccess(webhook=await _done(info, webhooks.delete_webhook, input.webhook_id))

    @strawberry.mutation(
        description="Réactiver un webhook, qui reçoit ce qu’il a manqué ; ou reprendre tout de suite les envois d’un "
        f"webhook actif dont le destinataire est réparé {_WHO}"
    )
    async def enable_webhook(self, info: Info, input: Annotated[EnableWebhookInput, INPUT]) -> EnableWebhookResult:
        return EnableWebhookSuccess(webhook=await _done(info, webhooks.enable_webhook, input.webhook_id))

    @strawberry.mutation(description=f"Désactiver un webhook, qui garde sa place {_WHO}")
    async def disable_webhook(self, info: Info, input: Annotated[DisableWebhookInput, INPUT]) -> DisableWebhookResult:
        return DisableWebhookSuccess(webhook=await _done(info, webhooks.disable_webhook, input.webhook_id))

    @strawberry.mutation(
        description=f"Renouveler le secret d’un webhook ; le précédent signe encore un jour à côté du nouveau {_WHO}"
    )
    async def renew_webhook_secret(
        self, info: Info, input: Annotated[RenewWebhookSecretInput, INPUT]
    ) -> RenewWebhookSecretResult:
        row, secret = await webhooks.renew_webhook_secret(
            info.context.viewer,
            uuid_of("Webhook", input.webhook_id),
            immediately=input.immediately,
            as_of=info.context.as_of,
        )
        return RenewWebhookSecretSuccess(webhook=Webhook.of(row, info.context), secret=secret)

    @strawberry.mutation(description=f"Envoyer un essai (« PING ») à un webhook {_WHO}")
    async def ping_webhook(self, info: Info, input: Annotated[PingWebhookInput, INPUT]) -> PingWebhookResult:
        row = await webhooks.ping_webhook(
            info.context.viewer, uuid_of("Webhook", input.webhook_id), as_of=info.context.as_of
        )
        return PingWebhookSuccess(delivery=WebhookDelivery.of(row, info.context))

    @strawberry.mutation(
        description=f"Envoyer de nouveau à un webhook tout ce qui suit un endroit du fil « events » {_WHO}"
    )
    async def replay_webhook(self, info: Info, input: Annotated[ReplayWebhookInput, INPUT]) -> ReplayWebhookResult:
        row = await webhooks.replay_webhook(
            info.context.viewer,
            uuid_of("Webhook", input.webhook_id),
            after=_place(given(input.after)),
            as_of=info.context.as_of,
        )
        return ReplayWebhookSuccess(webhook=Webhook.of(row, info.context))


async def _done(info: Info, use_case: _UseCase, webhook_id: strawberry.ID) -> Webhook:
    """The webhook after a use case that takes nothing else."""
    row = await use_case(info.context.viewer, uuid_of("Webhook", webhook_id), as_of=info.context.as_of)
    return Webhook.of(row, info.context)


def _place(cursor: str | None) -> Place | None:
    """The place that a cursor of the feed names."""
    try:
        found = position(cursor, FEED)
    except BadUserInput as refusal:
        raise Invalid(Fault("after", "CURSOR", str(refusal.message))) from None
    return Place(*map(int, found.values)) if found else None  # type: ignore[arg-type]
