"""The receipt as a PDF: what it says is what was confirmed, and a screen reader finds its way in it.

What other programs find of the same file is in tests/services/test_receipt_pdf.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from models import Attachment, FundingRequest, Modification, Upload
from models.dossiers import RequestKind
from models.errors import NotFound
from models.lifecycle import ModificationOutcome
from models.printing import is_drawn
from resolvers.concluded import purge_concluded
from resolvers.modifications import confirm_modification, skip_modification
from resolvers.receipts import get_receipt, pdf_of, receipt_of
from resolvers.requests import reject_request
from tests.conftest import NOW
from tests.factories import MANAGER, make_attachment, make_request, send_back, supplier_of
from tests.resolvers.test_mail import confirmed, with_a_draft
from tests.stored import put_there

pytestmark = pytest.mark.usefixtures("db")

HOSTILE = '#eval("1+1") #import "/etc/passwd" *gras* $x^2$ <libelle> @ref \\ // `code` [fin]'


async def pdf(modification: Modification) -> PdfReader:
    return PdfReader(BytesIO(await pdf_of(await receipt_of(modification))))


def text_of(reader: PdfReader) -> str:
    """Its words, each line break a space."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).replace("\u00a0", " ").split())


def elements(node: Any) -> Iterator[Any]:
    """Every element of the structure tree below this one, in reading order."""
    children = node.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        element = child.get_object()
        if isinstance(element, dict) and "/S" in element:
            yield element
            yield from elements(element)


async def test_it_says_what_was_confirmed_by_whom_and_when() -> None:
    modification = await with_a_draft()
    kept = await make_attachment(modification.request, document_type="MSS_GUIDE_PDF_API")
    actor = await supplier_of(modification.request)
    later = NOW + timedelta(days=8, minutes=10)
    closed = await confirm_modification(actor, modification.id, note="Le PV est joint.", as_of=later)
    text = text_of(await pdf(closed))
    added = await Upload.filter(attachments__rank=1).get()
    for told in (
        "Accusé de réception AR-FINSAS008539-S-M1",
        "Les modifications de votre demande de solde n° FINSAS008539 ont été reçues le mardi 15 août 2023 à 14 h 42",
        "Confirmée le : 15/08/2023 à 14 h 42, par Pascal Breton",
        "Fournisseur : GARAGE POULAT, SIRET",
        "Mot pour le gestionnaire : Le PV est joint.",
        "Le contact de support ne répond pas. Joindre le PV de test.",
        "pascal.breton@axyus.com test123@gmail.com",
        "Pièces ajoutées (1) Pièce Empreinte SHA-256 pv-test.pdf Autre pièce de solde (AUTRE_S) 2 Ko " + added.sha256,
        "Pièces déjà présentes, inchangées (1)",
        kept.upload.sha256,
        f"http://127.0.0.1:8000/dossiers/FINSAS008539/solde/accuses/{closed.id}",
    ):
        assert told in text, told


async def test_declining_says_what_was_dropped() -> None:
    modification = await with_a_draft()
    actor = await supplier_of(modification.request)
    later = NOW + timedelta(days=9)
    closed = await skip_modification(actor, modification.id, assistance_contacted=True, as_of=later)
    text = text_of(await pdf(closed))
    assert (
        "Le mercredi 16 août 2023 à 14 h 32 (heure de Paris), Pascal Breton a choisi de ne pas modifier la demande"
        in text
    )
    assert "n’a pas été transmis au gestionnaire. Données du brouillon" in text
    assert "test123@gmail.com" in text
    assert "Données modifiées" not in text


async def test_it_is_the_same_at_every_opening() -> None:
    modification = await confirmed()
    first = await pdf_of(await receipt_of(modification))
    await Modification.filter(id=modification.id).update(revision=7, comment_seen_at=NOW)
    again = await receipt_of(await Modification.get(id=modification.id).select_related("request__dossier__supplier"))
    assert await pdf_of(again) == first


async def test_a_screen_reader_finds_its_title_its_language_and_its_structure() -> None:
    reader = await pdf(await confirmed())
    catalog: Any = reader.root_object
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "fr-FR"
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata
    assert reader.metadata.title == "Accusé de réception AR-FINSAS008539-S-M1"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in catalog["/Metadata"].get_data()
    told = list(elements(catalog["/StructTreeRoot"]))
    kinds = [element["/S"] for element in told]
    assert kinds.count("/H1") == 1
    assert {"/H2", "/L", "/LI", "/Table", "/THead", "/TH", "/TD", "/Link"} <= set(kinds)
    headers = [element for element in told if element["/S"] == "/TH"]
    assert all(scope_of(header) == "/Column" for header in headers)
    pages: list[Any] = list(reader.pages)
    assert {page["/Tabs"] for page in pages if "/Annots" in page} == {"/S"}
    assert all(font_is_embedded(font) for page in pages for font in page["/Resources"]["/Font"].values())
    width, height = reader.pages[0].mediabox.width, reader.pages[0].mediabox.height
    assert (round(float(width)), round(float(height))) == (595, 842)  # A4


