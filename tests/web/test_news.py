"""Actualités on the pages: at home, listed, whole, and their documents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from models import News, Upload
from models.attachments import Integrity, ScanStatus
from resolvers.news import publish_news, withdraw_news
from tests.conftest import NOW
from tests.factories import MANAGER, make_user
from tests.resolvers.storing import make_stored
from tests.web.conftest import Enter
from tests.web.scene import PDF, Scene

LONG = "Le dépôt des demandes de solde est ouvert. " * 9 + "Dernière phrase."


async def publish(**facts: Any) -> News:
    values: dict[str, Any] = {"title": "TEST SAS", "text": LONG, "as_of": NOW}
    return await publish_news(MANAGER, **(values | facts))


async def test_the_home_page_shows_the_latest_ones_cut_and_leads_to_each(scene: Scene) -> None:
    document = await make_stored(MANAGER, PDF, file_name="note.pdf")
    news = await publish(upload_id=document.id)
    page = await scene.visit.open("/")
    assert "Actualités TEST SAS FOURNISSEUR Publiée le 07/08/2023" in page.text
    assert "Aucune actualité" not in page.text
    assert "Dernière phrase." not in page.text
    [attached] = [address for words, address in page.links.items() if words.startswith("note.pdf (PDF, ")]
    assert attached == f"/documents/{news.id}?inline"
    assert page.links["Lire la suite de l’actualité « TEST SAS »"] == f"/actualites/{news.id}"
    page = await scene.visit.open(f"/actualites/{news.id}")
    assert "Dernière phrase." in page.text
    assert "Publiée le lundi 7 août 2023" in page.text
    assert "Camille Martin" not in page.text
    assert attached in page.links.values()


async def test_they_are_listed_a_page_at_a_time(scene: Scene) -> None:
    for number in range(12):
        await publish(title=f"Annonce {number:02}", as_of=NOW + timedelta(minutes=number))
    page = await scene.visit.open("/")
    assert [f"Annonce {number:02}" in page.text for number in (11, 9, 8)] == [True, True, False]
    page = await scene.visit.follow("Toutes les actualités")
    assert "Annonce 02" in page.text
    assert "Annonce 01" not in page.text
    page = await scene.visit.follow("Actualités plus anciennes")
    assert "Annonce 01" in page.text
    assert "Annonce 02" not in page.text
    assert page.links["Actualités les plus récentes"] == "/actualites"


async def test_a_withdrawn_one_does_not_exist_for_suppliers(scene: Scene, enter: Enter) -> None:
    document = await make_stored(MANAGER, PDF)
    news = await publish(upload_id=document.id)
    await withdraw_news(MANAGER, news.id, as_of=NOW)
    assert "TEST SAS" not in (await scene.visit.open("/")).text
    assert "Aucune actualité pour le moment." in (await scene.visit.open("/actualites")).text
    for address in (f"/actualites/{news.id}", f"/documents/{news.id}"):
        assert (await scene.visit.client.get(address)).status_code == 404
    await enter(await make_user(None))
    assert "Retirée le 07/08/2023" in (await scene.visit.open("/actualites")).text
    assert "les fournisseurs ne la voient plus" in (await scene.visit.open(f"/actualites/{news.id}")).text
    assert (await scene.visit.client.get(f"/documents/{news.id}")).content == PDF


async def test_a_document_is_for_whoever_is_signed_in(scene: Scene, setting: Callable[[str, object], None]) -> None:
    document = await make_stored(MANAGER, PDF, file_name="note.pdf")
    news = await publish(upload_id=document.id)
    address = f"/documents/{news.id}"
    answer = await scene.visit.client.get(address)
    assert (answer.status_code, answer.content) == (200, PDF)
    assert "note.pdf" in answer.headers["Content-Disposition"]
    for change, status, said in (
        ({"scan_status": ScanStatus.PENDING}, 503, "Analyse antivirus en cours"),
        ({"scan_status": ScanStatus.INFECTED}, 410, "Contient un virus : mis à l’écart"),
        ({"scan_status": ScanStatus.CLEAN, "integrity": Integrity.ALTERED}, 500, "Fichier endommagé"),
    ):
        await Upload.filter(id=document.id).update(**change)
        assert (await scene.visit.client.get(address)).status_code == status
        assert said in (await scene.visit.open("/")).text
    scene.visit.client.cookies.clear()
    assert (await scene.visit.client.get(address)).headers["Location"].startswith("/connexion?retour=")


async def test_one_without_a_document_has_none(scene: Scene) -> None:
    news = await publish()
    assert (await scene.visit.client.get(f"/documents/{news.id}")).status_code == 404
    assert "Pièce jointe" not in (await scene.visit.open(f"/actualites/{news.id}")).text


async def test_a_manager_is_led_to_what_keeps_them(scene: Scene, enter: Enter) -> None:
    await enter(await make_user(None))
    page = await scene.visit.open("/console")
    assert page.links["Actualités"] == "/actualites"
    page = await scene.visit.follow("Actualités")
    assert page.links["Publier une actualité"] == "/graphql?modele=publier-une-actualite"
