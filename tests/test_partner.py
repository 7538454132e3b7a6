"""One correction cycle by GraphQL: a partner's software answers what a manager's software sends back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from models import Supplier
from models.actors import TokenScope
from tests.conftest import NOW
from tests.factories import make_token, make_user
from tests.partner import Partner
from web.app import app
from web.rate_limits import Counters

EXAMPLES = Path(__file__).parent / "examples"
DOCUMENT = (EXAMPLES / "FINSAS008539.json").read_text()
PIECES = sorted((EXAMPLES / "pieces").glob("*.pdf"))

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def http(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setitem(app.state._state, "clock", lambda: NOW)
    monkeypatch.setitem(app.state._state, "counters", Counters())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


@pytest.fixture
async def manager(http: httpx.AsyncClient) -> Partner:
    token = await make_token(name="Instruction", scopes=[TokenScope.READ, TokenScope.MANAGE], as_of=NOW)
    return Partner(http, token)


@pytest.fixture
async def filed(manager: Partner) -> dict[str, Any]:
    """The guide's example, imported by a manager, with an account of its supplier."""
    uploads = [await manager.upload(piece.name, piece.read_bytes()) for piece in PIECES]
    outcome = await manager.act(
        "importRequest",
        "alreadyImported request { id dossier { number } currentVersion { attachments { fileName } } }",
        document=DOCUMENT,
        uploadIds=uploads,
    )
    assert outcome["__typename"] == "ImportRequestSuccess", outcome
    await make_user(await Supplier.get(siret="79256844600019"))
    return outcome


@pytest.fixture
async def partner(http: httpx.AsyncClient, filed: dict[str, Any]) -> Partner:
    supplier = await Supplier.get(siret="79256844600019")
    scopes = [TokenScope.READ, TokenScope.WRITE]
    return Partner(http, await make_token(name="Éditeur", scopes=scopes, supplier=supplier, as_of=NOW))


async def test_the_whole_cycle(manager: Partner, partner: Partner, filed: dict[str, Any]) -> None:
    assert filed["alreadyImported"] is False
    assert len(filed["request"]["currentVersion"]["attachments"]) == 4
    sent_back = await manager.act(
        "requestModification",
        "modification { id number closesAt expectedChanges { field done documentType { code } } }",
        requestId=filed["request"]["id"],
        comment="test modif",
        expectedChanges=[{"field": "SUPPORT_CONTACT"}, {"documentType": "MSS_RESU_TEST_TECH"}],
    )
    assert sent_back["modification"]["closesAt"] == "2023-08-27T12:32:00+00:00"

    found = await partner.ask(
        """{ requests(filter: {status: TO_MODIFY}) { nodes { id availableActions dossier { number }
             modification { id comment draft { revision supportContact } } } } }"""
    )
    (request,) = found["requests"]["nodes"]
    modification = request["modification"]
    assert (request["dossier"]["number"], modification["comment"]) == ("FINSAS008539", "test modif")
    assert "CONFIRM_MODIFICATION" in request["availableActions"]

    nothing = await partner.act("confirmModification", "version { rank }", modificationId=modification["id"])
    assert nothing["fieldErrors"][0]["code"] == "NOTHING_TO_CONFIRM"

    changed = await partner.act(
        "changeSupportContact",
        "modification { draft { revision changes { fields { field before after } } } }",
        modificationId=modification["id"],
        supportContact="test123@gmail.com",
        basedOn=modification["draft"]["revision"],
    )
    draft = changed["modification"]["draft"]
    assert draft["changes"]["fields"] == [
        {"field": "SUPPORT_CONTACT", "before": "pascal.breton@axyus.com", "after": "test123@gmail.com"}
    ]
    stale = await partner.act(
        "changeSupportContact",
        "modification { id }",
        modificationId=modification["id"],
        supportContact="autre@editeur.fr",
        basedOn=0,
    )
    assert stale["__typename"] == "StaleError"

    added = await partner.act(
        "addAttachment",
        "attachment { id sha256 removable url } modification { draft { revision attachments { fileName } } }",
        modificationId=modification["id"],
        documentType="MSS_RESU_TEST_TECH",
        uploadId=await partner.upload("pv-test.pdf", PIECES[0].read_bytes() + b"\n"),
    )
    assert added["attachment"]["removable"] is True
    assert len(added["modification"]["draft"]["attachments"]) == 5

    confirmed = await partner.act(
        "confirmModification",
        """request { status } modification { outcome receiptUrl }
           version { rank aspNumber supportContact changes { any addedAttachments { fileName } } }""",
        modificationId=modification["id"],
        basedOn=added["modification"]["draft"]["revision"],
    )
    assert confirmed["request"]["status"] == "IN_REVIEW"
    assert confirmed["version"] == {
        "rank": 1,
        "aspNumber": "FINSAS008539M1",
        "supportContact": "test123@gmail.com",
        "changes": {"any": True, "addedAttachments": [{"fileName": "pv-test.pdf"}]},
    }
    again = await partner.act("confirmModification", "version { rank }", modificationId=modification["id"])
    assert again["version"]["rank"] == 1
    refused = await partner.act(
        "skipModification", "request { id }", modificationId=modification["id"], assistanceContacted=True
    )
    assert refused["__typename"] == "ActionNotAllowedError"

    followed = await manager.ask(
        """query ($id: ID!) { node(id: $id) { ... on FundingRequest {
             status modification { id } modifications { nodes { outcome closedBy { name } } }
             emails { nodes { kind status } } events(first: 50) { nodes { kind summary } } } } }""",
        id=request["id"],
    )
    assert followed["node"]["modifications"]["nodes"] == [{"outcome": "CONFIRMED", "closedBy": {"name": "Éditeur"}}]
    assert [event["kind"] for event in followed["node"]["events"]["nodes"]] == [
        "REQUEST_IMPORTED",
        "MODIFICATION_REQUESTED",
        "SUPPORT_CONTACT_CHANGED",
        "ATTACHMENT_ADDED",
        "MODIFICATION_CONFIRMED",
    ]
    assert {email["kind"] for email in followed["node"]["emails"]["nodes"]} == {
        "MODIFICATION_REQUESTED",
        "MODIFICATION_CONFIRMED",
    }


