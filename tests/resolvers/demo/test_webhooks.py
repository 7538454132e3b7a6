"""The demo's webhook: a log to look at, and nothing that leaves."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import Mock

import pytest

from models import Webhook, WebhookDelivery
from models.webhooks import DeliveryStatus, WebhookState
from resolvers.demo.webhooks import be_told
from resolvers.overdue import standing
from resolvers.webhook_outbox import waiting
from tests.conftest import NOW
from tests.factories import make_request, send_back, supplier_of
from tests.feed import end_of_feed

pytestmark = pytest.mark.usefixtures("db")


async def test_its_log_tells_what_arrived_and_what_waits_and_no_worker_sends_any_of_it() -> None:
    request = await make_request()
    owner = await supplier_of(request)
    await send_back(request, as_of=NOW - timedelta(days=26))
    for days in (9, 3):
        await send_back(await make_request(request.dossier.supplier), as_of=NOW - timedelta(days=days))
    for _ in range(2):
        await be_told(owner, NOW)
        assert (await Webhook.get()).state is WebhookState.DISABLED
        first, second = await WebhookDelivery.all().order_by("number")
        assert (first.status, first.created_at) == (DeliveryStatus.DELIVERED, NOW - timedelta(days=9))
        assert (second.status, second.error) == (DeliveryStatus.PENDING, "Réponse 503.")
    assert await waiting(NOW, await end_of_feed()) == []
    receivers = (await standing(NOW)).receivers
    assert (receivers.disabled, receivers.given_up, receivers.failing) == (1, 0, 0)


async def test_it_is_made_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    request = await make_request()
    owner = await supplier_of(request)
    await send_back(request, as_of=NOW - timedelta(days=3))
    with monkeypatch.context() as broken:
        broken.setattr("resolvers.demo.webhooks.take_down", Mock(side_effect=ZeroDivisionError))
        with pytest.raises(ZeroDivisionError):
            await be_told(owner, NOW)
    assert await Webhook.all().count() == 0
    await be_told(owner, NOW)
    assert await WebhookDelivery.all().count() == 1
