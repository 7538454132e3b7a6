"""The feed on PostgreSQL, as tests must read it: whoever writes to any database of the server holds it back."""

from __future__ import annotations

import asyncio

from models.database import connection, is_postgres
from resolvers import webhook_feed
from resolvers.webhook_feed import Place

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
