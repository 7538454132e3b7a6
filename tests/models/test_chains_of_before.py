"""A database from before: every chain is given its sealed end, every account a beginning, and the whole verifies."""

from __future__ import annotations

import asyncio
from uuid import UUID

from models import ChainHead, Event
from models.chains import PORTAL
from models.database import connection, database, transaction
from models.events import EventKind
from models.migrating import migrate
from resolvers.audit import Audit
from resolvers.events import record
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_user
from tests.models.test_migrating import empty_url

__all__ = ["empty_url"]  # a fixture, used here too


def test_what_was_recorded_before_is_sealed_as_it_is(empty_url: str) -> None:
    request_id, user_id = asyncio.run(_before(empty_url))
    asyncio.run(migrate(empty_url))
    asyncio.run(_after(empty_url, request_id, user_id))


async def _before(url: str) -> tuple[UUID, UUID]:
    await migrate(url, last="0009_accounts")
    async with database(url):
        request, user = await make_request(), await make_user(None)
        async with transaction():
            await record(EventKind.REQUEST_IMPORTED, request, MANAGER, at=NOW, number="FINSAS1")
            await record(EventKind.REQUEST_VALIDATED, request, MANAGER, at=NOW)
        await connection().execute_query("DELETE FROM chain_head")
        return request.id, user.id


async def _after(url: str, request_id: UUID, user_id: UUID) -> None:
    async with database(url):
        assert [str(alteration) async for alteration in Audit().run()] == []
        heads = {head.chain: head.position for head in await ChainHead.all()}
        assert heads[f"request:{request_id}"] == 1
        assert (heads[f"account:{user_id}"], heads[PORTAL]) == (0, -1)
        opened = await Event.get(user_id=user_id)
        assert (opened.kind, opened.at) == (EventKind.ACCOUNT_OPENED, NOW)
