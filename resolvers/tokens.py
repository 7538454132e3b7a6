"""Tokens of software: issued and revoked by managers or the operator, seen by the supplier that they act for.

A secret is shown once and kept only as a digest.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models import ApiToken, Supplier
from models.actors import SYSTEM, Actor, TokenScope
from models.colleagues import may_manage_accounts
from models.database import transaction
from models.errors import Fault, Invalid, PermissionDenied
from models.events import EventKind
from models.text import storable, tidy
from models.tokens import (
    TokenRefused,
    TokenState,
    day_faults,
    end_of,
    hint_of,
    is_well_written,
    last_day_possible,
    may_manage_tokens,
    new_secret,
    state_of,
    token_faults,
)
from resolvers.accounts import SEEN_AGAIN_AFTER, digest
from resolvers.events import record_account
from resolvers.pages import Order
from resolvers.reading import get_supplier
from resolvers.token_notices import tell_of_end
from resolvers.visibility import get_token, visible_tokens
from settings import settings

TOKENS = Order.by("tokens", descending=True, created_at=datetime, id=UUID)

_AT_ONCE = 500


@dataclass(frozen=True)
class Issued:
    """A new token, with the secret that nobody can read again."""

    token: ApiToken
    secret: str


async def authenticate_token(secret: str, *, as_of: datetime) -> Actor:
    """Which software calls with this token; TokenRefused says why it opens nothing."""
    if not is_well_written(secret):
        raise TokenRefused.misspelt()
    token = await ApiToken.get_or_none(digest=digest(secret))
    if token is None:
        raise TokenRefused.unknown()
    state = state_of(token, as_of)
    if state is TokenState.EXPIRED:
        await tell_of_end(token, as_of)
    if state is not TokenState.VALID:
        raise TokenRefused.ended(token)
    if token.used_at is None or as_of - token.used_at >= SEEN_AGAIN_AFTER:
        await ApiToken.filter(id=token.id).update(used_at=as_of)
    return token.actor


def tokens(actor: Actor, *, state: TokenState | None, siret: str | None, as_of: datetime) -> QuerySet[ApiToken]:
    """The wanted tokens among those that the actor may see."""
    rows = visible_tokens(actor)
    if siret is not None:
        rows = rows.filter(supplier__siret=storable(siret, 14))
    match state:
        case TokenState.REVOKED:
            return rows.filter(revoked_at__not_isnull=True)
        case TokenState.EXPIRED:
            return rows.filter(revoked_at=None, expires_at__lte=as_of)
        case TokenState.VALID:
            return rows.filter(Q(expires_at=None) | Q(expires_at__gt=as_of), revoked_at=None)
    return rows


async def issue_token(
    actor: Actor,
    *,
    name: str,
    scopes: Sequence[TokenScope],
    supplier_id: UUID | None = None,
    expires_on: date | None = None,
    as_of: datetime,
) -> Issued:
    """Issue a token to a software of one supplier, or to one that reads everything."""
    if not may_manage_tokens(actor):
        raise PermissionDenied()
    if TokenScope.MANAGE in scopes:
        message = "Un jeton de gestionnaire ne s’émet qu’en ligne de commande : « solde token issue »."
        raise Invalid(Fault("scopes", "NOT_AVAILABLE", message))
    supplier = await get_supplier(actor, supplier_id) if supplier_id else None
    return await create_token(
        name=name, scopes=scopes, supplier=supplier, expires_at=end_on(expires_on, as_of), actor=actor, as_of=as_of
    )


def end_on(expires_on: date | None, as_of: datetime) -> datetime:
    """When a token ends whose last day is this one, by default the last possible."""
    if expires_on is None:
        return end_of(last_day_possible(as_of, settings.token_days))
    if faults := day_faults(expires_on, as_of, settings.token_days):
        raise Invalid.of(faults)
    return end_of(expires_on)


async def create_token(
    *,
    name: str,
    scopes: Sequence[TokenScope],
    supplier: Supplier | None = None,
    expires_at: datetime | None = None,
    actor: Actor = SYSTEM,
    as_of: datetime,
) -> Issued:
    """Write a token down, with whatever scope and end."""
    name, wanted = tidy(name), set(scopes)
    if faults := token_faults(name, wanted, has_supplier=supplier is not None):
        raise Invalid.of(faults)
    if TokenScope.WRITE in wanted:
        wanted.add(TokenScope.READ)
    secret = new_secret()
    token = ApiToken(
        name=name,
        digest=digest(secret),
        hint=hint_of(secret),
        scopes=sorted(scope.value for scope in wanted),
        supplier=supplier,
        created_at=as_of,
        issued_by=actor.author,
        expires_at=expires_at,
    )
    async with transaction():
        await token.save(force_create=True)
        await _record(EventKind.TOKEN_ISSUED, token, actor, as_of)
    return Issued(token, secret)


async def revoke_token(actor: Actor, token_id: UUID, *, as_of: datetime) -> ApiToken:
    """End a token at once: the next request with it is refused. Twice is once."""
    token = await get_token(actor, token_id)
    if not may_manage_accounts(actor):
        raise PermissionDenied()
    await _revoke(token, actor, as_of)
    return await get_token(actor, token_id)


async def end_token(actor: Actor, token_id: UUID, *, as_of: datetime) -> ApiToken:
    """The same by the operator, who is told when there is nothing to end."""
    token = await ApiToken.get_or_none(id=token_id)
    if token is None:
        raise Invalid(Fault("id", "UNKNOWN", "Aucun jeton ne porte cet identifiant : « solde token list » les liste."))
    if not await _revoke(token, actor, as_of):
        raise Invalid(Fault("id", "REVOKED", "Ce jeton est déjà révoqué."))
    return token


async def _revoke(token: ApiToken, actor: Actor, as_of: datetime) -> bool:
    async with transaction():
        if not await ApiToken.filter(id=token.id, revoked_at=None).update(revoked_at=as_of):
            return False
        await _record(EventKind.TOKEN_REVOKED, token, actor, as_of)
    return True


async def _record(kind: EventKind, token: ApiToken, actor: Actor, as_of: datetime) -> None:
    facts = {"token": str(token.id), "name": token.name, "scopes": token.scopes}
    await record_account(kind, user=None, actor=actor, at=as_of, **facts)


async def all_tokens() -> AsyncIterator[ApiToken]:
    """Every token with its supplier, in the order of their identifiers; revoked ones too."""
    last = UUID(int=0)
    while rows := await ApiToken.filter(id__gt=last).order_by("id").limit(_AT_ONCE).select_related("supplier"):
        for token in rows:
            yield token
        last = rows[-1].id
