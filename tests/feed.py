"""The feed on PostgreSQL, as tests must read it: whoever writes to any database of the server holds it back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from models import FundingRequest
from models.database import connection, is_postgres, transaction
from models.events import EventKind
from models.lifecycle import RequestAction
from resolvers import webhook_feed
from resolvers.events import record
from resolvers.transitions import move
from resolvers.webhook_feed import Place
from tests.conftest import NOW
from tests.factories import MANAGER, send_back

_HELD_BACK = 'SELECT 1 FROM event WHERE "transaction" >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint LIMIT 1'
_PATIENCE = 60.0  # seconds


async def all_served() -> None:
    """Wait until the feed serves everything that was written before; on SQLite it does at once."""
    if not is_postgres():
        return
    # No statement of the portal's: none is counted.
    async with asyncio.timeout(_PATIENCE), connection().acquire_connection() as raw:
        while await raw.fetchval(_HELD_BACK):
            await asyncio.sleep(0.01)


async def end_of_feed() -> Place:
    """Its end once everything is served."""
    await all_served()
    return await webhook_feed.end_of_feed()


@asynccontextmanager
async def late_commit(slow: FundingRequest, quick: FundingRequest) -> AsyncIterator[None]:
    """`slow` is decided before `quick` is sent back, and committed when the block ends.

    Meanwhile PostgreSQL has committed what `quick` wrote; SQLite, with one writer at a time, lets it wait.
    """
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def decide_slowly() -> None:
        async with transaction():
            await move(slow, RequestAction.VALIDATE_REQUEST, as_of=NOW)
            await record(EventKind.REQUEST_VALIDATED, slow, MANAGER, at=NOW)
            begun.set()
            await go_on.wait()

    late = asyncio.create_task(decide_slowly())
    await begun.wait()
    quickly = asyncio.create_task(send_back(quick))
    if is_postgres():
        await quickly
    try:
        yield
    finally:
        go_on.set()
        await asyncio.gather(late, quickly)
