"""The modification page: one form, every button, everything that can go wrong with it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from models import Attachment, Event, Modification, Session
from models.actors import AccountRight
from models.errors import ActionNotAllowed
from models.events import EventKind
from resolvers.deadlines import expire_due
from resolvers.editing import change_support_contact
from resolvers.requests import request_modification, validate_request
from schema.nodes import node_id
from tests.factories import MANAGER, make_supplier, make_user
from tests.web.conftest import Clock, Enter
from tests.web.scene import PDF, Scene


async def test_the_page_says_what_the_guide_says(scene: Scene) -> None:
    page = await scene.visit.open(scene.page)
    for words in (
        "Récapitulatif",
        "Statut : A modifier",
        "Date du changement de statut : 07/08/2023 à 14 h 32",
        "Commentaire du gestionnaire",
        "test modif Écrit le 07/08/2023 à 14 h 32",
        f"N° ASP de la demande : {scene.request.dossier.number}M1",
        "DSR : DSR-SAS-SAS-Va1",
        "Montants Montant avance Montant décidé de l’avance (fonction du régime TVA) :",
        "100 000,00 €",
        "Déposer une pièce complémentaire",
        "– Sélectionnez un type de pièce complémentaire –",
        "Vous ne pouvez pas supprimer une pièce jointe présente avant modification.",
        "jusqu’au dimanche 27 août 2023 à 14 h 32 (heure de Paris)",
        "encore 19 jours",
    ):
        assert words in page.text
    assert page.forms[-1].fields["contact"] == "pascal.breton@axyus.com"
    assert "Supprimer" not in page.forms[-1].buttons


async def test_a_saved_contact_is_marked_with_the_way_back(scene: Scene) -> None:
    await scene.visit.open(scene.page)
    page = await scene.visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    assert scene.visit.status == 200
    assert "✓ Modifié" in page.text
    assert "Valeur avant modification : pascal.breton@axyus.com" in page.text
    assert "1 donnée modifiée. Rien n’est transmis tant que vous n’avez pas confirmé." in page.text
    assert await scene.draft() == ("test123@gmail.com", 0)
    page = await scene.visit.press("Rétablir cette valeur", contact="autre chose")
    assert "✓ Modifié" not in page.text
    assert page.forms[-1].fields["contact"] == "pascal.breton@axyus.com"


async def test_a_wrong_contact_comes_back_as_typed_with_its_sentence(scene: Scene) -> None:
    await scene.visit.open(scene.page)
    page = await scene.visit.press("Enregistrer le brouillon", contact="javascript:alert(1)")
    assert scene.visit.status == 422
    assert scene.visit.title.startswith("Erreur : ")
    assert "Saisissez une adresse électronique" in page.text
    assert page.forms[-1].fields["contact"] == "javascript:alert(1)"
    assert (await scene.draft())[0] is None


async def test_a_refusal_is_what_the_reader_arrives_at_in_proper_french(scene: Scene) -> None:
    await scene.visit.open(scene.page)
    await scene.visit.press("Enregistrer le brouillon", contact="a@b.fr c@d.fr")
    assert 'autofocus data-focus id="erreurs"' in scene.visit.response.text
    assert scene.visit.response.text.count("sans autre texte\u00a0: une adresse") == 2


async def test_a_document_is_imported_then_deleted(scene: Scene) -> None:
    await scene.visit.open(scene.page)
    page = await scene.visit.press("Importer", [("fichier", ("pv-test.pdf", PDF))], type="AUTRE_S")
    assert "Pièce ajoutée au brouillon : « pv-test.pdf »." in page.text
    assert "pv-test.pdf ✓ Ajouté" in page.text
    assert await scene.draft() == (None, 1)
    page = await scene.visit.press("Supprimer pv-test.pdf")
    assert "pv-test.pdf supprimée du brouillon." in page.text
    await scene.change_contact_as(scene.user, "test123@gmail.com")
    assert "Pièce supprimée du brouillon." in (await scene.visit.open(f"{scene.page}?fait=retrait")).text
    assert await scene.draft() == ("test123@gmail.com", 0)


async def test_several_documents_come_at_once(scene: Scene) -> None:
    await scene.visit.open(scene.page)
    files = [("fichier", ("un.pdf", PDF)), ("fichier", ("deux.pdf", PDF.replace(b"startxref", b"%\nstartxref")))]
    page = await scene.visit.press("Importer", files, type="AUTRE_S")
    assert "2 pièces ajoutées" in page.text
    assert "Pièces ajoutées au brouillon : « un.pdf », « deux.pdf »." in page.text


async def test_a_document_received_before_is_added_and_the_contact_is_left_alone(scene: Scene) -> None:
    page = await scene.visit.open(scene.page)
    received = await scene.visit.client.post("/uploads", headers={"X-File-Name": "pv%20test.pdf"}, content=PDF)
    fields = {"modification": page.forms[-1].fields["modification"], "action": "importer"}
    page = await scene.visit.send(scene.page, fields | {"type": "AUTRE_S", "recu": received.json()["uploadId"]})
    assert "Pièce ajoutée au brouillon : « pv test.pdf »." in page.text
    assert "pv test.pdf ✓ Ajouté" in page.text
    assert await scene.draft() == (None, 1)


async def test_a_document_sent_without_a_type_waits_for_it(scene: Scene) -> None:
    page = await scene.visit.open(scene.page)
    fields = page.forms[-1].fields | {"action": "importer", "type": ""}
    page = await scene.visit.send(scene.page, fields, files=[("fichier", ("pv <b>.pdf", PDF))])
    assert scene.visit.status == 422
    assert "Sélectionnez un type de pièce complémentaire." in page.text
    assert "« pv <b>.pdf » est reçu : sélectionnez son type" in page.text
    page = await scene.visit.send(scene.page, page.forms[-1].fields | {"action": "importer", "type": "AUTRE_S"})
    assert "pv <b>.pdf ✓ Ajouté" in page.text
    assert await scene.draft() == (None, 1)


async def test_a_document_received_before_needs_a_type_and_to_be_mine(scene: Scene) -> None:
    page = await scene.visit.open(scene.page)
    fields = {"modification": page.forms[-1].fields["modification"], "action": "importer", "recu": str(uuid4())}
    page = await scene.visit.send(scene.page, fields)
    assert "Sélectionnez un type de pièce complémentaire." in page.text
    assert page.forms[-1].fields["contact"] == "pascal.breton@axyus.com"
    page = await scene.visit.send(scene.page, fields | {"type": "AUTRE_S"})
    assert scene.visit.status == 422
    assert "Ce fichier n’a pas été reçu de ce compte" in page.text
    assert await scene.draft() == (None, 0)


async def test_the_page_tells_what_may_be_added_before_anything_is_chosen(
    scene: Scene, setting: Callable[[str, object], None]
) -> None:
    setting("max_modification_files", 3)
    setting("max_modification_bytes", 5 * 1024 * 1024)
    page = await scene.visit.open(scene.page)
    assert "Vous pouvez encore ajouter 3 pièces à cette modification, 5 Mo en tout." in page.text
    assert "Autre pièce de solde : " in page.text
    assert "Autre pièce d’avance" not in page.text
    assert "20 Mo au plus par fichier" in page.text
    refusal = "« {name} » ne peut pas être ajouté : il reste 5 Mo sur 5 Mo pour les pièces ajoutées"
    assert f'data-no-room="{refusal}' in scene.visit.response.text.replace("\u00a0", " ")


async def test_a_first_visit_of_the_page_weighs_little_with_all_that_it_loads(scene: Scene) -> None:
    await scene.visit.open(scene.page)
    addresses = re.findall(r'(?:src|href)="(/static/[^"]+)"', scene.visit.response.text)
    loaded = [scene.visit.response, *[await scene.visit.client.get(address) for address in addresses]]
    assert {answer.status_code for answer in loaded} == {200}
    assert 30_000 < sum(answer.num_bytes_downloaded for answer in loaded) < 60_000


async def test_a_good_document_is_kept_beside_a_wrong_contact_and_a_refused_file(scene: Scene) -> None:
    await scene.visit.open(scene.page)
    files = [("fichier", ("bon.pdf", PDF)), ("fichier", ("vide.pdf", b"")), ("fichier", ("faux.pdf", b"MZ" * 99))]
    page = await scene.visit.press("Importer", files, type="AUTRE_S", contact="")
    assert scene.visit.status == 422
    for words in (
        "3 corrections sont nécessaires",
        "« bon.pdf » a été ajoutée",
        "« vide.pdf » est vide",
        "« faux.pdf »",
    ):
        assert words in page.text
    assert await scene.draft() == (None, 1)


async def test_importing_nothing_says_what_is_missing(scene: Scene) -> None:
    await scene.visit.open(scene.page)
    page = await scene.visit.press("Importer", contact="test123@gmail.com")
    assert scene.visit.status == 422
    assert "Choisissez un fichier à ajouter." in page.text
    assert "Sélectionnez un type de pièce complémentaire." in page.text
    assert (await scene.draft())[0] == "test123@gmail.com"


async def test_a_chosen_file_is_not_lost_by_going_on_to_the_check(scene: Scene) -> None:
    await scene.visit.open(scene.page)
    await scene.visit.press("Vérifier et confirmer", [("fichier", ("pv.pdf", PDF))])
    assert "Sélectionnez un type de pièce complémentaire." in scene.visit.text
    await scene.visit.press("Vérifier et confirmer", [("fichier", ("pv.pdf", PDF))], type="AUTRE_S")
    assert scene.visit.path.endswith("/modification/verification")
    assert "pv.pdf — " in scene.visit.text


async def test_a_document_from_before_cannot_be_removed_by_hand(scene: Scene) -> None:
    page = await scene.visit.open(scene.page)
    old = await Attachment.get(request=scene.request)
    fields = page.forms[-1].fields | {"action": f"supprimer:{node_id('Attachment', old.id)}"}
    page = await scene.visit.send(scene.page, fields)
    assert scene.visit.status == 422
    assert "elle ne peut pas être supprimée" in page.text
    assert (await Attachment.get(id=old.id)).removed_at is None


async def test_two_people_on_the_same_value_are_told_and_choose(scene: Scene) -> None:
    await scene.visit.open(scene.page)
    colleague = await make_user(scene.user.supplier, name="Louise Poulat")
    await scene.change_contact_as(colleague, "louise@poulat.fr")
    page = await scene.visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    assert scene.visit.status == 409
    assert "Votre demande a changé entre-temps Louise Poulat a changé" in page.text
    assert "À faire jusqu’au dimanche 27 août 2023 à 14 h 32 (heure de Paris) — encore 19 jours" in page.text
    assert "Votre saisie : test123@gmail.com Valeur actuelle : louise@poulat.fr" in page.text
    assert (await scene.draft())[0] == "louise@poulat.fr"
    await scene.visit.press("Reprendre ma saisie")
    assert scene.visit.status == 200
    assert (await scene.draft())[0] == "test123@gmail.com"


async def test_what_was_done_is_said_beside_the_button_too(scene: Scene) -> None:
    await scene.visit.open(scene.page)
    page = await scene.visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    assert "Enregistrer le brouillon ✓ Enregistré à 14 h 32 Rétablir" in page.text
    page = await scene.visit.press("Importer", [("fichier", ("pv.pdf", PDF))], type="AUTRE_S")
    assert "Importer ✓ 1 pièce ajoutée Voir les pièces" in page.text
    assert "✓ Enregistré" not in page.text


async def test_a_colleagues_document_is_no_conflict_with_my_contact(scene: Scene) -> None:
    stale = (await scene.visit.open(scene.page)).forms[-1].fields
    await scene.visit.press("Importer", [("fichier", ("pv.pdf", PDF))], type="AUTRE_S")
    await scene.visit.send(scene.page, stale | {"contact": "test123@gmail.com", "action": "enregistrer"})
    assert scene.visit.status == 200
    assert await scene.draft() == ("test123@gmail.com", 1)


async def test_a_contact_left_alone_never_overwrites_a_colleagues(scene: Scene) -> None:
    await scene.visit.open(scene.page)
    colleague = await make_user(scene.user.supplier)
    await scene.change_contact_as(colleague, "louise@poulat.fr")
    await scene.visit.press("Importer", [("fichier", ("pv.pdf", PDF))], type="AUTRE_S")
    assert scene.visit.status == 200
    assert await scene.draft() == ("louise@poulat.fr", 1)


async def test_past_the_deadline_what_was_typed_can_still_be_copied(scene: Scene, clock: Clock) -> None:
    await scene.visit.open(scene.page)
    clock.now = scene.modification.closes_at
    await Session.all().update(seen_at=clock.now, expires_at=clock.now + timedelta(hours=1))
    page = await scene.visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    assert scene.visit.status == 409
    assert "Le délai de modification est dépassé depuis le dimanche 27 août 2023 à 14 h 32." in page.text
    assert "Rien de ceci n’a été transmis. Vous pouvez le copier. test123@gmail.com" in page.text
    assert (await scene.draft())[0] is None


async def test_a_tab_of_a_modification_that_ended_is_told_of_the_one_asked_for_since(
    scene: Scene, clock: Clock
) -> None:
    await scene.visit.open(scene.page)
    clock.now = scene.modification.closes_at
    await Session.all().update(seen_at=clock.now, expires_at=clock.now + timedelta(hours=1))
    await expire_due(clock.now)
    again = await request_modification(MANAGER, scene.request.id, comment="Corrigez le contact.", as_of=clock.now)
    page = await scene.visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    assert scene.visit.status == 422
    assert "La modification M1 est terminée : une autre a été demandée depuis." in page.text
    assert "Corrigez le contact." in page.text
    await scene.visit.press("Enregistrer le brouillon")
    assert (await Modification.get(id=again.id)).draft_support_contact == "test123@gmail.com"


async def test_a_decision_since_the_deadline_is_not_told_as_in_review(scene: Scene, clock: Clock) -> None:
    stale = (await scene.visit.open(scene.page)).forms[-1].fields
    clock.now = scene.modification.closes_at
    await Session.all().update(seen_at=clock.now, expires_at=clock.now + timedelta(hours=1))
    await expire_due(clock.now)
    await validate_request(MANAGER, scene.request.id, as_of=clock.now)
    page = await scene.visit.send(scene.page, stale | {"contact": "test123@gmail.com", "action": "enregistrer"})
    assert "Validée depuis le 27/08/2023" in page.text
    assert "Le délai de modification est dépassé" in page.text
    assert "en cours" not in page.within("main")
    changed = change_support_contact(
        scene.user.actor, scene.modification.id, support_contact="test123@gmail.com", as_of=clock.now
    )
    with pytest.raises(ActionNotAllowed, match="Validée"):
        await changed


async def test_an_account_that_only_reads_sees_no_form(scene: Scene, enter: Enter) -> None:
    await enter(await make_user(scene.user.supplier, right=AccountRight.READ))
    page = await scene.visit.open(scene.page)
    assert "Vous ne pouvez pas modifier cette demande de solde" in page.text
    assert "À faire jusqu’au dimanche 27 août 2023 à 14 h 32 (heure de Paris) — encore 19 jours" in page.text
    assert "permet de lire cette demande, pas de la modifier. Prévenez un collègue qui le peut" in page.text
    await scene.visit.send(scene.page, {"action": "enregistrer", "contact": "test123@gmail.com"})
    assert scene.visit.status == 409
    assert (await scene.draft())[0] is None


async def test_another_supplier_finds_nothing_here(scene: Scene, enter: Enter) -> None:
    await enter(await make_user(await make_supplier()))
    for method in ("GET", "POST"):
        assert (await scene.visit.client.request(method, scene.page)).status_code == 404


async def test_reading_writes_nothing_and_the_comment_is_seen_by_a_post(scene: Scene) -> None:
    page = await scene.visit.open(scene.page)
    assert (await Modification.get(id=scene.modification.id)).comment_seen_at is None
    seen = next(form.fields for form in page.forms if form.fields.get("action") == "lire")
    answer = await scene.visit.client.post(scene.page, data=seen, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert (await Modification.get(id=scene.modification.id)).comment_seen_at is not None
    page = await scene.visit.open(scene.page)
    assert all(form.fields.get("action") != "lire" for form in page.forms)


async def test_the_first_post_without_javascript_says_that_the_comment_was_read(scene: Scene) -> None:
    await scene.visit.open(scene.page)
    await scene.visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    assert await Event.filter(request_id=scene.request.id, kind=EventKind.COMMENT_SEEN).count() == 1


async def test_htmx_gets_the_same_page_as_everybody(scene: Scene) -> None:
    page = await scene.visit.open(scene.page)
    fields = page.forms[-1].fields | {"action": "enregistrer", "contact": "faux"}
    plain = await scene.visit.client.post(scene.page, data=fields)
    partial = await scene.visit.client.post(scene.page, data=fields, headers={"HX-Request": "true"})
    assert (plain.status_code, plain.text) == (partial.status_code, partial.text)
    fields |= {"action": "verifier", "contact": "test123@gmail.com"}
    arrived = await scene.visit.client.post(
        scene.page, data=fields, headers={"HX-Request": "true"}, follow_redirects=True
    )
    assert arrived.headers["HX-Push-Url"] == f"{scene.page}/verification"


async def test_a_post_that_has_not_arrived_by_the_deadline_is_too_late(scene: Scene, clock: Clock) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        yield b"action=enregistrer&contact="
        clock.now = scene.modification.closes_at
        yield b"a%40b.fr"

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await scene.visit.client.post(scene.page, content=slowly(), headers=headers)
    assert answer.status_code == 409
    assert await scene.draft() == (None, 0)
