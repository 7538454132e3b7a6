"""One whole cycle through the pages, without JavaScript: the walk of the agency's guide, on its own example."""

from __future__ import annotations

from datetime import timedelta

from httpx import AsyncClient

from models import Email, FundingRequest
from models.actors import Role
from models.lifecycle import RequestStatus
from resolvers.accounts import add_user
from resolvers.requests import request_modification
from tests.conftest import NOW
from tests.factories import MANAGER, make_supplier
from tests.web.conftest import Clock, clock, data_dir, site, stranger
from tests.web.scene import EXAMPLES, PDF
from tests.web.visit import Visit

__all__ = ["clock", "data_dir", "site", "stranger"]  # fixtures of the pages, used here too

PASSWORD = "quatre mots au hasard"


async def test_one_cycle_from_deposit_to_history(site: AsyncClient, clock: Clock) -> None:
    supplier = await make_supplier(siret="79256844600019")
    await add_user(
        identifier="poulat",
        email="pascal.breton@axyus.com",
        name="Pascal Breton",
        role=Role.SUPPLIER,
        supplier=supplier,
        password=PASSWORD,
        as_of=NOW,
    )
    visit = Visit(site)

    await sign_in(visit)
    await deposit_the_example(visit)
    await the_manager_sends_it_back()
    clock.now = NOW + timedelta(minutes=5)
    await read_what_is_asked(visit)
    await change_the_contact(visit)
    await import_delete_and_import_again(visit)
    await check_and_confirm(visit)
    await read_what_happened(visit)


async def sign_in(visit: Visit) -> None:
    await visit.open("/")
    await visit.follow("Se connecter")
    await visit.press("Valider", identifier="poulat", password="autre chose")
    assert visit.status == 422
    await visit.press("Valider", identifier="poulat", password=PASSWORD)
    assert "Accueil fournisseur SAS" in visit.text


async def deposit_the_example(visit: Visit) -> None:
    await visit.follow("Déposer une demande")
    pieces = [("pieces", (file.name, file.read_bytes())) for file in sorted((EXAMPLES / "pieces").iterdir())]
    document = ("document", ("demande.json", (EXAMPLES / "FINSAS008539.json").read_bytes()))
    await visit.press("Importer", [document, *pieces])
    assert visit.path.startswith("/dossiers/FINSAS008539/solde")
    assert "Statut de la demande : en cours" in visit.text


async def the_manager_sends_it_back() -> None:
    request = await FundingRequest.get()
    await request_modification(MANAGER, request.id, comment="test modif", as_of=NOW)


async def read_what_is_asked(visit: Visit) -> None:
    await visit.open("/")
    assert "1 demande à modifier" in visit.text
    await visit.follow("Gérer ma demande de financement du fournisseur SAS")
    assert visit.path == "/dossiers/FINSAS008539/solde"
    assert "Votre demande de solde nécessite des modifications de votre part." in visit.text
    await visit.follow("Modifier ma demande de solde")
    for words in ("N° ASP de la demande : FINSAS008539M1", "0,00 €", "100 000,00 €", "70 000,00 €", "test modif"):
        assert words in visit.text


async def change_the_contact(visit: Visit) -> None:
    await visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    assert "✓ Modifié" in visit.text
    assert "Valeur avant modification : pascal.breton@axyus.com" in visit.text


async def import_delete_and_import_again(visit: Visit) -> None:
    pdf = PDF.replace(b"startxref", b"% preuve\nstartxref")
    await visit.press("Importer", [("fichier", ("erreur.pdf", pdf))], type="AUTRE_S")
    await visit.press("Supprimer erreur.pdf")
    assert visit.text.count("erreur.pdf") == visit.text.count("erreur.pdf supprimée du brouillon.") == 1
    await visit.press("Importer", [("fichier", ("pv-test.pdf", pdf))], type="MSS_RESU_TEST_TECH")
    assert "1 donnée modifiée, 1 pièce ajoutée." in visit.text
    assert (await visit.client.get(visit.page.links["Consulter pv-test.pdf (PDF, 572 octets)"])).content == pdf


async def check_and_confirm(visit: Visit) -> None:
    await visit.press("Vérifier et confirmer")
    assert "Vérifiez vos modifications" in visit.text
    await visit.press("Confirmer")
    assert "Vos modifications ont été transmises" in visit.text
    assert (await FundingRequest.get()).status == RequestStatus.IN_REVIEW


async def read_what_happened(visit: Visit) -> None:
    await visit.follow("Retour au suivi")
    assert "Statut de la demande : en cours" in visit.text
    assert "Pièces justificatives (5)" in visit.text
    assert "N° ASP de la demande : FINSAS008539M1" in visit.text
    for subject in await Email.all().values_list("subject", flat=True):
        assert " ".join(str(subject).split()) in visit.text
    assert "Courriels automatiques envoyés (2," in visit.text
    await visit.follow("Historique")
    assert "M1 — 07/08/2023 à 14 h 37 — modifications confirmées par Pascal Breton" in visit.text
    assert visit.page.within("del") == "pascal.breton@axyus.com"
    assert visit.page.within("ins") == "test123@gmail.com Ajouté : pv-test.pdf"
