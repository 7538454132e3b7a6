"""The portal with everybody in front of it, and how to ask it something as one of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from httpx import ASGITransport, AsyncClient, Response

from settings import settings
from tests.security.belongings import Belongings
from tests.security.readers import LATER, OTHERS, STRANGERS, Readers, gather
from web.app import app
from web.rate_limits import Counters

OWN_PAGES = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


@dataclass(frozen=True)
class Portal:
    """The whole application on a database where two suppliers have one thing of each kind."""

    client: AsyncClient
    readers: Readers
    own: Belongings
    others: Belongings

    async def ask(self, reader: str, method: str, path: str, **sent: Any) -> Response:
        """What that reader is answered, redirections not followed."""
        given = dict(sent.pop("headers", {}))
        headers = OWN_PAGES | (given if "Cookie" in given else await self.readers.headers(reader) | given)
        self.client.cookies.clear()
        return await self.client.request(method, path, headers=headers, **sent)

    async def graphql(self, reader: str, query: str, variables: Mapping[str, Any] | None = None) -> Response:
        """The answer to one operation."""
        sent = {"query": query, "variables": dict(variables or {})}
        return await self.ask(reader, "POST", "/graphql", json=sent, headers={"Accept": "application/json"})

    def belongings_of(self, reader: str) -> Belongings | None:
        """What that reader's own supplier has, for those of a supplier."""
        if reader in (*STRANGERS, "token for all", "manager", "manager's token"):
            return None
        return self.others if reader in OTHERS else self.own


@asynccontextmanager
async def portal() -> AsyncIterator[Portal]:
    """The portal on the open, empty database."""
    usual = app.state.clock
    app.state.clock = lambda: LATER
    app.state.counters = Counters()  # Everything is asked in the same minute.
    readers = await gather()
    own, others = await Belongings.of(readers.supplier), await Belongings.of(readers.other)
    try:
        async with AsyncClient(transport=ASGITransport(app), base_url=settings.base_url) as client:
            yield Portal(client, readers, own, others)
    finally:
        app.state.clock = usual
