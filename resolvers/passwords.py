"""An identifier or a password forgotten: a mail to the account's own address, and a link good for one use.

Nobody is told whether an account exists. The link carries its end and a seal over the present password: using it
changes the password, and so breaks the seal.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from models import Email, Session, User
from models.database import transaction
from models.emails import EmailKind
from models.errors import Invalid, NotFound
from models.text import storable
from resolvers import links
from resolvers.accounts import LONGEST_ADDRESS, account_named, hash_password, password_faults
from resolvers.mail.notification import outgoing
from resolvers.mail.rendering import render
from settings import settings

LINK_LASTS = timedelta(minutes=30)

# One mail of a kind to an address in this time: asking again and again floods nobody's mailbox.
_ASKED_AGAIN_AFTER = timedelta(minutes=2)


async def remind_identifier(email: str, *, as_of: datetime) -> None:
    """Send to this address the identifiers of the accounts that it belongs to."""
    address = storable(email.strip(), LONGEST_ADDRESS)
    users = await User.filter(email__iexact=address, active=True).order_by("identifier")
    if users:
        await _send(EmailKind.IDENTIFIER_REMINDER, users[0], as_of, identifiers=[user.identifier for user in users])


async def send_reset_link(identifier: str, *, as_of: datetime) -> None:
    """Send to the account's address the link by which its password can be changed."""
    user = await account_named(identifier)
    if user:
        link = links.password_reset(_seal(user, as_of + LINK_LASTS))
        await _send(EmailKind.PASSWORD_RESET, user, as_of, link=link, identifier=user.identifier)


async def _send(kind: EmailKind, user: User, as_of: datetime, **facts: Any) -> None:
    if await Email.exists(kind=kind, recipient=user.email, created_at__gt=as_of - _ASKED_AGAIN_AFTER):
        return
    letter = render(kind, help_link=links.help_page(), sign_in_link=links.sign_in(), **facts)
    await outgoing(kind, letter, user.email, as_of).save()


async def can_reset(seal: str, *, as_of: datetime) -> bool:
    """Is this link still good?"""
    return await _sealed_account(seal, as_of) is not None


async def reset_password(seal: str, password: str, *, as_of: datetime) -> None:
    """Change the password by the link that was mailed; every session of the account ends."""
    user = await _sealed_account(seal, as_of)
    if user is None:
        raise NotFound
    faults = password_faults(password)
    if faults:
        raise Invalid.of(faults)
    renewed = await hash_password(password)
    async with transaction():
        # The seal is over the password read above: of two uses at once, one finds it changed.
        if not await User.filter(id=user.id, password_hash=user.password_hash).update(password_hash=renewed):
            raise NotFound
        await Session.filter(user_id=user.id).delete()


def _seal(user: User, ends_at: datetime) -> str:
    claim = f"{user.id.hex}.{int(ends_at.timestamp())}"
    return f"{claim}.{_mac(claim, user)}"


def _mac(claim: str, user: User) -> str:
    secret = settings.secret_key.get_secret_value().encode()
    return hmac.new(secret, f"reset:{claim}:{user.password_hash}".encode(), "sha256").hexdigest()


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
