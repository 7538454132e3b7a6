"""Historique: one timeline, and any version against an earlier one."""

from __future__ import annotations

from datetime import datetime, timedelta

from resolvers.editing import add_attachment, change_support_contact
from resolvers.modifications import confirm_modification, skip_modification
from tests.conftest import NOW
from tests.factories import make_request, make_upload, send_back
from tests.web.scene import Scene


async def confirm(scene: Scene, contact: str, as_of: datetime) -> None:
    """One whole cycle, from sending back to a version with this contact and one more document."""
    if as_of > NOW + timedelta(days=2):
        scene.modification = await send_back(scene.request, as_of=as_of, comment="encore")
    actor, modification = scene.user.actor, scene.modification.id
    upload = await make_upload(actor, file_name=f"{contact}.pdf")
    await change_support_contact(actor, modification, support_contact=contact, as_of=as_of)
    await add_attachment(actor, modification, document_type="AUTRE_S", upload_id=upload.id, as_of=as_of)
    await confirm_modification(actor, modification, as_of=as_of)


async def test_a_request_never_modified_says_so(scene: Scene) -> None:
    request = await make_request(scene.user.supplier)
    page = await scene.visit.open(f"/dossiers/{request.dossier.number}/solde/historique")
    assert "Votre demande n'a pas encore été modifiée." in page.text
    assert "Dépôt initial" in page.text


async def test_the_timeline_tells_versions_status_changes_and_mails_newest_first(scene: Scene) -> None:
    await confirm(scene, "test123@gmail.com", NOW + timedelta(days=1))
    page = await scene.visit.open(f"{scene.path}/historique")
    story = [
        "courriel à",
        "M1 — 08/08/2023 à 14 h 32 — modifications confirmées par Pascal Breton",
        "Avant : pascal.breton@axyus.com Après : test123@gmail.com",
        "+ test123@gmail.com.pdf",
        "1 inchangée",
        "Action requise",
        "Commentaire du gestionnaire test modif",
        "Dépôt initial — 29/04/2023",
    ]
    places = [page.text.index(words) for words in story]
    assert places == sorted(places)
    assert page.within("del") == "pascal.breton@axyus.com"
    assert page.links["Accusé de réception M1"].endswith(f"/accuses/{scene.modification.id}")


async def test_declining_is_in_the_timeline_with_its_receipt(scene: Scene) -> None:
    actor = scene.user.actor
    as_of = NOW + timedelta(days=1)
    note = "Rien à corriger."
    await skip_modification(actor, scene.modification.id, assistance_contacted=True, note=note, as_of=as_of)
    page = await scene.visit.open(f"{scene.path}/historique")
    assert "Mot du fournisseur Rien à corriger." in page.text
    assert page.links["Accusé de réception"].endswith(f"/accuses/{scene.modification.id}")
    assert "Votre demande n'a pas encore été modifiée." in page.text


async def test_a_version_is_compared_with_the_one_asked_for(scene: Scene) -> None:
    await confirm(scene, "un@gmail.com", NOW + timedelta(days=1))
    await confirm(scene, "deux@gmail.com", NOW + timedelta(days=3))
    page = await scene.visit.open(f"{scene.path}/historique/2")
    assert (page.within("del"), page.within("ins")) == ("un@gmail.com", "deux@gmail.com deux@gmail.com.pdf")
    assert "Ce qui a changé depuis M1" in page.text
    page = await scene.visit.open(f"{scene.path}/historique/2?depuis=0")
    assert page.within("del") == "pascal.breton@axyus.com"
    assert page.within("ins") == "deux@gmail.com un@gmail.com.pdf deux@gmail.com.pdf"
    assert "Ce qui a changé depuis le dépôt initial" in page.text
    assert "Pièces justificatives (3)" in page.text


async def test_a_comparison_that_makes_no_sense_falls_back_to_the_version_before(scene: Scene) -> None:
    await confirm(scene, "un@gmail.com", NOW + timedelta(days=1))
    for since in ("7", "abc", "1", "", "-1", "99999999999999"):
        page = await scene.visit.open(f"{scene.path}/historique/1?depuis={since}")
        assert (scene.visit.status, page.within("ins")) == (200, "un@gmail.com un@gmail.com.pdf")


async def test_the_first_version_is_shown_whole_and_an_unknown_one_is_not_found(scene: Scene) -> None:
    page = await scene.visit.open(f"{scene.path}/historique/0")
    assert "Toutes les données de cette version" in page.text
    assert "Ce qui a changé" not in page.text
    for rank in ("5", "9" * 30):
        await scene.visit.open(f"{scene.path}/historique/{rank}")
        assert scene.visit.status == 404
