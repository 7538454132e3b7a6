"""Whatever is done to the events by whoever owns the database, the audit finds it and names the row."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from tortoise.expressions import Q

from models import Event, FundingRequest, User
from models.actors import Origin
from models.chains import PORTAL
from models.database import transaction
from models.events import EventKind
from resolvers import audit_rows
from resolvers.audit import Alteration, Audit
from resolvers.events import purge_events, record, record_account
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_supplier, make_user
from tests.tampering import without_guards

pytestmark = pytest.mark.usefixtures("db")

OLD = Q(at__lt=NOW + timedelta(days=1))
LATER = NOW + timedelta(days=400)
KINDS = (EventKind.REQUEST_IMPORTED, EventKind.MODIFICATION_REQUESTED, EventKind.MODIFICATION_SKIPPED)


class Portal:
    """Two requests of three events, an account of three, and one event of the portal's own."""

    first: FundingRequest
    second: FundingRequest
    user: User

    async def live(self) -> Portal:
        supplier = await make_supplier()
        self.first, self.second = await make_request(supplier), await make_request(supplier)
        self.user = await make_user(supplier)
        for request in (self.first, self.second):
            await _story(request)
        for kind in (EventKind.ACCOUNT_OPENED, EventKind.SIGNED_IN, EventKind.SIGNED_OUT):
            await record_account(kind, user=self.user, actor=self.user.actor, at=NOW, session="a")
        await record_account(EventKind.SIGN_IN_FAILED, user=None, actor=MANAGER, at=NOW)
        return self

    async def row(self, position: int) -> Event:
        return await Event.get(request_id=self.first.id, position=position)

    @property
    def chain(self) -> str:
        return f"request:{self.first.id}"

    @property
    def own(self) -> str:
        return f"account:{self.user.id}"


async def _story(request: FundingRequest) -> None:
    origin = Origin("192.0.2.1", "12AB-34CD")
    for number, kind in enumerate(KINDS):
        async with transaction():
            await record(
                kind, request, replace(MANAGER, origin=origin), at=NOW + timedelta(minutes=number), number=1, reason="é"
            )


@pytest.fixture
async def portal() -> Portal:
    return await Portal().live()


async def alterations() -> list[Alteration]:
    return [alteration async for alteration in Audit().run()]


async def test_what_nobody_touched_is_whole(portal: Portal) -> None:
    run = Audit()
    assert [alteration async for alteration in run.run()] == []
    assert (run.chains, run.events) == (4, 10)


@pytest.mark.parametrize("at_the_end", [False, True])
async def test_what_happens_while_it_is_read_is_no_alteration(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, at_the_end: bool
) -> None:
    usual, came = audit_rows.rows_after, list[Event]()

    async def meanwhile(chain: str, position: int) -> list[dict[str, Any]]:
        rows = await usual(chain, position)
        if chain == portal.own and len(came) < 2 and at_the_end is not bool(rows):
            came.append(await record_account(EventKind.SIGNED_IN, user=portal.user, actor=portal.user.actor, at=NOW))
        return rows

    monkeypatch.setattr("resolvers.audit.rows_after", meanwhile)
    assert await alterations() == []
    assert came


@pytest.mark.parametrize(
    "change",
    [
        "payload = '{\"number\": 2}'",
        "payload = '[]'",
        "payload = 'null'",
        'actor = \'{"role": "MANAGER", "name": "Un autre", "account": "user:manager"}\'',
        "actor = '{}'",
        "origin = NULL",
        'origin = \'{"address": "10.0.0.1", "number": "12AB-34CD"}\'',
        "kind = 'REQUEST_PAID'",
        "kind = 'INVENTED'",
        "at = '2023-08-07 12:33:01+00:00'",
        "salt = '00'",
        "digest = '00'",
        "chain = '00'",
        "id = 1000",
        "purged_at = at",
        'purged_at = at, payload = \'{}\', origin = NULL, actor = \'{"role": "MANAGER", "name": "", "account": ""}\'',
    ],
)
async def test_a_row_that_is_changed_is_named(portal: Portal, change: str) -> None:
    row = await portal.row(1)
    await without_guards(f"UPDATE event SET {change} WHERE id = {row.id}")  # noqa: S608 - our own
    key = 1000 if change.startswith("id") else row.id
    found = await alterations()
    assert (found[0].chain, found[0].position) == (portal.chain, 1 if key == row.id else 2)
    assert key == 1000 or (found[0].event == row.id and str(row.id) in str(found[0]))


