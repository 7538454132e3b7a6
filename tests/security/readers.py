"""Everybody who may stand in front of the portal, and what the browser or the program of each says of itself."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise.queryset import QuerySet

from models import ApiToken, Session, Supplier, User
from models.actors import SYSTEM, AccountRight, Actor, TokenScope
from resolvers import accounts
from tests.conftest import NOW
from tests.factories import make_supplier, make_token, make_user

LATER = NOW + timedelta(hours=1)
"""When they come: a request sent back at NOW is open still."""

READERS = {
    "nobody": "who is not signed in",
    "disabled": "a browser whose account was disabled after it had signed in",
    "expired token": "software of the supplier whose token has come to its end",
    "revoked token": "software of the supplier whose token was revoked",
    "other supplier": "an account of another supplier that may confirm",
    "other's token": "software of another supplier that may write",
    "READ": "an account of the supplier that may read",
    "EDIT": "an account of the supplier that may change its draft too",
    "CONFIRM": "an account of the supplier that may confirm too",
    "read token": "software of the supplier that may read",
    "write token": "software of the supplier that may write too",
    "token for all": "software that may read what belongs to any supplier",
    "manager": "an account of a manager",
    "manager's token": "software that acts as a manager",
}
STRANGERS = ("nobody", "disabled")
DEAD_TOKENS = ("expired token", "revoked token")
OTHERS = ("other supplier", "other's token")
_AGENT = "the reader's own"
_WRITES = (TokenScope.READ, TokenScope.WRITE)


@dataclass
class Readers:
    """Each of them, with the suppliers that some belong to."""

    supplier: Supplier
    other: Supplier
    users: dict[str, User]
    tokens: dict[str, str]

    async def actor(self, reader: str) -> Actor:
        """Who that is to the portal: the rows that one needs of one's own are made for it."""
        if reader in self.tokens:
            return (await _of(self.tokens[reader]).get()).actor
        return self.users[reader].actor if reader in self.users else SYSTEM

    async def headers(self, reader: str) -> dict[str, str]:
        """What that reader's next request says: of a browser a session just begun, of a program its token."""
        if reader in self.tokens:
            return {"Authorization": f"Bearer {self.tokens[reader]}"}
        return {"Cookie": f"session={await self._begin(self.users[reader])}"} if reader in self.users else {}

    async def _begin(self, user: User) -> str:
        await Session.filter(user=user, agent=_AGENT).delete()
        secret = secrets.token_urlsafe(32)
        times: dict[str, Any] = {"created_at": LATER, "seen_at": LATER, "expires_at": LATER + timedelta(hours=1)}
        await Session.create(digest=accounts.digest(secret), user=user, agent=_AGENT, **times)
        return secret


async def gather() -> Readers:
    """All of them, on an empty database."""
    supplier, other = await make_supplier(siret="79256844600019"), await make_supplier(siret="73282932000074")
    users = {right.value: await make_user(supplier, right=right) for right in AccountRight}
    users |= {
        "disabled": await make_user(supplier, active=False),
        "other supplier": await make_user(other),
        "manager": await make_user(None),
    }
    tokens = {
        "expired token": await _token(*_WRITES, supplier=supplier),
        "revoked token": await _token(*_WRITES, supplier=supplier),
        "other's token": await _token(*_WRITES, supplier=other),
        "read token": await _token(TokenScope.READ, supplier=supplier),
        "write token": await _token(*_WRITES, supplier=supplier),
        "token for all": await _token(TokenScope.READ),
        "manager's token": await _token(TokenScope.MANAGE),
    }
    # Its end was told: using it once more tells it no more.
    await _of(tokens["expired token"]).update(expires_at=NOW, noticed_at=NOW)
    await _of(tokens["revoked token"]).update(revoked_at=NOW)
    return Readers(supplier, other, users, tokens)


async def _token(*scopes: TokenScope, supplier: Supplier | None = None) -> str:
    return await make_token(name="Logiciel", scopes=scopes, supplier=supplier, as_of=NOW)


def _of(secret: str) -> QuerySet[ApiToken]:
    return ApiToken.filter(digest=accounts.digest(secret))
