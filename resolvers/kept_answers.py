"""The first answer to each call that its caller marked with a key: kept sealed for a day, told again to the same call.

One row claims a key while its call runs. A process that dies in between leaves the claim behind: after a minute
another call may take it over, since every mutation is safe to repeat.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet

from models import KeptAnswer
from models.sealing import Unreadable, fingerprint, seal, unseal
from settings import settings

KEPT_FOR = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(minutes=1)


class KeyReused(Exception):
    """The key was already sent with another call."""


class StillRunning(Exception):
    """The first call with this key has no answer yet."""


@dataclass(frozen=True)
class Call:
    """One sending of a call: whose and under which key, what it asks for, and when."""

    digest: str
    fingerprint: str
    at: datetime


def call(account: str, key: str, asked: str, *, as_of: datetime) -> Call:
    """A call of that account; neither its key nor what it asks for can be read in what is kept of them."""
    return Call(_digest(f"{account}\n{key}"), _digest(asked), as_of)


def _digest(text: str) -> str:
    return fingerprint(hashlib.sha256(text.encode()).hexdigest())


async def begin(call: Call) -> str | None:
    """The answer that the same call got before; None when it is to be made now. Else KeyReused or StillRunning."""
    # Looked for before it is claimed: who asks again and again takes the database from no one who writes.
    row = await KeptAnswer.get_or_none(digest=call.digest)
    if row is None:
        if await _is_first(call):
            return None
        raise StillRunning  # Another sending has just begun.
    if _is_over(row, call.at):
        await _take_over(row, call)
        return None
    if row.fingerprint != call.fingerprint:
        raise KeyReused
    if row.answer is None:
        raise StillRunning
    try:
        return unseal(row.answer)
    except Unreadable:  # The key that sealed it was taken away: nobody can be told it again.
        await _take_over(row, call)
        return None


async def keep(call: Call, answer: str) -> None:
    """The call was answered so."""
    await _claim(call).update(answer=seal(answer))


async def release(call: Call) -> None:
    """The call ended without an answer that lasts: it may be made again."""
    await _claim(call).delete()


async def forget(before: datetime) -> int:
    """Drop the answers given before that instant; how many they were."""
    return await KeptAnswer.filter(created_at__lt=before).delete()


async def _is_first(call: Call) -> bool:
    try:
        await KeptAnswer.create(digest=call.digest, fingerprint=call.fingerprint, created_at=call.at)
    except IntegrityError:
        return False
    return True


def _is_over(row: KeptAnswer, as_of: datetime) -> bool:
    return as_of - row.created_at >= (_longest_wait() if row.answer is None else KEPT_FOR)


def _longest_wait() -> timedelta:
    """A minute, or longer where calls may run for longer."""
    return max(GIVEN_UP_AFTER, timedelta(seconds=2 * settings.max_query_seconds))


async def _take_over(row: KeptAnswer, call: Call) -> None:
    """Make the call in the place of one that is over; of several that would, one does."""
    stale = KeptAnswer.filter(digest=row.digest, created_at=row.created_at, answer=row.answer)
    if not await stale.update(fingerprint=call.fingerprint, created_at=call.at, answer=None):
        raise StillRunning


def _claim(call: Call) -> QuerySet[KeptAnswer]:
    """The row that this very call holds; none any more when another took it over."""
    return KeptAnswer.filter(digest=call.digest, created_at=call.at, answer__isnull=True)