async def test_a_row_taken_out_of_the_middle_is_missed(portal: Portal) -> None:
    row = await portal.row(1)
    await without_guards(f"DELETE FROM event WHERE id = {row.id}")  # noqa: S608
    [found] = await alterations()
    assert (found.chain, found.position) == (portal.chain, 2)
    assert "depuis la position 1" in found.fault


async def test_the_place_of_a_row_taken_out_cannot_be_given_to_the_next(portal: Portal) -> None:
    row = await portal.row(1)
    await without_guards(
        f"DELETE FROM event WHERE id = {row.id}",  # noqa: S608
        f"UPDATE event SET position = 1 WHERE request_id = '{portal.first.id}' AND position = 2",  # noqa: S608
    )
    assert {found.chain for found in await alterations()} == {portal.chain}


@pytest.mark.parametrize("first", [2, 1])
async def test_rows_taken_from_the_end_are_missed(portal: Portal, first: int) -> None:
    where = f"request_id = '{portal.first.id}' AND position >= {first}"
    await without_guards(f"DELETE FROM event WHERE {where}")  # noqa: S608
    [found] = await alterations()
    assert (found.chain, found.position) == (portal.chain, first - 1)
    assert "derniers événements" in found.fault


@pytest.mark.parametrize("with_head", [False, True])
async def test_a_whole_chain_taken_away_is_missed(portal: Portal, *, with_head: bool) -> None:
    head = [f"DELETE FROM chain_head WHERE chain = '{portal.chain}'"] if with_head else []  # noqa: S608
    await without_guards(f"DELETE FROM event WHERE request_id = '{portal.first.id}'", *head)  # noqa: S608
    [found] = await alterations()
    assert found.chain == portal.chain


@pytest.mark.parametrize("with_head", [False, True])
async def test_the_portals_own_chain_taken_away_is_missed(portal: Portal, *, with_head: bool) -> None:
    head = [f"DELETE FROM chain_head WHERE chain = '{PORTAL}'"] if with_head else []  # noqa: S608
    await without_guards("DELETE FROM event WHERE request_id IS NULL AND user_id IS NULL", *head)
    [found] = await alterations()
    assert found.chain == PORTAL


async def test_a_chain_begun_again_after_it_was_taken_away_shows(portal: Portal) -> None:
    await without_guards(
        f"DELETE FROM event WHERE user_id = '{portal.user.id}'",  # noqa: S608
        f"DELETE FROM chain_head WHERE chain = '{portal.own}'",  # noqa: S608
    )
    await record_account(EventKind.SIGNED_IN, user=portal.user, actor=portal.user.actor, at=NOW)
    [found] = await alterations()
    assert (found.chain, found.fault) == (portal.own, "la chaîne a perdu son début")


async def test_a_head_taken_away_or_moved_back_shows(portal: Portal) -> None:
    await without_guards(f"DELETE FROM chain_head WHERE chain = '{portal.chain}'")  # noqa: S608
    await without_guards(f"UPDATE chain_head SET position = 0 WHERE chain = '{portal.own}'")  # noqa: S608
    assert {found.chain for found in await alterations()} == {portal.chain, portal.own}


