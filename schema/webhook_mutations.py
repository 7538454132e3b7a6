"""What can be done with webhooks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeAlias

import strawberry

import models
from models.errors import Fault, Invalid
from models.events import EventKind
from resolvers import webhooks
from resolvers.reading import FEED
from resolvers.webhook_feed import Place
from schema.coded_errors import BadUserInput
from schema.context import Info
from schema.errors import NotFoundError, PermissionDeniedError, ValidationError
from schema.inputs import INPUT, given
from schema.nodes import uuid_of
from schema.pagination import position
from schema.webhooks import Webhook, WebhookDelivery

_WHO = "(fournisseur qui peut confirmer, jeton qui écrit, gestionnaire)."
_WEBHOOK = "Le webhook concerné."
_NOW = "Le webhook, tel qu’il est maintenant."
_LABEL = "Son nom, 100 caractères"
_URL = "L’adresse à prévenir, en https, 500 caractères"
_KINDS = "Les natures d’événements dont le prévenir ; vide : toutes"
_UNCHANGED = " ; absent : inchangé."
_SHOWN_ONCE = (
    "Le secret qui signe les envois, montré cette seule fois ; il commence par « whsec_ », comme l’attendent les "
    "bibliothèques de Standard Webhooks."
)


_UseCase: TypeAlias = Callable[..., Awaitable[models.Webhook]]


@strawberry.input(description="Créer un webhook.")
class CreateWebhookInput:
    label: str = strawberry.field(description=f"{_LABEL}.")
    url: str = strawberry.field(description=f"{_URL}.")
    kinds: list[EventKind] = strawberry.field(default_factory=list, description=f"{_KINDS}.")
    supplier_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Le fournisseur dont les demandes l’intéressent ; absent : le sien, ou tous pour un gestionnaire.",
    )


@strawberry.input(description="Changer un webhook.")
class ChangeWebhookInput:
    webhook_id: strawberry.ID = strawberry.field(description=_WEBHOOK)
    label: str | None = strawberry.field(default=strawberry.UNSET, description=_LABEL + _UNCHANGED)
    url: str | None = strawberry.field(default=strawberry.UNSET, description=_URL + _UNCHANGED)
    kinds: list[EventKind] | None = strawberry.field(default=strawberry.UNSET, description=_KINDS + _UNCHANGED)


@strawberry.input(description="Supprimer un webhook.")
class DeleteWebhookInput:
    webhook_id: strawberry.ID = strawberry.field(description=_WEBHOOK)


@strawberry.input(description="Réactiver un webhook.")
class EnableWebhookInput:
    webhook_id: strawberry.ID = strawberry.field(description=_WEBHOOK)


@strawberry.input(description="Désactiver un webhook.")
class DisableWebhookInput:
    webhook_id: strawberry.ID = strawberry.field(description=_WEBHOOK)


@strawberry.input(description="Renouveler le secret d’un webhook.")
class RenewWebhookSecretInput:
    webhook_id: strawberry.ID = strawberry.field(description=_WEBHOOK)
    immediately: bool = strawberry.field(
        default=False, description="Le secret précédent ne signe plus, au lieu de signer encore un jour : il a fui."
    )


@strawberry.input(description="Envoyer un essai à un webhook.")
class PingWebhookInput:
    webhook_id: strawberry.ID = strawberry.field(description=_WEBHOOK)


@strawberry.input(description="Envoyer de nouveau à un webhook ce qui est déjà arrivé.")
class ReplayWebhookInput:
    webhook_id: strawberry.ID = strawberry.field(description=_WEBHOOK)
    after: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Curseur du fil « events » après lequel reprendre ; absent : depuis le premier événement.",
    )


@strawberry.type(description="Le webhook est créé ; il est prévenu de ce qui arrive désormais.")
class CreateWebhookSuccess:
    webhook: Webhook = strawberry.field(description=_NOW)
    secret: str = strawberry.field(description=_SHOWN_ONCE)


@strawberry.type(description="Le webhook est changé.")
class ChangeWebhookSuccess:
    webhook: Webhook = strawberry.field(description=_NOW)


@strawberry.type(description="Le webhook est supprimé.")
class DeleteWebhookSuccess:
    webhook: Webhook = strawberry.field(description=_NOW)


@strawberry.type(description="Le webhook est actif : ce qui l’attend lui est envoyé tout de suite.")
class EnableWebhookSuccess:
    webhook: Webhook = strawberry.field(description=_NOW)


@strawberry.type(description="Le webhook est désactivé ; il garde sa place dans le fil.")
class DisableWebhookSuccess:
    webhook: Webhook = strawberry.field(description=_NOW)


@strawberry.type(description="Le secret est renouvelé.")
class RenewWebhookSecretSuccess:
    webhook: Webhook = strawberry.field(description=_NOW)
    secret: str = strawberry.field(description=_SHOWN_ONCE)


@strawberry.type(description="L’essai part dans les secondes qui viennent.")
class PingWebhookSuccess:
    delivery: WebhookDelivery = strawberry.field(
        description="L’envoi ; « webhookDeliveries » dit ensuite ce qu’il est devenu."
    )


@strawberry.type(description="Les événements sont envoyés de nouveau, sous de nouveaux identifiants d’envoi.")
class ReplayWebhookSuccess:
    webhook: Webhook = strawberry.field(description=_NOW)


CreateWebhookResult: TypeAlias = Annotated[
    CreateWebhookSuccess | ValidationError | NotFoundError | PermissionDeniedError,
    strawberry.union("CreateWebhookResult", description="Résultat d’une création de webhook."),
]
ChangeWebhookResult: TypeAlias = Annotated[
    ChangeWebhookSuccess | ValidationError | NotFoundError,
    strawberry.union("ChangeWebhookResult", description="Résultat d’un changement de webhook."),
]
DeleteWebhookResult: TypeAlias = Annotated[
    DeleteWebhookSuccess | NotFoundError,
    strawberry.union("DeleteWebhookResult", description="Résultat d’une suppression de webhook."),
]
EnableWebhookResult: TypeAlias = Annotated[
    EnableWebhookSuccess | NotFoundError,
    strawberry.union("EnableWebhookResult", description="Résultat d’une réactivation de webhook."),
]
DisableWebhookResult: TypeAlias = Annotated[
    DisableWebhookSuccess | NotFoundError,
    strawberry.union("DisableWebhookResult", description="Résultat d’une désactivation de webhook."),
]
RenewWebhookSecretResult: TypeAlias = Annotated[
    RenewWebhookSecretSuccess | ValidationError | NotFoundError,
    strawberry.union("RenewWebhookSecretResult", description="Résultat d’un renouvellement de secret."),
]
PingWebhookResult: TypeAlias = Annotated[
    PingWebhookSuccess | ValidationError | NotFoundError,
    strawberry.union("PingWebhookResult", description="Résultat d’un essai de webhook."),
]
ReplayWebhookResult: TypeAlias = Annotated[
    ReplayWebhookSuccess | ValidationError | NotFoundError,
    strawberry.union("ReplayWebhookResult", description="Résultat d’un nouvel envoi à un webhook."),
]


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
