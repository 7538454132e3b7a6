"""Sessions of signed-in browsers: begun with a password, ended by signing out, by time or with the account."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tortoise.expressions import Q

from models import Session, User
from models.actors import Actor, Origin
from models.database import transaction
from models.events import EventKind
from resolvers.account_mails import tell_owner
from resolvers.accounts import (
    SEEN_AGAIN_AFTER,
    account_named,
    digest,
    hash_password,
    in_small_letters,
    is_password,
    is_weakly_kept,
    nobodys_hash,
)
from resolvers.attempts import attempt, stranger
from resolvers.events import record_account
from resolvers.familiar import bounded_name
from resolvers.second_factor import has_second_factor, must_have_second_factor, password_proof
from resolvers.throttling import bounds, give_back
from settings import settings


@dataclass(frozen=True)
class SignedIn:
    """A person whose session is good now."""

    actor: Actor
    supplier_name: str | None
    session: str
    """What names the session in the account's list."""
    ends_at: datetime
    """When it ends if it is used no more."""
    expires_at: datetime
    """When it ends however much it is used."""
    typed: str | None
    """What the session before it did not live to receive (resolvers/typed.py)."""


@dataclass(frozen=True)
class Browser:
    """Where a session is opened from: network address, the name that it gives itself, and the request's number.

    `familiar` is what this browser kept of an earlier sign-in (resolvers/familiar.py).
    """

    address: str = ""
    agent: str = ""
    number: str = ""
    familiar: str = ""

    @property
    def origin(self) -> Origin:
        return Origin(self.address, self.number)


class SecondFactorDue(Exception):
    """The password is right, and a code is still asked for: `proof` lets this browser give it, for some minutes.

    Without a generator yet, there is one to be set up first.
    """

    def __init__(self, user: User, *, as_of: datetime) -> None:
        super().__init__("a second factor is due")
        self.user = user
        self.proof = password_proof(user, as_of=as_of)
        self.has_generator = has_second_factor(user)


async def sign_in(
    identifier: str,
    password: str,
    *,
    as_of: datetime,
    instead_of: str | None = None,
    browser: Browser = Browser(),
) -> str | None:
    """Open a session and return its secret; None when the two do not go together, without saying which is wrong.

    `instead_of` is the session that this browser had: it ends here. Raises Throttled when this was tried too often,
    whether or not there is such an account; and SecondFactorDue when the password alone opens nothing.
    """
    user = await _whose_password(identifier, password, browser, as_of)
    if user is None:
        return None
    if has_second_factor(user) or must_have_second_factor(user):
        raise SecondFactorDue(user, as_of=as_of)
    return await open_session(user, EventKind.SIGNED_IN, as_of=as_of, instead_of=instead_of, browser=browser)


async def _whose_password(identifier: str, password: str, browser: Browser, as_of: datetime) -> User | None:
    name = in_small_letters(identifier)
    tried = bounds("sign-in", bounded_name(name, browser.familiar), browser.address)
    await attempt(tried, name, browser.origin, as_of=as_of)
    user = await account_named(name)
    known = user.password_hash if user else nobodys_hash()
    verified = await is_password(known, password)
    if user is None or not verified:
        await record_account(EventKind.SIGN_IN_FAILED, user=user, actor=stranger(browser.origin), at=as_of)
        return None
    await give_back(tried, as_of=as_of)
    if is_weakly_kept(known):
        user.password_hash = await hash_password(password)
        await User.filter(id=user.id, password_hash=known).update(password_hash=user.password_hash)
    return user


async def open_session(
    user: User, how: EventKind, *, as_of: datetime, instead_of: str | None, browser: Browser
) -> str | None:
    """Open a session for whoever has proved to be the account's owner, and write down how it was proved."""
    async with transaction():
        # The account may have been closed, or its password changed, since that was proved.
        same = User.filter(id=user.id, password_hash=user.password_hash, active=True)
        if not await same.update(signed_in_at=as_of):
            return None
        actor = replace(user.actor, origin=browser.origin)
        await record_account(how, user=user, actor=actor, at=as_of, agent=_shown(browser.agent))
        if how is EventKind.RECOVERY_CODE_USED:
            await tell_owner(how, user, actor, as_of)
        return await _open_session(user, as_of, instead_of, browser)


async def _open_session(user: User, as_of: datetime, instead_of: str | None, browser: Browser) -> str:
    if instead_of:
        await Session.filter(digest=digest(instead_of)).delete()
    # Sessions that ended are of no use to anybody: this is where they go.
    await Session.filter(ended(as_of), user=user).delete()
    secret = new_secret()
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


def new_secret() -> str:
    """What a browser keeps to be known by: 256 bits."""
    return secrets.token_urlsafe(32)


def _shown(agent: str) -> str:
    """What can be kept and read of the name that a browser gives itself."""
    return "".join(filter(str.isprintable, agent))[:300]


def ended(as_of: datetime) -> Q:
    """The sessions over at that instant: too old, or too long unused."""
    return Q(expires_at__lte=as_of) | Q(seen_at__lte=as_of - timedelta(minutes=settings.session_idle_minutes))


async def sign_out(secret: str, *, as_of: datetime, origin: Origin | None = None) -> None:
    """End a session; one that is unknown has ended already."""
    session = await Session.get_or_none(digest=digest(secret)).select_related("user")
    if session is None:
        return
    async with transaction():
        if await Session.filter(digest=session.digest).delete():
            actor = replace(session.user.actor, origin=origin)
            await record_account(EventKind.SIGNED_OUT, user=session.user, actor=actor, at=as_of)


async def signed_in(secret: str, *, as_of: datetime) -> SignedIn | None:
    """Whose session this is, if it still runs and the account is still active."""
    session = (
        await Session.filter(~ended(as_of), digest=digest(secret), user__active=True)
        .select_related("user__supplier")
        .first()
    )
    # One opened before a second factor became a duty opens nothing any more.
    if session is None or (must_have_second_factor(session.user) and not has_second_factor(session.user)):
        return None
    if as_of - session.seen_at >= SEEN_AGAIN_AFTER:
        await Session.filter(digest=session.digest).update(seen_at=as_of)
        session.seen_at = as_of
    return _known(session)


def _known(session: Session) -> SignedIn:
    supplier = session.user.supplier
    return SignedIn(
        actor=session.user.actor,
        supplier_name=supplier.legal_name if supplier else None,
        session=session.public_id,
        ends_at=min(session.expires_at, session.seen_at + timedelta(minutes=settings.session_idle_minutes)),
        expires_at=session.expires_at,
        typed=session.typed,
    )
