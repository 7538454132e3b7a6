"""Who still asks for what the API will no longer have: counted by account and day, so that each is told in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

import structlog
from tortoise.expressions import F
from tortoise.queryset import QuerySet

from models import ApiToken, DeprecatedUse, User
from models.actors import Actor, Role
from models.deadlines import paris_day
from resolvers.pages import Order

log = structlog.get_logger(__name__)

DEPRECATED_USES = Order.by("deprecatedUses", descending=True, last_at=datetime, id=UUID)


async def note_uses(actor: Actor, names: Iterable[str], *, as_of: datetime) -> None:
    """Count one more use of each of those, by whoever asks, on that day in Paris."""
    for name in sorted(names):
        place: dict[str, Any] = {"account": actor.account, "field": name, "day": paris_day(as_of)}
        if not await _count(place, as_of):
            # Two at once begin one row.
            await DeprecatedUse.bulk_create([DeprecatedUse(**place, last_at=as_of)], ignore_conflicts=True)
            await _count(place, as_of)
        log.info("deprecated_used", account=actor.account, field=name)


async def _count(place: dict[str, Any], as_of: datetime) -> int:
    return await DeprecatedUse.filter(**place).update(times=F("times") + 1, last_at=as_of)


def deprecated_uses(actor: Actor) -> QuerySet[DeprecatedUse]:
    """The uses of everybody, for managers; of nobody, for others."""
    return DeprecatedUse.all() if actor.role is Role.MANAGER else DeprecatedUse.filter(id__isnull=True)


async def names_of(accounts: Iterable[str]) -> dict[str, str]:
    """What the accounts and tokens behind those keys are called."""
    wanted = set(accounts)
    tokens = await ApiToken.filter(id__in=list(_keys("token", wanted)))
    users = await User.filter(id__in=list(_keys("user", wanted)))
    return {f"token:{row.id}": row.name for row in tokens} | {f"user:{row.id}": row.name for row in users}


def _keys(kind: str, accounts: Iterable[str]) -> Iterator[UUID]:
    """The keys of those of that kind."""
    for account in accounts:
        name, _, key = account.partition(":")
        with suppress(ValueError):
            if name == kind:
                yield UUID(key)


async def forget_uses(before: date) -> int:
    """Delete what was counted before that day; how many rows."""
    return await DeprecatedUse.filter(day__lt=before).delete()
