"""What has happened in the demo's dossiers that wait for their supplier: the guide's example, and each other state."""

from __future__ import annotations

from datetime import timedelta

from models.deadlines import PARIS, paris_day
from resolvers.demo.scene import API_GUIDE, CONTACT, TEST_REPORT, Scene
from resolvers.modifications import extend_deadline


async def guide_example(scene: Scene) -> None:
    """« A modifier », as in the guide."""
    await scene.send_back(scene.ago(8), "test modif")


async def reminded(scene: Scene) -> None:
    """« A modifier », J+10 passed."""
    comment = "Le contact de support ne répond pas. Joignez aussi le procès-verbal de test."
    modification = await scene.send_back(scene.ago(13, 10, 5), comment, CONTACT, TEST_REPORT)
    await scene.let_time_pass(modification)


async def last_day(scene: Scene) -> None:
    """« A modifier », on its last day: the delay ends this evening, or tomorrow's where this one is about over."""
    comment = "Le guide de l’API ne décrit pas les erreurs."
    sent_back = scene.ago(20, 23, 59) if scene.now < scene.ago(0, 23, 0) else scene.ago(19, 22, 59)
    modification = await scene.send_back(sent_back, comment, API_GUIDE)
    await scene.let_time_pass(modification)


async def last_minutes(scene: Scene) -> None:
    """« A modifier », for twenty minutes more: long enough to begin typing, and to be too late."""
    soon = (scene.now + timedelta(minutes=20)).astimezone(PARIS)
    if soon.fold:  # Where an hour comes twice, a delay ends in the first.
        soon = soon.replace(hour=3, minute=0, fold=0)
    modification = await scene.send_back(
        soon - timedelta(days=20), "Indiquez un contact joignable le week-end.", CONTACT
    )
    await scene.let_time_pass(modification)


async def draft_waiting(scene: Scene) -> None:
    """« A modifier », with a draft that nobody has confirmed."""
    modification = await scene.send_back(scene.ago(5, 9, 15), "Corrigez le contact de support.", CONTACT)
    await scene.change_contact(modification, "https://support.logisante.example/regulateurs", scene.ago(3, 16, 40))
    await scene.add_to_draft(modification, "pv-test.pdf", scene.ago(3, 16, 44))
    await scene.add_to_draft(modification, "piece-complementaire.pdf", scene.ago(3, 16, 45))


async def colleague_at_work(scene: Scene) -> None:
    """« A modifier », J+10 passed, with the draft of a colleague who may not confirm it."""
    comment = "Le contact doit être celui des régulateurs. Le guide de l’API est illisible."
    modification = await scene.send_back(scene.ago(11, 9, 40), comment, CONTACT, API_GUIDE)
    await scene.change_contact(modification, "regulateurs@logisante.example", scene.ago(2, 11, 20))
    await scene.let_time_pass(modification)


async def infected_draft(scene: Scene) -> None:
    """« A modifier », with a document in the draft in which the antivirus found something: it bars the confirmation."""
    modification = await scene.send_back(scene.ago(4, 10, 0), "Joignez le procès-verbal de test.", TEST_REPORT)
    upload = await scene.add_to_draft(modification, "pv-de-recette.pdf", scene.ago(2, 9, 5))
    await scene.find_infected(upload, scene.ago(2, 9, 6))
    await scene.live(scene.ago(2, 9, 7))


async def extended(scene: Scene) -> None:
    """« A modifier », its delay put off by the manager."""
    modification = await scene.send_back(scene.ago(15, 16, 0), "Joignez le procès-verbal de test.", TEST_REPORT)
    await scene.let_time_pass(modification, scene.ago(3))
    at, closes_on = scene.ago(3, 11, 0), paris_day(scene.now) + timedelta(days=12)
    reason = "Votre laboratoire de test est fermé jusqu’à la semaine prochaine."
    await extend_deadline(scene.manager, modification.id, closes_on=closes_on, reason=reason, as_of=at)
    await scene.live(at)


async def advance_sent_back(scene: Scene) -> None:
    """A demande d’avance « A modifier », of a dossier without a demande de solde."""
    await scene.send_back(scene.ago(6, 9, 30), "Le contact de support est celui d’un ancien salarié.", CONTACT)
