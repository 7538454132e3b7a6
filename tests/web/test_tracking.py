"""The tracking page in every state of a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from models import Email, Modification, Session, Upload
from models.actors import AccountRight
from models.attachments import ScanStatus
from models.dossiers import RequestKind
from resolvers.deadlines import expire_due, remind_due
from resolvers.modifications import cancel_modification, extend_deadline
from resolvers.requests import mark_paid, reject_request, validate_request
from resolvers.retention import purge_due
from tests.conftest import NOW
from tests.factories import MANAGER, make_attachment, make_request, make_supplier, make_upload, make_user
from tests.web.conftest import Clock, Enter
from tests.web.scene import Scene, cancelled, confirmed, mail, skipped

LATER = NOW + timedelta(days=1)


async def test_a_request_to_modify_says_what_why_and_until_when(scene: Scene) -> None:
    page = await scene.visit.open(scene.path)
    for words in (
        "Votre demande de solde nécessite des modifications de votre part. "
        "Cliquez ici pour modifier votre demande de Solde.",
        "Commentaire du gestionnaire test modif",
        "À faire jusqu’au dimanche 27 août 2023 à 14 h 32 (heure de Paris) — encore 19 jours",
        "07/08/2023 demande (J) aujourd’hui 17/08/2023 rappel (J+10) 27/08/2023 date limite, 14 h 32 (J+20)",
        "N° unique de référencement (ANS) : pbrSAS0012",
        "Adresse : 0 cour DE MONS, 59650 VILLENEUVE D ASCQ Numéro de dossier :",
        "Date de dépôt : 16/02/2023 Statut de la demande : A modifier",
        "Date de changement de statut : 07/08/2023 à 14 h 32",
        "Pièces justificatives (1)",
        "Courriels automatiques envoyés (1, dernier le 07/08/2023)",
        "IBAN : FR76",
    ):
        assert words in page.text
    assert page.links["Modifier ma demande de solde"] == scene.page
    assert page.links["Ne pas modifier ma demande"] == f"{scene.page}/abandon"
    assert "FR7630006000011234567890189" not in page.text.replace(" ", "")


async def test_a_draft_is_taken_up_again(scene: Scene) -> None:
    await scene.change_contact_as(scene.user, "test123@gmail.com")
    page = await scene.visit.open(scene.path)
    assert "1 donnée modifiée. Rien n’est transmis tant que vous n’avez pas confirmé." in page.text
    assert page.links["Reprendre ma modification"] == scene.page


async def test_a_reminder_that_has_left_is_told(scene: Scene, clock: Clock) -> None:
    await go_to(scene, clock, scene.modification.reminds_at)
    await remind_due(clock.now)
    page = await scene.visit.open(scene.path)
    assert "Un courriel de rappel vous a été envoyé le 17/08/2023 à 14 h 32." in page.text


async def test_the_last_day_is_counted_in_hours(scene: Scene, clock: Clock) -> None:
    await go_to(scene, clock, scene.modification.closes_at - timedelta(hours=2))
    assert "(heure de Paris) — encore 2 heures" in (await scene.visit.open(scene.path)).text


async def go_to(scene: Scene, clock: Clock, instant: object) -> None:
    """Let time pass, the session still alive."""
    clock.now = instant  # type: ignore[assignment]
    await Session.all().update(seen_at=clock.now, expires_at=clock.now + timedelta(hours=1))


async def test_from_the_deadline_on_the_page_says_that_it_is_over(scene: Scene, clock: Clock) -> None:
    await go_to(scene, clock, scene.modification.closes_at)
    page = await scene.visit.open(scene.path)
    assert "Le délai de modification est dépassé depuis le dimanche 27 août 2023 à 14 h 32." in page.text
    assert "Vous n’avez plus la possibilité de réaliser vos modifications." in page.text
    assert "Statut de la demande : en cours" in page.text
    assert "Modifier ma demande de solde" not in page.links
    assert "Signaler une erreur ou un oubli à l’Assistance utilisateur" in page.links


@pytest.mark.parametrize("drafted", [True, False])
async def test_a_dropped_draft_is_told_only_when_there_was_one(scene: Scene, clock: Clock, drafted: bool) -> None:
    if drafted:
        await scene.change_contact_as(scene.user, "test123@gmail.com")
    await go_to(scene, clock, scene.modification.closes_at)
    before_the_sweep = (await scene.visit.open(scene.path)).within("main")
    await expire_due(clock.now)
    page = await scene.visit.open(scene.path)
    assert "Le délai de modification est dépassé" in page.text
    for told in (before_the_sweep, page.within("main")):
        words = (
            "Votre brouillon, qui n’avait pas été confirmé, n’a pas été transmis : 1 donnée modifiée. test123@gmail.com"
        )
        assert (words in told) is drafted


async def test_a_draft_dropped_by_a_manager_who_takes_back_what_was_asked_is_told_without_any_mail(
    scene: Scene,
) -> None:
    await scene.change_contact_as(scene.user, "test123@gmail.com")
    await cancelled(scene)
    await Email.all().delete()
    page = await scene.visit.open(scene.path)
    assert "n’a pas été transmis : 1 donnée modifiée. test123@gmail.com" in page.within("main")


async def test_a_deadline_that_was_put_off_is_told(scene: Scene) -> None:
    assert "prolongé" not in (await scene.visit.open(scene.path)).text
    later = (scene.modification.closes_at + timedelta(days=5)).date()
    await extend_deadline(MANAGER, scene.modification.id, closes_on=later, reason="Congés.", as_of=LATER)
    page = await scene.visit.open(scene.path)
    assert "Ce délai a été prolongé le 08/08/2023 : « Congés. »" in page.text
    assert "rappel (J+15) 01/09/2023 date limite, 14 h 32 (J+25)" in page.text
    assert "Ce délai a été prolongé le 08/08/2023 : « Congés. »" in (await scene.visit.open(scene.page)).text
    history = (await scene.visit.open(f"{scene.path}/historique")).text
    assert "est repoussée au vendredi 1er septembre 2023 à 14 h 32 (heure de Paris). Motif Congés." in history


async def rejected(scene: Scene) -> None:
    await cancelled(scene)
    await reject_request(MANAGER, scene.request.id, reason="Pièce illisible.", as_of=LATER)


async def validated(scene: Scene) -> None:
    await cancelled(scene)
    await validate_request(MANAGER, scene.request.id, as_of=LATER)


async def paid(scene: Scene) -> None:
    await validated(scene)
    await mark_paid(MANAGER, scene.request.id, as_of=LATER)


@pytest.mark.parametrize(
    ("happen", "sentences"),
    [
        (
            confirmed,
            [
                "Vos modifications ont été transmises le 08/08/2023",
                "Relire l’accusé de réception M1 Accusé",
            ],
        ),
        (
            skipped,
            [
                "Pascal Breton a choisi de ne pas modifier la demande",
                "Relire l’accusé de réception",
            ],
        ),
        (cancelled, ["le gestionnaire a retiré sa demande de modification", "Motif Erreur de dossier."]),
        (rejected, ["Votre demande a été rejetée le 08/08/2023", "Motif Pièce illisible.", "Rejetée"]),
        (validated, ["Votre demande a été validée le 08/08/2023", "Validée"]),
        (paid, ["Votre demande a été décidée et payée le 08/08/2023", "Décidée et payée"]),
    ],
)
async def test_every_end_is_told(
    scene: Scene, happen: Callable[[Scene], Awaitable[None]], sentences: list[str]
) -> None:
    await happen(scene)
    page = await scene.visit.open(scene.path)
    for sentence in sentences:
        assert sentence in page.text
    assert "Modifier ma demande de solde" not in page.links


async def test_a_request_never_sent_back_leads_to_the_assistance(scene: Scene) -> None:
    request = await make_request(scene.user.supplier)
    page = await scene.visit.open(f"/dossiers/{request.dossier.number}/solde")
    assert "Votre demande est « en cours »" in page.text
    assert "Aucune pièce justificative." in page.text
    assert "Aucun courriel envoyé." in page.text


async def test_a_dossier_without_an_advance_says_so(scene: Scene) -> None:
    page = await scene.visit.open(f"/dossiers/{scene.request.dossier.number}/avance")
    assert scene.visit.status == 200
    assert "Aucune demande d’avance pour ce dossier." in page.text
    assert page.links["Voir la demande de solde de ce dossier"] == scene.path


async def test_a_document_that_is_being_analysed_is_watched_until_it_is_known(scene: Scene) -> None:
    waiting = await make_upload(MANAGER, file_name="pv.pdf", scan_status=ScanStatus.PENDING)
    await make_attachment(scene.request, upload=waiting)
    page = await scene.visit.open(scene.path)
    assert "L’analyse antivirus de cette pièce est en cours." in page.text
    assert "data-pending" in scene.visit.response.text
    await Upload.filter(id=waiting.id).update(scan_status=ScanStatus.CLEAN)
    await scene.visit.open(scene.path)
    assert "data-pending" not in scene.visit.response.text


async def test_older_mails_are_read_from_where_the_latest_end(scene: Scene) -> None:
    await Email.bulk_create([mail(scene, number) for number in range(20)])
    page = await scene.visit.open(scene.path)
    assert "Courriels automatiques envoyés (20 et plus, dernier le 15/08/2023)" in page.text
    page = await scene.visit.follow("Courriels plus anciens")
    assert "Courriels automatiques envoyés (20 et plus, dernier le 15/08/2023)" in page.text
    assert ("Action requise" in page.text, "Sujet 19" in page.text) == (True, False)
    page = await scene.visit.follow("Revenir aux courriels les plus récents")
    assert "Sujet 19" in page.text


async def test_a_long_comment_is_cut_and_can_be_read_in_full(scene: Scene) -> None:
    comment = "Le contact ne répond pas. " * 40 + "Joignez le procès-verbal."
    await Modification.filter(id=scene.modification.id).update(comment=comment)
    page = await scene.visit.open(scene.path)
    assert "… Lire tout le commentaire Le contact ne répond pas." in page.text
    assert "Joignez le procès-verbal." in page.within("details")


async def test_the_other_tab_says_when_its_request_is_to_modify_too(scene: Scene) -> None:
    number = scene.request.dossier.number
    await make_request(scene.user.supplier, number=number, kind=RequestKind.ADVANCE)
    page = await scene.visit.open(f"/dossiers/{number}/avance")
    assert page.links["2 - Ma demande de solde A modifier"] == scene.path
    assert "1 - Ma demande d’avance" in page.links


async def test_an_account_that_may_not_confirm_is_told_who_may(scene: Scene, enter: Enter) -> None:
    await enter(await make_user(scene.user.supplier, right=AccountRight.EDIT))
    page = await scene.visit.open(scene.path)
    assert "Un collègue qui a le droit de confirmer les transmettra" in page.text
    assert page.links["voir les comptes de mes collègues"] == "/mon-compte/collegues"
    assert page.links["Modifier ma demande de solde"] == scene.page


async def test_an_account_that_only_reads_is_told(scene: Scene, enter: Enter) -> None:
    await enter(await make_user(scene.user.supplier, right=AccountRight.READ))
    page = await scene.visit.open(scene.path)
    assert "Votre compte permet de lire cette demande, pas de la modifier." in page.text
    assert "Modifier ma demande de solde" not in page.links
    assert "nécessite des modifications de votre part." in page.text
    assert "Cliquez ici" not in page.text


async def test_a_manager_reads_the_same_page_without_the_way_to_modify(scene: Scene, enter: Enter) -> None:
    await enter(await make_user(None))
    page = await scene.visit.open(scene.path)
    assert scene.visit.status == 200
    assert "Modifier ma demande de solde" not in page.links
    assert "Cette page est celle que lit le fournisseur." in page.text
    assert "FR7630006000011234567890189" in page.text.replace(" ", "")


async def test_a_request_whose_personal_data_is_purged_can_still_be_read(scene: Scene, enter: Enter) -> None:
    await cancel_modification(MANAGER, scene.modification.id, reason="à tort", as_of=NOW)
    await reject_request(MANAGER, scene.request.id, reason="pièce absente", as_of=NOW)
    assert (await purge_due(NOW + timedelta(days=3651))).requests == 1
    await enter(await make_user(scene.user.supplier))
    page = await scene.visit.open(scene.path)
    assert scene.visit.status == 200
    assert "Statut de la demande : Rejetée" in page.text
    assert "Texte effacé : sa durée de conservation est passée." in page.text
    assert "test modif" not in page.text
    assert "••••" not in page.text


@pytest.mark.parametrize(
    "path", ["/dossiers/FINSAS999999/solde", "/dossiers/FINSAS999999/autre", f"/dossiers/{'A' * 999}/solde"]
)
async def test_an_unknown_dossier_is_a_page_that_does_not_exist(scene: Scene, path: str) -> None:
    await scene.visit.open(path)
    assert scene.visit.status == 404
    assert "Page introuvable" in scene.visit.text


async def test_another_suppliers_dossier_answers_like_an_unknown_one(scene: Scene, enter: Enter) -> None:
    await enter(await make_user(await make_supplier()))
    await scene.visit.open(scene.path)
    assert scene.visit.status == 404
