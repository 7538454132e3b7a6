"""What the operator does to accounts: look through them, close and reopen one, take a lost generator off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from models import Session, User
from models.actors import SYSTEM
from models.database import transaction
from models.errors import Fault, Invalid
from models.events import EventKind
from models.text import storable
from resolvers import second_factor
from resolvers.account_mails import tell_owner
from resolvers.accounts import LONGEST_IDENTIFIER, in_small_letters
from resolvers.events import record_account

_AT_ONCE = 500


async def all_accounts() -> AsyncIterator[User]:
    """Every account with its supplier, by identifier."""
    last = ""
    while (
        users := await User.filter(identifier__gt=last)
        .order_by("identifier")
        .limit(_AT_ONCE)
        .select_related("supplier")
    ):
        for user in users:
            yield user
        last = users[-1].identifier


async def disable_account(identifier: str, *, as_of: datetime) -> None:
    """Close an account at once: it signs in no more, and its sessions end."""
    user = await _named(identifier)
    async with transaction():
        if not await User.filter(id=user.id, active=True).update(active=False):
            raise Invalid(Fault("identifier", "CLOSED", "Ce compte est déjà fermé."))
        await Session.filter(user_id=user.id).delete()
        await record_account(EventKind.ACCOUNT_DISABLED, user=user, actor=SYSTEM, at=as_of)
        await tell_owner(EventKind.ACCOUNT_DISABLED, user, SYSTEM, as_of)


async def enable_account(identifier: str, *, as_of: datetime) -> None:
    """Open a closed account again, with the password that it had."""
    user = await _named(identifier)
    async with transaction():
        # Somebody invited has no password yet: their link opens the account.
        closed = User.filter(id=user.id, active=False, invited_at=None).exclude(password_hash="")
        if not await closed.update(active=True):
            raise Invalid(
                Fault("identifier", "OPEN", "Ce compte est ouvert, ou attend que son invitation soit suivie.")
            )
        await record_account(EventKind.ACCOUNT_ENABLED, user=user, actor=SYSTEM, at=as_of)
        await tell_owner(EventKind.ACCOUNT_ENABLED, user, SYSTEM, as_of)


async def reset_second_factor(identifier: str, *, as_of: datetime) -> None:
    """Take a lost generator and its codes on paper off an account; its sessions end."""
    user = await _named(identifier)
    if not second_factor.has_second_factor(user):
        raise Invalid(Fault("identifier", "NO_TOTP", "Ce compte n’a pas de double authentification."))
    async with transaction():
        await second_factor.disable(user)
        await Session.filter(user_id=user.id).delete()
        await record_account(EventKind.TOTP_DISABLED, user=user, actor=SYSTEM, at=as_of)
        await tell_owner(EventKind.TOTP_DISABLED, user, SYSTEM, as_of)


async def _named(identifier: str) -> User:
    user = await User.get_or_none(identifier=storable(in_small_letters(identifier), LONGEST_IDENTIFIER))
    if user is None:
        raise Invalid(Fault("identifier", "UNKNOWN", f"Aucun compte « {identifier} »."))
    return user
