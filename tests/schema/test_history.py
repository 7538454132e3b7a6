"""What the timeline of a request is read by: events from the latest on, each with its cycle and its version."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from tortoise.expressions import Q

from models import FundingRequest, Modification
from resolvers.editing import change_support_contact
from resolvers.events import purge_events
from resolvers.modifications import confirm_modification, extend_deadline
from tests.conftest import NOW
from tests.factories import MANAGER, READER, make_request, send_back, supplier_of
from tests.schema.asking import data

HISTORY = """query History($after: String) { requests { nodes {
  events(first: 2, after: $after, latestFirst: true) {
    nodes { kind status modification { number comment } } pageInfo { endCursor hasNextPage } }
  versions { nodes { rank importDocument modification { number note } } } } } }"""


async def history(**asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await data(MANAGER, HISTORY, **asked))["requests"]["nodes"][0]
    return found


async def test_events_are_read_from_the_latest_on_each_with_its_cycle(db: str) -> None:
    request = await make_request()
    supplier, cycle = await supplier_of(request), await send_back(request)
    await change_support_contact(supplier, cycle.id, support_contact="a@editeur.fr", as_of=NOW)
    await confirm_modification(supplier, cycle.id, note="Voilà.", as_of=NOW)
    first = await history()
    page, told = first["events"], {"number": 1, "comment": "test modif"}
    assert page["nodes"] == [
        {"kind": "MODIFICATION_CONFIRMED", "status": "IN_REVIEW", "modification": told},
        {"kind": "SUPPORT_CONTACT_CHANGED", "status": None, "modification": told},
    ]
    rest = (await history(after=page["pageInfo"]["endCursor"]))["events"]
    assert rest["nodes"] == [{"kind": "MODIFICATION_REQUESTED", "status": "TO_MODIFY", "modification": told}]
    assert not rest["pageInfo"]["hasNextPage"]
    made = [version["modification"] for version in first["versions"]["nodes"]]
    assert made == [{"number": 1, "note": "Voilà."}, None]


async def test_an_event_whose_payload_was_purged_names_no_cycle(db: str) -> None:
    await send_back(await make_request())
    assert await purge_events(Q(request_id__isnull=False), as_of=NOW) == 1
    assert (await history())["events"]["nodes"][0]["modification"] is None


async def test_a_deadline_put_off_tells_its_reason_until_what_people_wrote_is_emptied(db: str) -> None:
    cycle = await send_back(await make_request())
    await extend_deadline(MANAGER, cycle.id, closes_on=date(2023, 9, 1), reason="Congés.", as_of=NOW)
    query = "{ requests { nodes { modification { deadlineExtension { kind reason fileName } } } } }"

    async def told() -> dict[str, Any]:
        found: dict[str, Any] = (await data(MANAGER, query))["requests"]["nodes"][0]["modification"]
        return found["deadlineExtension"] or {}

    assert await told() == {"kind": "DEADLINE_EXTENDED", "reason": "Congés.", "fileName": None}
    await Modification.all().update(comment="")
    assert (await told())["reason"] is None


async def test_the_document_of_a_version_tells_bank_details_to_managers_alone(db: str) -> None:
    request = await make_request(updated_at=NOW - timedelta(days=1))
    query = "{ requests { nodes { currentVersion { importDocument } } } }"
    for reader, told in ((MANAGER, True), (READER, False), (await supplier_of(request), False)):
        [node] = (await data(reader, query))["requests"]["nodes"]
        document = json.loads(node["currentVersion"]["importDocument"])
        assert ("coordonneesBancaires" in document, document["nature"]) == (told, "SOLDE")
    await FundingRequest.all().update(bank_details_sealed="")
    [node] = (await data(MANAGER, query))["requests"]["nodes"]
    assert "coordonneesBancaires" not in json.loads(node["currentVersion"]["importDocument"])
