"""Importing a request: everything or nothing, once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from models import Attachment, Dossier, Event, FundingRequest, Supplier, Upload, Version
from models.actors import AccountRight, Actor
from models.attachments import ScanStatus
from models.dossiers import BankDetails, RequestKind
from models.errors import Invalid, PermissionDenied
from models.events import EventKind
from models.lifecycle import RequestStatus
from resolvers.editing import add_attachment
from resolvers.imports import import_request
from resolvers.uploads import sweep_orphans
from tests.conftest import NOW
from tests.factories import MANAGER, READER, make_supplier, make_upload, make_user, send_back

pytestmark = pytest.mark.usefixtures("db")

EXAMPLES = Path(__file__).parent.parent / "examples"
EXAMPLE = (EXAMPLES / "FINSAS008539.json").read_text()
BROKEN = (EXAMPLES / "FINSAS008539-erreurs.json").read_text()
SIRET = "79256844600019"
OTHER_SIRET = "35600000000048"
TABLES = (Supplier, Dossier, FundingRequest, Version, Attachment, Event)


def example(**changes: Any) -> str:
    """The guide's example with other values; None takes a key out, `a__b` goes deeper."""
    document = json.loads(EXAMPLE)
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = document
        for parent in parents:
            place = place[parent]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return json.dumps(document)


async def files(actor: Actor = MANAGER, document: str = EXAMPLE, **facts: Any) -> list[UUID]:
    """The files that the document names, as that actor sent them."""
    names = [piece["fichier"] for piece in json.loads(document)["pieces"]]
    return [(await make_upload(actor, file_name=name, content=name, **facts)).id for name in names]


async def file_it(
    document: str = EXAMPLE, actor: Actor = MANAGER, as_of: datetime = NOW
) -> tuple[FundingRequest, bool]:
    return await import_request(actor, document, upload_ids=await files(actor, document), as_of=as_of)


async def faults_of(
    document: str, actor: Actor = MANAGER, upload_ids: list[UUID] | None = None
) -> list[tuple[str, str]]:
    """The path and the code of every fault that the import names."""
    given = await files(actor, document) if upload_ids is None else upload_ids
    with pytest.raises(Invalid) as refusal:
        await import_request(actor, document, upload_ids=given, as_of=NOW)
    assert all(fault.message for fault in refusal.value.faults)
    return [(fault.field, fault.code) for fault in refusal.value.faults]


async def counts() -> list[int]:
    return [await table.all().count() for table in TABLES]


async def test_the_guides_example_is_filed_exactly() -> None:
    request, already = await file_it()
    assert not already
    row = await FundingRequest.get(id=request.id).select_related("dossier__supplier")
    supplier = row.dossier.supplier
    assert (supplier.siret, supplier.legal_name) == (SIRET, "GARAGE POULAT")
    assert (supplier.street, supplier.postcode, supplier.city) == ("0 cour DE MONS", "59650", "VILLENEUVE D ASCQ")
    assert (row.dossier.number, row.dossier.ans_number, row.kind) == ("FINSAS008539", "pbrSAS0012", RequestKind.BALANCE)
    assert (row.status, row.status_changed_at, row.updated_at) == (RequestStatus.IN_REVIEW, NOW, NOW)
    assert row.submitted_on == date(2023, 2, 16)
    assert (row.advance_decided, row.commitment_retained, row.balance_decided) == (
        Decimal("0.00"),
        Decimal("100000.00"),
        Decimal("70000.00"),
    )
    assert row.bank_details == BankDetails("GARAGE POULAT", "FR7630006000011234567890189", "AGRIFRPP")
    version = await Version.get()
    assert (version.rank, version.asp_number, version.dsr) == (0, "FINSAS008539", "DSR-SAS-SAS-Va1")
    assert (version.support_contact, version.created_by) == ("pascal.breton@axyus.com", MANAGER.author)
    attachments = await Attachment.all().order_by("position").select_related("upload")
    assert [(each.upload.file_name, each.document_type, each.rank) for each in attachments] == [
        ("capture-ecran-au-depot.pdf", "MSS_RESU_TEST_TECH", 0),
        ("guide-pdf-au-depot.pdf", "MSS_GUIDE_PDF_API", 0),
        ("decision-attribution-finsas008539.pdf", "DECISION_ATTRIBUTION", 0),
        ("PJ_Demande.pdf", "AUTRE_S", 0),
    ]
    event = await Event.get()
    assert (event.kind, event.actor, event.payload["number"]) == (
        EventKind.REQUEST_IMPORTED,
        MANAGER.author,
        "FINSAS008539",
    )
    assert len(event.payload["documents"]) == 4
    assert event.status is row.status


