"""The second step of signing in: a code after the password, or a generator set up where one is a duty."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from models import User
from models.database import transaction
from models.events import EventKind
from resolvers import second_factor
from resolvers.account_mails import tell_owner
from resolvers.attempts import attempt, stranger
from resolvers.events import record_account
from resolvers.sessions import Browser, open_session
from resolvers.throttling import Bounds, bounds, give_back


class Circumstances(TypedDict):
    """When, from which browser, and in place of which session one signs in."""

    as_of: datetime
    instead_of: str | None
    browser: Browser


@dataclass(frozen=True)
class SetUp:
    """A generator is set up: the codes on paper, to be shown once, and the session that has begun."""

    codes: list[str]
    secret: str


async def sign_in(user: User, code: str, *, as_of: datetime, instead_of: str | None, browser: Browser) -> str | None:
    """Open a session for whoever gave the password, if this code is one of theirs; its secret."""
    tried = await _try(user, browser, as_of)
    how = await second_factor.spend(user, code, as_of=as_of)
    if how is None:
        await _failed(user, browser, as_of)
        return None
    await give_back(tried, as_of=as_of)
    return await open_session(user, how, as_of=as_of, instead_of=instead_of, browser=browser)


async def set_up(
    user: User, offer: str, code: str, *, as_of: datetime, instead_of: str | None, browser: Browser
) -> SetUp | None:
    """Set the offered generator up and open a session, if this code is one of that generator's."""
    tried = await _try(user, browser, as_of)
    secret = second_factor.offered_secret(user, offer, as_of=as_of)
    async with transaction():
        codes = await second_factor.enable(user, secret, code, as_of=as_of) if secret else None
        if codes:
            actor = replace(user.actor, origin=browser.origin)
            await record_account(EventKind.TOTP_ENABLED, user=user, actor=actor, at=as_of)
            await tell_owner(EventKind.TOTP_ENABLED, user, actor, as_of)
    if codes is None:
        return None
    await give_back(tried, as_of=as_of)
    begun = await open_session(user, EventKind.SIGNED_IN, as_of=as_of, instead_of=instead_of, browser=browser)
    return SetUp(codes, begun) if begun else None


async def _try(user: User, browser: Browser, as_of: datetime) -> Bounds:
    tried = bounds("code", user.identifier, browser.address)
    await attempt(tried, user.identifier, browser.origin, as_of=as_of)
    return tried


async def _failed(user: User, browser: Browser, as_of: datetime) -> None:
    await record_account(EventKind.SIGN_IN_FAILED, user=user, actor=stranger(browser.origin), at=as_of, step="code")
