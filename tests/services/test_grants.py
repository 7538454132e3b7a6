"""The application's own role on PostgreSQL: it does all its work, and neither changes nor deletes an event."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from tortoise.exceptions import OperationalError
from tortoise.expressions import Q
from typer.testing import CliRunner

from models import Event
from models.database import connection, database
from models.events import EventKind
from models.migrating import pending
from resolvers.audit import Audit
from resolvers.deadlines import expire_due
from resolvers.events import purge_events, record_account
from tasks.__main__ import app
from tests.conftest import NOW, empty
from tests.factories import make_request, make_user, send_back

FORBIDDEN = [
    "UPDATE event SET kind = 'REQUEST_PAID'",
    "UPDATE event SET chain = 'forged'",
    "UPDATE event SET payload = payload, position = 7",
    "DELETE FROM event",
    "TRUNCATE event CASCADE",
    "ALTER TABLE event DISABLE TRIGGER USER",
    "DROP TRIGGER event_append_only ON event",
    "DELETE FROM chain_head",
    "DELETE FROM tortoise_migrations",
    "CREATE TABLE public.own (id int)",
    "SET session_replication_role = replica",
]


@pytest.fixture
def application_url(database_url: str, setting: Callable[[str, object], None]) -> Iterator[str]:
    """The database, as the role reaches it that the application was given."""
    role = f"solde_app_{uuid.uuid4().hex[:8]}"
    asyncio.run(_as_owner(database_url, f"CREATE ROLE {role} LOGIN PASSWORD 'application'"))
    setting("database_url", database_url)
    result = CliRunner().invoke(app, ["grants", role])
    assert result.exit_code == 0, result.output
    parts = urlsplit(database_url)
    yield urlunsplit(parts._replace(netloc=f"{role}:application@{parts.netloc.rpartition('@')[2]}"))
    asyncio.run(_emptied(database_url))
    asyncio.run(_as_owner(database_url, f"DROP OWNED BY {role}; DROP ROLE {role}"))


async def _as_owner(url: str, statement: str) -> None:
    server = await asyncpg.connect(url.replace("asyncpg://", "postgresql://", 1))
    await server.execute(statement)
    await server.close()


async def _emptied(url: str) -> None:
    async with database(url):
        await empty()


def test_the_role_works_and_cannot_touch_what_is_recorded(application_url: str) -> None:
    asyncio.run(_work_and_tamper(application_url))


async def _work_and_tamper(url: str) -> None:
    async with database(url):
        [who] = await connection().execute_query_dict("SELECT current_user AS role")
        assert str(who["role"]).startswith("solde_app_")
        await _work()
        before = await connection().execute_query_dict("SELECT * FROM event ORDER BY id")
        for statement in FORBIDDEN:
            with pytest.raises(OperationalError, match=r"permission denied|must be owner"):
                await connection().execute_query(statement)
        assert await connection().execute_query_dict("SELECT * FROM event ORDER BY id") == before


async def _work() -> None:
    """Some of everything that the application writes: a cycle, an account, a purge; and what readiness asks."""
    assert await pending() == []
    request, user = await make_request(), await make_user(None)
    modification = await send_back(request)
    assert await expire_due(modification.closes_at + timedelta(hours=1)) == 1
    await record_account(EventKind.ACCOUNT_OPENED, user=user, actor=user.actor, at=NOW)
    assert await purge_events(Q(user_id=user.id), as_of=NOW + timedelta(days=400)) == 1
    assert (await Event.get(user_id=user.id)).purged_at is not None
    own = f"account:{user.id}"
    assert [str(found) async for found in Audit().run() if found.chain == own] == []
