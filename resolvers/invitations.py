"""An invitation, from its mail to the account that is opened by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from models import Supplier, User
from models.actors import AccountRight, Actor, Origin, Role
from models.database import transaction
from models.emails import EmailKind
from models.errors import Fault, Invalid, NotFound
from models.events import EventKind
from models.text import has_hidden, storable, tidy
from resolvers import links
from resolvers.accounts import LONGEST_IDENTIFIER, hash_password, identity_faults, in_small_letters
from resolvers.events import record_account
from resolvers.mail.notification import outgoing
from resolvers.mail.rendering import render
from resolvers.password_rules import company_names, password_faults
from resolvers.sealed_links import opened, sealed

INVITATION_LASTS = timedelta(days=3)
LONGEST_NAME = 200
_PURPOSE = "invitation"
_MAY = {
    AccountRight.READ: "consulter ses demandes",
    AccountRight.EDIT: "consulter ses demandes et préparer leurs modifications",
    AccountRight.CONFIRM: "consulter ses demandes, les modifier et confirmer",
}


def placeholder() -> str:
    """What stands for the identifier that the invited person will choose: nobody signs in by it."""
    return f"invitation {uuid4()}"


async def send_invitation(user: User, supplier: Supplier, inviter: Actor, *, as_of: datetime) -> None:
    """Mail the link by which the invited person opens the account."""
    ends_at = invitation_ends(user)
    seal = sealed(_PURPOSE, ends_at=ends_at, user=user.id.hex, invited=as_of.isoformat())
    letter = render(
        EmailKind.ACCOUNT_INVITATION,
        supplier=supplier.legal_name,
        inviter="Un gestionnaire de l’ASP" if inviter.role is Role.MANAGER else inviter.name,
        may=_MAY[user.right],
        ends_at=ends_at,
        link=links.invitation(seal),
        help_link=links.help_page(),
    )
    await outgoing(EmailKind.ACCOUNT_INVITATION, letter, user.email, as_of).save()


def invitation_ends(user: User) -> datetime:
    """Until when the invitation can be taken up."""
    if user.invited_at is None:
        raise NotFound
    return user.invited_at + INVITATION_LASTS


async def invited(seal: str, *, as_of: datetime) -> User | None:
    """Whom this link invites, with their supplier; None when it was used, taken back, sent again or is over."""
    facts = opened(_PURPOSE, seal, as_of=as_of)
    if facts is None:
        return None
    user = await User.get_or_none(id=UUID(facts["user"]), active=False).select_related("supplier")
    if user is None or user.invited_at is None or user.invited_at.isoformat() != facts["invited"]:
        return None
    return user


async def accept_invitation(
    seal: str, *, identifier: str, name: str, password: str, origin: Origin | None = None, as_of: datetime
) -> User:
    """Open the account with the identifier, the name and the password that the invited person chose."""
    user = await invited(seal, as_of=as_of)
    if user is None:
        raise NotFound
    identifier, name = in_small_letters(identifier), tidy(name)
    if faults := await _faults(user, identifier, name, password):
        raise Invalid.of(faults)
    chosen = {"identifier": identifier, "name": name, "password_hash": await hash_password(password)}
    try:
        async with transaction():
            waiting = User.filter(id=user.id, active=False, invited_at=user.invited_at)
            if not await waiting.update(**chosen, active=True, invited_at=None):
                raise NotFound
            user.update_from_dict(chosen | {"active": True, "invited_at": None})
            actor = replace(user.actor, origin=origin)
            await record_account(EventKind.ACCOUNT_ACTIVATED, user=user, actor=actor, at=as_of)
    except IntegrityError:
        raise Invalid(_taken(identifier)) from None
    return user


async def _faults(user: User, identifier: str, name: str, password: str) -> list[Fault]:
    faults = identity_faults(identifier, user.email, user.role, user.supplier)
    if not faults and await User.exists(identifier=storable(identifier, LONGEST_IDENTIFIER)):
        faults.append(_taken(identifier))
    if not name or len(name) > LONGEST_NAME or has_hidden(name):
        faults.append(Fault("name", "INVALID", f"Indiquez votre nom, en {LONGEST_NAME} caractères au plus."))
    return faults + password_faults(password, identifier, user.email, name, *company_names(user.supplier))


def _taken(identifier: str) -> Fault:
    return Fault("identifier", "TAKEN", f"L’identifiant « {identifier} » est déjà utilisé.")
