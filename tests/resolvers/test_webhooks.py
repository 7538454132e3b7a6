"""Webhooks as their owners set them up: who may, what is checked, and what stays of it in the journal."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models import Event, Supplier, Webhook, WebhookDelivery
from models.actors import AccountRight, Actor, Role, TokenScope
from models.errors import Invalid, NotFound, PermissionDenied, Refusal
from models.events import EventKind
from models.sealing import unseal
from models.webhooks import DeliveryStatus, WebhookState
from resolvers.webhook_feed import Place, pending
from resolvers.webhook_lists import deliveries, get_webhook, visible_webhooks
from resolvers.webhooks import (
    MOST_WEBHOOKS,
    change_webhook,
    create_webhook,
    delete_webhook,
    disable_webhook,
    enable_webhook,
    ping_webhook,
    renew_webhook_secret,
    replay_webhook,
)
from tests.conftest import NOW
from tests.factories import MANAGER, READER, make_request, make_supplier, make_user, send_back
from tests.feed import all_served, end_of_feed
from tests.plans import plan_of

pytestmark = pytest.mark.usefixtures("db")

URL = "https://editeur.fr/webhooks"
HOUR = timedelta(hours=1)


async def created(actor: Actor = MANAGER, **facts: Any) -> Webhook:
    values: dict[str, Any] = {"label": "Suivi", "url": URL, "as_of": NOW}
    await all_served()
    webhook, _ = await create_webhook(actor, **(values | facts))
    return webhook


async def confirming(supplier: Supplier) -> Actor:
    return (await make_user(supplier)).actor


async def code(work: Any) -> str:
    with pytest.raises(Invalid) as refusal:
        await work
    [fault] = refusal.value.faults
    return fault.code


async def test_one_is_created_at_the_end_of_the_feed_with_a_secret_that_is_sealed() -> None:
    await send_back(await make_request())
    await all_served()
    webhook, secret = await create_webhook(MANAGER, label=" Suivi ", url=URL, as_of=NOW)
    kept = await Webhook.get()
    assert (kept.label, kept.url, kept.kinds, kept.supplier_id, kept.state) == (
        *("Suivi", URL, [], None),
        WebhookState.ACTIVE,
    )
    assert Place(kept.feed_transaction, kept.feed_event) == await end_of_feed() > Place(0, 0)
    assert len(b64decode(secret.removeprefix("whsec_"))) == 32
    assert secret not in kept.secret
    assert unseal(kept.secret) == secret
    [event] = await Event.filter(kind=EventKind.WEBHOOK_CREATED)
    assert event.payload == {"webhookId": str(webhook.id), "name": "Suivi", "url": URL, "kinds": []}


async def test_a_supplier_has_its_own_and_a_manager_anybodys() -> None:
    supplier, other = await make_supplier(), await make_supplier()
    own, stranger = await confirming(supplier), await confirming(other)
    webhook = await created(own)
    assert webhook.supplier_id == supplier.id
    assert (await created(supplier_id=supplier.id, url=f"{URL}/2")).supplier_id == supplier.id
    assert await visible_webhooks(own).count() == await visible_webhooks(MANAGER).count() == 2
    assert await visible_webhooks(stranger).count() == 0
    with pytest.raises(NotFound):
        await get_webhook(stranger, webhook.id)
    with pytest.raises(NotFound):
        await created(stranger, supplier_id=supplier.id)


async def test_only_those_who_may_confirm_set_them_up() -> None:
    supplier = await make_supplier()
    writes = Actor(Role.PARTNER, "ERP", "token:1", supplier.id, AccountRight.CONFIRM, (TokenScope.WRITE,))
    webhook = await created(writes)
    for actor in (READER, replace(writes, right=AccountRight.READ), replace(writes, right=AccountRight.EDIT)):
        with pytest.raises(PermissionDenied):
            await created(actor, url=f"{URL}/2")
        with pytest.raises(NotFound):
            await delete_webhook(actor, webhook.id, as_of=NOW)


async def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refusal:
        await created(label="", url="http://editeur.fr", kinds=[EventKind.SIGNED_IN])
    assert [(fault.field, fault.code) for fault in refusal.value.faults] == [
        ("label", "REQUIRED"),
        ("url", "HTTPS_REQUIRED"),
        ("kinds", "NOT_TOLD"),
    ]
    assert await Webhook.all().count() == await Event.all().count() == 0


async def test_an_address_is_told_once_and_a_supplier_has_some_addresses_at_most() -> None:
    first = await created()
    assert await code(created()) == "TAKEN"
    for number in range(1, MOST_WEBHOOKS):
        await created(url=f"{URL}/{number}")
    assert await code(created(url=f"{URL}/one-more")) == "TOO_MANY"
    assert await code(change_webhook(MANAGER, first.id, url=f"{URL}/1", as_of=NOW)) == "TAKEN"
    await delete_webhook(MANAGER, first.id, as_of=NOW)
    await created()


async def test_clicked_twice_one_is_created() -> None:
    answers = await asyncio.gather(created(), created(), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Invalid", "Webhook"]


async def test_what_is_changed_is_changed_and_nothing_else() -> None:
    webhook = await created()
    await change_webhook(MANAGER, webhook.id, kinds=[EventKind.REQUEST_PAID], as_of=NOW)
    await change_webhook(MANAGER, webhook.id, label="Suivi", as_of=NOW)
    kept = await Webhook.get()
    assert (kept.label, kept.url, kept.kinds) == ("Suivi", URL, ["REQUEST_PAID"])
    [event] = await Event.filter(kind=EventKind.WEBHOOK_CHANGED)
    assert event.payload["changed"] == ["kinds"]


async def test_one_that_is_deleted_has_no_secret_left_and_is_not_found() -> None:
    webhook = await created()
    await ping_webhook(MANAGER, webhook.id, as_of=NOW)
    assert (await delete_webhook(MANAGER, webhook.id, as_of=NOW)).state is WebhookState.DELETED
    assert (await Webhook.get()).secret == ""
    assert await WebhookDelivery.all().count() == 0
    with pytest.raises(NotFound):
        await enable_webhook(MANAGER, webhook.id, as_of=NOW)


async def test_disabled_and_enabled_again_it_keeps_its_place_and_is_tried_at_once() -> None:
    webhook = await created()
    ping = await ping_webhook(MANAGER, webhook.id, as_of=NOW)
    await WebhookDelivery.all().update(attempts=9, next_attempt_at=NOW + HOUR)
    for _ in range(2):
        disabled = await disable_webhook(MANAGER, webhook.id, as_of=NOW)
        assert (disabled.state, disabled.disabled_at) == (WebhookState.DISABLED, NOW)
    assert await code(ping_webhook(MANAGER, webhook.id, as_of=NOW)) == "DISABLED"
    for _ in range(2):
        enabled = await enable_webhook(MANAGER, webhook.id, as_of=NOW + HOUR)
        assert (enabled.state, enabled.disabled_at, enabled.feed_event) == (WebhookState.ACTIVE, None, 0)
    again = await WebhookDelivery.get(id=ping.id)
    assert (again.attempts, again.next_attempt_at) == (0, NOW + HOUR)
    kinds = [event.kind for event in await Event.all().order_by("id")]
    assert kinds == [EventKind.WEBHOOK_CREATED, EventKind.WEBHOOK_DISABLED, EventKind.WEBHOOK_ENABLED]


async def test_the_secret_before_signs_for_a_day_unless_it_leaked() -> None:
    webhook, first = await create_webhook(MANAGER, label="Suivi", url=URL, as_of=NOW)
    renewed, second = await renew_webhook_secret(MANAGER, webhook.id, as_of=NOW)
    assert [unseal(renewed.secret), unseal(str(renewed.former_secret))] == [second, first]
    assert renewed.former_secret_ends_at == NOW + timedelta(days=1)
    assert await code(renew_webhook_secret(MANAGER, webhook.id, as_of=NOW + 23 * HOUR)) == "TOO_SOON"
    leaked, third = await renew_webhook_secret(MANAGER, webhook.id, immediately=True, as_of=NOW + HOUR)
    assert (unseal(leaked.secret), leaked.former_secret) == (third, None)
    assert len({first, second, third}) == 3


async def test_renewed_twice_at_once_one_secret_is_shown_and_it_signs() -> None:
    webhook = await created()
    renew = [renew_webhook_secret(MANAGER, webhook.id, as_of=NOW) for _ in range(2)]
    answers = await asyncio.gather(*renew, return_exceptions=True)
    [refused] = [answer for answer in answers if isinstance(answer, Refusal)]
    [(_, secret)] = [answer for answer in answers if isinstance(answer, tuple)]
    assert "renouvelé" in refused.message
    assert unseal((await Webhook.get()).secret) == secret


async def test_a_ping_that_waits_is_the_same_ping() -> None:
    webhook = await created()
    first, second = [await ping_webhook(MANAGER, webhook.id, as_of=NOW) for _ in range(2)]
    assert first.id == second.id


async def test_a_replay_goes_back_and_never_ahead_of_what_has_happened() -> None:
    request = await make_request()
    webhook = await created()
    await send_back(request)
    end = await end_of_feed()
    far = await replay_webhook(MANAGER, webhook.id, after=Place(2**60, 2**60), as_of=NOW)
    assert Place(far.feed_transaction, far.feed_event) == end
    back = await replay_webhook(MANAGER, webhook.id, after=None, as_of=NOW)
    assert Place(back.feed_transaction, back.feed_event) == Place(0, 0)
    assert await Event.filter(kind=EventKind.WEBHOOK_REPLAYED).count() == 2


@pytest.mark.parametrize("use_case", [delete_webhook, disable_webhook, enable_webhook, ping_webhook])
async def test_what_belongs_to_another_supplier_is_not_there(use_case: Callable[..., Any]) -> None:
    webhook = await created(await confirming(await make_supplier()))
    stranger = await confirming(await make_supplier())
    with pytest.raises(NotFound):
        await use_case(stranger, webhook.id, as_of=NOW)
    assert await deliveries(stranger, webhook.id, None).count() == 0


async def test_the_log_is_read_from_an_index_however_much_was_told() -> None:
    webhook = await created()
    failed = deliveries(MANAGER, webhook.id, DeliveryStatus.FAILED)
    for rows in (failed.order_by("-number").limit(21), pending(webhook.id).order_by("number")):
        assert "delivery_by_status" in await plan_of(rows)
