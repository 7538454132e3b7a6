"""What happened: chained, in order, and served without passing over what commits late."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from datetime import UTC, timedelta, timezone

import pytest

from models import Event, FundingRequest
from models.database import transaction
from models.events import EventKind
from models.lifecycle import RequestAction
from resolvers.editing import change_support_contact
from resolvers.events import feed, record
from resolvers.modifications import confirm_modification
from resolvers.transitions import move
from settings import settings
from tests.conftest import NOW, POSTGRES
from tests.factories import MANAGER, READER, make_request, make_supplier, make_user, send_back, supplier_of

pytestmark = pytest.mark.usefixtures("db")


def canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def sealed_digest(event: Event) -> str:
    """The digest, worked out again from what the row says."""
    content = canonical({"actor": event.actor.as_json(), "payload": event.payload})
    return hashlib.sha256((event.salt + content).encode()).hexdigest()


def sealed_chain(event: Event, previous: str) -> str:
    """The link, worked out again from what the row says."""
    key = settings.secret_key.get_secret_value().encode()
    at = event.at.astimezone(UTC).isoformat()
    content = canonical([previous, str(event.request_id), event.position, event.kind.value, at, event.digest])
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()


async def chain_holds(request: FundingRequest) -> bool:
    previous = ""
    for position, event in enumerate(await Event.filter(request_id=request.id).order_by("position")):
        if event.position != position or event.chain != sealed_chain(event, previous):
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
    assert [event.digest for event in events] == [sealed_digest(event) for event in events]
    assert await chain_holds(request)
    assert len({event.salt for event in events}) == 3


async def test_each_request_has_its_own_chain() -> None:
    first, second = await told(), await told()
    assert await Event.filter(position=0).count() == 2
    assert await chain_holds(first)
    assert await chain_holds(second)


@pytest.mark.parametrize(
    "alteration",
    [{"at": NOW - timedelta(days=1)}, {"kind": EventKind.MODIFICATION_SKIPPED}, {"digest": "0" * 64}],
)
async def test_an_alteration_breaks_the_chain(alteration: dict[str, object]) -> None:
    request = await told()
    await Event.filter(request_id=request.id, position=1).update(**alteration)
    assert not await chain_holds(request)


async def test_an_event_taken_out_breaks_the_chain() -> None:
    request = await told()
    await Event.filter(request_id=request.id, position=1).delete()
    assert not await chain_holds(request)


async def test_an_altered_payload_shows_and_a_purged_one_leaves_the_chain_whole() -> None:
    request = await told()
    await Event.filter(request_id=request.id, position=1).update(payload={"number": 1, "after": "b@editeur.fr"})
    altered = await Event.get(request_id=request.id, position=1)
    assert altered.digest != sealed_digest(altered)
    await Event.filter(request_id=request.id).update(payload={})
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
    own = await feed(supplier).order_by("transaction", "id")
    assert [event.position for event in own] == [0, 1, 2]
    assert {event.request_id for event in own} == {first.id}
    everything = await feed(MANAGER).order_by("transaction", "id")
    assert [event.request_id for event in everything] == [first.id] * 3 + [second.id] * 3
    assert await feed(READER).count() == 6


async def test_the_feed_never_passes_over_what_commits_late() -> None:
    """A reader that asks meanwhile sees no later event; once all is committed it finds the late one first."""
    slow, quick = await make_request(), await make_request()
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
    if POSTGRES:
        await quickly
        assert await Event.all().count() == 1
        assert await feed(MANAGER).count() == 0
    go_on.set()
    await asyncio.gather(late, quickly)
    events = await feed(MANAGER).order_by("transaction", "id")
    assert [event.request_id for event in events] == [slow.id, quick.id]