async def test_importing_the_same_document_again_changes_nothing(manager: Partner, filed: dict[str, Any]) -> None:
    again = await manager.act("importRequest", "alreadyImported request { id }", document=DOCUMENT)
    assert (again["alreadyImported"], again["request"]["id"]) == (True, filed["request"]["id"])


async def test_importing_a_broken_document_names_its_fifteen_faults_and_writes_nothing(manager: Partner) -> None:
    broken = (EXAMPLES / "FINSAS008539-erreurs.json").read_text()
    outcome = await manager.act("importRequest", "request { id }", document=broken)
    assert outcome["__typename"] == "ValidationError"
    assert len(outcome["fieldErrors"]) == 15, [fault["field"] for fault in outcome["fieldErrors"]]
    assert not await Supplier.exists()


async def test_a_token_of_another_supplier_finds_nothing(http: httpx.AsyncClient, filed: dict[str, Any]) -> None:
    supplier = await Supplier.create(siret="1" * 14, legal_name="Autre", street="1", postcode="75001", city="Paris")
    scopes = [TokenScope.READ, TokenScope.WRITE]
    other = Partner(http, await make_token(name="Autre", scopes=scopes, supplier=supplier, as_of=NOW))
    seen = await other.ask(
        'query ($id: ID!) { node(id: $id) { id } dossier(number: "FINSAS008539") { id } requests { nodes { id } } }',
        id=filed["request"]["id"],
    )
    assert seen == {"node": None, "dossier": None, "requests": {"nodes": []}}
    refused = await other.act("contactSupport", "request { id }", requestId=filed["request"]["id"], message="x")
    unknown = await other.act("contactSupport", "request { id }", requestId="bm9uZTox", message="x")
    assert refused == unknown
    assert refused["__typename"] == "NotFoundError"


async def test_a_reading_token_may_not_act(http: httpx.AsyncClient, filed: dict[str, Any]) -> None:
    reader = Partner(http, await make_token(name="Lecteur", scopes=[TokenScope.READ], as_of=NOW))
    refused = await reader.act("contactSupport", "request { id }", requestId=filed["request"]["id"], message="x")
    assert refused["__typename"] == "PermissionDeniedError"


async def test_a_wrong_token_is_told_so(http: httpx.AsyncClient) -> None:
    answer = await http.post("/graphql", json={"query": "{ viewer { name } }"}, headers={"Authorization": "Bearer no"})
    assert answer.status_code == 401
