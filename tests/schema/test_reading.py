"""Reading tells the truth at its instant, whether or not a worker wrote it down, and writes nothing itself."""

from datetime import timedelta

from models import Email, Event, FundingRequest, Modification
from models.emails import EmailKind
from resolvers.deadlines import expire_due
from resolvers.editing import add_attachment, remove_attachment
from resolvers.modifications import skip_modification
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import (
    MANAGER,
    READER,
    make_attachment,
    make_request,
    make_supplier,
    make_upload,
    make_user,
    send_back,
    supplier_of,
)
from tests.feed import all_served
from tests.schema.asking import data

STATE = """query State($id: ID!) { node(id: $id) { ... on FundingRequest {
  status statusChangedAt availableActions modification { id }
  modifications { nodes { outcome closedAt closesAt closedBy { role name } draft { revision } } } } } }"""


async def test_past_the_deadline_a_request_is_in_review_though_no_worker_ran(db: str) -> None:
    request = await make_request()
    supplier = await supplier_of(request)
    cycle = await send_back(request)
    key = node_id("FundingRequest", request.id)
    before = (await data(supplier, STATE, as_of=cycle.closes_at - timedelta(microseconds=1), id=key))["node"]
    assert before["status"] == "TO_MODIFY"
    assert before["modification"] is not None
    assert before["modifications"]["nodes"][0]["draft"] == {"revision": 0}
    after = (await data(supplier, STATE, as_of=cycle.closes_at, id=key))["node"]
    assert after["status"] == "IN_REVIEW"
    assert after["statusChangedAt"] == cycle.closes_at.isoformat()
    assert after["availableActions"] == ["CONTACT_SUPPORT"]
    assert after["modification"] is None
    [closed] = after["modifications"]["nodes"]
    assert closed["outcome"] == "EXPIRED"
    assert closed["closedAt"] == closed["closesAt"] == cycle.closes_at.isoformat()
    assert closed["closedBy"]["role"] == "SYSTEM"
    assert closed["draft"] is None


async def test_reading_writes_nothing_and_settling_changes_nothing_that_is_read(db: str) -> None:
    request = await make_request()
    supplier = await supplier_of(request)
    cycle = await send_back(request)
    later, key = cycle.closes_at + timedelta(days=3), node_id("FundingRequest", request.id)
    unsettled = await data(supplier, STATE, as_of=later, id=key)
    assert (await Modification.get(id=cycle.id)).outcome is None
    assert (await FundingRequest.get(id=request.id)).status == "TO_MODIFY"
    await expire_due(later)
    assert await data(supplier, STATE, as_of=later, id=key) == unsettled


POLL = """query Poll($since: DateTime!) { requests(filter: {updatedSince: $since}) {
  nodes { status statusChangedAt updatedAt } } }"""


async def test_whoever_polls_meets_the_end_of_a_delay_once_it_is_settled_however_late(db: str) -> None:
    request = await make_request()
    cycle = await send_back(request)
    polled_at, settled_at = cycle.closes_at + timedelta(days=2), cycle.closes_at + timedelta(days=5)
    seen = (await data(MANAGER, POLL, as_of=polled_at, since=NOW.isoformat()))["requests"]["nodes"]
    assert seen == [
        {"status": "IN_REVIEW", "statusChangedAt": cycle.closes_at.isoformat(), "updatedAt": NOW.isoformat()}
    ]
    assert (await data(MANAGER, POLL, as_of=settled_at, since=polled_at.isoformat()))["requests"]["nodes"] == []
    await expire_due(settled_at)
    met = (await data(MANAGER, POLL, as_of=settled_at, since=polled_at.isoformat()))["requests"]["nodes"]
    assert met == [{**seen[0], "updatedAt": settled_at.isoformat()}]


