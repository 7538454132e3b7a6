"""An operation that takes too long is stopped, and nothing of what it had begun to write is there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models import Email, Event, FundingRequest, Modification
from models.lifecycle import RequestStatus
from resolvers import reading
from resolvers.mail import notify
from schema.nodes import node_id
from settings import settings
from tests.factories import MANAGER, make_request
from tests.schema.asking import act, ask, code_of

SENDING_BACK = "mutation M($input: RequestModificationInput!) { requestModification(input: $input) { __typename } }"


@pytest.fixture
def too_long(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Awaitable[None]]:
    """Waits for what never comes; the time of the operation is up as soon as it does."""
    usual, scopes = asyncio.timeout, dict[float | None, asyncio.Timeout]()

    def remembered(seconds: float | None) -> asyncio.Timeout:
        return scopes.setdefault(seconds, usual(seconds))

    async def wait() -> None:
        scopes[settings.max_query_seconds].reschedule(asyncio.get_running_loop().time())
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio, "timeout", remembered)
    return wait


async def test_a_mutation_that_is_stopped_has_written_nothing(
    db: str, monkeypatch: pytest.MonkeyPatch, too_long: Callable[[], Awaitable[None]]
) -> None:
    request = await make_request()
    events = await Event.all().count()

    async def endless(*args: Any, **named: Any) -> None:
        await notify(*args, **named)
        await too_long()

    monkeypatch.setattr("resolvers.requests.notify", endless)
    given: dict[str, Any] = {"requestId": node_id("FundingRequest", request.id), "comment": "Le contact manque."}
    result = await ask(MANAGER, SENDING_BACK, input=given)
    assert (result.data, [(error.extensions or {})["code"] for error in result.errors or []]) == (None, ["TIME_LIMIT"])

    assert (await FundingRequest.get(id=request.id)).status is RequestStatus.IN_REVIEW
    assert (await Modification.all().count(), await Email.all().count()) == (0, 0)
    assert await Event.all().count() == events
    monkeypatch.undo()
    again = await act(MANAGER, "requestModification", "modification { id }", **given)
    assert again["__typename"] == "RequestModificationSuccess"


async def test_a_reading_that_is_stopped_says_so(
    db: str, monkeypatch: pytest.MonkeyPatch, too_long: Callable[[], Awaitable[None]]
) -> None:
    async def endless(*_args: object) -> None:
        await too_long()

    monkeypatch.setattr(reading, "dossier_numbered", endless)
    assert await code_of(MANAGER, '{ dossier(number: "x") { id } }') == "TIME_LIMIT"
