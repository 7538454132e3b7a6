"""The receipt at its address: re-openable by its supplier, unknown to everybody else."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from models import Modification
from models.actors import Author, Role
from models.typography import french
from resolvers.editing import change_support_contact
from resolvers.modifications import cancel_modification, skip_modification
from resolvers.receipts import receipt_of
from tests.conftest import NOW
from tests.factories import MANAGER, make_attachment, make_supplier, make_user
from tests.web.conftest import Enter
from tests.web.scene import Scene

LATER = NOW + timedelta(days=1)


async def skip(scene: Scene) -> str:
    """Decline, and give the address of the receipt."""
    await skip_modification(scene.user.actor, scene.modification.id, assistance_contacted=True, as_of=LATER)
    return f"{scene.path}/accuses/{scene.modification.id}"


async def nowhere(scene: Scene, address: str) -> None:
    """Neither the page nor its PDF exists."""
    for ending in ("", ".pdf"):
        await scene.visit.open(address + ending)
        assert scene.visit.status == 404


async def test_the_receipt_is_read_again_at_its_address(scene: Scene) -> None:
    page = await scene.visit.open(await skip(scene))
    assert scene.visit.status == 200
    assert f"Numéro d’accusé : AR-{scene.request.dossier.number}-S-M1" in page.text
    assert f"Dossier : {scene.request.dossier.number}, demande de solde, modification M1" in page.text


async def test_declining_shows_the_dropped_draft_and_what_was_there_before(scene: Scene) -> None:
    await make_attachment(scene.request, document_type="MSS_GUIDE_PDF_API")
    await change_support_contact(
        scene.user.actor, scene.modification.id, support_contact="aide@exemple.fr", as_of=LATER
    )
    page = await scene.visit.open(await skip(scene))
    receipt = await receipt_of(
        await Modification.get(id=scene.modification.id).select_related("request__dossier__supplier")
    )
    titles = [section.title for section in receipt.sections]
    assert titles[:3] == ["Commentaire du gestionnaire", "Brouillon supprimé", "Données du brouillon"]
    assert titles[3].startswith("Pièces déjà présentes, inchangées (")
    for told in (*titles, "n’a pas été transmis au gestionnaire", "aide@exemple.fr", receipt.before[0].upload.sha256):
        assert french(told) in page.text, told


async def test_its_pdf_is_the_same_whoever_opens_it(scene: Scene, enter: Enter) -> None:
    await scene.visit.open(await skip(scene))
    await scene.visit.follow("Télécharger l’accusé de réception")
    answer = scene.visit.response
    assert answer.headers["Content-Type"] == "application/pdf"
    number = scene.request.dossier.number
    assert f'attachment; filename="accuse-AR-{number}-S-M1.pdf"' in answer.headers["Content-Disposition"]
    await enter(await make_user(None))
    await scene.visit.open(scene.visit.path)
    assert scene.visit.response.content == answer.content


async def test_there_is_none_while_the_modification_is_open(scene: Scene) -> None:
    await nowhere(scene, f"{scene.path}/accuses/{scene.modification.id}")


async def test_there_is_none_for_a_modification_that_the_manager_took_back(scene: Scene) -> None:
    await cancel_modification(MANAGER, scene.modification.id, reason="Erreur.", as_of=LATER)
    await nowhere(scene, f"{scene.path}/accuses/{scene.modification.id}")


async def test_it_stands_under_its_own_request_only(scene: Scene) -> None:
    address = await skip(scene)
    for wrong in (
        address.replace("/solde/", "/avance/"),
        address.replace(scene.request.dossier.number, "FINSAS999999"),
    ):
        await nowhere(scene, wrong)
    await nowhere(scene, f"{scene.path}/accuses/{uuid4()}")


async def test_another_supplier_never_reads_it(scene: Scene, enter: Enter) -> None:
    address = await skip(scene)
    await enter(await make_user(await make_supplier()))
    await nowhere(scene, address)


async def test_what_was_erased_is_said_to_be(scene: Scene) -> None:
    address = await skip(scene)
    await Modification.filter(id=scene.modification.id).update(comment="", closed_by=Author(Role.SUPPLIER, "", ""))
    page = await scene.visit.open(address)
    assert "Les textes et les noms de cette demande sont effacés" in page.text
    assert "(heure de Paris), le fournisseur a choisi de ne pas modifier" in page.text
    assert ", par" not in page.text
    await scene.visit.open(f"{address}.pdf")
    assert scene.visit.status == 200