async def test_a_document_can_be_removed_only_while_its_cycle_is_open(db: str) -> None:
    request = await make_request()
    supplier = await supplier_of(request)
    old = await make_attachment(request)
    cycle = await send_back(request)
    upload = await make_upload(supplier)
    new = await add_attachment(supplier, cycle.id, document_type="AUTRE_S", upload_id=upload.id, as_of=NOW)
    removable = "query R($id: ID!) { node(id: $id) { ... on Attachment { removable url } } }"
    for attachment, as_of, expected in ((old, NOW, False), (new, NOW, True), (new, cycle.closes_at, False)):
        answer = await data(supplier, removable, as_of=as_of, id=node_id("Attachment", attachment.id))
        assert answer["node"] == {
            "removable": expected,
            "url": f"http://127.0.0.1:8000/pieces/{attachment.id}",
        }
    await remove_attachment(supplier, new.id, as_of=NOW)
    assert (await data(supplier, removable, id=node_id("Attachment", new.id)))["node"] is None


async def test_a_dropped_draft_leaves_no_trace_in_the_next_one(db: str) -> None:
    request = await make_request()
    supplier = await supplier_of(request)
    cycle = await send_back(request)
    upload = await make_upload(supplier)
    await add_attachment(supplier, cycle.id, document_type="AUTRE_S", upload_id=upload.id, as_of=NOW)
    await skip_modification(supplier, cycle.id, assistance_contacted=True, as_of=NOW)
    await send_back(await FundingRequest.get(id=request.id))
    answer = await data(
        supplier,
        "{ requests { nodes { currentVersion { attachments { id } } "
        "modification { number aspNumber draft { attachments { id } changes { any } } } "
        "modifications { nodes { number outcome version { id } receiptUrl "
        "droppedChanges { any fields { after } addedAttachments { fileName } } } } } } }",
    )
    [node] = answer["requests"]["nodes"]
    assert node["currentVersion"]["attachments"] == []
    assert node["modification"]["number"] == 2
    assert node["modification"]["aspNumber"].endswith("M2")
    assert node["modification"]["draft"] == {"attachments": [], "changes": {"any": False}}
    second, first = node["modifications"]["nodes"]
    assert (second["number"], first["number"]) == (2, 1)
    assert second["receiptUrl"] is None
    assert first["outcome"] == "SKIPPED"
    assert first["version"] is None
    assert first["receiptUrl"].endswith(f"/solde/accuses/{cycle.id}")
    dropped = {"any": True, "fields": [], "addedAttachments": [{"fileName": upload.file_name}]}
    assert (first["droppedChanges"], second["droppedChanges"]) == (dropped, None)


PEOPLE = """{ requests { nodes { bankDetails { iban }
  modification { openedBy { role name } } emails { nodes { to error } }
  events { nodes { actor { name } summary } } } } }"""


async def test_only_managers_read_managers_names_whole_ibans_and_mail_errors(db: str) -> None:
    request = await make_request()
    await send_back(request)
    await Email.filter(request_id=request.id).update(error="550 no such user")
    answers = {}
    for viewer in (MANAGER, await supplier_of(request), READER):
        [answers[viewer.role]] = (await data(viewer, PEOPLE))["requests"]["nodes"]
    for role in ("SUPPLIER", "PARTNER"):
        node = answers[role]  # type: ignore[index]
        assert node["bankDetails"] == {"iban": "FR76 •••• •••• 0189"}
        assert node["modification"]["openedBy"] == {"role": "MANAGER", "name": "Gestionnaire ASP"}
        assert [mail["error"] for mail in node["emails"]["nodes"]] == [None]
        assert "Camille" not in str(node)
    node = answers[MANAGER.role]
    assert node["bankDetails"] == {"iban": "FR7630006000011234567890189"}
    assert node["modification"]["openedBy"]["name"] == "Camille Martin"
    assert [mail["error"] for mail in node["emails"]["nodes"]] == ["550 no such user"]


ID_OF_EACH_KIND = """{ requests { nodes { id dossier { id supplier { id } } currentVersion { id attachments { id } }
  modification { id } emails { nodes { id } } events { nodes { id } } supportMessages { nodes { id } } } } }"""


