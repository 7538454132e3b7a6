"""The second factor of one's own account: set up, given up, its codes on paper renewed. All ask for the password."""

from __future__ import annotations

from datetime import datetime

from models import Session, User
from models.actors import Actor
from models.database import transaction
from models.errors import Fault, Invalid, PermissionDenied
from models.events import EventKind
from resolvers import second_factor
from resolvers.account_mails import tell_owner
from resolvers.accounts import digest
from resolvers.events import record_account
from resolvers.ownership import prove
from resolvers.visibility import found, own_account

WRONG_CODE = Fault("code", "WRONG", "Ce code n’est pas celui que l’application affiche. Attendez le suivant.")


async def owner(actor: Actor) -> User:
    """The account of whoever acts."""
    return found(await own_account(actor))


async def enable(actor: Actor, current: str, offer: str, code: str, *, session: str, as_of: datetime) -> list[str]:
    """Ask for codes of the offered generator from now on; every session but that one ends. The codes on paper."""
    user = await owner(actor)
    await prove(user, actor, current, as_of=as_of)
    secret = second_factor.offered_secret(user, offer, as_of=as_of)
    async with transaction():
        codes = await second_factor.enable(user, secret, code, as_of=as_of) if secret else None
        if codes is None:
            raise Invalid(WRONG_CODE)
        # Those were opened by a password alone.
        await Session.filter(user_id=user.id).exclude(digest=digest(session)).delete()
        await record_account(EventKind.TOTP_ENABLED, user=user, actor=actor, at=as_of)
        await tell_owner(EventKind.TOTP_ENABLED, user, actor, as_of)
    return codes


async def disable(actor: Actor, current: str, *, as_of: datetime) -> None:
    """Ask for no code any more; not for whoever must have one."""
    user = await owner(actor)
    if second_factor.must_have_second_factor(user):
        raise PermissionDenied("Votre compte ne peut pas se passer de la double authentification.")
    await prove(user, actor, current, as_of=as_of)
    async with transaction():
        await second_factor.disable(user)
        await record_account(EventKind.TOTP_DISABLED, user=user, actor=actor, at=as_of)
        await tell_owner(EventKind.TOTP_DISABLED, user, actor, as_of)


async def renew_codes(actor: Actor, current: str, *, as_of: datetime) -> list[str]:
    """Codes on paper in place of those before, to be shown once."""
    user = await owner(actor)
    await prove(user, actor, current, as_of=as_of)
    if not second_factor.has_second_factor(user):
        raise PermissionDenied("Activez d’abord la double authentification.")
    async with transaction():
        codes = await second_factor.new_recovery_codes(user)
        await record_account(EventKind.RECOVERY_CODES_RENEWED, user=user, actor=actor, at=as_of)
        await tell_owner(EventKind.RECOVERY_CODES_RENEWED, user, actor, as_of)
    return codes
