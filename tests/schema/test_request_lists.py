"""Finding requests by what they wait for, and in which order: what managers begin their day with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from models import FundingRequest, Modification
from resolvers import deadlines, editing, modifications
from resolvers.request_lists import RequestFilter, RequestOrder, request_order
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_supplier, make_upload, send_back, supplier_of
from tests.plans import plan_of
from tests.schema.asking import code_of
from tests.schema.test_lists import PAGE, make_numbered, read_all

pytestmark = pytest.mark.usefixtures("db")


async def numbers(**wanted: Any) -> list[str]:
    return sorted(await read_all(MANAGER, filter=wanted))


async def sent_back_at_different_times() -> list[FundingRequest]:
    """F1 to F4 sent back, the later the number the later the deadline; F5 in review."""
    requests = await make_numbered(5)
    for days, request in enumerate(requests[:4]):
        await send_back(request, as_of=NOW - timedelta(days=9 - days))
    return requests


async def test_open_cycles_are_found_by_what_the_supplier_did_of_them() -> None:
    requests = await sent_back_at_different_times()
    first, second, third, _ = [await Modification.get(request_id=request.id) for request in requests[:4]]
    reader, writer, sender = [await supplier_of(request) for request in requests[:3]]
    await modifications.mark_comment_seen(reader, first.id, as_of=NOW)
    await editing.change_support_contact(writer, second.id, support_contact="a@editeur.fr", as_of=NOW)
    upload = await make_upload(sender)
    added = await editing.add_attachment(sender, third.id, document_type="AUTRE_S", upload_id=upload.id, as_of=NOW)
    await deadlines.remind_due(first.reminds_at)
    assert await numbers(hasDraft=True) == ["F2", "F3"]
    assert await numbers(hasDraft=False) == ["F1", "F4"]
    assert await numbers(commentSeen=True) == ["F1"]
    assert await numbers(commentSeen=False) == ["F2", "F3", "F4"]
    assert await numbers(reminded=True) == ["F1"]
    assert await numbers(reminded=False, hasDraft=True) == ["F2", "F3"]
    await editing.remove_attachment(sender, added.id, as_of=NOW)
    back = requests[1].versions
    contact = (await back.all().get()).support_contact
    await editing.change_support_contact(writer, second.id, support_contact=contact, as_of=NOW)
    assert await numbers(hasDraft=True) == []


async def test_a_cycle_past_its_deadline_is_none() -> None:
    await send_back(await make_request(), as_of=NOW - timedelta(days=30))
    for wanted in ({"hasDraft": False}, {"commentSeen": False}, {"reminded": False}):
        assert await numbers(**wanted) == []
    assert await numbers(closesAfter=(NOW - timedelta(days=60)).isoformat()) == []


async def test_deadlines_and_filings_are_found_by_their_days() -> None:
    requests = await sent_back_at_different_times()
    closes = [(await Modification.get(request_id=request.id)).closes_at.isoformat() for request in requests[:4]]
    assert await numbers(closesAfter=closes[1], closesBefore=closes[3]) == ["F2", "F3"]
    for day, request in enumerate(requests, 1):
        await FundingRequest.filter(id=request.id).update(submitted_on=date(2023, 2, day))
    assert await numbers(submittedSince="2023-02-02", submittedUntil="2023-02-04") == ["F2", "F3", "F4"]
    assert await numbers(submittedUntil="2023-01-31") == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("garage", ["F1"]),
        ("POULAT", ["F1"]),
        ("société", ["F2", "F3"]),
        ("SOCIÉTÉ D’ÉDITION", ["F2"]),
        ("d’édition", ["F2"]),
        ("100%", ["F4"]),
        ("_", []),
        ("%", ["F4"]),
        ("inconnue", []),
        ("", []),
        ("a\x00b", []),
        ("\ud800", []),
        ("a" * 101, []),
    ],
    ids=ascii,
)
async def test_suppliers_are_found_by_a_part_of_their_name(typed: str, found: list[str]) -> None:
    names = ["GARAGE POULAT", "SOCIÉTÉ D’ÉDITION", "SOCIETE MEDICALE", "100% Santé"]
    for number, name in enumerate(names, 1):
        await make_request(await make_supplier(legal_name=name), number=f"F{number}")
    assert await numbers(legalName=typed) == found


async def test_requests_are_read_again_by_their_ids() -> None:
    requests = await make_numbered(3)
    ids = [node_id("FundingRequest", request.id) for request in requests[1:]]
    assert await numbers(ids=[*ids, "inconnu", node_id("Dossier", requests[0].id)]) == ["F2", "F3"]
    assert await numbers(ids=[]) == []
    assert await code_of(MANAGER, PAGE, filter={"ids": ["x"] * 101}) == "BAD_USER_INPUT"


async def test_a_list_is_read_in_both_directions() -> None:
    requests = await sent_back_at_different_times()
    for day, request in enumerate(requests):
        filed = date(2023, 2, 1 + day // 2)
        await FundingRequest.filter(id=request.id).update(submitted_on=filed, updated_at=NOW + timedelta(days=day))
    assert await read_all(MANAGER, order="CLOSES_AT") == ["F1", "F2", "F3", "F4", "F5"]
    assert await read_all(MANAGER, order="CLOSES_AT_DESC") == ["F4", "F3", "F2", "F1", "F5"]
    assert await read_all(MANAGER, order="UPDATED_AT_DESC") == ["F5", "F4", "F3", "F2", "F1"]
    ascending = await read_all(MANAGER, order="SUBMITTED_ON")
    assert [sorted(ascending[:2]), sorted(ascending[2:4]), ascending[4:]] == [["F1", "F2"], ["F3", "F4"], ["F5"]]
    assert await read_all(MANAGER, order="SUBMITTED_ON_DESC") == ascending[::-1]


INDEXES: Mapping[RequestOrder, str] = {
    RequestOrder.UPDATED_AT: "request_by_update",
    RequestOrder.UPDATED_AT_DESC: "request_by_update",
    RequestOrder.CLOSES_AT: "request_by_deadline",
    RequestOrder.CLOSES_AT_DESC: "request_by_deadline",
    RequestOrder.SUBMITTED_ON: "request_by_submission",
    RequestOrder.SUBMITTED_ON_DESC: "request_by_submission",
}


@pytest.mark.parametrize("order", RequestOrder)
async def test_every_order_is_that_of_an_index(order: RequestOrder) -> None:
    found = await plan(RequestFilter(), order)
    assert INDEXES[order] in found
    assert "b-tree" not in found


async def test_what_is_due_is_found_by_the_index_of_deadlines() -> None:
    wanted = RequestFilter(closes_after=NOW, closes_before=NOW + timedelta(days=7))
    assert "request_by_deadline" in await plan(wanted, RequestOrder.CLOSES_AT)


async def plan(wanted: RequestFilter, order: RequestOrder) -> str:
    """How the first page of that list is found."""
    part = request_order(order, NOW).parts[0]
    sign = "-" if order.value.endswith("_DESC") else ""
    rows = wanted.apply(FundingRequest.all(), NOW).filter(part.where).order_by(*(sign + each for each in part.columns))
    return await plan_of(rows.limit(21))
