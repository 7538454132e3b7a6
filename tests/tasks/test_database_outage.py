"""The database goes and comes back: nothing is half-written, and the next pass does all of it, once."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from models import Email, Event, FundingRequest, Modification
from models.database import database
from models.emails import EmailKind, EmailStatus
from models.events import EventKind
from models.lifecycle import ModificationOutcome, RequestStatus
from resolvers import deadlines
from resolvers.mail import notify
from tasks.sweep import sweep
from tests.conftest import POSTGRES, empty
from tests.factories import make_request, send_back
from tests.tasks.test_sweep import anywhere


@pytest.fixture
async def url(database_url: str) -> AsyncIterator[str]:
    """An open database that is not waited for longer than a test may take."""
    async with database(database_url, **({} if POSTGRES else {"busy_timeout": "50"})):
        yield database_url
        if POSTGRES:
            await empty()


async def end_connections(url: str) -> None:
    """What restarting PostgreSQL does to whoever is connected."""
    own = await asyncpg.connect(POSTGRES.replace("asyncpg://", "postgresql://", 1))
    name = urlsplit(url).path.removeprefix("/")
    await own.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    await own.close()


@asynccontextmanager
async def away(url: str) -> AsyncIterator[None]:
    """The database refuses everybody: its connections are cut, or somebody else holds its file."""
    if POSTGRES:
        await end_connections(url)
        yield
        return
    holder = sqlite3.connect(urlsplit(url).path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    yield
    holder.execute("ROLLBACK")
    holder.close()


async def test_a_pass_during_an_outage_ends_and_the_next_does_everything_once(url: str) -> None:
    modification = await send_back(await make_request())
    async with away(url):
        during = await sweep(modification.closes_at, anywhere)
    after = await sweep(modification.closes_at, anywhere)
    # PostgreSQL is back at once: cut connections are noticed and made anew. The file of SQLite stays locked meanwhile.
    assert POSTGRES or during.failed
    assert after.failed == []
    assert during.expired + after.expired == 1
    assert during.delivered.sent + after.delivered.sent == 2
    assert {email.status for email in await Email.all()} == {EmailStatus.SENT}


async def test_what_is_cut_in_the_middle_leaves_no_half(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    modification = await send_back(await make_request())

    async def cut(*_arguments: Any, **_facts: Any) -> None:
        """After the status, the cycle and the event, before the mail."""
        if POSTGRES:
            await end_connections(url)
            await Email.all().count()
        raise OSError("disk I/O error")

    monkeypatch.setattr(deadlines, "notify", cut)
    assert (await sweep(modification.closes_at, anywhere)).expired == 0
    monkeypatch.setattr(deadlines, "notify", notify)
    request = await FundingRequest.get()
    assert (request.status, (await Modification.get()).outcome) == (RequestStatus.TO_MODIFY, None)
    assert not await Event.exists(kind=EventKind.MODIFICATION_EXPIRED)
    assert not await Email.exists(kind=EmailKind.MODIFICATION_EXPIRED)
    assert (await sweep(modification.closes_at, anywhere)).expired == 1
    assert (await Modification.get()).outcome is ModificationOutcome.EXPIRED
    assert await Email.filter(kind=EmailKind.MODIFICATION_EXPIRED, status=EmailStatus.SENT).count() == 1
