"""The outbox: mails written with what causes them, leased by one worker at a time, sent, then marked.

A crash between sending and marking makes the mail leave again once its lease has ended: at most one copy more,
with the same Message-ID. So does a mail server that takes a mail and never answers: the mail is then UNKNOWN.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from models import Email, FundingRequest
from models.database import connection, is_postgres, transaction
from models.emails import MOST_UNANSWERED, EmailStatus
from settings import settings

# Longer than any worker may be busy with one mail (tasks/delivery.py): the lease is renewed for each.
LEASE = timedelta(minutes=5)
# A mail server that wants none of this mail for two days: 1, 2, 4, … minutes, then every three hours.
_LONGEST_WAIT = timedelta(hours=3)
LAST_ATTEMPT = 24
# Each wait is up to a quarter longer, so that what was put off together does not come back together.
_JITTER = 0.25
# Time for the mailbox to show what the server took without saying so.
_AFTER_NO_ANSWER = timedelta(minutes=15)

# No worker leases, and no refusal puts off, for so long: a clock that ran ahead and was set back wrote it.
_IMPOSSIBLE_LEASE = 2 * LEASE
_IMPOSSIBLE_WAIT = 2 * _LONGEST_WAIT

_MINUTE = timedelta(minutes=1)
_RATE_LOCK = 0x501DF  # any number, the same for every process


async def lease_due(as_of: datetime, limit: int) -> list[Email]:
    """Take the oldest mails that are due, for nobody else to send until the lease ends."""
    async with transaction():
        limit = await _allowed(as_of, limit)
        emails: list[Email] = []
        for kind in (queued, unanswered, queued_too_far, unanswered_too_far):
            if limit > len(emails):
                # PostgreSQL: what another worker is taking is not waited for. SQLite: one transaction at a time takes.
                emails += await kind(as_of).limit(limit - len(emails)).select_for_update(skip_locked=True)
        changes = {"leased_until": as_of + LEASE, "tried_at": as_of}
        await Email.filter(id__in=[email.id for email in emails]).update(attempts=F("attempts") + 1, **changes)
    for email in emails:
        email.update_from_dict(changes)
        email.attempts += 1
    return emails


_QUEUED = Q(status=EmailStatus.QUEUED)
_UNANSWERED = Q(status=EmailStatus.UNKNOWN, unanswered__lt=MOST_UNANSWERED)


def queued(as_of: datetime) -> QuerySet[Email]:
    """Those that are due and have not left, oldest first; each status has its own partial index."""
    return _free(_QUEUED, as_of).filter(next_attempt_at__lte=as_of)


def unanswered(as_of: datetime) -> QuerySet[Email]:
    """Those that may have arrived and are due once more."""
    return _free(_UNANSWERED, as_of).filter(next_attempt_at__lte=as_of)


def queued_too_far(as_of: datetime) -> QuerySet[Email]:
    """Those that have not left and that a clock, set back since, left waiting for a day that is far off."""
    return _free(_QUEUED, as_of).filter(next_attempt_at__gt=as_of + _IMPOSSIBLE_WAIT)


def unanswered_too_far(as_of: datetime) -> QuerySet[Email]:
    """The same of those that may have arrived."""
    return _free(_UNANSWERED, as_of).filter(next_attempt_at__gt=as_of + _IMPOSSIBLE_WAIT)


def _free(which: Q, as_of: datetime) -> QuerySet[Email]:
    return Email.filter(which, _is_free(as_of)).order_by("next_attempt_at", "id")


def _is_free(as_of: datetime) -> Q:
    """Held by no worker: never leased, given back, or past the end of a lease that a worker could have taken."""
    return Q(leased_until__isnull=True) | Q(leased_until__lte=as_of) | Q(leased_until__gt=as_of + _IMPOSSIBLE_LEASE)


async def _allowed(as_of: datetime, limit: int) -> int:
    """How many of `limit` the rate per minute leaves to all workers together."""
    if not settings.mails_per_minute:
        return limit
    if is_postgres():
        # One worker at a time counts, until its transaction ends; SQLite has one transaction at a time anyway.
        await connection().execute_query(f"SELECT pg_advisory_xact_lock({_RATE_LOCK})")
    tried = Q(tried_at__gt=as_of - _MINUTE, tried_at__lte=as_of)
    held = Q(leased_until__gt=as_of, leased_until__lte=as_of + _IMPOSSIBLE_LEASE)
    counted = await Email.filter(tried | held).count()
    return min(limit, settings.mails_per_minute - counted)


async def dossiers_of(emails: Sequence[Email]) -> dict[UUID, str]:
    """The number of the dossier that each request's mails tell of, by the request's key."""
    requests = FundingRequest.filter(id__in={email.request_id for email in emails if email.request_id})
    return dict(await requests.values_list("id", "dossier__number"))


async def keep(email: Email, as_of: datetime) -> bool:
    """Renew the lease of a mail that is about to leave; False when it was lost meanwhile."""
    return await _settle(email, leased_until=as_of + LEASE, tried_at=as_of)


async def release(emails: Sequence[Email], error: str | None = None) -> None:
    """Give back what was not tried, at its place: it lost no attempt."""
    for email in emails:
        await _settle(email, leased_until=None, tried_at=None, attempts=email.attempts - 1, error=error or email.error)


async def mark_sent(email: Email, as_of: datetime) -> None:
    """The mail server has taken it."""
    await _settle(email, status=EmailStatus.SENT, sent_at=as_of, leased_until=None, error=None)


async def mark_refused(email: Email, error: str, as_of: datetime) -> None:
    """The mail server will never take it: no more attempts."""
    await _settle(email, status=EmailStatus.FAILED, failed_at=as_of, leased_until=None, error=error)


async def mark_unanswered(email: Email, error: str, as_of: datetime) -> None:
    """The mail server has it and never said whether it takes it: it may have arrived.

    Each such answer may cost one copy more, so that after a few only a manager sends it again.
    """
    again = as_of + _with_jitter(_AFTER_NO_ANSWER)
    changes = {"unanswered": email.unanswered + 1, "next_attempt_at": again, "leased_until": None, "error": error}
    await _settle(email, status=EmailStatus.UNKNOWN, **changes)


async def put_off(email: Email, error: str, as_of: datetime) -> None:
    """It did not leave this time: try again later, for two days."""
    if email.attempts < LAST_ATTEMPT:
        next_attempt_at = as_of + _with_jitter(wait_after(email.attempts))
        await _settle(email, next_attempt_at=next_attempt_at, leased_until=None, error=error)
    elif email.unanswered:
        # It may have arrived all the same: never said to be refused.
        await _settle(email, unanswered=MOST_UNANSWERED, leased_until=None, error=error)
    else:
        await mark_refused(email, error, as_of)


def wait_after(attempts: int) -> timedelta:
    """How long to wait at least after that many attempts."""
    return min(timedelta(minutes=2 ** (attempts - 1)), _LONGEST_WAIT)


def _with_jitter(wait: timedelta) -> timedelta:
    return wait * (1 + _JITTER * secrets.randbelow(1000) / 1000)


async def _settle(email: Email, **changes: object) -> bool:
    """Written by whoever holds the lease; a lease that ended meanwhile belongs to another worker."""
    row = Email.filter(id=email.id, leased_until=email.leased_until, attempts=email.attempts)
    if not await row.update(**changes):
        return False
    email.update_from_dict(changes)
    return True
