"""What the manager asked for stands beside what it is about, and is ticked off as it is done."""

from __future__ import annotations

from models import Modification, Upload
from models.attachments import ScanStatus
from models.modifications import EditableField, ExpectedChange
from resolvers.contents import cycle_contents
from resolvers.requests import request_modification
from tests.conftest import NOW
from tests.factories import MANAGER, make_attachment, make_request, make_user
from tests.web.scene import PDF, Scene

ASKED = [ExpectedChange(field=EditableField.SUPPORT_CONTACT), ExpectedChange(document_type="AUTRE_S")]


async def sent_back(scene: Scene) -> str:
    """Another request of the same supplier, with two things asked for; the page of its modification."""
    request = await make_request(scene.user.supplier)
    await make_attachment(request)
    await request_modification(MANAGER, request.id, comment="Joindre le PV.", expected_changes=ASKED, as_of=NOW)
    return f"/dossiers/{request.dossier.number}/solde/modification"


async def test_each_thing_asked_is_said_beside_it_until_it_is_done(scene: Scene) -> None:
    page = await scene.visit.open(await sent_back(scene))
    assert "Effecteurs : Demandé par le gestionnaire à faire Relire son commentaire" in page.text
    assert "Demandé par le gestionnaire : relire son commentaire une pièce : Autre pièce de solde AUTRE_S à faire" in (
        page.text
    )
    assert "Autre pièce de solde AUTRE_S demandé par le gestionnaire" in page.within("td")
    assert 'label="Demandées par le gestionnaire"' in scene.visit.response.text
    files = [("fichier", ("pv.pdf", PDF))]
    page = await scene.visit.press("Importer", files, type="AUTRE_S", contact="test123@gmail.com")
    assert "à faire" not in page.text
    assert page.text.count("✓ fait dans le brouillon") == 4
    assert "demandé par le gestionnaire" not in page.within("td")


async def test_what_is_still_asked_is_said_before_confirming_and_hinders_nobody(scene: Scene) -> None:
    await scene.visit.open(await sent_back(scene))
    page = await scene.visit.press("Vérifier et confirmer", contact="test123@gmail.com")
    assert "Encore demandé par le gestionnaire une pièce : Autre pièce de solde AUTRE_S à faire" in page.text
    await scene.visit.press("Confirmer")
    assert "/accuses/" in scene.visit.path


async def test_once_all_is_done_the_check_page_says_so(scene: Scene) -> None:
    await scene.visit.open(await sent_back(scene))
    files = [("fichier", ("pv.pdf", PDF))]
    page = await scene.visit.press("Vérifier et confirmer", files, type="AUTRE_S", contact="test123@gmail.com")
    assert "Tout ce que le gestionnaire a désigné est fait dans le brouillon." in page.text
    assert "Commentaire du gestionnaire Joindre le PV." in page.text
    assert "Encore demandé" not in page.text


async def test_a_document_with_a_virus_answers_nothing_that_was_asked(scene: Scene) -> None:
    await scene.visit.open(await sent_back(scene))
    files = [("fichier", ("pv.pdf", PDF))]
    await scene.visit.press("Vérifier et confirmer", files, type="AUTRE_S", contact="test123@gmail.com")
    await Upload.filter(file_name="pv.pdf").update(scan_status=ScanStatus.INFECTED)
    page = await scene.visit.open(scene.visit.path)
    assert "Encore demandé par le gestionnaire une pièce : Autre pièce de solde AUTRE_S à faire" in page.text
    assert "Tout ce que le gestionnaire a désigné est fait" not in page.text
    cycle = await Modification.get(comment="Joindre le PV.").select_related("request")
    assert (await cycle_contents(cycle)).missing == ["Autre pièce de solde (AUTRE_S)"]


async def test_declining_names_all_that_will_be_dropped(scene: Scene) -> None:
    await scene.visit.open(scene.page)
    files = [("fichier", ("pv.pdf", PDF))]
    await scene.visit.press("Importer", files, type="AUTRE_S", contact="test123@gmail.com")
    page = await scene.visit.open(f"{scene.page}/abandon")
    dropped = "1 donnée modifiée, 1 pièce ajoutée. test123@gmail.com pv.pdf"
    assert f"Votre brouillon sera supprimé : {dropped}" in page.text


async def test_a_colleague_who_prepares_the_same_modification_is_named_with_the_instant(scene: Scene) -> None:
    assert "travaille aussi" not in (await scene.visit.open(scene.page)).text
    await scene.change_contact_as(await make_user(scene.user.supplier, name="Louise Poulat"), "louise@poulat.fr")
    page = await scene.visit.open(scene.page)
    assert "Louise Poulat travaille aussi à cette modification : son dernier changement date du 08/08/2023" in page.text
    await scene.visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    assert "travaille aussi" not in scene.visit.text


async def test_files_chosen_in_the_browser_are_asked_for_again_too(scene: Scene) -> None:
    page = await scene.visit.open(scene.page)
    fields = page.forms[-1].fields | {"action": "enregistrer", "choisis": "2"}
    scene.visit.client.cookies.clear()
    page = await scene.visit.send(scene.page, fields)
    assert "Les fichiers n’ont pas été reçus : vous aurez à les choisir de nouveau." in page.text
