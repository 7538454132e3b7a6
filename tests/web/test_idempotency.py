"""The same mutation sent twice with one Idempotency-Key is made once, and its caller cannot tell a difference."""

from __future__ import annotations

import json
from datetime import timedelta
from unittest.mock import AsyncMock, Mock

import httpx
import pytest
from httpx import AsyncClient
from structlog.testing import capture_logs

from models import Event, KeptAnswer, Supplier, SupportMessage, User
from models.events import EventKind
from resolvers.kept_answers import GIVEN_UP_AFTER
from resolvers.support import answer_support
from schema import schema
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_token
from tests.web.conftest import Clock, Enter

TELL = """
mutation Tell($input: ContactSupportInput!) {
  contactSupport(input: $input) {
    __typename
    ... on ContactSupportSuccess { request { dossier { number } } }
    ... on ValidationError { fieldErrors { field code } }
  }
}
"""
KEY = "6f1e9e0a-7d5f-4c39-9a43-5c9f1f0f7a10"


@pytest.fixture
async def request_id(program: AsyncClient) -> str:
    """A request of the program's own supplier."""
    return str(node_id("FundingRequest", (await make_request(await Supplier.get())).id))


async def tell(
    client: AsyncClient, request_id: str, message: str = "Bonjour", *, key: str | bytes = KEY, **headers: str
) -> httpx.Response:
    body = {"query": TELL, "variables": {"input": {"requestId": request_id, "message": message}}}
    given = {b"Accept": b"*/*", b"Idempotency-Key": key.encode() if isinstance(key, str) else key}
    given |= {name.encode(): value.encode() for name, value in headers.items()}
    return await client.post("/graphql", json=body, headers=given)


async def told() -> int:
    """How many messages have reached the Assistance."""
    return await Event.filter(kind=EventKind.SUPPORT_CONTACTED).count()


def code(answer: httpx.Response) -> str:
    [error] = answer.json()["errors"]
    assert error["extensions"]["requestNumber"]
    return str(error["extensions"]["code"])


async def test_the_first_answer_is_told_again_and_nothing_is_done_twice(
    program: AsyncClient, request_id: str, clock: Clock
) -> None:
    first = await tell(program, request_id)
    assert first.json()["data"]["contactSupport"]["__typename"] == "ContactSupportSuccess"
    assert "Idempotent-Replayed" not in first.headers
    # Answered meanwhile: without the key, the same words would be another message.
    await answer_support(MANAGER, (await SupportMessage.get()).id, answer="Bien reçu", as_of=clock.now)
    clock.now = NOW + timedelta(hours=23)
    again = await tell(program, request_id)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert again.json()["data"] == first.json()["data"]
    assert await told() == 1
    clock.now = NOW + timedelta(hours=25)
    assert "Idempotent-Replayed" not in (await tell(program, request_id)).headers
    assert await told() == 2


async def test_a_key_given_as_a_structured_field_is_the_same_key(program: AsyncClient, request_id: str) -> None:
    await tell(program, request_id)
    again = await tell(program, request_id, key=f'"{KEY}"')
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_another_request_under_the_same_key_is_refused(program: AsyncClient, request_id: str) -> None:
    await tell(program, request_id)
    answer = await tell(program, request_id, "Autre chose")
    assert (answer.status_code, code(answer)) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert await told() == 1


async def test_who_asks_while_the_first_still_runs_is_told_to_wait(
    program: AsyncClient, request_id: str, clock: Clock
) -> None:
    await tell(program, request_id)
    await KeptAnswer.all().update(answer=None)
    answer = await tell(program, request_id)
    assert (answer.status_code, code(answer)) == (409, "IDEMPOTENCY_IN_PROGRESS")
    assert answer.headers["Retry-After"] == "1"
    clock.now = NOW + GIVEN_UP_AFTER
    assert (await tell(program, request_id)).status_code == 200
    assert await told() == 1


