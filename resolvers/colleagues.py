"""The accounts of a supplier: invited by mail, given a right, closed at once.

By one of the supplier's own accounts that may confirm, or by a manager. Each change holds the supplier's row, so that
two colleagues who close each other's account at the same instant do not both succeed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from models import Session, Supplier, User
from models.actors import AccountRight, Actor, Role
from models.colleagues import (
    MOST_ACCOUNTS,
    AccountAction,
    AccountState,
    account_actions,
    is_own,
    may_manage_accounts,
    state_of,
)
from models.database import transaction
from models.errors import Fault, Invalid, PermissionDenied
from models.events import EventKind
from resolvers.account_mails import tell_owner
from resolvers.accounts import address_faults
from resolvers.events import record_account
from resolvers.invitations import placeholder, send_invitation
from resolvers.reading import get_supplier
from resolvers.visibility import accounts_in_use, found, get_account, own_account

# Asking again and again floods nobody's mailbox.
_RESENT_AFTER = timedelta(minutes=2)

LAST_TO_CONFIRM = Fault(
    "accountId",
    "LAST_TO_CONFIRM",
    "Votre compte est le seul qui puisse confirmer : donnez d’abord ce droit à un collègue.",
)


async def invite_account(
    actor: Actor, *, email: str, right: AccountRight, supplier_id: UUID | None = None, as_of: datetime
) -> User:
    """Invite somebody to the supplier by mail; the account opens when they choose their password."""
    supplier = await _managed_supplier(actor, supplier_id)
    email = email.strip()
    if faults := address_faults(email):
        raise Invalid.of(faults)
    async with transaction():
        await _hold_supplier(actor, supplier.id)
        await _check_room(supplier.id, email)
        user = await _create(supplier, email, right, actor, as_of)
        await record_account(
            EventKind.ACCOUNT_INVITED, user=user, actor=actor, at=as_of, email=email, right=right.value
        )
        await send_invitation(user, supplier, actor, as_of=as_of)
    return user


async def _create(supplier: Supplier, email: str, right: AccountRight, actor: Actor, as_of: datetime) -> User:
    return await User.create(
        identifier=placeholder(),
        email=email,
        name=email,
        role=Role.SUPPLIER,
        right=right,
        supplier=supplier,
        password_hash="",
        active=False,
        created_at=as_of,
        invited_at=as_of,
        invited_by=actor.author,
    )


async def _managed_supplier(actor: Actor, supplier_id: UUID | None) -> Supplier:
    """The supplier meant: one's own, or the one that a manager names."""
    wanted = supplier_id or actor.supplier_id
    if not may_manage_accounts(actor):
        raise PermissionDenied()
    if wanted is None:
        raise Invalid(Fault("supplierId", "REQUIRED", "Indiquez le fournisseur dont le compte dépendra."))
    return await get_supplier(actor, wanted)


async def _check_room(supplier_id: UUID, email: str) -> None:
    """Refuse an address that the supplier knows already, and more accounts than a company needs."""
    colleagues = await accounts_in_use().filter(supplier_id=supplier_id)
    if any(colleague.email.lower() == email.lower() for colleague in colleagues):
        raise Invalid(Fault("email", "TAKEN", "Cette adresse est déjà celle d’un compte ou d’une invitation."))
    if len(colleagues) >= MOST_ACCOUNTS:
        message = f"Un fournisseur compte au plus {MOST_ACCOUNTS} comptes et invitations : révoquez-en d’abord."
        raise Invalid(Fault("email", "TOO_MANY", message))


async def resend_invitation(actor: Actor, account_id: UUID, *, as_of: datetime) -> User:
    """Send the invitation again, for as long as the first: the link of the one before ends."""
    user = await _managed(actor, account_id)
    async with transaction():
        supplier = await _hold_supplier(actor, user.supplier_id)
        user = await get_account(actor, account_id)
        if state_of(user) is not AccountState.INVITED:
            raise Invalid(Fault("accountId", "NOT_INVITED", "Ce compte n’attend pas d’invitation."))
        if user.invited_at and as_of - user.invited_at < _RESENT_AFTER:
            raise Invalid(Fault("accountId", "TOO_SOON", "Une invitation vient de partir : attendez deux minutes."))
        user.invited_at, user.invited_by = as_of, actor.author
        await user.save(update_fields=["invited_at", "invited_by"])
        await record_account(
            EventKind.ACCOUNT_INVITED, user=user, actor=actor, at=as_of, email=user.email, right=user.right.value
        )
        await send_invitation(user, supplier, actor, as_of=as_of)
    return user


async def change_account_right(actor: Actor, account_id: UUID, *, right: AccountRight, as_of: datetime) -> User:
    """Change how far an account may go; whoever is signed in on it signs in again."""
    user = await _managed(actor, account_id)
    async with transaction():
        await _hold_supplier(actor, user.supplier_id)
        user = await get_account(actor, account_id)
        before = user.right
        if right is before:
            return user
        await _check_not_last(actor, user)
        user.right = right
        await user.save(update_fields=["right"])
        await Session.filter(user_id=user.id).delete()
        await record_account(
            EventKind.RIGHT_CHANGED, user=user, actor=actor, at=as_of, before=before.value, after=right.value
        )
        await tell_owner(EventKind.RIGHT_CHANGED, user, actor, as_of, before=before, after=right)
    return user


async def revoke_account(actor: Actor, account_id: UUID, *, as_of: datetime) -> User:
    """Close an account, or take an invitation back: from now on it opens nothing."""
    user = await _managed(actor, account_id)
    async with transaction():
        await _hold_supplier(actor, user.supplier_id)
        user = await get_account(actor, account_id)
        await _check_not_last(actor, user)
        user.active, user.invited_at = False, None
        await user.save(update_fields=["active", "invited_at"])
        await Session.filter(user_id=user.id).delete()
        await record_account(EventKind.ACCOUNT_REVOKED, user=user, actor=actor, at=as_of)
        await tell_owner(EventKind.ACCOUNT_REVOKED, user, actor, as_of)
    return user


async def _managed(actor: Actor, account_id: UUID) -> User:
    """That account, for an actor who may change it."""
    user = await get_account(actor, account_id)
    if not may_manage_accounts(actor):
        raise PermissionDenied()
    return user


async def _hold_supplier(actor: Actor, supplier_id: UUID | None) -> Supplier:
    """Let one change at a time touch the supplier's accounts, made by somebody who still may."""
    supplier = found(await Supplier.filter(id=supplier_id).select_for_update(no_key=True).first())
    if actor.role is Role.SUPPLIER:
        own = await own_account(actor)
        if own is None or own.right is not AccountRight.CONFIRM:
            raise PermissionDenied()
    return supplier


async def _check_not_last(actor: Actor, user: User) -> None:
    """Somebody must be left who may confirm and invite: the last one does not close the door behind."""
    if is_own(actor, user) and user.right is AccountRight.CONFIRM and not await _others_confirm(user):
        raise Invalid(LAST_TO_CONFIRM)


async def _others_confirm(user: User) -> bool:
    others = User.filter(supplier_id=user.supplier_id, right=AccountRight.CONFIRM, active=True)
    return await others.exclude(id=user.id).exists()


def actions_on(actor: Actor, user: User, colleagues: Iterable[User]) -> list[AccountAction]:
    """What the actor may do now to an account; `colleagues` are all those of its supplier."""
    confirming = {each.id for each in colleagues if each.active and each.right is AccountRight.CONFIRM}
    return account_actions(actor, user, is_last_to_confirm=confirming == {user.id})
