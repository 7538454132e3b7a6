"""The gauges: read from the database, for this machine or for their own port alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from httpx import ASGITransport, AsyncClient
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from models import Webhook
from resolvers.overdue import note_pass
from tests.conftest import NOW
from tests.factories import make_request, send_back
from tests.resolvers.test_scanning import make_waiting
from tests.resolvers.test_webhooks import created
from tests.services.portal import free_port
from tests.web.conftest import Clock
from web.app import app
from web.metrics import own_port

Setting = Callable[[str, object], None]


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Each gauge's value by its name and labels."""
    families = text_string_to_metric_families(text)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


async def test_the_gauges_tell_what_is_overdue_and_how_the_last_sweep_went(stranger: AsyncClient, clock: Clock) -> None:
    modification = await send_back(await make_request())
    await note_pass("a:1", began_at=NOW, seconds=0.25, failed=["deliver"])
    clock.now = modification.closes_at + timedelta(minutes=2)
    await created()
    failing = await created(url="https://editeur.fr/autre")
    await Webhook.filter(id=failing.id).update(failing_since=clock.now - timedelta(minutes=2))
    await make_waiting(created_at=clock.now - timedelta(minutes=3))
    answer = await stranger.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    told = samples(answer.text)
    assert told["solde_oldest_overdue_seconds", "expiry"] == 120
    assert told["solde_oldest_overdue_seconds", "reminder"] == 0
    assert told["solde_oldest_overdue_seconds", "mail"] == (clock.now - NOW).total_seconds()
    assert (told["solde_mails", "QUEUED"], told["solde_mails", "FAILED"]) == (1, 0)
    assert told["solde_mails_stranded",] == 0
    assert (told["solde_oldest_overdue_seconds", "scan"], told["solde_documents_pending_scan",]) == (180, 1)
    assert told["solde_documents_infected",] == 0
    assert (told["solde_documents_damaged", "ALTERED"], told["solde_documents_damaged", "MISSING"]) == (0, 0)
    assert told["solde_oldest_verification_seconds",] == 180
    assert [told["solde_webhooks", state] for state in ("ACTIVE", "FAILING", "DISABLED")] == [1, 1, 0]
    assert (told["solde_oldest_failing_webhook_seconds",], told["solde_oldest_overdue_seconds", "webhook"]) == (120, 0)
    assert told["solde_last_sweep_timestamp_seconds",] == NOW.timestamp()
    assert (told["solde_last_sweep_duration_seconds",], told["solde_last_sweep_failed_parts",]) == (0.25, 1)
    assert [value for (name, *_), value in told.items() if name == "solde_build_info"] == [1]


async def test_before_any_sweep_none_is_told(stranger: AsyncClient) -> None:
    assert "last_sweep" not in (await stranger.get("/metrics")).text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_what_a_proxy_passes_on_is_not_answered(stranger: AsyncClient, header: str) -> None:
    assert (await stranger.get("/metrics", headers={header: "127.0.0.1"})).status_code == 404


@pytest.mark.parametrize(
    ("address", "status"),
    [("127.0.0.1", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("192.0.2.7", 404), ("10.0.0.1", 404)],
)
async def test_only_this_machine_is_answered(stranger: AsyncClient, address: str, status: int) -> None:
    transport = ASGITransport(app, client=(address, 40000))
    async with AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        assert (await client.get("/metrics")).status_code == status


async def test_on_a_port_of_their_own_they_are_there_and_nowhere_else(stranger: AsyncClient, setting: Setting) -> None:
    port = free_port()
    setting("metrics_port", port)
    async with own_port(app), AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        assert samples((await client.get("/metrics")).text)["solde_mails", "SENT"] == 0
        assert (await client.get("/connexion")).status_code == 404
        assert (await stranger.get("/metrics")).status_code == 404
        async with own_port(Starlette()):  # a second web process of this machine
            assert (await client.get("/metrics")).status_code == 200
