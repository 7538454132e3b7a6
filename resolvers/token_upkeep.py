"""What the operator does to tokens: look through them, and revoke one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from models import ApiToken
from models.actors import SYSTEM
from models.database import transaction
from models.errors import Fault, Invalid
from models.events import EventKind
from resolvers.events import record_account

_AT_ONCE = 500


async def all_tokens() -> AsyncIterator[ApiToken]:
    """Every token with its supplier, in the order of their identifiers; revoked ones too."""
    last = UUID(int=0)
    while tokens := await ApiToken.filter(id__gt=last).order_by("id").limit(_AT_ONCE).select_related("supplier"):
        for token in tokens:
            yield token
        last = tokens[-1].id


async def revoke_token(token_id: UUID, *, as_of: datetime) -> ApiToken:
    """End a token at once: the next request with it is refused."""
    token = await ApiToken.get_or_none(id=token_id)
    if token is None:
        raise Invalid(Fault("id", "UNKNOWN", "Aucun jeton ne porte cet identifiant : « solde token list » les liste."))
    async with transaction():
        if not await ApiToken.filter(id=token.id, revoked_at=None).update(revoked_at=as_of):
            raise Invalid(Fault("id", "REVOKED", "Ce jeton est déjà révoqué."))
        facts = {"token": str(token.id), "name": token.name, "scopes": token.scopes}
        await record_account(EventKind.TOKEN_REVOKED, user=None, actor=SYSTEM, at=as_of, **facts)
    return token
