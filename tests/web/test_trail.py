"""What is recorded of a request over HTTP: where it came from, under the number that the logs give it, and denials."""

from __future__ import annotations

from httpx import AsyncClient
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from models import Event, User
from models.events import EventKind
from schema.nodes import node_id
from tests.factories import event_kinds, make_request, make_supplier, make_user
from tests.web.conftest import Enter
from tests.web.scene import Scene

VALIDATE = """
mutation ($id: ID!) {
  validateRequest(input: {requestId: $id}) { ... on Error { __typename } ... on ValidateRequestSuccess { __typename } }
}
"""


async def _validate(site: AsyncClient, request_id: object) -> str:
    opaque = node_id("FundingRequest", str(request_id))  # type: ignore[arg-type]
    asked = {"query": VALIDATE, "variables": {"id": opaque}}
    answer = await site.post("/graphql", json=asked, headers={"Accept": "*/*"})
    return str(answer.json()["data"]["validateRequest"]["__typename"])


async def test_an_event_carries_the_address_and_the_number_of_its_request(
    site: AsyncClient, enter: Enter, manager_user: User
) -> None:
    request = await make_request()
    await enter(manager_user)
    with capture_logs(processors=[merge_contextvars]) as lines:
        assert await _validate(site, request.id) == "ValidateRequestSuccess"
    event = await Event.get(kind=EventKind.REQUEST_VALIDATED)
    [line] = [line for line in lines if line["event"] == "request_validated"]
    assert event.origin == {"address": "127.0.0.1", "number": line["incident"]}


async def test_what_an_account_may_never_do_is_recorded_on_its_chain(
    site: AsyncClient, enter: Enter, supplier_user: User
) -> None:
    request = await make_request(supplier_user.supplier)
    await enter(supplier_user)
    assert await _validate(site, request.id) == "PermissionDeniedError"
    event = await Event.get()
    assert (event.kind, event.user_id, event.payload) == (
        EventKind.ACCESS_DENIED,
        supplier_user.id,
        {"wanted": ["validateRequest"]},
    )
    assert event.actor == supplier_user.actor.author
    assert event.origin is not None
    assert event.origin["address"] == "127.0.0.1"


async def test_what_does_not_exist_for_the_account_is_no_denial(
    site: AsyncClient, enter: Enter, supplier_user: User
) -> None:
    await enter(supplier_user)
    assert await _validate(site, (await make_request()).id) == "NotFoundError"
    assert await event_kinds() == []


async def test_a_page_that_is_denied_is_recorded_by_its_route(site: AsyncClient, enter: Enter, scene: Scene) -> None:
    reader = await make_user(await make_supplier(), right="READ")
    await enter(reader)
    answer = await site.post("/uploads?name=a.pdf", content=b"%PDF-1.7", headers={"Content-Type": "application/pdf"})
    assert answer.status_code == 403
    event = await Event.get(kind=EventKind.ACCESS_DENIED)
    assert (event.user_id, event.payload) == (reader.id, {"wanted": ["/uploads"]})