async def test_the_broken_example_names_its_fifteen_faults_and_leaves_nothing() -> None:
    assert sorted(await faults_of(BROKEN, upload_ids=[])) == sorted(
        [
            ("$.nature", "UNKNOWN_VALUE"),
            ("$.referencementAns", "REQUIRED"),
            ("$.dateDepot", "INVALID_DATE"),
            ("$.fournisseur.siret", "INVALID_SIRET"),
            ("$.fournisseur.adresse.codePostal", "INVALID_POSTCODE"),
            ("$.coordonneesContact", "INVALID_CONTACT"),
            ("$.montants.avanceDecidee", "NOT_TEXT"),
            ("$.montants.engagementRetenu", "INVALID_AMOUNT"),
            ("$.montants.soldeDecide", "INVALID_AMOUNT"),
            ("$.coordonneesBancaires.iban", "INVALID_IBAN"),
            ("$.coordonneesBancaires.bic", "INVALID_BIC"),
            ("$.pieces[0].fichier", "UNSAFE_FILE_NAME"),
            ("$.pieces[1].type", "UNKNOWN_VALUE"),
            ("$.pieces[1].fichier", "MISSING_FILE"),
            ("$.inconnu", "UNKNOWN_KEY"),
        ]
    )
    assert await counts() == [0] * len(TABLES)


async def test_a_file_missing_or_too_many_leaves_nothing_either() -> None:
    given = await files()
    extra = (await make_upload(MANAGER, file_name="autre.pdf")).id
    twice = (await make_upload(MANAGER, file_name="PJ_Demande.pdf")).id
    assert await faults_of(EXAMPLE, upload_ids=given[1:]) == [("$.pieces[0].fichier", "MISSING_FILE")]
    assert await faults_of(EXAMPLE, upload_ids=[*given, extra]) == [("$.pieces", "EXTRA_FILE")]
    assert await faults_of(EXAMPLE, upload_ids=[*given, twice]) == [("uploadIds", "DUPLICATE_FILE")]
    assert await counts() == [0] * len(TABLES)


async def test_the_files_of_others_and_those_never_received_are_unknown() -> None:
    given = await files()
    stranger = (await make_user(await make_supplier())).actor
    theirs = (await make_upload(stranger, file_name="PJ_Demande.pdf")).id
    for unknown in (theirs, uuid4()):
        assert await faults_of(EXAMPLE, upload_ids=[*given[:3], unknown]) == [
            ("uploadIds", "UNKNOWN_UPLOAD"),
            ("$.pieces[3].fichier", "MISSING_FILE"),
        ]


async def test_a_file_given_twice_by_its_number_is_one_file() -> None:
    given = await files()
    _, already = await import_request(MANAGER, EXAMPLE, upload_ids=[*given, *given], as_of=NOW)
    assert not already


async def test_the_same_files_may_support_several_requests() -> None:
    given = await files()
    for document in (EXAMPLE, example(dossier="FINSAS000001")):
        _, already = await import_request(MANAGER, document, upload_ids=given, as_of=NOW)
        assert not already
    assert await Attachment.all().count() == 8


async def test_the_same_content_under_two_names_is_refused_naming_both() -> None:
    names = [piece["fichier"] for piece in json.loads(EXAMPLE)["pieces"]]
    given = [(await make_upload(MANAGER, file_name=name, content="le même")).id for name in names[:2]]
    given += [(await make_upload(MANAGER, file_name=name)).id for name in names[2:]]
    with pytest.raises(Invalid) as refusal:
        await import_request(MANAGER, EXAMPLE, upload_ids=given, as_of=NOW)
    [fault] = refusal.value.faults
    assert (fault.field, fault.code) == ("$.pieces[1].fichier", "DUPLICATE")
    assert all(name in fault.message for name in names[:2])
    assert await counts() == [0] * len(TABLES)


async def test_documents_heavier_together_than_a_request_may_be_are_refused(
    setting: Callable[[str, object], None],
) -> None:
    setting("max_request_bytes", 4_799)
    assert await faults_of(EXAMPLE) == [("$.pieces", "QUOTA")]
    setting("max_request_bytes", 4_800)
    await file_it()


async def test_a_file_with_a_virus_or_without_its_bytes_files_nothing() -> None:
    infected, lost, *others = await files()
    await Upload.filter(id=infected).update(scan_status=ScanStatus.INFECTED)
    await Upload.filter(id=lost).update(purged_at=NOW)
    assert await faults_of(EXAMPLE, upload_ids=[infected, lost, *others]) == [
        ("uploadIds", "INFECTED"),
        ("uploadIds", "UNKNOWN_UPLOAD"),
        ("$.pieces[0].fichier", "MISSING_FILE"),
        ("$.pieces[1].fichier", "MISSING_FILE"),
    ]


