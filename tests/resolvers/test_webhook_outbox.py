"""What webhooks are told: what their owners may see, in the order of each request, by one worker at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from models import Email, Event, Webhook, WebhookDelivery
from models.database import is_postgres
from models.emails import EmailKind
from models.events import EventKind
from models.sealing import new_key, unseal
from models.webhooks import DeliveryStatus, WebhookState
from resolvers import webhook_feed
from resolvers import webhook_outbox as outbox
from resolvers.keys import rotate_keys
from resolvers.modifications import cancel_modification
from resolvers.retention import purge_due
from resolvers.webhook_failures import give_up
from resolvers.webhook_feed import Place
from resolvers.webhook_outbox import LAST_ATTEMPT, LEASE, Outcome
from resolvers.webhooks import (
    create_webhook,
    delete_webhook,
    disable_webhook,
    enable_webhook,
    ping_webhook,
    renew_webhook_secret,
    replay_webhook,
)
from settings import settings
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_supplier, make_user, send_back, supplier_of
from tests.feed import end_of_feed, late_commit
from tests.resolvers.test_webhooks import confirming, created

pytestmark = pytest.mark.usefixtures("db")

FINE = Outcome(204, None, 12)
BUSY = Outcome(503, "Réponse 503.", 12)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


async def leased(webhook: Webhook, at: datetime = NOW) -> Webhook:
    taken = await outbox.lease(webhook.id, at)
    assert taken is not None
    return taken


async def spread(webhook: Webhook, at: datetime = NOW, *, end: Place | None = None) -> int:
    held = await leased(webhook, at)
    count = await webhook_feed.spread(held, end or await end_of_feed(), at)
    await outbox.release(held)
    return count


async def told(webhook: Webhook) -> list[tuple[int, EventKind]]:
    rows = await WebhookDelivery.filter(webhook_id=webhook.id).order_by("number").select_related("event")
    return [(row.number, row.event.kind) for row in rows if row.event]


async def sent_back_and_cancelled(**facts: Any) -> Any:
    request = await make_request(**facts)
    modification = await send_back(request)
    await cancel_modification(MANAGER, modification.id, reason="erreur", as_of=NOW + MINUTE)
    return request


async def test_it_is_told_what_comes_after_its_place_once() -> None:
    await send_back(await make_request())
    webhook = await created()
    await sent_back_and_cancelled()
    assert await spread(webhook) == 2
    assert await spread(webhook) == 0
    assert await told(webhook) == [(1, EventKind.MODIFICATION_REQUESTED), (2, EventKind.MODIFICATION_CANCELLED)]


async def test_it_is_told_of_its_own_suppliers_requests_and_of_the_kinds_it_wants() -> None:
    request = await make_request()
    own = await created(await supplier_of(request), kinds=[EventKind.MODIFICATION_CANCELLED])
    stranger = await created(await confirming(await make_supplier()))
    everybody = await created()
    modification = await send_back(request)
    await cancel_modification(MANAGER, modification.id, reason="erreur", as_of=NOW)
    assert [await spread(webhook) for webhook in (own, stranger, everybody)] == [1, 0, 2]
    assert await told(own) == [(1, EventKind.MODIFICATION_CANCELLED)]
    assert await outbox.waiting(NOW, await end_of_feed()) == sorted([own.id, everybody.id])


async def test_a_page_after_the_other_takes_everything_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_feed, "_AT_ONCE", 2)
    webhook = await created()
    for _ in range(3):
        await sent_back_and_cancelled()
    assert [await spread(webhook) for _ in range(4)] == [2, 2, 2, 0]
    assert [number for number, _ in await told(webhook)] == [1, 2, 3, 4, 5, 6]


async def test_of_what_waits_there_is_never_more_than_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_feed, "_MOST_WAITING", 3)
    webhook = await created()
    for _ in range(3):
        await sent_back_and_cancelled()
    assert [await spread(webhook) for _ in range(2)] == [3, 0]
    await WebhookDelivery.all().update(status=DeliveryStatus.DELIVERED)
    assert await spread(webhook) == 3


async def test_each_requests_events_are_in_the_order_of_its_chain_whichever_transaction_began_first() -> None:
    webhook = await created()
    await sent_back_and_cancelled()
    first, second = await Event.filter(request_id__not_isnull=True).order_by("position")
    events = [second, first]
    assert webhook_feed._in_order(events) == [first, second]
    assert await spread(webhook) == 2


async def test_of_a_request_the_next_waits_until_the_one_before_has_arrived() -> None:
    webhook = await created()
    await sent_back_and_cancelled()
    await sent_back_and_cancelled()
    await spread(webhook)
    batch = await outbox.next_ones(webhook, NOW, 10)
    assert [row.number for row in batch] == [1, 3]
    assert [row.number for row in await outbox.next_ones(webhook, NOW, 1)] == [1]
    await outbox.mark_delivered(batch[0], FINE, NOW)
    await outbox.put_off(batch[1], BUSY, NOW)
    assert [row.number for row in await outbox.next_ones(webhook, NOW + SECOND, 10)] == [2]
    again = await outbox.next_ones(webhook, NOW + MINUTE, 10)
    assert [(row.number, row.attempts, row.error) for row in again] == [(2, 0, None), (3, 1, "Réponse 503.")]


async def test_one_that_fails_is_not_looked_at_before_its_next_attempt() -> None:
    webhook = await created()
    await sent_back_and_cancelled()
    await spread(webhook)
    [first] = await outbox.next_ones(webhook, NOW, 10)
    await outbox.put_off(first, BUSY, NOW)
    end = await end_of_feed()
    assert await outbox.waiting(NOW + SECOND, end) == []
    assert await outbox.waiting(NOW + MINUTE, end) == [webhook.id]
    assert (await Webhook.get()).failing_since == NOW
    await outbox.mark_delivered(first, FINE, NOW + MINUTE)
    assert (await Webhook.get()).failing_since is None


async def test_what_answers_comes_before_what_fails() -> None:
    failing, fine = await created(), await created(url="https://editeur.fr/autre")
    await Webhook.filter(id=failing.id).update(failing_since=NOW)
    await send_back(await make_request())
    assert await outbox.waiting(NOW, await end_of_feed()) == [fine.id, failing.id]


async def test_it_is_tried_over_a_day_and_then_no_more() -> None:
    webhook = await created()
    await send_back(await make_request())
    await spread(webhook)
    at, tries = NOW, [True]
    while tries[-1]:
        [row] = await outbox.next_ones(webhook, at, 10)
        tries.append(await outbox.put_off(row, BUSY, at))
        at = (await WebhookDelivery.get()).next_attempt_at
    assert len(tries) - 1 == LAST_ATTEMPT == 18
    assert timedelta(hours=23) < (await WebhookDelivery.get()).tried_at - NOW < timedelta(hours=31)  # type: ignore[operator]


async def test_what_waits_for_a_receiver_that_asks_for_a_pause_waits_as_long() -> None:
    webhook = await created()
    await sent_back_and_cancelled()
    await sent_back_and_cancelled()
    await spread(webhook)
    [first, second] = await outbox.next_ones(webhook, NOW, 10)
    asked = Outcome(429, "Réponse 429.", 12, retry_after=40 * MINUTE)
    await outbox.put_off(first, asked, NOW)
    assert (await WebhookDelivery.get(id=first.id)).next_attempt_at == NOW + 40 * MINUTE
    assert outbox.pause_after([asked, BUSY]) == 40 * MINUTE
    assert outbox.pause_after([BUSY]) == timedelta(0)
    await outbox.put_off_all(webhook, NOW + 40 * MINUTE)
    ping = await ping_webhook(MANAGER, webhook.id, as_of=NOW)
    assert [row.id for row in await outbox.next_ones(webhook, NOW + 39 * MINUTE, 10)] == [ping.id]
    due = await outbox.next_ones(webhook, NOW + 40 * MINUTE, 10)
    assert {row.id for row in due} == {first.id, second.id, ping.id}


async def test_what_happens_during_a_pause_waits_for_its_end_too_unless_its_owner_enables_it_again() -> None:
    webhook = await created()
    await outbox.put_off_all(await leased(webhook), NOW + 40 * MINUTE)
    await Webhook.filter(id=webhook.id).update(leased_until=None)
    await sent_back_and_cancelled()
    assert await spread(webhook, NOW + MINUTE) == 2
    assert await outbox.next_ones(webhook, NOW + 39 * MINUTE, 10) == []
    assert [row.number for row in await outbox.next_ones(webhook, NOW + 40 * MINUTE, 10)] == [1]
    await enable_webhook(MANAGER, webhook.id, as_of=NOW + MINUTE)
    await sent_back_and_cancelled()
    assert await spread(webhook, NOW + MINUTE) == 2
    assert [row.number for row in await outbox.next_ones(webhook, NOW + MINUTE, 10)] == [1, 3]


async def test_a_shorter_pause_ends_no_longer_one_and_who_has_lost_the_webhook_pauses_nothing() -> None:
    webhook = await created()
    held = await leased(webhook)
    for minutes in (40, 5):
        await outbox.put_off_all(held, NOW + minutes * MINUTE)
    assert (await Webhook.get()).paused_until == NOW + 40 * MINUTE
    await enable_webhook(MANAGER, webhook.id, as_of=NOW)
    await outbox.put_off_all(held, NOW + 50 * MINUTE)
    assert (await Webhook.get()).paused_until is None


async def test_a_ping_is_tried_once() -> None:
    webhook = await created()
    await ping_webhook(MANAGER, webhook.id, as_of=NOW)
    [ping] = await outbox.next_ones(webhook, NOW, 10)
    assert await outbox.put_off(ping, BUSY, NOW)
    kept = await WebhookDelivery.get()
    assert (kept.status, kept.attempts, kept.response_status) == (DeliveryStatus.FAILED, 1, 503)
    assert (await Webhook.get()).failing_since is None


async def test_one_worker_at_a_time_has_it_until_its_lease_ends() -> None:
    webhook = await created()
    taken = await asyncio.gather(*(outbox.lease(webhook.id, NOW) for _ in range(4)))
    [held] = [each for each in taken if each]
    assert await outbox.lease(webhook.id, NOW + LEASE - SECOND) is None
    other = await leased(webhook, NOW + LEASE)
    assert not await outbox.keep(held, NOW + LEASE)
    await outbox.release(held)
    assert await outbox.keep(other, NOW + LEASE + SECOND)
    # A clock that ran ahead wrote it.
    assert await outbox.lease(webhook.id, NOW - 2 * LEASE) is not None


async def test_disabled_or_replayed_meanwhile_the_worker_has_lost_it() -> None:
    webhook = await created()
    await send_back(await make_request())
    held = await leased(webhook)
    await disable_webhook(MANAGER, webhook.id, as_of=NOW)
    assert not await outbox.keep(held, NOW)
    assert await webhook_feed.spread(held, await end_of_feed(), NOW) == 0
    assert await outbox.waiting(NOW, await end_of_feed()) == []


async def test_a_replay_tells_it_again_under_other_identifiers() -> None:
    webhook = await created()
    await sent_back_and_cancelled()
    await spread(webhook)
    [first] = await outbox.next_ones(webhook, NOW, 1)
    await outbox.mark_delivered(first, FINE, NOW)
    await replay_webhook(MANAGER, webhook.id, after=None, as_of=NOW)
    assert await spread(webhook) == 2
    again = await outbox.next_ones(webhook, NOW, 1)
    assert [row.event_id for row in again] == [first.event_id]
    assert again[0].id != first.id


async def test_what_was_told_long_ago_leaves_the_log_and_what_waits_stays() -> None:
    webhook = await created()
    await sent_back_and_cancelled()
    await spread(webhook)
    [first] = await outbox.next_ones(webhook, NOW, 1)
    await outbox.mark_delivered(first, FINE, NOW)
    assert await outbox.forget_deliveries(NOW) == 0
    assert await outbox.forget_deliveries(NOW + SECOND) == 1
    assert await told(webhook) == [(2, EventKind.MODIFICATION_CANCELLED)]


async def test_of_a_webhook_that_was_deleted_nothing_stays_once_its_log_is_empty() -> None:
    stays = await created(url="https://editeur.fr/autre")
    deleted = await created()
    await sent_back_and_cancelled()
    await spread(deleted)
    [first] = await outbox.next_ones(deleted, NOW, 1)
    await outbox.mark_delivered(first, FINE, NOW)
    await delete_webhook(MANAGER, deleted.id, as_of=NOW)
    await outbox.forget_deliveries(NOW)
    assert await Webhook.all().count() == 2
    await outbox.forget_deliveries(NOW + SECOND)
    assert await Webhook.all().values_list("id", flat=True) == [stays.id]


async def test_each_day_the_purge_shortens_the_log_as_the_settings_say() -> None:
    webhook = await created()
    await ping_webhook(MANAGER, webhook.id, as_of=NOW)
    [ping] = await outbox.next_ones(webhook, NOW, 1)
    await outbox.mark_delivered(ping, FINE, NOW)
    left = []
    for days in (settings.keep_delivery_days, settings.keep_delivery_days + 1):
        await purge_due(NOW + timedelta(days=days))
        left.append(await WebhookDelivery.all().count())
    assert left == [1, 0]


async def test_both_secrets_are_sealed_again_with_a_new_key(setting: Callable[[str, object], None]) -> None:
    old, new = new_key(), new_key()
    setting("data_keys", [SecretStr(old)])
    webhook, first = await create_webhook(MANAGER, label="Suivi", url="https://editeur.fr/", as_of=NOW)
    _, second = await renew_webhook_secret(MANAGER, webhook.id, as_of=NOW)
    setting("data_keys", [SecretStr(new), SecretStr(old)])
    assert (await rotate_keys(MANAGER, as_of=NOW)).renewed == 2
    setting("data_keys", [SecretStr(new)])
    kept = await Webhook.get()
    assert (unseal(str(kept.former_secret)), unseal(kept.secret)) == (first, second)


async def test_what_commits_late_is_told_and_before_what_began_after_it() -> None:
    webhook = await created()
    slow, quick = await make_request(), await make_request()
    async with late_commit(slow, quick):
        if is_postgres():
            assert await spread(webhook, end=await webhook_feed.end_of_feed()) == 0
    assert await spread(webhook) == 2
    assert [kind for _, kind in await told(webhook)] == [EventKind.REQUEST_VALIDATED, EventKind.MODIFICATION_REQUESTED]


async def test_given_up_it_is_disabled_and_its_owner_told_once() -> None:
    request = await make_request()
    actor = await supplier_of(request)
    await make_user(request.dossier.supplier, email="lecteur@editeur.fr", right="READ")
    webhook = await created(actor)
    assert await give_up(webhook.id, "le destinataire répond 410.", as_of=NOW)
    assert not await give_up(webhook.id, "le destinataire répond 410.", as_of=NOW)
    assert (await Webhook.get()).state is WebhookState.DISABLED
    [email] = await Email.filter(kind=EmailKind.WEBHOOK_DISABLED)
    assert "lecteur" not in email.recipient
    assert webhook.url in email.text
    [event] = await Event.filter(kind=EventKind.WEBHOOK_DISABLED)
    assert event.payload["reason"] == "le destinataire répond 410."


async def test_a_webhook_of_all_is_its_makers_or_else_every_managers() -> None:
    maker, colleague = await make_user(None), await make_user(None)
    webhook = await created(maker.actor)
    await give_up(webhook.id, "essai", as_of=NOW)
    assert [email.recipient for email in await Email.all()] == [maker.email]
    await created(url="https://editeur.fr/autre")
    other = await Webhook.get(state=WebhookState.ACTIVE)
    await give_up(other.id, "essai", as_of=NOW)
    assert {email.recipient for email in await Email.all()} == {maker.email, colleague.email}
    assert await Email.all().count() == 3


async def test_a_suppliers_webhook_without_an_account_that_confirms_is_told_of_to_managers() -> None:
    manager = await make_user(None)
    await give_up((await created(supplier_id=(await make_supplier()).id)).id, "essai", as_of=NOW)
    assert [email.recipient for email in await Email.all()] == [manager.email]
