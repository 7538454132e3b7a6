"""How long what concerns people is kept: each day, what the settings no longer keep is emptied or deleted.

What happened stays proven: rows, instants and the chain of the events stay, names and texts go. Every limit is the
beginning of a day in Paris, so that of all the passes of a day the first finds something and the others do not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import structlog
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models import Email, News, Session, SupportMessage
from models.actors import SYSTEM, Author
from models.deadlines import PARIS, paris_day
from models.emails import EmailStatus
from models.events import EventKind
from resolvers import kept_answers, throttling
from resolvers.closing import close_unused
from resolvers.concluded import CONCLUDED, purge_concluded
from resolvers.deprecated_uses import forget_uses
from resolvers.events import purge_events, record_account
from resolvers.webhook_outbox import forget_deliveries
from settings import settings

log = structlog.get_logger(__name__)

_LOT = 500
_OVER = (EmailStatus.SENT, EmailStatus.FAILED, EmailStatus.UNKNOWN)


@dataclass
class Purged:
    """How many of each were emptied or deleted."""

    sessions: int = 0
    accounts: int = 0
    mails: int = 0
    support_messages: int = 0
    requests: int = 0
    news: int = 0
    events: int = 0

    @property
    def total(self) -> int:
        return sum(asdict(self).values())


async def purge_due(as_of: datetime) -> Purged:
    """Empty or delete whatever has been kept for as long as the settings say, and write down how much that was."""
    today = datetime.combine(as_of.astimezone(PARIS).date(), time(), PARIS).astimezone(UTC)
    purged = Purged()
    await throttling.forget(today)
    await kept_answers.forget(today - kept_answers.KEPT_FOR)
    await forget_deliveries(_before(today, settings.keep_delivery_days))
    purged.sessions = await Session.filter(_ended_before(today)).delete()
    purged.accounts = await close_unused(_before(today, settings.keep_account_days), as_of=as_of)
    purged.mails = await _empty_mails(today)
    purged.support_messages = await _empty_support(_before(today, settings.keep_support_days))
    purged.requests = await purge_concluded(_before(today, settings.keep_request_days), as_of=as_of)
    purged.news = await News.filter(withdrawn_at__lt=_before(today, settings.keep_event_days)).delete()
    await forget_uses(paris_day(_before(today, settings.keep_event_days)))
    purged.events = await purge_events(_purgeable_events(today), as_of=as_of)
    if purged.total:
        await record_account(EventKind.DATA_PURGED, user=None, actor=SYSTEM, at=as_of, purged=asdict(purged))
        log.info("data_purged", **{f"purged_{name}": count for name, count in asdict(purged).items()})
    return purged


def _before(today: datetime, days: int) -> datetime:
    return today - timedelta(days=days)


def _ended_before(today: datetime) -> Q:
    limit = _before(today, settings.keep_session_days)
    unused = limit - timedelta(minutes=settings.session_idle_minutes)
    return Q(expires_at__lte=limit) | Q(seen_at__lte=unused)


async def _empty_mails(today: datetime) -> int:
    """Old texts go; those to an account hold a link that opens it, and go as soon as they have left."""
    limit = _before(today, settings.keep_mail_days)
    about_accounts = Q(request_id__isnull=True, status=EmailStatus.SENT, sent_at__lt=today)
    over = Email.filter(Q(created_at__lt=limit) | about_accounts, status__in=_OVER).exclude(text="")
    deleted = await Email.filter(created_at__lt=limit, request_id__isnull=True, status__in=_OVER).delete()
    return deleted + await _in_lots(over, lambda ids: Email.filter(id__in=ids).update(text="", html=""))


async def _empty_support(limit: datetime) -> int:
    """The words of both sides, with the name of who wrote; that they wrote, and when, stays."""
    over = SupportMessage.filter(at__lt=limit).exclude(text="")
    return await _in_lots(over, _empty_messages)


async def _empty_messages(ids: Sequence[UUID]) -> int:
    messages = await SupportMessage.filter(id__in=ids)
    for message in messages:
        message.text, message.by = "", unnamed(message.by)
        if message.answer is not None:
            message.answer, message.answered_by = "", message.answered_by and unnamed(message.answered_by)
    await SupportMessage.bulk_update(messages, ["text", "by", "answer", "answered_by"])
    return len(messages)


def unnamed(author: Author) -> Author:
    """The author without who that is: what is left is in which quality."""
    return Author(author.role, "", "")


def _purgeable_events(today: datetime) -> Q:
    """Those of accounts and of the portal, the words of messages that are emptied, all of requests long concluded."""
    of_accounts = Q(request_id__isnull=True, at__lt=_before(today, settings.keep_event_days))
    of_messages = Q(kind=EventKind.SUPPORT_CONTACTED, at__lt=_before(today, settings.keep_support_days))
    concluded = Q(request__status__in=CONCLUDED, request__bank_details_sealed="")
    return of_accounts | of_messages | concluded


async def _in_lots(
    rows: QuerySet[Email] | QuerySet[SupportMessage], empty: Callable[[Sequence[UUID]], Awaitable[int]]
) -> int:
    """Empty the rows some at a time, so that nobody waits long for any of them."""
    count = 0
    while ids := [row.id for row in await rows.limit(_LOT).only("id")]:
        count += await empty(ids)
    return count