async def test_each_node_is_read_again_by_its_id_and_hidden_from_strangers(db: str) -> None:
    request = await make_request()
    supplier = await supplier_of(request)
    await make_attachment(request)
    await send_back(request)
    message = """mutation M($input: ContactSupportInput!) { contactSupport(input: $input) { __typename } }"""
    await data(supplier, message, input={"requestId": node_id("FundingRequest", request.id), "message": "Bonjour"})
    [node] = (await data(supplier, ID_OF_EACH_KIND))["requests"]["nodes"]
    ids = {
        "FundingRequest": node["id"],
        "Dossier": node["dossier"]["id"],
        "Supplier": node["dossier"]["supplier"]["id"],
        "Version": node["currentVersion"]["id"],
        "Attachment": node["currentVersion"]["attachments"][0]["id"],
        "Modification": node["modification"]["id"],
        "Email": node["emails"]["nodes"][0]["id"],
        "Event": node["events"]["nodes"][0]["id"],
        "SupportMessage": node["supportMessages"]["nodes"][0]["id"],
    }
    stranger = (await make_user(await make_supplier())).actor
    again = "query Again($id: ID!) { node(id: $id) { __typename id } }"
    for kind, key in ids.items():
        for viewer in (supplier, MANAGER, READER):
            assert await data(viewer, again, id=key) == {"node": {"__typename": kind, "id": key}}
        assert await data(stranger, again, id=key) == {"node": None}


async def test_an_id_that_names_nothing_is_nothing(db: str) -> None:
    request = await make_request()
    again = "query Again($id: ID!) { node(id: $id) { id } }"
    for wrong in (
        "",
        "é",
        "\ud800",
        "RnVuZGluZ1JlcXVlc3Q=",
        node_id("FundingRequest", request.dossier_id),
        node_id("Viewer", request.id),
        node_id("Event", 9**18),
        node_id("Event", request.id),
        node_id("Event", -1),
    ):
        assert await data(MANAGER, again, id=wrong) == {"node": None}


async def test_account_mails_are_never_shown(db: str) -> None:
    mail = await Email.create(
        kind=EmailKind.PASSWORD_RESET,
        recipient="a@exemple.fr",
        subject="s",
        text="t",
        html="t",
        message_id="<1@exemple.fr>",
        created_at=NOW,
        next_attempt_at=NOW,
    )
    again = "query Again($id: ID!) { node(id: $id) { id } }"
    assert await data(MANAGER, again, id=node_id("Email", mail.id)) == {"node": None}


async def test_each_event_has_its_sentence(db: str) -> None:
    await send_back(await make_request())
    await all_served()
    answer = await data(MANAGER, "{ events { nodes { summary at request { kind } } } }")
    assert [event["summary"] for event in answer["events"]["nodes"]] == [
        "La demande est renvoyée au fournisseur pour modification (M1)."
    ]
    assert await Event.all().count() == 1


async def test_who_asks_reads_who_they_are(db: str) -> None:
    who = "{ viewer { role name scopes supplier { legalName } } }"
    request = await make_request()
    assert await data(await supplier_of(request), who) == {
        "viewer": {
            "role": "SUPPLIER",
            "name": "Pascal Breton",
            "scopes": [],
            "supplier": {"legalName": "GARAGE POULAT"},
        }
    }
    assert (await data(READER, who))["viewer"] == {
        "role": "PARTNER",
        "name": "Observatoire",
        "scopes": ["READ"],
        "supplier": None,
    }


async def test_the_types_of_documents_are_listed_with_what_they_accept(db: str) -> None:
    answer = await data(MANAGER, "{ documentTypes { code label addable requestKinds extensions maxBytes } }")
    types = {each["code"]: each for each in answer["documentTypes"]}
    other = types["AUTRE_S"]
    assert other["addable"] is True
    assert other["requestKinds"] == ["BALANCE"]
    assert other["extensions"] == [".pdf", ".png", ".jpg", ".jpeg", ".docx", ".xlsx", ".odt", ".ods"]
    assert types["MSS_GUIDE_PDF_API"]["extensions"] == [".pdf"]
    assert other["maxBytes"] == 20 * 1024 * 1024


async def test_a_version_that_is_not_there_is_nothing_or_refused(db: str) -> None:
    await make_request()
    assert await data(MANAGER, "{ requests { nodes { version(rank: 7) { id } } } }") == {
        "requests": {"nodes": [{"version": None}]}
    }
