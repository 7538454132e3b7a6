"""The two ways out of a modification: confirming after a check, and choosing not to modify."""

from __future__ import annotations

from models import Modification, Version
from models.actors import AccountRight
from models.lifecycle import ModificationOutcome
from tests.factories import make_user
from tests.web.conftest import Enter
from tests.web.scene import PDF, Scene


async def prepare(scene: Scene, button: str = "Vérifier et confirmer") -> None:
    """A contact changed and a document added, and the check page open."""
    await scene.visit.open(scene.page)
    files = [("fichier", ("pv-test.pdf", PDF))]
    await scene.visit.press(button, files, type="AUTRE_S", contact="test123@gmail.com")


async def outcome(scene: Scene) -> ModificationOutcome | None:
    return (await Modification.get(id=scene.modification.id)).outcome


async def test_the_check_page_shows_before_and_after(scene: Scene) -> None:
    await prepare(scene)
    assert scene.visit.path == f"{scene.page}/verification"
    assert scene.visit.page.within("del") == "pascal.breton@axyus.com"
    assert scene.visit.page.within("ins") == "test123@gmail.com pv-test.pdf"
    assert scene.visit.page.links["pv-test.pdf"].startswith("/pieces/")
    assert "votre demande repasse « en cours » et vous ne pourrez plus la modifier" in scene.visit.text


async def test_confirming_leads_to_the_receipt(scene: Scene) -> None:
    await prepare(scene)
    await scene.visit.press("Confirmer", note="Contact mis à jour.")
    assert scene.visit.path == f"{scene.path}/accuses/{scene.modification.id}"
    for words in (
        "Vos modifications ont été transmises",
        "Modifications reçues le mardi 8 août 2023 à 14 h 32 (heure de Paris).",
        "par Pascal Breton",
        "Contact mis à jour.",
        "SHA-256 : ",
    ):
        assert words in scene.visit.text
    assert await outcome(scene) == ModificationOutcome.CONFIRMED


async def test_confirming_twice_shows_the_same_receipt(scene: Scene) -> None:
    await prepare(scene)
    fields = scene.visit.page.forms[-1].fields
    first = await scene.visit.send(f"{scene.page}/verification", fields)
    again = await scene.visit.send(f"{scene.page}/verification", fields)
    assert first.text == again.text
    assert await Version.filter(request_id=scene.request.id).count() == 2


async def test_with_nothing_changed_there_is_nothing_to_confirm(scene: Scene) -> None:
    page = await scene.visit.open(f"{scene.page}/verification")
    assert "Aucune modification à confirmer." in page.text
    assert "Confirmer" not in {button for form in page.forms for button in form.buttons}
    await scene.visit.send(f"{scene.page}/verification", {"modification": await _modification_id(scene)})
    assert scene.visit.status == 422
    assert await outcome(scene) is None


async def _modification_id(scene: Scene) -> str:
    return (await scene.visit.open(scene.page)).forms[-1].fields["modification"]


async def test_a_draft_changed_since_the_check_is_checked_again(scene: Scene) -> None:
    await prepare(scene)
    louise = await make_user(scene.user.supplier, name="Louise Martin")
    await scene.change_contact_as(louise, "louise@poulat.fr")
    page = await scene.visit.press("Confirmer", note="Contact mis à jour.")
    assert scene.visit.status == 409
    assert scene.visit.title.startswith("Votre demande a changé entre-temps : ")
    assert "Louise Martin a changé le brouillon le 08/08/2023 à 14 h 32. Rien n’a été transmis : relisez" in page.text
    assert "Une correction est nécessaire" not in page.text
    assert "louise@poulat.fr" in page.within("ins")
    assert "Contact mis à jour." in page.text
    assert await outcome(scene) is None
    await scene.visit.press("Confirmer")
    assert await outcome(scene) == ModificationOutcome.CONFIRMED


async def test_an_account_that_may_only_edit_is_told_who_confirms(scene: Scene, enter: Enter) -> None:
    await enter(await make_user(scene.user.supplier, right=AccountRight.EDIT))
    page = await scene.visit.open(f"{scene.page}/verification")
    assert "Aucune modification à confirmer. Modifiez une donnée ou ajoutez une pièce." in page.text
    await prepare(scene, "Vérifier mes modifications")
    assert "Étape 2 sur 3 : Vérifier — ensuite : confirmation par un collègue" in scene.visit.text
    assert "pas de les confirmer" in scene.visit.text
    assert "Confirmer" not in {button for form in scene.visit.page.forms for button in form.buttons}
    for place in (scene.page, scene.path, "/"):
        assert "Rien n’est transmis tant que personne n’a confirmé." in (await scene.visit.open(place)).text


async def test_declining_needs_a_word_with_the_assistance_first(scene: Scene) -> None:
    await scene.visit.open(scene.page)
    await scene.visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    page = await scene.visit.open(f"{scene.page}/abandon")
    assert "Votre brouillon sera supprimé : 1 donnée modifiée." in page.text
    await scene.visit.press("Ne pas modifier ma demande", note="Erreur du gestionnaire.")
    assert scene.visit.status == 422
    assert scene.visit.title.startswith("Erreur : ")
    assert "Erreur du gestionnaire." in scene.visit.text
    assert await outcome(scene) is None


async def test_declining_leads_to_its_receipt_and_makes_no_version(scene: Scene) -> None:
    await scene.visit.open(f"{scene.page}/abandon")
    page = await scene.visit.press("Ne pas modifier ma demande", assistance="oui")
    assert "Votre demande sera instruite sans modification" in page.text
    assert "Pascal Breton a choisi de ne pas modifier la demande." in page.text
    assert await outcome(scene) == ModificationOutcome.SKIPPED
    assert await Version.filter(request_id=scene.request.id).count() == 1


async def test_who_may_only_prepare_is_told_who_may_decline(scene: Scene, enter: Enter) -> None:
    await enter(await make_user(scene.user.supplier, right=AccountRight.EDIT))
    page = await scene.visit.open(f"{scene.page}/abandon")
    assert "pas de choisir de ne pas modifier" in page.text
    assert all("Ne pas modifier" not in button for form in page.forms for button in form.buttons)


async def test_declining_what_was_confirmed_is_refused_with_the_receipt(scene: Scene) -> None:
    declining = (await scene.visit.open(f"{scene.page}/abandon")).forms[-1].fields
    await prepare(scene)
    await scene.visit.press("Confirmer")
    page = await scene.visit.send(f"{scene.page}/abandon", declining | {"assistance": "oui"})
    assert scene.visit.status == 409
    assert "Vos modifications ont été transmises le 08/08/2023 à 14 h 32 par Pascal Breton." in page.text
    assert page.links["Relire l’accusé de réception"].endswith(str(scene.modification.id))


async def test_an_old_tab_without_anything_typed_does_not_say_that_something_was_lost(scene: Scene) -> None:
    await prepare(scene)
    checking = scene.visit.page.forms[-1].fields
    old_tab = (await scene.visit.open(scene.page)).forms[-1].fields
    await scene.visit.send(f"{scene.page}/verification", checking)
    page = await scene.visit.send(scene.page, old_tab | {"action": "verifier"})
    assert scene.visit.status == 409
    assert "Vos modifications ont été transmises le 08/08/2023 à 14 h 32 par Pascal Breton." in page.text
    assert "Rien de ceci n’a été transmis" not in page.text
    page = await scene.visit.send(scene.page, old_tab | {"action": "verifier", "contact": "trop.tard@poulat.fr"})
    assert "Rien de ceci n’a été transmis. Vous pouvez le copier. trop.tard@poulat.fr" in page.text
