"""The accounts of one supplier: who may open them, change what they may do, and close them."""

from __future__ import annotations

from enum import StrEnum

from models.accounts import User
from models.actors import AccountRight, Actor, Role

MOST_ACCOUNTS = 50
"""Accounts of one supplier, those invited included: a portal's mails are not for writing to the whole world."""


class AccountAction(StrEnum):
    INVITE_ACCOUNT = "INVITE_ACCOUNT"
    RESEND_INVITATION = "RESEND_INVITATION"
    CHANGE_ACCOUNT_RIGHT = "CHANGE_ACCOUNT_RIGHT"
    REVOKE_ACCOUNT = "REVOKE_ACCOUNT"


class AccountState(StrEnum):
    ACTIVE = "ACTIVE"
    INVITED = "INVITED"
    CLOSED = "CLOSED"


def state_of(user: User) -> AccountState:
    """In use, invited and not yet here, or closed."""
    if user.active:
        return AccountState.ACTIVE
    return AccountState.INVITED if user.invited_at else AccountState.CLOSED


def may_manage_accounts(actor: Actor) -> bool:
    """May this actor invite and close accounts of the suppliers that it sees? Software of a supplier never."""
    if actor.role is Role.MANAGER:
        return True
    return actor.role is Role.SUPPLIER and actor.supplier_id is not None and actor.right is AccountRight.CONFIRM


def account_actions(actor: Actor, user: User, *, is_last_to_confirm: bool) -> list[AccountAction]:
    """What this actor may do now to a supplier's account that it sees; the last who may confirm does not leave."""
    if user.role is not Role.SUPPLIER or not may_manage_accounts(actor):
        return []
    match state_of(user):
        case AccountState.INVITED:
            return [
                AccountAction.RESEND_INVITATION,
                AccountAction.CHANGE_ACCOUNT_RIGHT,
                AccountAction.REVOKE_ACCOUNT,
            ]
        case AccountState.ACTIVE if not (is_last_to_confirm and is_own(actor, user)):
            return [AccountAction.CHANGE_ACCOUNT_RIGHT, AccountAction.REVOKE_ACCOUNT]
    return []


def is_own(actor: Actor, user: User) -> bool:
    """Is it the account of whoever acts?"""
    return actor.account == user.actor.account
