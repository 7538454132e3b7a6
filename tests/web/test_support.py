"""« Signaler une erreur ou un oubli »: writing to the Assistance and reading the answer."""

from __future__ import annotations

from datetime import timedelta

from models import SupportMessage
from models.actors import AccountRight
from resolvers.requests import reject_request
from resolvers.support import answer_support
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_user
from tests.web.conftest import Enter
from tests.web.scene import Scene


async def test_a_message_is_sent_and_its_answer_read_on_the_same_page(scene: Scene) -> None:
    request = await make_request(scene.user.supplier)
    address = f"/dossiers/{request.dossier.number}/solde/assistance"
    await scene.visit.open(address)
    page = await scene.visit.press("Envoyer à l’Assistance", message="Le contact est faux.\nMerci.")
    assert "Votre message a été transmis" in page.text
    assert "En attente de réponse" in page.text
    sent = await SupportMessage.get()
    assert sent.text == "Le contact est faux.\nMerci."
    await answer_support(MANAGER, sent.id, answer="Nous vous rendons la main.", as_of=NOW + timedelta(days=2))
    page = await scene.visit.open(address)
    assert "Nous vous rendons la main." in page.text
    assert "En attente de réponse" not in page.text


async def test_an_empty_message_comes_back_with_its_sentence(scene: Scene) -> None:
    await scene.visit.open(f"{scene.path}/assistance")
    await scene.visit.press("Envoyer à l’Assistance", message="   ")
    assert scene.visit.status == 422
    assert scene.visit.title.startswith("Erreur : ")
    assert await SupportMessage.all().count() == 0


async def test_once_decided_there_is_nobody_to_write_to(scene: Scene) -> None:
    request = await make_request(scene.user.supplier)
    await reject_request(MANAGER, request.id, reason="Pièce illisible.", as_of=NOW)
    address = f"/dossiers/{request.dossier.number}/solde/assistance"
    page = await scene.visit.open(address)
    assert all("Envoyer" not in button for form in page.forms for button in form.buttons)
    await scene.visit.send(address, {"message": "Bonjour"})
    assert scene.visit.status == 409
    assert await SupportMessage.all().count() == 0


async def test_an_account_that_only_reads_is_told_that_it_cannot_write(scene: Scene, enter: Enter) -> None:
    await enter(await make_user(scene.user.supplier, right=AccountRight.READ))
    page = await scene.visit.open(f"{scene.path}/assistance")
    assert "Votre compte permet de lire cette demande, pas d’écrire à l’Assistance à son sujet." in page.text
    assert all("Envoyer" not in button for form in page.forms for button in form.buttons)
