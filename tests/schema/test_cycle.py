"""One cycle by the API alone, as a manager and a partner's software live it."""

from collections.abc import Callable
from datetime import timedelta

from models import FundingRequest
from models.actors import AccountRight, Actor, Role, TokenScope
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_upload, send_back
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


async def test_what_may_still_be_added_is_told_before_anything_is_chosen(
    db: str, setting: Callable[[str, object], None]
) -> None:
    setting("max_modification_files", 3)
    setting("max_modification_bytes", 10_000)
    setting("max_daily_bytes", 9_000)
    request = await make_request()
    partner = await partner_of(request)
    cycle = await send_back(request)
    asked = "query Q($id: ID!) { node(id: $id) { ... on Modification { documentAllowance { files bytes } } } }"
    key = node_id("Modification", cycle.id)
    assert (await data(partner, asked, id=key))["node"]["documentAllowance"] == {"files": 3, "bytes": 9_000}
    upload = await make_upload(partner, size=4_000, supplier_id=partner.supplier_id)
    added = await act(
        partner,
        "addAttachment",
        "modification { documentAllowance { files bytes } }",
        modificationId=key,
        documentType="AUTRE_S",
        uploadId=str(upload.id),
    )
    assert added["modification"]["documentAllowance"] == {"files": 2, "bytes": 5_000}
    tomorrow = NOW + timedelta(days=1)
    assert (await data(partner, asked, id=key, as_of=tomorrow))["node"]["documentAllowance"]["bytes"] == 6_000
    assert (await data(partner, asked, id=key, as_of=cycle.closes_at))["node"]["documentAllowance"] is None
