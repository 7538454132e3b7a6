"""Attempts at secrets: each is bound, and those refused for their number are written down, though not one by one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from models.actors import SYSTEM, Actor, Origin
from models.errors import Throttled
from models.events import EventKind
from resolvers.accounts import account_named
from resolvers.events import record_account
from resolvers.throttling import Bounds, Rate, take

# Whoever tries too often would otherwise fill the journal as fast as they ask.
_TOLD = Rate(1, timedelta(minutes=15))


async def attempt(tried: Bounds, identifier: str, origin: Origin, *, as_of: datetime) -> None:
    """Let one more attempt through, or raise Throttled, whether or not there is such an account."""
    try:
        await take(tried, as_of=as_of)
    except Throttled:
        await _tell(tried, identifier, origin, as_of)
        raise


async def _tell(tried: Bounds, identifier: str, origin: Origin, as_of: datetime) -> None:
    with suppress(Throttled):
        await take({f"told:{key}": _TOLD for key in tried}, as_of=as_of)
        user = await account_named(identifier)
        await record_account(EventKind.SIGN_IN_THROTTLED, user=user, actor=stranger(origin), at=as_of)


def stranger(origin: Origin) -> Actor:
    """Whoever has not proved who they are: only where they come from is known."""
    return replace(SYSTEM, origin=origin)
