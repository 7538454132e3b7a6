"""Depositing a request: the JSON document and its files by the page, all or nothing."""

from __future__ import annotations

import pytest
from httpx import AsyncClient

from models import Attachment, Dossier, User
from tests.factories import make_supplier, make_user
from tests.web.conftest import Enter
from tests.web.scene import EXAMPLES
from tests.web.visit import File, Visit

JSON = (EXAMPLES / "FINSAS008539.json").read_bytes()
PIECES = [("pieces", (file.name, file.read_bytes())) for file in sorted((EXAMPLES / "pieces").iterdir())]


@pytest.fixture
async def visit(site: AsyncClient, enter: Enter) -> Visit:
    """Somebody of the example's supplier in front of the page."""
    await enter(await make_user(await make_supplier(siret="79256844600019")))
    visit = Visit(site)
    await visit.open("/depot")
    return visit


async def deposit(visit: Visit, document: bytes, pieces: list[tuple[str, File]]) -> None:
    await visit.press("Importer", [("document", ("demande.json", document)), *pieces])


async def test_the_example_is_imported_with_its_documents(visit: Visit) -> None:
    await deposit(visit, JSON, PIECES)
    assert visit.path == "/dossiers/FINSAS008539/solde?import=fait"
    assert "La demande a été importée avec ses pièces." in visit.text
    assert "Pièces justificatives (4)" in visit.text


async def test_importing_it_again_says_so_and_changes_nothing(visit: Visit) -> None:
    await deposit(visit, JSON, PIECES)
    await visit.open("/depot")
    await deposit(visit, JSON, PIECES)
    assert visit.path == "/dossiers/FINSAS008539/solde?import=deja"
    assert "Cette demande avait déjà été importée : rien n’a été changé." in visit.text
    assert await Attachment.all().count() == 4


async def test_every_fault_of_the_broken_example_is_named_and_nothing_is_written(visit: Visit) -> None:
    await deposit(visit, (EXAMPLES / "FINSAS008539-erreurs.json").read_bytes(), PIECES)
    assert visit.status == 422
    assert "fautes : rien n’a été importé" in visit.text
    for where in (
        "nature",
        "referencementAns",
        "dateDepot",
        "fournisseur.siret",
        "fournisseur.adresse.codePostal",
        "coordonneesContact",
        "montants.avanceDecidee",
        "montants.engagementRetenu",
        "montants.soldeDecide",
        "coordonneesBancaires.iban",
        "coordonneesBancaires.bic",
        "pieces[0].fichier",
        "pieces[1].fichier",
        "pieces[1].type",
        "inconnu",
    ):
        assert where in visit.page.within("code"), where
    assert await Dossier.all().count() == 0


async def test_a_missing_document_and_a_refused_piece_are_both_named(visit: Visit) -> None:
    await visit.press("Importer", [("pieces", ("vide.pdf", b""))])
    assert visit.status == 422
    assert "Choisissez le document JSON de la demande." in visit.text
    assert "« vide.pdf » est vide" in visit.text


async def test_another_suppliers_request_is_not_deposited(visit: Visit, enter: Enter) -> None:
    await enter(await make_user(await make_supplier()))
    await deposit(visit, JSON, PIECES)
    assert visit.status in {409, 422}
    assert await Dossier.all().count() == 0


async def test_a_stranger_is_led_to_the_sign_in(site: AsyncClient, db: str) -> None:
    answer = await site.get("/depot")
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion?retour=/depot")
    assert await User.all().count() == 0


async def test_a_refused_file_and_the_faults_of_the_document_are_told_together(visit: Visit) -> None:
    broken = JSON.replace(b'"SOLDE"', b'"SOLDES"')
    await deposit(visit, broken, [*PIECES[1:], ("pieces", (PIECES[0][1][0], b"MZ not a PDF"))])
    assert visit.status == 422
    assert "nature" in visit.text
    assert "n’est pas un PDF lisible" in visit.text
    assert "n’est pas fourni" not in visit.text
    assert not await Dossier.exists()
