"""One's own account: another password, another address. Both ask for the present password first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from models import Event, Session, User
from models.actors import Actor, Origin
from models.database import transaction
from models.emails import EmailKind
from models.errors import Fault, Invalid, NotFound
from models.events import EventKind
from resolvers import links
from resolvers.accounts import address_faults, digest, hash_password
from resolvers.events import record_account
from resolvers.mail.notification import outgoing
from resolvers.mail.rendering import render
from resolvers.ownership import WRONG_PASSWORD, prove
from resolvers.password_rules import password_faults, words_about
from resolvers.sealed_links import opened, sealed
from resolvers.sessions import new_secret
from resolvers.visibility import found, own_account

LINK_LASTS = timedelta(minutes=30)
_PURPOSE = "address"


@dataclass(frozen=True)
class AddressChange:
    """The address that waits for its link to be followed."""

    user: User
    email: str


async def change_password(actor: Actor, current: str, password: str, *, session: str, as_of: datetime) -> str:
    """Give one's account another password; `session` is the secret of one's own, renewed as returned, others end."""
    user = found(await own_account(actor))
    await user.fetch_related("supplier")
    await prove(user, actor, current, as_of=as_of)
    if faults := password_faults(password, *words_about(user)):
        raise Invalid.of(faults)
    renewed, secret = await hash_password(password), new_secret()
    async with transaction():
        # The password may have been changed elsewhere since it was verified.
        if not await User.filter(id=user.id, password_hash=user.password_hash).update(password_hash=renewed):
            raise Invalid(WRONG_PASSWORD)
        await _renew(found(await Session.get_or_none(user_id=user.id, digest=digest(session))), secret)
        await record_account(EventKind.PASSWORD_CHANGED, user=user, actor=actor, at=as_of)
        await _tell(EmailKind.PASSWORD_CHANGED, user.email, as_of, identifier=user.identifier)
    return secret


async def _renew(session: Session, secret: str) -> None:
    """Let this session of the account go on under another secret until its hour, and end the others."""
    await Session.filter(user_id=session.user_id).delete()
    await session.clone(digest(secret)).save(force_create=True)


async def ask_for_address(actor: Actor, current: str, email: str, *, as_of: datetime) -> None:
    """Mail to the new address the link that makes it the account's own."""
    user, email = found(await own_account(actor)), email.strip()
    await prove(user, actor, current, as_of=as_of)
    faults = address_faults(email)
    if not faults and email == user.email:
        faults = [Fault("email", "SAME", "C’est déjà l’adresse de votre compte.")]
    if faults:
        raise Invalid.of(faults)
    facts = {"user": user.id.hex, "before": user.email, "after": email, "rank": str(await _rank(user))}
    link = links.address_change(sealed(_PURPOSE, ends_at=as_of + LINK_LASTS, **facts))
    async with transaction():
        await record_account(EventKind.EMAIL_CHANGE_ASKED, user=user, actor=actor, at=as_of, email=email)
        await _tell(EmailKind.ADDRESS_CONFIRMATION, email, as_of, identifier=user.identifier, link=link)


async def address_change(seal: str, *, as_of: datetime) -> AddressChange | None:
    """What following this link changes; None when it is forged, used or over."""
    facts = opened(_PURPOSE, seal, as_of=as_of)
    if facts is None:
        return None
    user = await User.get_or_none(id=UUID(facts["user"]), active=True, email=facts["before"])
    # The address may have been changed and changed back since: a link serves once all the same.
    if user is None or str(await _rank(user)) != facts["rank"]:
        return None
    return AddressChange(user, facts["after"])


async def change_address(seal: str, *, origin: Origin | None = None, as_of: datetime) -> User:
    """Make the address to which the link was mailed the account's own, and tell the one before."""
    change = await address_change(seal, as_of=as_of)
    if change is None:
        raise NotFound
    user, before = change.user, change.user.email
    async with transaction():
        if not await User.filter(id=user.id, email=before).update(email=change.email):
            raise NotFound
        user.email = change.email
        actor = replace(user.actor, origin=origin)
        await record_account(EventKind.EMAIL_CHANGED, user=user, actor=actor, at=as_of, before=before, after=user.email)
        await _tell(EmailKind.ADDRESS_CHANGED, before, as_of, identifier=user.identifier)
    return user


async def _rank(user: User) -> int:
    """How many times the address was changed."""
    return await Event.filter(user_id=user.id, kind=EventKind.EMAIL_CHANGED).count()


async def _tell(kind: EmailKind, address: str, as_of: datetime, **facts: Any) -> None:
    letter = render(kind, at=as_of, help_link=links.help_page(), sign_in_link=links.sign_in(), **facts)
    await outgoing(kind, letter, address, as_of).save()
