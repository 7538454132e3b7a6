"""Telling that a token ends: 30, 7 and 1 days before, and once more when software still calls with it afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from models import ApiToken, Email, User
from models.actors import SYSTEM, Role
from models.database import transaction
from models.emails import EmailKind
from models.events import EventKind
from models.typography import days_until
from resolvers import links
from resolvers.events import record_account
from resolvers.mail.notification import outgoing
from resolvers.mail.rendering import Letter, render
from resolvers.responsible import responsible

log = structlog.get_logger(__name__)

NOTICES = (timedelta(days=1), timedelta(days=7), timedelta(days=30))


async def notice_ends(as_of: datetime) -> int:
    """Announce the end of every token that is to be announced again; how many this call announced."""
    near = ApiToken.filter(revoked_at=None, expires_at__gt=as_of, expires_at__lte=as_of + NOTICES[-1])
    return sum(
        [await _attempt(token, as_of) for token in await near.order_by("expires_at", "id") if _due(token, as_of)]
    )


def _due(token: ApiToken, as_of: datetime) -> bool:
    """Has the token come nearer to its end than it was when somebody was last told, or given it?"""
    if token.expires_at is None:
        return False
    reached = next(before for before in NOTICES if token.expires_at - as_of <= before)
    return (token.noticed_at or token.created_at) < token.expires_at - reached


async def tell_of_end(token: ApiToken, as_of: datetime) -> None:
    """Tell, the first time, that software calls with a token that has ended."""
    if token.expires_at and (token.noticed_at or token.created_at) < token.expires_at:
        await _attempt(token, as_of)


async def _attempt(token: ApiToken, as_of: datetime) -> bool:
    """Announce one token's end; a failure is logged and holds up nothing else."""
    try:
        return await _announce(token, as_of)
    except Exception:
        log.exception("token_notice_failed", key=str(token.id))
        return False


async def _announce(token: ApiToken, as_of: datetime) -> bool:
    """Mail it to whoever can do something about it, unless another worker just has."""
    async with transaction():
        unseen = ApiToken.filter(id=token.id, revoked_at=None, noticed_at=token.noticed_at)
        if not await unseen.update(noticed_at=as_of):
            return False
        await token.fetch_related("supplier")
        people = await responsible(token.supplier_id, token.issued_by)
        emails = [outgoing(EmailKind.TOKEN_EXPIRES, _letter(token, each, as_of), each.email, as_of) for each in people]
        await Email.bulk_create(emails)
        facts = {"token": str(token.id), "name": token.name, "mails": len(emails)}
        await record_account(EventKind.TOKEN_END_TOLD, user=None, actor=SYSTEM, at=as_of, **facts)
    return True


def _letter(token: ApiToken, reader: User, as_of: datetime) -> Letter:
    """What is written to that reader: a supplier asks for another token, a manager issues it."""
    is_manager = reader.role is Role.MANAGER
    ends = token.expires_at or as_of
    return render(
        EmailKind.TOKEN_EXPIRES,
        name=token.name,
        hint=token.shown,
        supplier=token.supplier.legal_name if token.supplier else "",
        ends=ends,
        has_ended=ends <= as_of,
        days_left=days_until(ends, as_of),
        used_at=token.used_at,
        is_manager=is_manager,
        link=links.console() if is_manager else links.tokens(),
        help_link=links.help_page(),
    )
