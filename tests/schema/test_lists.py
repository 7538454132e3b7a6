"""The lists: filtered and ordered as they stand at the instant of reading, page by page."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any

import pytest

from models import FundingRequest, SupportMessage
from models.actors import Actor
from models.dossiers import RequestKind
from schema.pagination import LARGEST_PAGE
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_supplier, make_user, send_back, supplier_of
from tests.feed import all_served
from tests.schema.asking import code_of, data

PAGE = """query Page($first: Int, $after: String, $filter: FundingRequestFilter, $order: FundingRequestOrder) {
  requests(first: $first, after: $after, filter: $filter, order: $order) {
    nodes { dossier { number } } edges { cursor node { kind } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


async def read_all(actor: Actor, **asked: Any) -> list[str]:
    """The numbers of the whole list, read two by two."""
    numbers, after = list[str](), None
    while True:
        page = (await data(actor, PAGE, first=2, after=after, **asked))["requests"]
        numbers += [node["dossier"]["number"] for node in page["nodes"]]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        if not page["pageInfo"]["hasNextPage"]:
            return numbers
        after = page["pageInfo"]["endCursor"]


async def make_numbered(count: int) -> list[FundingRequest]:
    """Requests F1, F2, … the later the number the earlier the update, the last two at the same instant."""
    requests = []
    for number in range(1, count + 1):
        at = NOW - timedelta(minutes=min(number, count - 1))
        supplier = await make_supplier()
        await make_user(supplier)
        requests.append(await make_request(supplier, number=f"F{number}", updated_at=at))
    return requests


async def test_requests_are_read_by_their_last_change(db: str) -> None:
    await make_numbered(5)
    numbers = await read_all(MANAGER)
    assert sorted(numbers[:2]) == ["F4", "F5"]
    assert numbers[2:] == ["F3", "F2", "F1"]


async def test_a_request_changed_while_reading_comes_again_at_the_end(db: str) -> None:
    requests = await make_numbered(3)
    first = (await data(MANAGER, PAGE, first=2))["requests"]
    await FundingRequest.filter(id=requests[2].id).update(updated_at=NOW)
    rest = (await data(MANAGER, PAGE, first=9, after=first["pageInfo"]["endCursor"]))["requests"]
    assert [node["dossier"]["number"] for node in rest["nodes"]] == ["F1", "F3"]


async def test_by_deadline_requests_without_an_open_one_come_last(db: str) -> None:
    requests = await make_numbered(5)
    await send_back(requests[3], as_of=NOW - timedelta(days=2))
    await send_back(requests[1], as_of=NOW - timedelta(days=1))
    await send_back(requests[0], as_of=NOW - timedelta(days=30))
    numbers = await read_all(MANAGER, order="CLOSES_AT")
    assert numbers[:2] == ["F4", "F2"]
    assert sorted(numbers[2:]) == ["F1", "F3", "F5"]


async def test_a_supplier_reads_its_own_requests_only(db: str) -> None:
    requests = await make_numbered(3)
    assert await read_all(await supplier_of(requests[1])) == ["F2"]


async def test_requests_are_filtered_by_what_is_true_now(db: str) -> None:
    requests = await make_numbered(4)
    open_cycle = await send_back(requests[0], as_of=NOW - timedelta(days=1))
    await send_back(requests[1], as_of=NOW - timedelta(days=30))
    for name, value, expected in [
        ("status", "TO_MODIFY", ["F1"]),
        ("status", "IN_REVIEW", ["F2", "F3", "F4"]),
        ("status", "PAID", []),
        ("dossierNumber", "F3", ["F3"]),
        ("dossierNumber", "f3\x00", []),
        ("siret", (await supplier_and_siret(requests[2])), ["F3"]),
        ("siret", "\ud800", []),
        ("siret", "9" * 15, []),
        ("dossierNumber", "F" * 21, []),
        ("kind", "BALANCE", ["F1", "F2", "F3", "F4"]),
        ("kind", "ADVANCE", []),
        ("updatedSince", (NOW - timedelta(days=2)).isoformat(), ["F1", "F3", "F4"]),
        ("updatedSince", NOW.isoformat(), []),
        ("closesBefore", (open_cycle.closes_at + timedelta(seconds=1)).isoformat(), ["F1"]),
        ("closesBefore", open_cycle.closes_at.isoformat(), []),
    ]:
        assert sorted(await read_all(MANAGER, filter={name: value})) == expected, name
    both = {"status": "IN_REVIEW", "dossierNumber": "F2", "kind": None}
    assert await read_all(MANAGER, filter=both) == ["F2"]


async def supplier_and_siret(request: FundingRequest) -> str:
    await request.fetch_related("dossier__supplier")
    return request.dossier.supplier.siret


async def test_dossiers_are_read_by_number_with_both_requests(db: str) -> None:
    requests = await make_numbered(3)
    await requests[1].fetch_related("dossier__supplier")
    await make_request(requests[1].dossier.supplier, number="F2", kind=RequestKind.ADVANCE)
    page = """query P($after: String) { dossiers(first: 2, after: $after) {
        nodes { number advance { kind } balance { kind } } pageInfo { endCursor hasNextPage } } }"""
    first = (await data(MANAGER, page))["dossiers"]
    assert [(node["number"], node["advance"], node["balance"]) for node in first["nodes"]] == [
        ("F1", None, {"kind": "BALANCE"}),
        ("F2", {"kind": "ADVANCE"}, {"kind": "BALANCE"}),
    ]
    second = (await data(MANAGER, page, after=first["pageInfo"]["endCursor"]))["dossiers"]
    assert [node["number"] for node in second["nodes"]] == ["F3"]
    assert second["pageInfo"]["hasNextPage"] is False


async def test_a_dossier_is_found_by_its_number_or_not_at_all(db: str) -> None:
    requests = await make_numbered(2)
    query = "query D($number: String!) { dossier(number: $number) { number } }"
    mine = await supplier_of(requests[0])
    assert await data(mine, query, number="F1") == {"dossier": {"number": "F1"}}
    for number in ("F2", "F9", "", "F1\x00", "\ud800"):
        assert await data(mine, query, number=number) == {"dossier": None}


async def test_the_feed_is_polled_with_the_last_cursor(db: str) -> None:
    feed = """query Feed($after: String) { events(first: 2, after: $after) {
        nodes { kind request { dossier { number } } } pageInfo { endCursor hasNextPage } } }"""
    requests = await make_numbered(3)
    for request in requests:
        await send_back(request)
    await all_served()
    seen, after = list[str](), None
    for expected in (2, 1, 0):
        page = (await data(MANAGER, feed, after=after))["events"]
        assert len(page["nodes"]) == expected
        seen += [node["request"]["dossier"]["number"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert seen == ["F1", "F2", "F3"]
    await send_back(await make_request(number="F4"))
    await all_served()
    page = (await data(MANAGER, feed, after=after))["events"]
    assert [node["request"]["dossier"]["number"] for node in page["nodes"]] == ["F4"]


async def test_the_feed_of_a_supplier_holds_its_own_events(db: str) -> None:
    requests = await make_numbered(2)
    for request in requests:
        await send_back(request)
    await all_served()
    answer = await data(await supplier_of(requests[1]), "{ events { nodes { request { dossier { number } } } } }")
    assert [node["request"]["dossier"]["number"] for node in answer["events"]["nodes"]] == ["F2"]


async def test_the_assistance_reads_its_queue(db: str) -> None:
    request = await make_request()
    supplier = await supplier_of(request)
    for text in ("un", "deux"):
        await data(
            supplier,
            "mutation C($input: ContactSupportInput!) { contactSupport(input: $input) { __typename } }",
            input={"requestId": (await first_id(supplier)), "message": text},
        )
    queue = """query Q($answered: Boolean) { supportMessages(answered: $answered) {
        nodes { id text answer request { id } } } }"""
    waiting = (await data(MANAGER, queue, answered=False))["supportMessages"]["nodes"]
    assert sorted(message["text"] for message in waiting) == ["deux", "un"]
    await data(
        MANAGER,
        "mutation A($input: AnswerSupportInput!) { answerSupport(input: $input) { __typename } }",
        input={"messageId": waiting[0]["id"], "answer": "Bien reçu."},
    )
    answered = (await data(MANAGER, queue, answered=True))["supportMessages"]["nodes"]
    assert [message["answer"] for message in answered] == ["Bien reçu."]
    assert len((await data(MANAGER, queue))["supportMessages"]["nodes"]) == 2


async def first_id(actor: Actor) -> str:
    return str((await data(actor, "{ requests { nodes { id } } }"))["requests"]["nodes"][0]["id"])


@pytest.mark.parametrize("first", [0, -1, LARGEST_PAGE + 1, 2**31 - 1])
async def test_a_page_has_one_to_a_hundred_elements(db: str, first: int) -> None:
    await make_request()
    assert await code_of(MANAGER, PAGE, first=first) == "BAD_USER_INPUT"
    assert (
        await code_of(
            MANAGER,
            "query N($first: Int) { requests { nodes { events(first: $first) { nodes { id } } } } }",
            first=first,
        )
        == "BAD_USER_INPUT"
    )


CURSORS = [
    "",
    "é",
    "pas un curseur",
    "W10=",
    "bnVsbA==",
    "WyJyZXF1ZXN0cy51cGRhdGVkQXQiLCAwXQ==",
    "WyJyZXF1ZXN0cy51cGRhdGVkQXQiLCA5LCAiMSIsICIyIl0=",
    "WyJyZXF1ZXN0cy51cGRhdGVkQXQiLCAwLCAxLCAyXQ==",
    "WyJyZXF1ZXN0cy51cGRhdGVkQXQiLCAiMCIsICIyMDIzLTA4LTA3VDEyOjMyOjAwKzAwOjAwIiwgIngiXQ==",
]


@pytest.mark.parametrize("cursor", CURSORS)
async def test_a_cursor_that_is_none_is_refused(db: str, cursor: str) -> None:
    assert await code_of(MANAGER, PAGE, after=cursor) == "BAD_USER_INPUT"


@pytest.mark.parametrize("values", [["versions", 0, 2**31], ["versions", 0, -1], ["versions", 0, "un"]])
async def test_a_cursor_beyond_what_a_column_holds_is_refused(db: str, values: list[object]) -> None:
    await make_numbered(1)
    nested = "query N($after: String) { requests { nodes { versions(after: $after) { nodes { id } } } } }"
    assert await code_of(MANAGER, nested, after=_cursor(*values)) == "BAD_USER_INPUT"


@pytest.mark.parametrize("number", ["F" * 21, "F\0", "\ud800"])
async def test_a_cursor_after_what_is_no_number_of_a_dossier_is_refused(db: str, number: str) -> None:
    query = "query D($after: String) { dossiers(after: $after) { nodes { id } } }"
    assert await code_of(MANAGER, query, after=_cursor("dossiers", 0, number)) == "BAD_USER_INPUT"


def _cursor(*values: object) -> str:
    return urlsafe_b64encode(json.dumps(values).encode()).decode()


async def test_a_cursor_of_another_list_is_refused(db: str) -> None:
    await make_numbered(1)
    page = (await data(MANAGER, PAGE, order="CLOSES_AT"))["requests"]["pageInfo"]
    assert page["startCursor"] == page["endCursor"]
    assert await code_of(MANAGER, PAGE, after=page["endCursor"]) == "BAD_USER_INPUT"
    nested = "query N($after: String) { requests { nodes { versions(after: $after) { nodes { id } } } } }"
    assert await code_of(MANAGER, nested, after=page["endCursor"]) == "BAD_USER_INPUT"


async def test_a_list_inside_a_list_is_read_page_by_page(db: str) -> None:
    for place, request in enumerate(await make_numbered(2)):
        for number in range(3):
            await make_message(request, number, at=NOW + timedelta(seconds=2 * number - place))
    first = await messages_by_dossier(None)
    for page in first.values():
        assert [each["text"] for each in page["nodes"]] == ["0", "1"]
        assert page["pageInfo"]["hasNextPage"] is True
    rest = await messages_by_dossier(first["F1"]["pageInfo"]["endCursor"])
    for page in rest.values():
        assert [each["text"] for each in page["nodes"]] == ["2"]
        assert page["pageInfo"]["hasNextPage"] is False
        assert page["pageInfo"]["hasPreviousPage"] is True


async def messages_by_dossier(after: str | None) -> dict[str, Any]:
    nested = """query N($after: String) { requests { nodes { dossier { number }
        supportMessages(first: 2, after: $after) {
          nodes { text } pageInfo { endCursor hasNextPage hasPreviousPage } } } } }"""
    nodes = (await data(MANAGER, nested, after=after))["requests"]["nodes"]
    return {node["dossier"]["number"]: node["supportMessages"] for node in nodes}


async def make_message(request: FundingRequest, number: int, *, at: datetime) -> None:
    await SupportMessage.create(request=request, text=str(number), at=at, by=MANAGER.author)