async def test_a_refusal_is_kept_like_a_success(program: AsyncClient, request_id: str) -> None:
    first, again = await tell(program, request_id, " "), await tell(program, request_id, " ")
    assert first.json()["data"]["contactSupport"]["__typename"] == "ValidationError"
    assert again.json()["data"] == first.json()["data"]
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_what_could_not_begin_or_broke_down_leaves_the_key_free(
    program: AsyncClient, request_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_args: object, **_named: object) -> None:
        raise ZeroDivisionError

    for error, told_as in ((KeyError(), "INTERNAL_ERROR"), (OSError(), "SERVICE_UNAVAILABLE")):
        with monkeypatch.context() as broken:
            broken.setattr("resolvers.support._waiting", Mock(side_effect=error))
            assert code(await tell(program, request_id)) == told_as
    with monkeypatch.context() as broken:
        broken.setattr(schema, "execute", away)
        assert (await tell(program, request_id)).status_code == 500
    invalid = {"query": "mutation { contactSupport { __typename } }"}
    assert (await program.post("/graphql", json=invalid, headers={"Idempotency-Key": KEY})).json()["errors"]
    assert await KeptAnswer.all().count() == 0
    assert (await tell(program, request_id)).json()["data"]["contactSupport"]["__typename"] == "ContactSupportSuccess"


async def test_what_was_done_is_told_even_if_it_cannot_be_told_again(
    program: AsyncClient, request_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken, capture_logs() as logs:
        broken.setattr("resolvers.kept_answers.keep", AsyncMock(side_effect=OSError()))
        answer = await tell(program, request_id)
    assert answer.json()["data"]["contactSupport"]["__typename"] == "ContactSupportSuccess"
    assert "answer_not_kept" in [line["event"] for line in logs]


async def test_what_broke_down_is_told_even_if_its_key_cannot_be_freed(
    program: AsyncClient, request_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken, capture_logs() as logs:
        broken.setattr("resolvers.support._waiting", Mock(side_effect=KeyError()))
        broken.setattr("resolvers.kept_answers.release", AsyncMock(side_effect=OSError()))
        answer = await tell(program, request_id)
    assert code(answer) == "INTERNAL_ERROR"
    assert "answer_not_kept" in [line["event"] for line in logs]


async def test_reading_keeps_nothing(program: AsyncClient) -> None:
    body = {"query": "{ viewer { name } }"}
    for _ in range(2):
        answer = await program.post("/graphql", json=body, headers={"Idempotency-Key": KEY})
        assert "Idempotent-Replayed" not in answer.headers
    assert await KeptAnswer.all().count() == 0


async def test_another_caller_s_key_is_another_key(program: AsyncClient, request_id: str) -> None:
    await tell(program, request_id)
    other = await tell(program, request_id, Authorization=f"Bearer {await make_token()}")
    assert "Idempotent-Replayed" not in other.headers


async def test_nobody_s_key_keeps_nothing(stranger: AsyncClient) -> None:
    assert code(await tell(stranger, "x")) == "UNAUTHENTICATED"
    assert await KeptAnswer.all().count() == 0


async def test_a_manager_s_browser_may_use_keys_too(site: AsyncClient, enter: Enter, manager_user: User) -> None:
    request_id = str(node_id("FundingRequest", (await make_request()).id))
    await enter(manager_user)
    first, again = await tell(site, request_id), await tell(site, request_id)
    assert first.json()["data"] == again.json()["data"]
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", [b"", "clé".encode(), b"a" * 256, b'"', b'""', b"a b", b'"a"b"', b"\x7f"])
async def test_what_is_no_key_is_refused_before_anything_is_done(
    program: AsyncClient, request_id: str, key: bytes
) -> None:
    answer = await tell(program, request_id, key=key)
    assert (answer.status_code, code(answer)) == (400, "IDEMPOTENCY_KEY_INVALID")
    assert await told() == 0


async def test_two_keys_are_none(program: AsyncClient, request_id: str) -> None:
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b"), ("Content-Type", "application/json")]
    answer = await program.post("/graphql", content=json.dumps({"query": TELL}), headers=headers)
    assert (answer.status_code, code(answer)) == (400, "IDEMPOTENCY_KEY_INVALID")
