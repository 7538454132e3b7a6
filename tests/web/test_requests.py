"""The managers' requests: found, taken together and sent back; and downloaded as a table."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from unittest.mock import ANY

import pytest

from models import CommentTemplate, Event, Modification
from models.events import EventKind
from models.lifecycle import RequestStatus
from resolvers import request_export
from resolvers.comment_templates import save_comment_template
from resolvers.editing import change_support_contact
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_supplier, make_user, send_back, supplier_of
from tests.schema.asking import statements
from tests.web.scene import Scene
from tests.web.visit import Visit

SEND_BACK = "/demandes/renvoi"


async def named(name: str, number: str) -> None:
    supplier = await make_supplier(legal_name=name)
    await make_user(supplier)
    await make_request(supplier, number=number)


async def test_a_manager_reads_every_request_soonest_deadline_first(manager: Visit) -> None:
    await make_request(number="F1")
    await send_back(await make_request(number="F2"), as_of=NOW - timedelta(days=1))
    await send_back(await make_request(number="F3"), as_of=NOW - timedelta(days=2))
    page = await manager.open("/demandes")
    places = [page.text.index(number) for number in ("F3", "F2", "F1")]
    assert places == sorted(places)
    assert "M1, jusqu’au 25/08/2023 à 14 h 32 — encore 18 jours" in page.text
    assert page.text.count("Commentaire pas encore lu") == 2
    assert page.links["F1"] == "/dossiers/F1/solde"
    assert page.links["Télécharger toutes les demandes (CSV)"] == "/demandes.csv"


async def test_what_is_searched_for_is_found_shown_and_kept_in_the_address(manager: Visit) -> None:
    await named("GARAGE POULAT", "F1")
    await named("MÉDICA & FILS", "F2")
    page = await manager.open("/demandes?nom=médica+%26&statut=IN_REVIEW&ordre=depot&dossier=&rappel=")
    assert "F2" in page.text
    assert "F1" not in page.within("tbody")
    assert page.forms[1].fields | {"nom": "médica &", "statut": "IN_REVIEW", "ordre": "depot"} == page.forms[1].fields
    assert page.links["Télécharger ces demandes (CSV)"].startswith("/demandes.csv?statut=IN_REVIEW&nom=m%C3%A9dica+%26")
    page = await manager.open("/demandes?nom=personne")
    assert "Aucune demande ne répond à ces critères." in page.text


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("dossier=f1", True),
        ("dossier=F2", False),
        ("siret=000 000", False),
        ("nature=solde", True),
        ("nature=avance", False),
        ("statut=TO_MODIFY", True),
        ("echeance-du=2023-08-27&echeance-au=27/08/2023", True),
        ("echeance-au=2023-08-26", False),
        ("depot-du=16/02/2023&depot-au=2023-02-16", True),
        ("depot-du=2023-02-17", False),
        ("brouillon=oui", False),
        ("brouillon=non&lu=non&rappel=non", True),
    ],
)
async def test_every_field_of_the_search_is_one_of_the_api(manager: Visit, typed: str, found: bool) -> None:
    await send_back(await make_request(number="F1"))
    assert ("/dossiers/F1/solde" in (await manager.open(f"/demandes?{typed}")).links.values()) is found


@pytest.mark.parametrize(
    "typed",
    [
        "echeance-du=demain",
        "statut=X",
        "nature=autre",
        "lu=peut-être",
        "depot-au=31/02/2023",
        "nom=a%00b",
        f"nom={'a' * 101}",
    ],
)
async def test_what_cannot_be_read_is_said_beside_its_field(manager: Visit, typed: str) -> None:
    await manager.open(f"/demandes?{typed}")
    assert manager.status == 422
    assert "Une correction est nécessaire" in manager.text
    assert "fault" in manager.response.text
    await manager.open(f"/demandes.csv?{typed}")
    assert manager.status == 422


async def test_a_long_list_is_read_page_by_page_with_its_search(manager: Visit) -> None:
    supplier = await make_supplier(legal_name="GARAGE & FILS")
    await make_user(supplier)
    for number in range(27):
        await make_request(supplier, number=f"F{number:02}")
    page = await manager.open("/demandes?nom=garage+%26&ordre=modification-recente")
    first = {words for words in page.links if words.startswith("F")}
    assert "Filtrer et trier (1 critère)" in page.text
    page = await manager.follow("Demandes suivantes")
    rest = {words for words in page.links if words.startswith("F")}
    assert (len(first), len(rest), len(first | rest)) == (25, 2, 27)
    assert page.links["Revenir au début"] == "/demandes?nom=garage+%26&ordre=modification-recente"


@pytest.mark.parametrize("address", ["/demandes", "/journal"])
async def test_a_list_costs_the_same_for_many_rows(manager: Visit, address: str) -> None:
    async def cost() -> int:
        with statements() as ran:
            await manager.open(address)
        return len(ran)

    await send_back(await make_request())
    few = await cost()
    for _ in range(4):
        await send_back(await make_request())
    assert await cost() == few


async def test_requests_that_were_ticked_are_sent_back_together(manager: Visit) -> None:
    fine, paid = await make_request(number="F1"), await make_request(number="F2", status=RequestStatus.PAID)
    page = await manager.open("/demandes")
    ids = [node_id("FundingRequest", request.id) for request in (fine, paid)]
    assert manager.response.text.count('name="demande"') == 1
    page = await manager.open(f"{SEND_BACK}?demande={ids[0]}&demande={ids[1]}")
    assert "2 demandes à renvoyer" in page.text
    assert await Modification.all().count() == 0
    sent = page.forms[-1].fields | {"demande": ids, "comment": "", "action": "renvoyer"}
    page = await manager.send(SEND_BACK, sent)  # type: ignore[arg-type]
    assert (manager.status, "Saisissez le commentaire" in page.text) == (422, True)
    sent |= {"comment": "À revoir", "attendu": "SUPPORT_CONTACT"}
    page = await manager.send(SEND_BACK, sent)  # type: ignore[arg-type]
    assert "1 demande sur 2 n’est pas renvoyée" in page.text
    assert "✓ Renvoyée M1, jusqu’au dimanche 27 août 2023 à 14 h 32" in page.text
    assert "Pas renvoyée Cette action n’est pas possible." in page.text
    modification = await Modification.get(request_id=fine.id)
    assert (modification.comment, modification.expects[0].field) == ("À revoir", "SUPPORT_CONTACT")


async def test_all_of_them_sent_back_is_said_to_be_done(manager: Visit) -> None:
    request = await make_request()
    await manager.open(f"{SEND_BACK}?demande={node_id('FundingRequest', request.id)}")
    await manager.press("Renvoyer cette demande", comment="À revoir", demande=node_id("FundingRequest", request.id))
    assert "1 demande renvoyée" in manager.text


async def test_the_mail_is_read_before_requests_are_sent_back(manager: Visit) -> None:
    fine, paid = await make_request(number="F1"), await make_request(number="F2", status=RequestStatus.PAID)
    ids = [node_id("FundingRequest", request.id) for request in (fine, paid)]
    await manager.open(f"{SEND_BACK}?demande={ids[0]}&demande={ids[1]}")
    page = await manager.press("Aperçu du courriel", demande=ids[0], comment="À <revoir>", attendu="SUPPORT_CONTACT")
    assert "« À <revoir> »" in page.text
    assert page.forms[-1].fields["comment"] == "À <revoir>"
    page = await manager.press("Aperçu du courriel", demande=ids[0], comment=" ")
    assert (manager.status, "Saisissez le commentaire" in page.text) == (422, True)
    await manager.press("Aperçu du courriel", demande=ids[1], comment="À revoir")
    assert (manager.status, "Cette action n’est pas possible." in manager.text) == (422, True)
    assert not await Modification.exists()


async def test_a_template_is_taken_up_and_a_comment_kept(manager: Visit) -> None:
    request = await make_request()
    kept = await save_comment_template(MANAGER, title="Contact", text="Le contact est muet.", as_of=NOW)
    chosen = node_id("FundingRequest", request.id)
    await manager.open(f"{SEND_BACK}?demande={chosen}")
    page = await manager.press("Reprendre ce modèle", demande=chosen, modele=node_id("CommentTemplate", kept.id))
    assert page.forms[-1].fields["comment"] == "Le contact est muet."
    page = await manager.press("Enregistrer le modèle", demande=chosen, title="Contact", comment="Autre chose")
    assert (manager.status, "Un autre modèle porte déjà ce titre" in page.text) == (422, True)
    page = await manager.press("Enregistrer le modèle", demande=chosen, title="Autre", comment="Autre chose")
    assert "Le modèle « Autre » est enregistré." in page.text
    assert page.forms[-1].fields["comment"] == "Autre chose"
    assert await CommentTemplate.all().count() == 2
    assert await Modification.all().count() == 0


async def test_without_a_request_there_is_nothing_to_send_back(manager: Visit) -> None:
    for address in (SEND_BACK, f"{SEND_BACK}?demande=inconnue"):
        page = await manager.open(address)
        assert "Choisissez d’abord des demandes" in page.text


async def test_these_pages_are_for_managers(scene: Scene) -> None:
    for address in (SEND_BACK, "/demandes.csv"):
        await scene.visit.open(address)
        assert scene.visit.status == 404


# The table


async def test_the_table_says_of_each_request_what_the_list_does(manager: Visit) -> None:
    hostile = await make_supplier(legal_name='=HYPERLINK("http://evil.example")', siret="79256844600019")
    await make_user(hostile)
    request = await make_request(hostile, number="F2", balance_decided=Decimal("70000.00"))
    modification = await send_back(request, comment="+1 pièce\nvite")
    await make_request(number="F1", status=RequestStatus.REJECTED, decision_reason="@tous")
    writer = await supplier_of(request)
    await change_support_contact(writer, modification.id, support_contact="a@editeur.fr", as_of=NOW)
    await manager.open("/demandes.csv")
    first, second = manager.table()
    assert [first["Numéro de dossier"], second["Numéro de dossier"]] == ["F1", "F2"]
    assert (first["Statut"], first["Motif du rejet"], first["Échéance (heure de Paris)"]) == ("Rejetée", "'@tous", "")
    assert second["Dénomination sociale"] == '\'=HYPERLINK("http://evil.example")'
    assert second["Commentaire du gestionnaire"] == "'+1 pièce\nvite"
    assert second["Échéance (heure de Paris)"] == "27/08/2023 14:32"
    assert second["Montant décidé du solde (€)"] == "70000,00"
    assert (second["SIRET"], second["Brouillon"]) == ("792\u00a0568\u00a0446\u00a000019", "oui")
    assert second["Page"].endswith("/dossiers/F2/solde")
    assert manager.response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    disposition = manager.response.headers["content-disposition"]
    assert disposition.startswith("attachment")
    assert "demandes-2023-08-07-1432.csv" in disposition


async def test_the_table_holds_what_was_searched_for_each_once(manager: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_export, "_LOT", 2)
    supplier = await make_supplier(legal_name="GARAGE")
    for number in range(5):
        for kind in ("ADVANCE", "BALANCE"):
            await make_request(supplier, number=f"F{number}", kind=kind)
    await make_request(await make_supplier(legal_name="AUTRE"), number="F9")
    await manager.open("/demandes.csv?nom=garage&ordre=depot")
    rows = [(row["Numéro de dossier"], row["Nature"]) for row in manager.table()]
    assert rows == [(f"F{n}", kind) for n in range(5) for kind in ("demande d’avance", "demande de solde")]


async def test_that_a_table_was_downloaded_is_in_the_journal(manager: Visit) -> None:
    await make_request()
    await manager.client.head("/demandes.csv")
    assert await Event.all().count() == 0
    await manager.open("/demandes.csv?statut=IN_REVIEW")
    event = await Event.get()
    assert (event.kind, event.payload) == (EventKind.DATA_EXPORTED, {"list": "demandes", "statut": "IN_REVIEW"})
    assert event.actor.name == ANY
