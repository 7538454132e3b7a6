"""Who sees what: a supplier its own dossiers, a partner its supplier's (or all, to read), a manager all."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar
from uuid import UUID

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import (
    ApiToken,
    Attachment,
    Dossier,
    Email,
    Event,
    FundingRequest,
    Modification,
    News,
    SupportMessage,
    User,
    Version,
)
from models.actors import AccountRight, Actor, Role
from models.errors import NotFound
from models.suppliers import PUT_ASIDE
from settings import settings

Row = TypeVar("Row", bound=Model)


def visible_dossiers(actor: Actor) -> QuerySet[Dossier]:
    """The dossiers that the actor may see, each with its supplier."""
    return _of_supplier(Dossier.all(), actor, "supplier_id").select_related("supplier")


def visible_requests(actor: Actor) -> QuerySet[FundingRequest]:
    """The requests that the actor may see, each with its dossier and supplier."""
    return _of_supplier(FundingRequest.all(), actor, "dossier__supplier_id").select_related("dossier__supplier")


def visible_modifications(actor: Actor) -> QuerySet[Modification]:
    """The modifications that the actor may see, each with its request, dossier and supplier."""
    query = _of_supplier(Modification.all(), actor, "request__dossier__supplier_id")
    return query.select_related("request__dossier__supplier")


def visible_versions(actor: Actor) -> QuerySet[Version]:
    """The versions of the requests that the actor may see."""
    return _of_supplier(Version.all(), actor, "request__dossier__supplier_id")


def visible_attachments(actor: Actor) -> QuerySet[Attachment]:
    """The documents that the actor may see, each with its file and its modification, removed ones included."""
    query = _of_supplier(Attachment.all(), actor, "request__dossier__supplier_id")
    return query.select_related("upload", "modification", "request__dossier__supplier")


def visible_events(actor: Actor) -> QuerySet[Event]:
    """The events of the requests that the actor may see."""
    return _of_supplier(Event.filter(request_id__not_isnull=True), actor, "request__dossier__supplier_id")


def visible_support_messages(actor: Actor) -> QuerySet[SupportMessage]:
    """The messages to the Assistance that the actor may see, each with its request."""
    query = _of_supplier(SupportMessage.all(), actor, "request__dossier__supplier_id")
    return query.select_related("request__dossier__supplier")


def visible_emails(actor: Actor) -> QuerySet[Email]:
    """The mails about the requests that the actor may see; account mails belong to no request and are never shown."""
    return _of_supplier(Email.filter(request_id__not_isnull=True), actor, "request__dossier__supplier_id")


def visible_news(actor: Actor) -> QuerySet[News]:
    """The announcements that the actor may see, each with its document: withdrawn ones for managers alone."""
    query = News.all().select_related("document")
    return query if actor.role is Role.MANAGER else query.filter(withdrawn_at=None)


def accounts_in_use() -> QuerySet[User]:
    """The accounts of suppliers, those invited included; not the closed ones."""
    return User.filter(Q(active=True) | Q(invited_at__not_isnull=True), role=Role.SUPPLIER)


def visible_accounts(actor: Actor) -> QuerySet[User]:
    """The accounts of suppliers that the actor may see: a manager all, people their colleagues, software none."""
    match actor.role:
        case Role.MANAGER:
            return accounts_in_use()
        case Role.SUPPLIER:
            return accounts_in_use().filter(supplier_id=actor.supplier_id)
    return accounts_in_use().filter(id__in=[])


def visible_tokens(actor: Actor) -> QuerySet[ApiToken]:
    """The tokens that the actor may see, each with its supplier: a manager all, software itself.

    Of a supplier's people those who may confirm, since such a token may confirm too.
    """
    query = ApiToken.all().select_related("supplier")
    match actor.role:
        case Role.MANAGER:
            return query
        case Role.SUPPLIER if actor.right is AccountRight.CONFIRM and actor.supplier_id is not None:
            return query.filter(supplier_id=actor.supplier_id)
        case Role.PARTNER:
            return query.filter(id__in=[own] if (own := _key_of("token", actor)) else [])
    return query.filter(id__in=[])


def _key_of(kind: str, actor: Actor) -> UUID | None:
    """The key of the row that acts, if it is of that kind."""
    named, _, key = actor.account.partition(":")
    with suppress(ValueError):
        return UUID(key) if named == kind else None
    return None


def _of_supplier(query: QuerySet[Row], actor: Actor, path: str) -> QuerySet[Row]:
    if not sees_all(actor):
        return query.filter(**{path: actor.supplier_id})
    if settings.sandbox and actor.role is not Role.SYSTEM:
        return query.filter(**{f"{path.removesuffix('_id')}__siret__not": PUT_ASIDE})
    return query


def sees_all(actor: Actor) -> bool:
    """Is this actor bound to no supplier? A supplier's account always is, even one that names none."""
    return actor.supplier_id is None and actor.role is not Role.SUPPLIER


async def get_request(actor: Actor, request_id: UUID) -> FundingRequest:
    """That request, or NotFound when there is none that the actor may see."""
    return found(await visible_requests(actor).get_or_none(id=request_id))


async def get_modification(actor: Actor, modification_id: UUID) -> Modification:
    """That modification, or NotFound when there is none that the actor may see."""
    return found(await visible_modifications(actor).get_or_none(id=modification_id))


async def get_attachment(actor: Actor, attachment_id: UUID) -> Attachment:
    """That document, or NotFound when there is none that the actor may see."""
    return found(await visible_attachments(actor).get_or_none(id=attachment_id))


async def get_support_message(actor: Actor, message_id: UUID) -> SupportMessage:
    """That message, or NotFound when there is none that the actor may see."""
    return found(await visible_support_messages(actor).get_or_none(id=message_id))


async def get_news(actor: Actor, news_id: UUID) -> News:
    """That announcement, or NotFound when there is none that the actor may see."""
    return found(await visible_news(actor).get_or_none(id=news_id))


async def get_account(actor: Actor, account_id: UUID) -> User:
    """That account, or NotFound when there is none that the actor may see."""
    return found(await visible_accounts(actor).get_or_none(id=account_id))


async def get_token(actor: Actor, token_id: UUID) -> ApiToken:
    """That token, or NotFound when there is none that the actor may see."""
    return found(await visible_tokens(actor).get_or_none(id=token_id))


async def own_token(actor: Actor) -> ApiToken | None:
    """The token that acts, with its supplier; None for a person."""
    key = _key_of("token", actor)
    return await ApiToken.get_or_none(id=key).select_related("supplier") if key else None


async def own_account(actor: Actor) -> User | None:
    """The account that acts, as long as it is active; None for software."""
    key = _key_of("user", actor)
    return await User.get_or_none(id=key, active=True) if key else None


def found(row: Row | None) -> Row:
    """The row, or NotFound."""
    if row is None:
        raise NotFound()
    return row
