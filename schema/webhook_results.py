"""What mutations on webhooks take, and what they answer."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from models.events import EventKind
from schema.errors import NotFoundError, PermissionDeniedError, ValidationError
from schema.webhooks import Webhook, WebhookDelivery

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
