"""A receiver gets everything, in the order of each request, whenever the worker is killed and whatever goes wrong."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from models import Webhook, WebhookDelivery
from models.webhooks import DeliveryStatus
from resolvers.modifications import cancel_modification
from resolvers.webhooks import create_webhook
from tests.factories import MANAGER, make_request, send_back
from tests.services.background import Background, until
from tests.services.choice import full
from tests.services.portal import PATIENCE
from tests.services.receiver import Fault, Message, Receiver
from tests.services.standby import Standby

pytestmark = pytest.mark.usefixtures("db")

REQUESTS, KILLS = full(60, otherwise=6), full(10, otherwise=2)
STORY = ["MODIFICATION_REQUESTED", "MODIFICATION_CANCELLED"]


@pytest.fixture(autouse=True)
def this_machine(background: Background, setting: Callable[[str, object], None]) -> None:
    """The workers may call the receivers of these tests."""
    setting("webhook_networks", ["127.0.0.0/8"])
    background.environment["SOLDE_WEBHOOK_NETWORKS"] = '["127.0.0.0/8"]'


async def stories(receiver: Receiver) -> list[str]:
    """Two things happen to each of many requests; the numbers of their dossiers."""
    now = datetime.now(UTC)
    _, receiver.secret = await create_webhook(MANAGER, label="Suivi", url=receiver.url, as_of=now)
    numbers = []
    for _ in range(REQUESTS):
        request = await make_request()
        modification = await send_back(request, as_of=now)
        await cancel_modification(MANAGER, modification.id, reason="erreur", as_of=now)
        await request.fetch_related("dossier")
        numbers.append(request.dossier.number)
    return numbers


async def all_delivered() -> bool:
    count = await WebhookDelivery.filter(status=DeliveryStatus.DELIVERED).count()
    return count == len(STORY) * REQUESTS


async def time_passes() -> None:
    """Every lease has ended, every pause after a failure is over."""
    now = datetime.now(UTC)
    await Webhook.all().update(leased_until=None, paused_until=None)
    await WebhookDelivery.filter(next_attempt_at__gt=now).update(next_attempt_at=now)


async def test_kills_in_the_midst_lose_nothing_and_repeat_only_what_had_no_answer(
    standby: Standby, receiver: Receiver
) -> None:
    numbers = await stories(receiver)
    chance = random.Random(9)  # noqa: S311 (the same points in every run)
    killed, countdown = asyncio.Event(), 0

    def kill_in_time(_message: Message) -> Fault | None:
        nonlocal countdown
        countdown -= 1
        if countdown == 0:
            standby.kill()
            killed.set()
        return None

    receiver.behave = kill_in_time
    for _ in range(KILLS):
        countdown = chance.randrange(1, REQUESTS * len(STORY) // KILLS * 3 // 4)
        killed.clear()
        standby.start()
        await asyncio.wait_for(killed.wait(), PATIENCE)
        await time_passes()
    standby.start()
    await until(all_delivered)
    assert all(receiver.taken_of(number) == STORY for number in numbers)
    # At most those that were under way at each kill came twice, under the same identifiers.
    assert len({message.id for message in receiver.taken}) == len(STORY) * REQUESTS
    assert len(receiver.taken) <= len(STORY) * REQUESTS + 4 * KILLS


async def test_a_receiver_that_does_everything_wrong_and_comes_back_gets_everything(
    background: Background, receiver: Receiver
) -> None:
    numbers = await stories(receiver)
    chance = random.Random(6)  # noqa: S311
    wrong = [Fault.FAILS, Fault.REDIRECTS, Fault.RESETS, Fault.TAKES_AND_RESETS]
    receiver.behave = lambda _message: chance.choice(wrong)
    background.start()
    await until(lambda: background.says("webhook_postponed"))
    await receiver.stop()
    await time_passes()
    await until(lambda: background.says("La connexion a échoué"))
    await background.stop()
    receiver.behave = lambda _message: None
    await receiver.start()
    await time_passes()
    background.start()
    await until(all_delivered)
    await background.stop()
    assert all(receiver.taken_of(number) == STORY for number in numbers)