def scope_of(header: Any) -> str | None:
    attributes = header["/A"]
    listed = attributes if isinstance(attributes, list) else [attributes]
    return next((each.get_object().get("/Scope") for each in listed if "/Scope" in each.get_object()), None)


def font_is_embedded(font: Any) -> bool:
    [descendant] = font.get_object()["/DescendantFonts"]
    return any(name.startswith("/FontFile") for name in descendant.get_object()["/FontDescriptor"])


async def test_what_people_wrote_is_never_code() -> None:
    modification = await with_a_draft()
    await Modification.filter(id=modification.id).update(comment=HOSTILE, draft_support_contact=HOSTILE)
    await Upload.filter(attachments__modification_id=modification.id).update(file_name=f"{HOSTILE}.pdf")
    actor = await supplier_of(modification.request)
    closed = await confirm_modification(actor, modification.id, note=HOSTILE, as_of=NOW + timedelta(days=8))
    text = text_of(await pdf(closed)).replace(" ", "")
    assert text.count(HOSTILE.replace(" ", "")) == 4


async def test_what_no_font_draws_is_told_by_its_code() -> None:
    modification = await send_back(await make_request(), comment="日本 😀 a\u200bb")
    actor = await supplier_of(modification.request)
    closed = await skip_modification(
        actor, modification.id, assistance_contacted=True, note="ŒUVRE e\u0301 €\u202f№", as_of=NOW + timedelta(days=1)
    )
    text = text_of(await pdf(closed))
    assert "[U+65E5][U+672C] [U+1F600] a[U+200B]b" in text
    assert "désigné par son code Unicode" in text
    assert "ŒUVRE é €" in text


async def test_every_character_that_is_said_to_be_drawn_is() -> None:
    drawn = [chr(code) for code in range(0x20, 0x2600) if is_drawn(chr(code))]
    comment = "\n".join(
        "".join(f"a{each}" for each in drawn[place : place + 100]) for place in range(0, len(drawn), 100)
    )
    modification = await send_back(await make_request())
    await Modification.filter(id=modification.id).update(comment=comment, outcome=ModificationOutcome.SKIPPED)
    closed = await Modification.get(id=modification.id).select_related("request__dossier__supplier")
    assert len((await pdf(closed)).pages) > 1
    assert len(drawn) > 3_000


async def test_a_word_wider_than_the_page_stays_on_it_and_whole() -> None:
    word = "https://support.example.fr/" + "W" * 220
    modification = await with_a_draft()
    await Modification.filter(id=modification.id).update(draft_support_contact=word)
    actor = await supplier_of(modification.request)
    closed = await confirm_modification(actor, modification.id, as_of=NOW + timedelta(days=8))
    reader = await pdf(closed)
    assert word in text_of(reader).replace(" ", "")
    right = max(x for page in reader.pages for x in starts_of_text(page))
    assert right < float(reader.pages[0].mediabox.width) - 50


def starts_of_text(page: Any) -> list[float]:
    """How far from the left each piece of text begins."""
    found: list[float] = []
    page.extract_text(visitor_text=lambda text, _cm, tm, _font, _size: found.append(tm[4]) if text.strip() else None)
    return found


async def test_many_are_printed_at_once_and_hold_up_nobody() -> None:
    receipt = await receipt_of(await confirmed())
    printing = [asyncio.create_task(pdf_of(receipt)) for _ in range(8)]
    turns = 0
    while not all(task.done() for task in printing):
        await asyncio.sleep(0)
        turns += 1
    assert turns > len(printing)
    assert len({task.result() for task in printing}) == 1


async def test_it_stands_under_its_own_request_only() -> None:
    modification = await confirmed()
    number = modification.request.dossier.number
    assert (await get_receipt(MANAGER, number, RequestKind.BALANCE, modification.id)).number == f"AR-{number}-S-M1"
    for place in ((number, RequestKind.ADVANCE), ("FINSAS999999", RequestKind.BALANCE)):
        with pytest.raises(NotFound):
            await get_receipt(MANAGER, *place, modification.id)
    still_open = await send_back(await make_request())
    with pytest.raises(NotFound):
        await get_receipt(MANAGER, still_open.request.dossier.number, RequestKind.BALANCE, still_open.id)


async def test_once_the_words_are_erased_the_dates_and_the_number_stay() -> None:
    modification = await confirmed()
    for attachment in await Attachment.filter(request_id=modification.request_id).select_related("upload"):
        put_there(attachment.upload.key, b"pv")
    await reject_request(MANAGER, modification.request_id, reason="Illisible", as_of=NOW + timedelta(days=30))
    assert await purge_concluded(NOW + timedelta(days=60), as_of=NOW + timedelta(days=60)) == 1
    assert (await FundingRequest.get()).bank_details_sealed == ""
    erased = await Modification.get(id=modification.id).select_related("request__dossier__supplier")
    text = text_of(await pdf(erased))
    assert "AR-FINSAS008539-S-M1" in text
    assert "leur durée de conservation est passée" in text
    assert "test123@gmail.com" not in text
    assert "Pascal Breton" not in text
