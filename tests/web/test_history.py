"""Historique: one timeline, and any version against an earlier one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from models import Email, Session, User, Version
from models.events import EventKind
from resolvers.deadlines import expire_due
from resolvers.editing import add_attachment, change_support_contact
from resolvers.events import record
from resolvers.modifications import confirm_modification, skip_modification
from resolvers.support import contact_support
from tests.conftest import NOW
from tests.factories import make_request, make_upload, send_back
from tests.web.conftest import Clock, Enter
from tests.web.scene import Scene, mail


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
    assert "Votre demande n’a pas encore été modifiée." in page.text
    assert "Dépôt initial" in page.text


async def test_the_timeline_tells_versions_status_changes_and_mails_newest_first(scene: Scene) -> None:
    await confirm(scene, "test123@gmail.com", NOW + timedelta(days=1))
    page = await scene.visit.open(f"{scene.path}/historique")
    story = [
        "— envoi en cours Accusé de réception : modifications",
        "Consulter le courriel du 08/08/2023 à 14 h 32",
        "M1 — 08/08/2023 à 14 h 32 — modifications confirmées par Pascal Breton en cours",
        "Avant : pascal.breton@axyus.com Après : test123@gmail.com",
        "Ajouté : test123@gmail.com.pdf",
        "1 pièce inchangée",
        "La pièce « test123@gmail.com.pdf » est ajoutée au brouillon (M1), par Pascal Breton.",
        "Les coordonnées de contact sont changées dans le brouillon (M1), par Pascal Breton.",
        "Action requise",
        "07/08/2023 à 14 h 32 — La demande est renvoyée au fournisseur pour modification (M1). A modifier",
        "Commentaire du gestionnaire test modif",
        "Dépôt initial — 29/04/2023",
    ]
    places = [page.text.index(words) for words in story]
    assert places == sorted(places)
    assert page.within("del") == "pascal.breton@axyus.com"
    assert page.links["Accusé de réception M1"].endswith(f"/accuses/{scene.modification.id}")
    file = f"AR-{scene.request.dossier.number}-S-M1 (PDF)"
    assert page.links[file] == f"{page.links['Accusé de réception M1']}.pdf"


async def test_what_a_version_left_as_it_was_is_one_line_that_opens(scene: Scene) -> None:
    await confirm(scene, "un@gmail.com", NOW + timedelta(days=1))
    actor, at = scene.user.actor, NOW + timedelta(days=3)
    cycle = await send_back(scene.request, as_of=at, comment="encore")
    upload = await make_upload(actor, file_name="seul.pdf")
    await add_attachment(actor, cycle.id, document_type="AUTRE_S", upload_id=upload.id, as_of=at)
    await confirm_modification(actor, cycle.id, as_of=at)
    page = await scene.visit.open(f"{scene.path}/historique")
    latest, earlier = re.findall(r'<details class="unchanged">(.*?)</details>', scene.visit.response.text, re.DOTALL)
    for opened, count in ((latest, 14), (earlier, 13)):
        assert opened.count("<dt>") == count
        assert f"{count}\u00a0autres données" in opened
    assert "un@gmail.com" in latest
    assert "un@gmail.com" not in earlier
    assert "Inchangé dans M2 : 14 autres données (tout afficher) Numéro de dossier" in page.text
    assert "FR76 •••• •••• 0189" in page.text.replace("\u00a0", " ")


async def test_an_instant_is_told_to_machines_to_the_second(scene: Scene) -> None:
    await confirm(scene, "test123@gmail.com", NOW + timedelta(days=1, microseconds=20_042))
    await scene.visit.open(f"{scene.path}/historique")
    assert set(re.findall(r'datetime="2023-08-08([^"]*)"', scene.visit.response.text)) == {"T12:32:00+00:00"}


async def test_declining_is_in_the_timeline_with_its_receipt(scene: Scene) -> None:
    actor = scene.user.actor
    as_of = NOW + timedelta(days=1)
    note = "Rien à corriger."
    await skip_modification(actor, scene.modification.id, assistance_contacted=True, note=note, as_of=as_of)
    page = await scene.visit.open(f"{scene.path}/historique")
    assert "Mot du fournisseur Rien à corriger." in page.text
    assert page.links["Accusé de réception"].endswith(f"/accuses/{scene.modification.id}")
    assert page.links[f"AR-{scene.request.dossier.number}-S-M1 (PDF)"] == f"{page.links['Accusé de réception']}.pdf"
    assert "Votre demande n’a pas encore été modifiée." in page.text


async def test_a_version_is_compared_with_the_one_asked_for(scene: Scene) -> None:
    await confirm(scene, "un@gmail.com", NOW + timedelta(days=1))
    await confirm(scene, "deux@gmail.com", NOW + timedelta(days=3))
    page = await scene.visit.open(f"{scene.path}/historique/2")
    assert (page.within("del"), page.within("ins")) == ("un@gmail.com", "deux@gmail.com Ajouté : deux@gmail.com.pdf")
    assert "Ce qui a changé depuis M1" in page.text
    page = await scene.visit.open(f"{scene.path}/historique/2?depuis=0")
    assert page.within("del") == "pascal.breton@axyus.com"
    assert page.within("ins") == "deux@gmail.com Ajouté : un@gmail.com.pdf Ajouté : deux@gmail.com.pdf"
    assert "Ce qui a changé depuis le dépôt initial" in page.text
    assert "Pièces justificatives (3)" in page.text


@pytest.mark.parametrize("asked", ["version=2&depuis=0", "version=0&depuis=2"])
async def test_any_two_versions_are_compared_whichever_is_named_first(scene: Scene, asked: str) -> None:
    await confirm(scene, "un@gmail.com", NOW + timedelta(days=1))
    await confirm(scene, "deux@gmail.com", NOW + timedelta(days=3))
    history = await scene.visit.open(f"{scene.path}/historique")
    assert history.forms[-1].fields == {"version": "", "depuis": "1"}
    page = await scene.visit.open(f"{scene.path}/historique/comparaison?{asked}")
    assert scene.visit.path == f"{scene.path}/historique/2?depuis=0"
    assert page.within("del") == "pascal.breton@axyus.com"


async def test_a_version_compared_with_itself_is_shown_and_with_nothing_does_not_exist(scene: Scene) -> None:
    await scene.visit.open(f"{scene.path}/historique/comparaison?version=0&depuis=0")
    assert scene.visit.path == f"{scene.path}/historique/0"
    await scene.visit.open(f"{scene.path}/historique/comparaison?version=abc")
    assert scene.visit.status == 404


async def test_a_long_history_is_read_page_after_page_and_nothing_is_left_out(scene: Scene) -> None:
    events = await write_events(scene, 70)
    await Email.bulk_create([mail(scene, number) for number in range(5)])
    page = await scene.visit.open(f"{scene.path}/historique")
    told = page.text
    for _ in range(2):
        assert "Dépôt initial —" not in page.text
        page = await scene.visit.follow("Suite de l’historique")
        told += page.text
        assert page.links["Revenir au plus récent"] == f"{scene.path}/historique"
    assert "Suite de l’historique" not in told.rpartition("Revenir au plus récent")[2]
    assert "C’est le début de l’historique." in page.text
    assert [told.count(f"« {number}.pdf »") for number in range(events)] == [1] * events
    assert [told.count(f"Sujet {number} Consulter") for number in range(5)] == [1] * 5
    assert told.count("Dépôt initial — ") == 1
    assert told.index("« 69.pdf »") < told.index("« 1.pdf »")


async def write_events(scene: Scene, many: int) -> int:
    """So many documents added, an hour apart."""
    for number in range(many):
        facts = {"number": 1, "fileName": f"{number}.pdf"}
        at = NOW + timedelta(hours=number)
        await record(EventKind.ATTACHMENT_ADDED, scene.request, scene.user.actor, at=at, **facts)
    return many


async def test_the_versions_before_a_hundred_others_are_still_compared(scene: Scene) -> None:
    facts = {"request": scene.request, "dsr": "DSR", "created_by": scene.user.actor.author}
    first = await Version.get(request_id=scene.request.id)
    await Version.bulk_create(
        Version(rank=rank, asp_number=f"M{rank}", support_contact=f"{rank}@a.fr", created_at=first.created_at, **facts)
        for rank in range(1, 105)
    )
    page = await scene.visit.open(f"{scene.path}/historique/2")
    assert (page.within("del"), page.within("ins")) == ("1@a.fr", "2@a.fr")
    assert "Les 100 dernières versions sont proposées ici" in (await scene.visit.open(f"{scene.path}/historique")).text


async def test_a_delay_that_has_passed_is_told_whether_or_not_it_was_written_down(scene: Scene, clock: Clock) -> None:
    clock.now = scene.modification.closes_at
    await Session.all().update(seen_at=clock.now, expires_at=clock.now + timedelta(hours=1))
    expired = "27/08/2023 à 14 h 32 — Le délai de modification est écoulé (M1) : la demande est « en cours ». en cours"
    assert (await scene.visit.open(f"{scene.path}/historique")).text.count(expired) == 1
    await expire_due(clock.now)
    assert (await scene.visit.open(f"{scene.path}/historique")).text.count(expired) == 1


async def test_an_exchange_with_the_assistance_is_a_step_that_leads_to_it(scene: Scene) -> None:
    await contact_support(scene.user.actor, scene.request.id, message="Un oubli", as_of=NOW + timedelta(hours=1))
    page = await scene.visit.open(f"{scene.path}/historique")
    assert page.links["Lire les échanges avec l’Assistance"] == f"{scene.path}/assistance"


async def test_a_version_is_downloaded_as_json_with_the_bank_details_for_managers_alone(
    scene: Scene, enter: Enter, manager_user: User
) -> None:
    await scene.visit.open(f"{scene.path}/historique")
    await scene.visit.follow("Télécharger Dépôt initial (JSON)")
    answer, number = scene.visit.response, scene.request.dossier.number
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{number}.json"'
    assert (answer.json()["dossier"], "coordonneesBancaires" in answer.json()) == (number, False)
    await enter(manager_user)
    await scene.visit.open(f"{scene.path}/historique/0.json")
    assert scene.visit.response.json()["coordonneesBancaires"]["iban"] == "FR7630006000011234567890189"
    for rank in ("5", "9" * 30, "9" * 5000):
        await scene.visit.open(f"{scene.path}/historique/{rank}.json")
        assert scene.visit.status == 404


async def test_a_comparison_that_makes_no_sense_falls_back_to_the_version_before(scene: Scene) -> None:
    await confirm(scene, "un@gmail.com", NOW + timedelta(days=1))
    for since in ("7", "abc", "1", "", "-1", "99999999999999"):
        page = await scene.visit.open(f"{scene.path}/historique/1?depuis={since}")
        assert (scene.visit.status, page.within("ins")) == (200, "un@gmail.com Ajouté : un@gmail.com.pdf")


async def test_the_first_version_is_shown_whole_and_an_unknown_one_is_not_found(scene: Scene) -> None:
    page = await scene.visit.open(f"{scene.path}/historique/0")
    assert "Toutes les données de cette version" in page.text
    assert "Ce qui a changé" not in page.text
    for rank in ("5", "9" * 30, "9" * 5000):
        await scene.visit.open(f"{scene.path}/historique/{rank}")
        assert scene.visit.status == 404
