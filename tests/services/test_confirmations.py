"""Two hundred confirmations of one modification at once, over HTTP, against one and three web processes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from models import Email, Event, Modification, Version
from models.actors import TokenScope
from models.emails import EmailKind
from models.events import EventKind
from models.lifecycle import RequestStatus
from resolvers.editing import change_support_contact
from tests.factories import make_request, make_token, send_back, supplier_of
from tests.partner import Partner
from tests.services.choice import full
from tests.services.portal import PATIENCE
from tests.services.web_process import WebProcess, start_web, wait_for

CONFIRMATIONS = full(200, otherwise=60)


@pytest.fixture
def web_processes(database_url: str, tmp_path: Path) -> Iterator[Callable[[int], list[str]]]:
    """Start web processes on this test's database; their addresses."""
    started: list[WebProcess] = []

    def start(count: int) -> list[str]:
        # So many at once wait for each other: on a slow machine longer than an operation is given.
        patient = {"database_url": database_url, "data_dir": tmp_path, "max_query_seconds": PATIENCE}
        started.extend(start_web(tmp_path, **patient) for _ in range(count))
        for web in started:
            wait_for(web)
        return [web.url for web in started]

    yield start
    for web in started:
        web.kill()


@pytest.mark.parametrize("processes", [1, 3])
async def test_one_transition_one_version_one_mail_and_truthful_answers(
    db: str, web_processes: Callable[[int], list[str]], processes: int
) -> None:
    now = datetime.now(UTC)
    request = await make_request()
    modification = await send_back(request, as_of=now)
    supplier = await supplier_of(request)
    await change_support_contact(supplier, modification.id, support_contact="nouveau@editeur.fr", as_of=now)
    scopes = [TokenScope.READ, TokenScope.WRITE]
    token = await make_token(name="Éditeur", scopes=scopes, supplier=request.dossier.supplier, as_of=now)
    limits = httpx.Limits(max_connections=CONFIRMATIONS)
    clients = [httpx.AsyncClient(base_url=url, timeout=PATIENCE, limits=limits) for url in web_processes(processes)]
    partners = [Partner(client, token) for client in clients]
    (node,) = (await partners[0].ask("{ requests { nodes { modification { id } } } }"))["requests"]["nodes"]

    async def confirm(number: int) -> dict[str, Any]:
        return await partners[number % processes].act(
            "confirmModification",
            "request { status } modification { outcome closedAt } version { id rank }",
            modificationId=node["modification"]["id"],
        )

    answers = await asyncio.gather(*map(confirm, range(CONFIRMATIONS)))
    for client in clients:
        await client.aclose()

    assert Counter(answer["__typename"] for answer in answers) == {"ConfirmModificationSuccess": CONFIRMATIONS}
    assert all(answer == answers[0] for answer in answers)
    await request.refresh_from_db()
    assert request.status is RequestStatus.IN_REVIEW
    assert await Version.filter(request_id=request.id).count() == 2
    assert await Event.filter(kind=EventKind.MODIFICATION_CONFIRMED).count() == 1
    assert await Email.filter(kind=EmailKind.MODIFICATION_CONFIRMED).count() == 1
    assert (await Modification.get()).version_id is not None
