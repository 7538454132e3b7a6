"""Accounts that nobody uses any more: closed, and emptied of who had them."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from models import FundingRequest, RecoveryCode, Session, User
from models.actors import SYSTEM
from models.database import transaction
from models.events import EventKind
from resolvers.concluded import CONCLUDED
from resolvers.events import record_account

# An invitation that nobody took up holds an address of somebody who never came.
_UNANSWERED_INVITATION = timedelta(days=90)
_LOT = 100
CLOSED_NAME = "Compte fermé"


async def close_unused(limit: datetime, *, as_of: datetime) -> int:
    """Close the accounts last used before that instant, and forget the invitations left without an answer; how many."""
    count = 0
    while batch := await _unused(limit, as_of).limit(_LOT):
        for user in batch:
            count += await _close(user, as_of)
    return count


def _unused(limit: datetime, as_of: datetime) -> QuerySet[User]:
    """Not emptied yet, and no longer needed: a supplier is reachable for as long as it has a request under way."""
    needed = FundingRequest.exclude(status__in=CONCLUDED).values("dossier__supplier_id")
    never_came = Q(signed_in_at__isnull=True, invited_at__lt=as_of - _UNANSWERED_INVITATION, active=False)
    came = Q(signed_in_at__lt=limit) | Q(signed_in_at__isnull=True, created_at__lt=limit)
    not_needed = Q(supplier_id__isnull=True) | ~Q(supplier_id__in=Subquery(needed))
    return User.filter(Q(came, not_needed) | never_came).exclude(email="").order_by("id")


async def _close(user: User, as_of: datetime) -> bool:
    """Empty one account; what it did keeps its key, which names nobody any more."""
    emptied = {
        "identifier": f"ferme-{user.id.hex}",
        "name": CLOSED_NAME,
        "email": "",
        "active": False,
        "password_hash": "!",
        "totp_secret": None,
        "totp_confirmed_at": None,
        "invited_by": None,
    }
    async with transaction():
        # Whoever signs in at this moment keeps the account.
        if not await User.filter(id=user.id, signed_in_at=user.signed_in_at, email=user.email).update(**emptied):
            return False
        await Session.filter(user_id=user.id).delete()
        await RecoveryCode.filter(user_id=user.id).delete()
        await record_account(EventKind.ACCOUNT_DISABLED, user=user, actor=SYSTEM, at=as_of, reason="unused")
    return True