async def test_a_failure_at_the_end_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_ink(*_: object, **__: object) -> None:
        raise OSError("no ink")

    monkeypatch.setattr("resolvers.filing.record", no_ink)
    with pytest.raises(OSError, match="no ink"):
        await file_it()
    assert await counts() == [0] * len(TABLES)


async def test_importing_again_says_so_and_changes_nothing() -> None:
    first, _ = await file_it()
    before, rows = await counts(), await FundingRequest.all().values()
    for upload_ids in ([], await files()):
        again, already = await import_request(MANAGER, EXAMPLE, upload_ids=upload_ids, as_of=NOW + timedelta(days=1))
        assert (again.id, already) == (first.id, True)
    shuffled = json.dumps(dict(reversed(json.loads(EXAMPLE).items())), indent=4)
    assert (await file_it(shuffled))[1]
    assert (await counts(), await FundingRequest.all().values()) == (before, rows)


async def test_importing_an_old_document_again_does_not_bring_the_old_address_back() -> None:
    await file_it()
    moved = example(dossier="FINSAS000001", fournisseur__adresse__commune="LILLE")
    await file_it(moved)
    assert (await Supplier.get()).city == "LILLE"
    assert (await file_it())[1]
    assert (await Supplier.get()).city == "LILLE"


@pytest.mark.parametrize(
    "changes",
    [
        {"coordonneesContact": "autre@editeur.fr"},
        {"montants__soldeDecide": "70000.01"},
        {"coordonneesBancaires__titulaire": "AUTRE"},
        {"referencementAns": "pbrSAS0013"},
    ],
)
async def test_another_content_under_the_same_identity_is_refused(changes: dict[str, Any]) -> None:
    await file_it()
    before = await counts()
    assert await faults_of(example(**changes)) == [("$.dossier", "ALREADY_FILED")]
    assert await counts() == before


async def test_the_same_document_with_another_file_is_another_content() -> None:
    await file_it()
    other = (await make_upload(MANAGER, file_name="PJ_Demande.pdf", content="autre")).id
    assert await faults_of(EXAMPLE, upload_ids=[other]) == [("$.pieces[3].fichier", "OTHER_FILE")]


async def test_importing_again_after_a_cycle_is_still_the_same_import() -> None:
    request, _ = await file_it()
    supplier = (await make_user(await Supplier.get())).actor
    modification = await send_back(request)
    upload = await make_upload(supplier, file_name="nouveau.pdf")
    await add_attachment(supplier, modification.id, document_type="AUTRE_S", upload_id=upload.id, as_of=NOW)
    assert (await file_it())[1]


async def test_an_advance_and_a_balance_share_their_dossier() -> None:
    balance, _ = await file_it()
    advance, already = await file_it(example(nature="AVANCE"))
    assert not already
    assert (advance.dossier_id, advance.kind) == (balance.dossier_id, RequestKind.ADVANCE)
    assert await Dossier.all().count() == 1


async def test_the_portal_gives_the_number_that_the_document_leaves_out_and_knows_it_again() -> None:
    document = example(dossier=None)
    request, already = await file_it(document)
    number = (await Dossier.get()).number
    assert not already
    assert number.startswith("FINSAS")
    assert len(number) == 12
    assert (await Version.get()).asp_number == number
    again, already = await file_it(document)
    assert (again.id, already) == (request.id, True)
    # With the number that it was given, it is the same request still.
    assert (await file_it(example(dossier=number)))[1]


async def test_without_a_number_the_other_kind_joins_the_dossier_of_its_product() -> None:
    balance, _ = await file_it(example(dossier=None))
    advance, _ = await file_it(example(dossier=None, nature="AVANCE"))
    assert advance.dossier_id == balance.dossier_id
    elsewhere, _ = await file_it(example(dossier=None, nature="AVANCE", referencementAns="pbrSAS0099"))
    assert elsewhere.dossier_id != balance.dossier_id
    second, _ = await file_it(example(dossier=None, coordonneesContact="b@editeur.fr"))
    assert second.dossier_id != balance.dossier_id


async def test_a_dossier_number_of_another_supplier_is_not_available() -> None:
    await file_it()
    other = example(fournisseur__siret=OTHER_SIRET)
    assert await faults_of(other) == [("$.dossier", "NOT_AVAILABLE")]
    assert await Supplier.all().count() == 1


