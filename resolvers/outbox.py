"""The outbox: mails written with what causes them, leased by one worker at a time, sent, then marked.

A crash between sending and marking makes the mail leave again once its lease has ended: at most one copy more,
with the same Message-ID.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.expressions import F, Q

from models import Email
from models.database import transaction
from models.emails import EmailStatus

# Longer than any worker may hold a batch: see JOB_TIMEOUT in tasks/worker.py.
LEASE = timedelta(minutes=5)
# A mail server that is away for two days: 1, 2, 4, … minutes, then every three hours.
_LONGEST_WAIT = timedelta(hours=3)
LAST_ATTEMPT = 24


async def lease_due(as_of: datetime, limit: int) -> list[Email]:
    """Take the oldest mails that are due, for nobody else to send until the lease ends."""
    async with transaction():
        waiting = Email.filter(_due(as_of)).order_by("next_attempt_at", "id").limit(limit)
        # PostgreSQL: what another worker is taking is not waited for. SQLite: one transaction at a time takes.
        emails = await waiting.select_for_update(skip_locked=True)
        until = as_of + LEASE
        await Email.filter(id__in=[email.id for email in emails]).update(leased_until=until, attempts=F("attempts") + 1)
    for email in emails:
        email.leased_until = until
        email.attempts += 1
    return emails


def _due(as_of: datetime) -> Q:
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=as_of)
    return Q(status=EmailStatus.QUEUED, next_attempt_at__lte=as_of) & free


async def mark_sent(email: Email, as_of: datetime) -> None:
    """The mail server has taken it."""
    await _settle(email, status=EmailStatus.SENT, sent_at=as_of, leased_until=None, error=None)


async def mark_refused(email: Email, error: str) -> None:
    """The mail server will never take it: no more attempts."""
    await _settle(email, status=EmailStatus.FAILED, leased_until=None, error=error)


async def put_off(email: Email, error: str, as_of: datetime) -> None:
    """It did not leave this time: try again later, for two days."""
    if email.attempts >= LAST_ATTEMPT:
        await mark_refused(email, error)
    else:
        next_attempt_at = as_of + wait_after(email.attempts)
        await _settle(email, next_attempt_at=next_attempt_at, leased_until=None, error=error)


def wait_after(attempts: int) -> timedelta:
    """How long to wait after that many attempts."""
    return min(timedelta(minutes=2 ** (attempts - 1)), _LONGEST_WAIT)


async def _settle(email: Email, **changes: object) -> None:
    """Written by whoever holds the lease; a lease that ended meanwhile belongs to another worker."""
    row = Email.filter(id=email.id, status=EmailStatus.QUEUED, attempts=email.attempts)
    if await row.update(**changes):
        email.update_from_dict(changes)
