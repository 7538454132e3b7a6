"""What happened: chained, in order, and served without passing over what commits late."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from tortoise.expressions import Q

from models import ChainHead, Event, FundingRequest
from models.actors import SYSTEM, Actor, Origin
from models.chains import PORTAL, digest_of, head_seal, link_of
from models.database import transaction
from models.events import EventKind
from resolvers.editing import change_support_contact
from resolvers.events import feed, purge_events, record, record_account
from resolvers.modifications import confirm_modification
from settings import settings
from tests.conftest import NOW, POSTGRES
from tests.factories import MANAGER, READER, make_request, make_supplier, make_user, send_back, supplier_of
from tests.feed import all_served, late_commit
from tests.tampering import without_guards

pytestmark = pytest.mark.usefixtures("db")


async def chain_holds(request: FundingRequest) -> bool:
    previous = ""
    for position, event in enumerate(await Event.filter(request_id=request.id).order_by("position")):
        if event.position != position or event.chain != link_of(event, previous):
            return False
        previous = event.chain
    return True


async def told() -> FundingRequest:
    """A request with a story of three events."""
    request = await make_request()
    modification, supplier = await send_back(request, comment="« guide » à joindre\n😀"), await supplier_of(request)
    await change_support_contact(supplier, modification.id, support_contact="a@editeur.fr", as_of=NOW)
    await confirm_modification(supplier, modification.id, as_of=NOW + timedelta(microseconds=1))
    return request


async def test_a_story_is_a_chain_that_can_be_worked_out_again() -> None:
    request = await told()
    events = await Event.filter(request_id=request.id).order_by("position")
    assert [event.kind for event in events] == [
        EventKind.MODIFICATION_REQUESTED,
        EventKind.SUPPORT_CONTACT_CHANGED,
        EventKind.MODIFICATION_CONFIRMED,
    ]
    assert [event.digest for event in events] == [digest_of(event) for event in events]
    assert await chain_holds(request)
    assert len({event.salt for event in events}) == 3


async def test_each_request_has_its_own_chain() -> None:
    first, second = await told(), await told()
    assert await Event.filter(position=0).count() == 2
    assert await chain_holds(first)
    assert await chain_holds(second)


@pytest.mark.parametrize(
    "alteration",
    ["at = '2023-08-06 12:32:00+00:00'", "kind = 'MODIFICATION_SKIPPED'", "digest = 'forged'"],
)
async def test_an_alteration_breaks_the_chain(alteration: str) -> None:
    request = await told()
    await without_guards(f"UPDATE event SET {alteration} WHERE position = 1")  # noqa: S608 - our own
    assert not await chain_holds(request)


async def test_an_event_taken_out_breaks_the_chain() -> None:
    request = await told()
    await without_guards("DELETE FROM event WHERE position = 1")
    assert not await chain_holds(request)


async def test_an_altered_payload_shows_and_a_purged_one_leaves_the_chain_whole() -> None:
    request = await told()
    await without_guards('UPDATE event SET payload = \'{"after": "b@editeur.fr"}\' WHERE position = 1')
    altered = await Event.get(request_id=request.id, position=1)
    assert altered.digest != digest_of(altered)
    await without_guards("UPDATE event SET payload = '{}'")
    assert await chain_holds(request)


async def test_the_chain_holds_whatever_the_offset_of_the_instant() -> None:
    request = await make_request()
    await send_back(request, as_of=NOW.astimezone(timezone(timedelta(hours=2))))
    assert await chain_holds(request)


async def test_events_recorded_at_once_follow_one_another() -> None:
    supplier = await make_supplier()
    await make_user(supplier)
    requests = [await make_request(supplier) for _ in range(8)]
    await asyncio.gather(*(send_back(request) for request in requests))
    assert await Event.filter(position=0).count() == 8
    for request in requests:
        assert await chain_holds(request)


async def test_the_feed_gives_everybody_their_own_in_order() -> None:
    first, second = await told(), await told()
    supplier = await supplier_of(first)
    await all_served()
    own = await feed(supplier).order_by("transaction", "id")
    assert [event.position for event in own] == [0, 1, 2]
    assert {event.request_id for event in own} == {first.id}
    everything = await feed(MANAGER).order_by("transaction", "id")
    assert [event.request_id for event in everything] == [first.id] * 3 + [second.id] * 3
    assert await feed(READER).count() == 6


async def test_the_feed_never_passes_over_what_commits_late() -> None:
    """A reader that asks meanwhile sees no later event; once all is committed it finds the late one first."""
    slow, quick = await make_request(), await make_request()
    async with late_commit(slow, quick):
        if POSTGRES:
            assert await Event.all().count() == 1
            assert await feed(MANAGER).count() == 0
    await all_served()
    events = await feed(MANAGER).order_by("transaction", "id")
    assert [event.request_id for event in events] == [slow.id, quick.id]


def canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


async def test_an_event_says_where_it_came_from_and_its_digest_covers_that() -> None:
    request = await make_request()
    origin = Origin("192.0.2.7", "12AB-34CD")
    event = await _validated(request, replace(MANAGER, origin=origin))
    assert event.origin == {"address": "192.0.2.7", "number": "12AB-34CD"}
    content = {"actor": MANAGER.author.as_json(), "payload": {}, "origin": event.origin}
    assert event.digest == hashlib.sha256(event.salt.encode() + canonical(content)).hexdigest()


async def test_an_event_without_origin_is_sealed_as_it_was_before_there_were_any() -> None:
    request = await make_request()
    event = await _validated(request, MANAGER)
    content = {"actor": MANAGER.author.as_json(), "payload": {}}
    assert event.digest == hashlib.sha256(event.salt.encode() + canonical(content)).hexdigest()
    key = settings.secret_key.get_secret_value().encode()
    link = canonical(["", str(request.id), 0, "REQUEST_VALIDATED", NOW.isoformat(), event.digest])
    assert event.chain == hmac.new(key, link, hashlib.sha256).hexdigest()


async def _validated(request: FundingRequest, actor: Actor) -> Event:
    async with transaction():
        await record(EventKind.REQUEST_VALIDATED, request, actor, at=NOW)
    return await Event.get(request_id=request.id)


async def test_each_account_has_its_own_chain_and_the_portal_one_for_what_concerns_none() -> None:
    first, second = await make_user(None), await make_user(None)
    for user in (first, second, first, None):
        actor = user.actor if user else SYSTEM
        await record_account(EventKind.SIGNED_IN, user=user, actor=actor, at=NOW, session="a")
    assert [(event.user_id, event.position) for event in await Event.all().order_by("id")] == [
        (first.id, 0),
        (second.id, 0),
        (first.id, 1),
        (None, 0),
    ]
    for name, position in {f"account:{first.id}": 1, f"account:{second.id}": 0, PORTAL: 0}.items():
        head = await ChainHead.get(chain=name)
        last = await Event.get(user_id=_account_of(name), position=position)
        assert (head.position, head.seal) == (position, head_seal(name, position, last.chain))


def _account_of(chain: str) -> str | None:
    return chain.partition(":")[2] or None


async def test_what_is_told_at_once_about_an_account_follows_one_another() -> None:
    user = await make_user(None)
    tell = [record_account(EventKind.SIGN_IN_FAILED, user=user, actor=SYSTEM, at=NOW) for _ in range(8)]
    await asyncio.gather(*tell)
    assert [event.position for event in await Event.filter(user_id=user.id).order_by("id")] == list(range(8))


async def test_what_happens_to_an_account_is_on_no_timeline() -> None:
    user = await make_user(await make_supplier())
    await record_account(EventKind.SIGNED_IN, user=user, actor=user.actor, at=NOW)
    assert await feed(MANAGER).count() == await feed(user.actor).count() == await feed(READER).count() == 0


async def test_a_head_that_does_not_fit_is_left_as_it_is() -> None:
    """Whoever removes the last events and goes on using the portal does not repair the chain."""
    user = await make_user(None)
    for _ in range(2):
        await record_account(EventKind.SIGNED_IN, user=user, actor=user.actor, at=NOW)
    before = await ChainHead.get(chain=f"account:{user.id}")
    await without_guards("DELETE FROM event WHERE position = 1")
    await record_account(EventKind.SIGNED_OUT, user=user, actor=user.actor, at=NOW)
    after = await ChainHead.get(chain=f"account:{user.id}")
    assert (after.position, after.seal) == (before.position, before.seal)
    last = await Event.get(user_id=user.id, position=1)
    assert after.seal != head_seal(after.chain, 1, last.chain)


async def test_a_purge_leaves_the_chain_and_an_account_of_itself() -> None:
    request = await told()
    user = await make_user(None)
    await record_account(EventKind.SIGNED_IN, user=user, actor=user.actor, at=NOW + timedelta(days=2))
    assert await purge_events(Q(at__lt=NOW + timedelta(days=1)), as_of=NOW + timedelta(days=400)) == 3
    assert await purge_events(Q(at__lt=NOW + timedelta(days=1)), as_of=NOW + timedelta(days=401)) == 0
    for event in await Event.filter(request_id=request.id):
        assert (event.actor.name, event.actor.account, event.payload, event.origin) == ("", "", {}, None)
        assert event.purged_at == NOW + timedelta(days=400)
    assert await chain_holds(request)
    assert (await Event.get(user_id=user.id)).actor == user.actor.author
    purge = await Event.get(kind=EventKind.DATA_PURGED)
    assert purge.payload["events"] == 3