async def test_a_dossier_keeps_its_reference() -> None:
    await file_it()
    other = example(nature="AVANCE", referencementAns="pbrSAS0013")
    assert await faults_of(other) == [("$.referencementAns", "OTHER_REFERENCE")]


async def test_a_supplier_files_for_itself_alone() -> None:
    own = (await make_user(await make_supplier(siret=SIRET))).actor
    stranger = (await make_user(await make_supplier(siret=OTHER_SIRET))).actor
    assert await faults_of(EXAMPLE, stranger, []) == [
        ("$.fournisseur.siret", "NOT_YOURS"),
        *[(f"$.pieces[{index}].fichier", "MISSING_FILE") for index in range(4)],
    ]
    request, _ = await file_it(actor=own)
    assert (await Version.get()).created_by == own.author
    # Nor does a stranger learn that it was filed.
    assert ("$.fournisseur.siret", "NOT_YOURS") in await faults_of(EXAMPLE, stranger)
    assert (await file_it(actor=own))[0].id == request.id


async def test_readers_file_nothing() -> None:
    reader = (await make_user(await make_supplier(siret=SIRET), right=AccountRight.READ)).actor
    for actor in (READER, reader):
        with pytest.raises(PermissionDenied):
            await import_request(actor, EXAMPLE, as_of=NOW)


async def test_after_the_closing_date_nothing_is_filed(setting: Callable[[str, object], None]) -> None:
    setting("import_closes_at", NOW)
    before = NOW - timedelta(microseconds=1)
    await file_it(as_of=before)
    with pytest.raises(Invalid) as refusal:
        await file_it(example(dossier="FINSAS000001"))
    assert refusal.value.faults[0].code == "IMPORT_CLOSED"
    assert "07/08/2023 à\u00a014\u00a0h\u00a032" in refusal.value.message


async def test_a_deposit_is_never_in_the_future() -> None:
    tomorrow = example(dateDepot="2023-08-08")
    assert await faults_of(tomorrow) == [("$.dateDepot", "FUTURE_DATE")]
    # In Paris tomorrow has begun already.
    _, already = await file_it(tomorrow, as_of=datetime(2023, 8, 7, 22, 0, tzinfo=UTC))
    assert not already


async def test_amounts_that_have_no_place_are_left_out() -> None:
    document = json.loads(EXAMPLE)
    document["montants"] = {"avanceDecidee": None, "engagementRetenu": "999999999999.99", "soldeDecide": None}
    request, _ = await file_it(json.dumps(document))
    row = await FundingRequest.get(id=request.id)
    assert (row.advance_decided, row.balance_decided) == (None, None)
    assert row.commitment_retained == Decimal("999999999999.99")


@pytest.mark.parametrize("document", ["", "{", "[]", "null", '"texte"', "[" * 100_000])
async def test_what_is_no_document_is_refused_with_a_sentence(document: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await import_request(MANAGER, document, as_of=NOW)
    assert refusal.value.faults[0].field == "$"


async def test_the_same_document_imported_at_once_is_filed_once() -> None:
    batches = [await files() for _ in range(8)]
    answers = await asyncio.gather(
        *(import_request(MANAGER, EXAMPLE, upload_ids=batch, as_of=NOW) for batch in batches)
    )
    assert len({request.id for request, _ in answers}) == 1
    assert sorted(already for _, already in answers) == [False] + [True] * 7
    assert await counts() == [1, 1, 1, 1, 4, 1]


@pytest.mark.parametrize("known", [False, True])
async def test_without_a_number_imported_at_once_it_is_filed_once_too(known: bool) -> None:
    if known:
        await make_supplier(siret=SIRET)
    document = example(dossier=None)
    batches = [await files() for _ in range(4)]
    answers = await asyncio.gather(
        *(import_request(MANAGER, document, upload_ids=batch, as_of=NOW) for batch in batches)
    )
    assert sorted(already for _, already in answers) == [False, True, True, True]
    assert await Dossier.all().count() == 1


async def test_different_documents_of_one_new_supplier_imported_at_once_are_all_filed() -> None:
    documents = [example(dossier=f"FINSAS{number:06}") for number in range(6)]
    batches = [await files() for _ in documents]
    answers = await asyncio.gather(
        *(
            import_request(MANAGER, document, upload_ids=batch, as_of=NOW)
            for document, batch in zip(documents, batches, strict=True)
        )
    )
    assert not any(already for _, already in answers)
    assert await counts() == [1, 6, 6, 6, 24, 6]


async def test_the_files_of_an_import_are_never_swept_away() -> None:
    await file_it()
    await make_upload(MANAGER)
    await sweep_orphans(NOW + timedelta(days=30))
    assert await Upload.all().count() == 4
