"""One cycle by the API alone, as a manager and a partner's software live it."""

from datetime import timedelta

from models import FundingRequest
from models.actors import AccountRight, Actor, Role, TokenScope
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_upload
from tests.schema.asking import act, data

MODIFICATION = "modification { id number aspNumber outcome draft { revision supportContact changes { any } } }"


async def partner_of(request: FundingRequest) -> Actor:
    await request.fetch_related("dossier")
    scopes = (TokenScope.READ, TokenScope.WRITE)
    return Actor(Role.PARTNER, "Éditeur", "token:partner", request.dossier.supplier_id, AccountRight.CONFIRM, scopes)


async def test_a_request_is_sent_back_corrected_and_confirmed(db: str) -> None:
    request = await make_request()
    partner = await partner_of(request)
    sent = await act(
        MANAGER,
        "requestModification",
        MODIFICATION,
        requestId=node_id("FundingRequest", request.id),
        comment="test modif",
        expectedChanges=[{"field": "SUPPORT_CONTACT"}, {"documentType": "AUTRE_S"}],
    )
    assert sent["__typename"] == "RequestModificationSuccess"
    assert sent["modification"]["number"] == 1
    assert sent["modification"]["draft"]["changes"]["any"] is False
    cycle = sent["modification"]["id"]

    changed = await act(
        partner, "changeSupportContact", MODIFICATION, modificationId=cycle, supportContact="test123@gmail.com"
    )
    assert changed["modification"]["draft"]["supportContact"] == "test123@gmail.com"
    upload = await make_upload(partner)
    added = await act(
        partner,
        "addAttachment",
        "attachment { id fileName removable documentType { code } } modification { expectedChanges { done } }",
        modificationId=cycle,
        documentType="AUTRE_S",
        uploadId=str(upload.id),
    )
    assert added["attachment"]["removable"] is True
    assert [each["done"] for each in added["modification"]["expectedChanges"]] == [True, True]
    removed = await act(
        partner,
        "removeAttachment",
        "modification { expectedChanges { done } draft { attachments { id } } }",
        attachmentId=added["attachment"]["id"],
    )
    assert [each["done"] for each in removed["modification"]["expectedChanges"]] == [True, False]
    assert removed["modification"]["draft"]["attachments"] == []

    confirmed = await act(
        partner,
        "confirmModification",
        "request { status currentVersion { rank } modification { id } availableActions } "
        "modification { outcome receiptUrl draft { revision } closedBy { name } } "
        "version { rank aspNumber changes { any fields { before after label } } }",
        as_of=NOW + timedelta(days=1),
        modificationId=cycle,
    )
    number = request.dossier.number
    assert confirmed["request"] == {
        "status": "IN_REVIEW",
        "currentVersion": {"rank": 1},
        "modification": None,
        "availableActions": ["CONTACT_SUPPORT"],
    }
    assert confirmed["version"]["aspNumber"] == f"{number}M1"
    assert confirmed["version"]["changes"]["fields"][0]["after"] == "test123@gmail.com"
    assert confirmed["modification"]["draft"] is None
    assert confirmed["modification"]["receiptUrl"].startswith(f"http://127.0.0.1:8000/dossiers/{number}/solde/accuses/")
    timeline = await data(
        partner,
        "query Q($id: ID!) { node(id: $id) { ... on FundingRequest { events { nodes { kind summary } } } } }",
        id=node_id("FundingRequest", request.id),
    )
    kinds = [event["kind"] for event in timeline["node"]["events"]["nodes"]]
    assert kinds == [
        "MODIFICATION_REQUESTED",
        "SUPPORT_CONTACT_CHANGED",
        "ATTACHMENT_ADDED",
        "ATTACHMENT_REMOVED",
        "MODIFICATION_CONFIRMED",
    ]
