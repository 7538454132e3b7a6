"""Sessions of signed-in browsers: begun with a password, ended by signing out, by time or with the account."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from tortoise.expressions import Q

from models import Session, User
from models.actors import Actor
from resolvers.accounts import (
    SEEN_AGAIN_AFTER,
    account_named,
    digest,
    hash_password,
    is_weakly_kept,
    verify_password,
)
from settings import settings

# Verified in place of the hash that an unknown identifier does not have, so that both take the same time.
_NOBODYS_HASH = PasswordHasher().hash(secrets.token_urlsafe(32))


@dataclass(frozen=True)
class SignedIn:
    """A person whose session is good now."""

    actor: Actor
    supplier_name: str | None
    session: str
    """What names the session in the account's list."""


@dataclass(frozen=True)
class Browser:
    """Where a session is opened from, for whoever looks through their own: network address and name that it gives."""

    address: str = ""
    agent: str = ""


async def sign_in(
    identifier: str,
    password: str,
    *,
    as_of: datetime,
    instead_of: str | None = None,
    browser: Browser = Browser(),
) -> str | None:
    """Open a session and return its secret; None when the two do not go together, without saying which is wrong.

    `instead_of` is the session that this browser had: it ends here.
    """
    user = await account_named(identifier)
    known = user.password_hash if user else _NOBODYS_HASH
    verified = await asyncio.to_thread(verify_password, known, password)
    if user is None or not verified:
        return None
    if is_weakly_kept(known):
        renewed = await hash_password(password)
        await User.filter(id=user.id, password_hash=known).update(password_hash=renewed)
    return await _open_session(user, as_of, instead_of, browser)


async def _open_session(user: User, as_of: datetime, instead_of: str | None, browser: Browser) -> str:
    if instead_of:
        await sign_out(instead_of)
    # Sessions that ended are of no use to anybody: this is where they go.
    await Session.filter(ended(as_of), user=user).delete()
    secret = secrets.token_urlsafe(32)
    expires_at = as_of + timedelta(hours=settings.session_hours)
    await Session.create(
        digest=digest(secret),
        user=user,
        address=browser.address[:45],
        agent=_shown(browser.agent),
        created_at=as_of,
        seen_at=as_of,
        expires_at=expires_at,
    )
    return secret


def _shown(agent: str) -> str:
    """What can be kept and read of the name that a browser gives itself."""
    return "".join(filter(str.isprintable, agent))[:300]


def ended(as_of: datetime) -> Q:
    """The sessions over at that instant: too old, or too long unused."""
    return Q(expires_at__lte=as_of) | Q(seen_at__lte=as_of - timedelta(minutes=settings.session_idle_minutes))


async def sign_out(secret: str) -> None:
    """End a session; one that is unknown has ended already."""
    await Session.filter(digest=digest(secret)).delete()


async def signed_in(secret: str, *, as_of: datetime) -> SignedIn | None:
    """Whose session this is, if it still runs and the account is still active."""
    session = (
        await Session.filter(~ended(as_of), digest=digest(secret), user__active=True)
        .select_related("user__supplier")
        .first()
    )
    if session is None:
        return None
    if as_of - session.seen_at >= SEEN_AGAIN_AFTER:
        await Session.filter(digest=session.digest).update(seen_at=as_of)
    supplier = session.user.supplier
    return SignedIn(session.user.actor, supplier.legal_name if supplier else None, session.public_id)
