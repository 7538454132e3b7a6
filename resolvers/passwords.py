"""An identifier or a password forgotten: a mail to the account's own address, and a link good for one use.

Nobody is told whether an account exists. The link carries its end and a seal over the present password: using it
changes the password, and so breaks the seal.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from models import Email, Session, User
from models.actors import NOWHERE, Origin
from models.database import transaction
from models.emails import EmailKind
from models.errors import Invalid, NotFound
from models.events import EventKind
from models.text import storable
from resolvers import links
from resolvers.account_mails import tell_owner
from resolvers.accounts import LONGEST_ADDRESS, account_named, hash_password, in_small_letters
from resolvers.attempts import attempt, stranger
from resolvers.events import record_account
from resolvers.mail.notification import outgoing
from resolvers.mail.rendering import render
from resolvers.password_rules import password_faults, words_about
from resolvers.throttling import bounds, forgive
from settings import settings

LINK_LASTS = timedelta(minutes=30)

# One mail of a kind to an address in this time: asking again and again floods nobody's mailbox.
_ASKED_AGAIN_AFTER = timedelta(minutes=2)


async def ask(typed: str, *, as_of: datetime, origin: Origin = NOWHERE) -> None:
    """Raise Throttled when mails for what was typed, or from that address, are asked for too often.

    The answer owes nothing to whether there is such an account; the mail itself leaves after it.
    """
    name = in_small_letters(typed)
    await attempt(bounds("mail", name, origin.address), name, origin, as_of=as_of)


async def remind_identifier(email: str, *, as_of: datetime, origin: Origin = NOWHERE) -> None:
    """Send to this address the identifiers of the accounts that it belongs to."""
    address = storable(email.strip(), LONGEST_ADDRESS)
    users = await User.filter(email__iexact=address, active=True).order_by("identifier")
    if users:
        asked = _Asked(users[0], EmailKind.IDENTIFIER_REMINDER, EventKind.IDENTIFIER_ASKED, origin)
        await _send(asked, as_of, identifiers=[user.identifier for user in users])


async def send_reset_link(identifier: str, *, as_of: datetime, origin: Origin = NOWHERE) -> None:
    """Send to the account's address the link by which its password can be changed."""
    user = await account_named(identifier)
    if user:
        link = links.password_reset(_seal(user, as_of + LINK_LASTS))
        asked = _Asked(user, EmailKind.PASSWORD_RESET, EventKind.PASSWORD_RESET_ASKED, origin)
        await _send(asked, as_of, link=link, identifier=user.identifier)


@dataclass(frozen=True)
class _Asked:
    """A mail that somebody asked for, in the name of that account."""

    user: User
    mail: EmailKind
    event: EventKind
    origin: Origin


async def _send(asked: _Asked, as_of: datetime, **facts: Any) -> None:
    address = asked.user.email
    if await Email.exists(kind=asked.mail, recipient=address, created_at__gt=as_of - _ASKED_AGAIN_AFTER):
        return
    letter = render(asked.mail, help_link=links.help_page(), sign_in_link=links.sign_in(), **facts)
    async with transaction():
        await record_account(asked.event, user=asked.user, actor=stranger(asked.origin), at=as_of)
        await outgoing(asked.mail, letter, address, as_of).save()


async def can_reset(seal: str, *, as_of: datetime) -> bool:
    """Is this link still good?"""
    return await _sealed_account(seal, as_of) is not None


async def reset_password(seal: str, password: str, *, as_of: datetime, origin: Origin = NOWHERE) -> None:
    """Change the password by the link that was mailed; every session of the account ends."""
    user = await _sealed_account(seal, as_of)
    if user is None:
        raise NotFound
    await user.fetch_related("supplier")
    faults = password_faults(password, *words_about(user))
    if faults:
        raise Invalid.of(faults)
    renewed = await hash_password(password)
    async with transaction():
        # The seal is over the password read above: of two uses at once, one finds it changed.
        if not await User.filter(id=user.id, password_hash=user.password_hash).update(password_hash=renewed):
            raise NotFound
        await Session.filter(user_id=user.id).delete()
        actor = replace(user.actor, origin=origin)
        await record_account(EventKind.PASSWORD_RESET, user=user, actor=actor, at=as_of)
        await tell_owner(EventKind.PASSWORD_RESET, user, actor, as_of)
    await forgive("sign-in", user.identifier)


def _seal(user: User, ends_at: datetime) -> str:
    claim = f"{user.id.hex}.{int(ends_at.timestamp())}"
    return f"{claim}.{_mac(claim, user)}"


def _mac(claim: str, user: User) -> str:
    secret = settings.secret_key.get_secret_value().encode()
    return hmac.new(secret, f"reset:{claim}:{user.email}:{user.password_hash}".encode(), "sha256").hexdigest()


async def _sealed_account(seal: str, as_of: datetime) -> User | None:
    """The account whose password the link changes, None when it is forged, used or over."""
    claim, _, mac = seal.rpartition(".")
    identity, _, ends = claim.partition(".")
    try:
        user_id, ends_at = UUID(hex=identity), datetime.fromtimestamp(int(ends), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    user = await User.get_or_none(id=user_id, active=True)
    if user is None or ends_at <= as_of or not hmac.compare_digest(_mac(claim, user).encode(), mac.encode()):
        return None
    return user