async def test_a_row_put_in_shows(portal: Portal) -> None:
    columns = 'actor, at, payload, origin, salt, digest, chain, "transaction", request_id'
    copied = (
        f"INSERT INTO event ({columns}, position, kind) SELECT {columns}, 3, 'REQUEST_PAID' "  # noqa: S608
        f"FROM event WHERE request_id = '{portal.first.id}' AND position = 2"
    )
    await without_guards(copied)
    assert [found.position for found in await alterations()] == [3, 3]


async def test_two_rows_that_change_places_show(portal: Portal) -> None:
    where = f"request_id = '{portal.first.id}' AND position"
    await without_guards(
        f"UPDATE event SET position = 9 WHERE {where} = 1",  # noqa: S608
        f"UPDATE event SET position = 1 WHERE {where} = 2",  # noqa: S608
        f"UPDATE event SET position = 2 WHERE {where} = 9",  # noqa: S608
    )
    assert {found.position for found in await alterations()} >= {1, 2}


async def test_a_row_given_to_another_request_shows(portal: Portal) -> None:
    last = f"request_id = '{portal.first.id}' AND position = 2"
    await without_guards(
        f"UPDATE event SET request_id = '{portal.second.id}', position = 3 WHERE {last}"  # noqa: S608
    )
    assert {found.chain for found in await alterations()} == {portal.chain, f"request:{portal.second.id}"}


async def test_a_purge_is_whole_and_what_is_done_to_its_rows_afterwards_shows(portal: Portal) -> None:
    assert await purge_events(OLD, as_of=LATER) == 10
    assert await alterations() == []
    row = await portal.row(1)
    await without_guards(
        'UPDATE event SET actor = \'{"role": "SUPPLIER", "name": "", "account": ""}\' '  # noqa: S608
        f"WHERE id = {row.id}"
    )
    [found] = await alterations()
    purge = await Event.get(kind=EventKind.DATA_PURGED)
    assert (found.event, found.fault) == (purge.id, "les lignes purgées ne sont plus celles qui l’ont été")


async def test_purges_of_the_same_instant_are_told_apart(portal: Portal) -> None:
    own = Q(user_id=portal.user.id)
    assert await purge_events(OLD & Q(user_id__isnull=True), as_of=LATER) == 7
    assert await purge_events(own, as_of=LATER) == 3
    assert await alterations() == []


async def test_a_row_emptied_beside_a_purge_shows(portal: Portal) -> None:
    await purge_events(OLD, as_of=LATER)
    event = await record_account(EventKind.SIGNED_IN, user=portal.user, actor=portal.user.actor, at=LATER)
    await without_guards(
        "UPDATE event SET payload = '{}', origin = NULL, salt = '', purged_at = at, "  # noqa: S608
        f'actor = \'{{"role": "SUPPLIER", "name": "", "account": ""}}\' WHERE id = {event.id}'
    )
    [found] = await alterations()
    assert (found.event, found.fault) == (event.id, "cette ligne a été vidée autrement que par une purge")


async def test_another_key_finds_nothing_whole(portal: Portal, setting: Callable[[str, object], None]) -> None:
    setting("audit_key", SecretStr("une autre clé"))
    assert len(await alterations()) >= 10


async def test_any_character_changed_anywhere_is_found(portal: Portal) -> None:
    """A walk at random, the same each time, over every sealed column of every row."""
    chance = random.Random(7)  # noqa: S311
    rows = await Event.all().order_by("id")
    for _ in range(25):
        row, column = chance.choice(rows), chance.choice(["salt", "digest", "chain"])
        kept = str(getattr(row, column))
        place = chance.randrange(len(kept))
        other = kept[:place] + ("0" if kept[place] != "0" else "1") + kept[place + 1 :]
        await without_guards(f"UPDATE event SET {column} = '{other}' WHERE id = {row.id}")  # noqa: S608
        assert row.id in {found.event for found in await alterations()}, (row.id, column)
        await without_guards(f"UPDATE event SET {column} = '{kept}' WHERE id = {row.id}")  # noqa: S608
    assert await alterations() == []
