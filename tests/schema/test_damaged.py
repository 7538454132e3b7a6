"""Whether a document's file is there and whole: said by the API on each, and those that are not are listed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import Attachment, Upload
from models.actors import Actor
from models.attachments import Integrity, ScanStatus
from resolvers import links
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, READER, make_attachment, make_request, make_upload, supplier_of
from tests.schema.asking import data, statements

pytestmark = pytest.mark.usefixtures("db")

DAMAGED = """query Damaged($first: Int, $after: String) {
  damagedAttachments(first: $first, after: $after) {
    nodes { fileName integrity verifiedAt purgedAt downloadUrl request { dossier { number } } }
    pageInfo { hasNextPage endCursor }
  }
}"""
ONE = "query One($id: ID!) { node(id: $id) { ... on Attachment { downloadUrl integrity verifiedAt purgedAt } } }"


async def make_damaged(name: str, integrity: Integrity = Integrity.MISSING, **facts: Any) -> Attachment:
    upload = await make_upload(MANAGER, file_name=name, integrity=integrity, verified_at=NOW)
    return await make_attachment(await make_request(number=f"D{name}"), upload=upload, **facts)


async def damaged(actor: Actor, **wanted: Any) -> Any:
    return (await data(actor, DAMAGED, **wanted))["damagedAttachments"]


async def test_managers_find_the_damaged_documents_the_last_added_first() -> None:
    await make_damaged("a.pdf", added_at=NOW)
    await make_damaged("b.pdf", Integrity.ALTERED, added_at=NOW + timedelta(hours=1))
    await make_damaged("removed.pdf", removed_at=NOW)
    await make_damaged("whole.pdf", Integrity.INTACT)
    page = await damaged(MANAGER, first=1)
    assert page["nodes"] == [
        {
            "fileName": "b.pdf",
            "integrity": "ALTERED",
            "verifiedAt": "2023-08-07T12:32:00+00:00",
            "purgedAt": None,
            "downloadUrl": None,
            "request": {"dossier": {"number": "Db.pdf"}},
        }
    ]
    page = await damaged(MANAGER, first=1, after=page["pageInfo"]["endCursor"])
    assert [(node["fileName"], node["integrity"]) for node in page["nodes"]] == [("a.pdf", "MISSING")]
    assert not page["pageInfo"]["hasNextPage"]


async def test_a_supplier_finds_its_own_alone_and_a_file_that_is_deleted_is_no_damage() -> None:
    document = await make_damaged("a.pdf")
    await make_damaged("of-another.pdf")
    supplier = await supplier_of(document.request)
    assert [node["fileName"] for node in (await damaged(supplier))["nodes"]] == ["a.pdf"]
    assert len((await damaged(READER))["nodes"]) == 2
    await Upload.all().update(purged_at=NOW)
    assert (await damaged(MANAGER))["nodes"] == []


async def test_the_list_costs_the_same_with_many_documents() -> None:
    counts = []
    for first in (0, 3):
        for number in range(3):
            await make_damaged(f"{first + number}.pdf")
        with statements() as run:
            await damaged(MANAGER)
        counts.append(len(run))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("upload", "readable"),
    [
        ({}, True),
        ({"scan_status": ScanStatus.CLEAN}, True),
        ({"purged_at": NOW}, False),
        ({"integrity": Integrity.ALTERED}, False),
        ({"integrity": Integrity.MISSING}, False),
        ({"scan_status": ScanStatus.INFECTED}, False),
        ({"scan_status": ScanStatus.PENDING}, False),
    ],
)
async def test_a_document_has_an_address_to_read_it_at_only_while_it_can_be_read(
    upload: dict[str, Any], readable: bool
) -> None:
    request = await make_request()
    supplier = await supplier_of(request)
    row = await make_attachment(request, upload=await make_upload(supplier, **upload))
    node = (await data(MANAGER, ONE, id=node_id("Attachment", row.id)))["node"]
    assert node["downloadUrl"] == (links.attachment(row.id) if readable else None)
    assert node["purgedAt"] == ("2023-08-07T12:32:00+00:00" if "purged_at" in upload else None)
    own = (await data(supplier, ONE, id=node_id("Attachment", row.id)))["node"]
    # Who sent a file reads it while the antivirus has not.
    pending = upload.get("scan_status") is ScanStatus.PENDING
    assert own["downloadUrl"] == (links.attachment(row.id) if readable or pending else None)
