"""The database itself refuses that an event be changed, replaced or deleted; the purge alone is let through."""

from __future__ import annotations

import pytest
from tortoise.exceptions import IntegrityError

from models import ChainHead, Event
from models.chains import EMPTY, PORTAL, head_seal
from models.database import connection, is_postgres, transaction
from models.events import EventKind
from resolvers.events import record, record_account
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_user

pytestmark = pytest.mark.usefixtures("db")

CHANGES = [
    "UPDATE event SET kind = 'REQUEST_REJECTED'",
    "UPDATE event SET actor = '{}'",
    "UPDATE event SET payload = '{\"a\": 1}'",
    "UPDATE event SET position = 7",
    "UPDATE event SET chain = 'forged'",
    "UPDATE event SET payload = '{}'",
    "UPDATE event SET purged_at = at, payload = '{}', origin = NULL, kind = 'REQUEST_REJECTED', salt = ''",
    "UPDATE event SET purged_at = at, payload = '{}', origin = NULL",
    "UPDATE event SET purged_at = at, payload = '{\"a\": 1}', origin = NULL, salt = ''",
    "UPDATE event SET purged_at = at, payload = '{}', salt = '', origin = '{\"address\": \"10.0.0.1\"}'",
    "DELETE FROM event",
    "DELETE FROM event WHERE position = 0",
]
PURGE = "UPDATE event SET purged_at = at, payload = '{}', origin = NULL, salt = '', actor = '{\"role\": \"SYSTEM\"}'"


async def one_event() -> Event:
    request = await make_request()
    async with transaction():
        return await record(EventKind.REQUEST_VALIDATED, request, MANAGER, at=NOW, reason="conforme")


async def as_kept() -> list[dict[str, object]]:
    return [dict(row) for row in await connection().execute_query_dict("SELECT * FROM event ORDER BY id")]


@pytest.mark.parametrize("change", CHANGES)
async def test_an_event_is_neither_changed_nor_deleted(change: str) -> None:
    await one_event()
    before = await as_kept()
    with pytest.raises(IntegrityError, match="only ever appended"):
        await connection().execute_query(change)
    assert await as_kept() == before


async def test_the_purge_is_let_through_once() -> None:
    await one_event()
    await connection().execute_query(PURGE)
    with pytest.raises(IntegrityError, match="only ever appended"):
        await connection().execute_query(PURGE)


async def test_no_row_takes_the_place_of_another() -> None:
    event = await one_event()
    replaced = f"INSERT OR REPLACE INTO event SELECT * FROM event WHERE id = {event.id}"  # noqa: S608
    emptied = "TRUNCATE event CASCADE"
    with pytest.raises(IntegrityError, match="only ever appended"):
        await connection().execute_query(emptied if is_postgres() else replaced)
    assert await Event.all().count() == 1


async def test_a_chain_has_its_head_in_the_same_transaction() -> None:
    user = await make_user(None)

    async def fail() -> None:
        async with transaction():
            await record_account(EventKind.SIGNED_IN, user=user, actor=user.actor, at=NOW)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        await fail()
    assert await Event.exists() is await ChainHead.exists(chain=f"account:{user.id}") is False
    event = await record_account(EventKind.SIGNED_IN, user=user, actor=user.actor, at=NOW)
    head = await ChainHead.get(chain=f"account:{user.id}")
    assert (head.position, head.seal) == (0, head_seal(head.chain, 0, event.chain))


async def test_the_portal_has_its_chain_before_anything_happens() -> None:
    head = await ChainHead.get(chain=PORTAL)
    assert (head.position, head.seal) == (EMPTY, head_seal(PORTAL, EMPTY, ""))
