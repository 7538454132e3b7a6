"""Infected documents in the API: listed for whoever may see them, what was found told to managers alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import Upload
from models.actors import Actor
from models.attachments import ScanStatus
from tests.conftest import NOW
from tests.factories import MANAGER, READER, make_attachment, make_request, make_upload, supplier_of
from tests.schema.asking import data, statements

pytestmark = pytest.mark.usefixtures("db")

INFECTED = """query Infected($first: Int, $after: String) {
  infectedAttachments(first: $first, after: $after) {
    nodes { fileName scanStatus scanFinding scannedAt request { dossier { number } } }
    pageInfo { hasNextPage endCursor }
  }
}"""


async def make_infected(number: str, **facts: Any) -> Actor:
    """A request with an infected document that is called like its dossier; who acts for its supplier."""
    request = await make_request(number=number)
    verdict: dict[str, Any] = {"scan_status": ScanStatus.INFECTED, "scan_finding": "Eicar-Test", "scanned_at": NOW}
    upload = await make_upload(MANAGER, file_name=f"{number}.pdf", **verdict)
    await make_attachment(request, upload=upload, **facts)
    return await supplier_of(request)


async def infected(actor: Actor, **wanted: Any) -> Any:
    return (await data(actor, INFECTED, **wanted))["infectedAttachments"]


async def test_managers_find_the_infected_documents_with_their_requests_and_what_was_found() -> None:
    await make_infected("FINSAS000101", added_at=NOW)
    await make_infected("FINSAS000102", added_at=NOW + timedelta(hours=1))
    await make_infected("FINSAS000103", removed_at=NOW)
    await make_attachment(await make_request(number="FINSAS000104"))
    page = await infected(MANAGER, first=1)
    [found] = page["nodes"]
    assert found == {
        "fileName": "FINSAS000102.pdf",
        "scanStatus": "INFECTED",
        "scanFinding": "Eicar-Test",
        "scannedAt": "2023-08-07T12:32:00+00:00",
        "request": {"dossier": {"number": "FINSAS000102"}},
    }
    page = await infected(MANAGER, first=1, after=page["pageInfo"]["endCursor"])
    assert [node["fileName"] for node in page["nodes"]] == ["FINSAS000101.pdf"]
    assert not page["pageInfo"]["hasNextPage"]
    await Upload.all().update(purged_at=NOW)
    assert (await infected(MANAGER))["nodes"] == []


async def test_suppliers_find_their_own_and_only_managers_read_what_was_found() -> None:
    supplier = await make_infected("FINSAS000101")
    await make_infected("FINSAS000102")
    [own] = (await infected(supplier))["nodes"]
    assert (own["fileName"], own["scanFinding"]) == ("FINSAS000101.pdf", None)
    assert {node["scanFinding"] for node in (await infected(READER))["nodes"]} == {None}


async def test_the_list_takes_as_many_statements_for_twenty_as_for_one() -> None:
    await make_infected("FINSAS000100")
    with statements() as for_one:
        await infected(MANAGER)
    for number in range(101, 120):
        await make_infected(f"FINSAS000{number}")
    with statements() as for_twenty:
        assert len((await infected(MANAGER))["nodes"]) == 20
    assert len(for_twenty) == len(for_one)
