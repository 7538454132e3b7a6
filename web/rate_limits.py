"""How much one caller and one address may ask for in a minute: counted in Redis for all processes, else in this one.

A Redis that is away lets nobody wait: this process counts for itself until it is back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address

import structlog
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from schema.budget import Account
from settings import settings
from web.errors import answer
from web.peers import address_of
from web.protection import WATCHED

log = structlog.get_logger(__name__)

MINUTE = 60
PATIENCE = 0.5  # seconds to reach Redis
REST = timedelta(seconds=10)  # for which a Redis that is away is left alone


class Counters:
    """What was spent in this minute, by name."""

    def __init__(self) -> None:
        self._own = MemoryStorage()
        self._shared: Storage | None = None
        self._rests_until = datetime.min.replace(tzinfo=UTC)

    async def take(self, name: str, points: int, limit: int, *, at: datetime) -> Account:
        """Take the points when so many are left; else one, so that asking on and on costs something too."""
        minute = int(at.timestamp()) // MINUTE
        key = f"solde:{name}:{minute}"
        spent = await self._add(key, points, at)
        granted = spent <= limit
        if not granted:
            spent = await self._add(key, 1 - points, at)
        resets_at = datetime.fromtimestamp((minute + 1) * MINUTE, UTC)
        return Account(points, limit, max(0, limit - spent), resets_at, granted)

    async def _add(self, key: str, points: int, at: datetime) -> int:
        if settings.redis_url and at >= self._rests_until:
            try:
                return await self._redis().incr(key, 2 * MINUTE, amount=points)
            except (RedisError, OSError) as error:
                self._rests_until = at + REST
                log.warning("rate_limits_alone", error=str(error) or type(error).__name__)
        return await self._own.incr(key, 2 * MINUTE, amount=points)

    def _redis(self) -> Storage:
        if self._shared is None:
            address = settings.redis_url.replace("unix://", "redis+unix://", 1)
            self._shared = RedisStorage(
                f"async+{address}",
                implementation="redispy",
                socket_timeout=PATIENCE,
                socket_connect_timeout=PATIENCE,
            )
        return self._shared

    async def aclose(self) -> None:
        """Leave Redis."""
        if isinstance(self._shared, RedisStorage):
            await self._shared.bridge.get_connection().aclose()  # type: ignore[attr-defined]
            self._shared = None


@dataclass(frozen=True)
class CallersBudget:
    """What a token, an account or nobody may spend, and what their address may."""

    counters: Counters
    caller: str
    address: str

    async def spend(self, points: int, *, at: datetime) -> Account | None:
        """Take the points from both; None when neither is bounded."""
        account = None
        for name, limit in ((self.address, settings.points_per_address), (self.caller, settings.points_per_caller)):
            if name and limit:
                account = await self.counters.take(name, points, limit, at=at)
                if not account.granted:
                    return account
        return account


def budget_of(http: Request) -> CallersBudget:
    """Who pays for what this request asks of the API."""
    actor = http.state.actor
    caller = f"caller:{actor.account}" if actor else ""
    return CallersBudget(http.app.state.counters, caller, f"points:{network_of(http)}")


def network_of(http: Request) -> str:
    """The address that asks, or of IPv6 the network that one subscriber has."""
    address = address_of(http)
    return f"{address.exploded[:19]}::/64" if isinstance(address, IPv6Address) else str(address or "")


class RequestRate:
    """Answers 429 to an address that has asked too often in this minute, before anything else is done for it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = settings.requests_per_address
        if scope["type"] != "http" or not limit or scope["path"] in WATCHED or scope["path"].startswith("/static/"):
            await self.app(scope, receive, send)
            return
        http, now = Request(scope), scope["app"].state.clock()
        account = await scope["app"].state.counters.take(f"requests:{network_of(http)}", 1, limit, at=now)
        if account.granted:
            await self.app(scope, receive, send)
        else:
            wait = {"Retry-After": str(account.seconds(now))}
            await answer(http, 429, headers=wait)(scope, receive, send)
