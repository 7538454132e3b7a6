"""What has happened in the demo's dossiers that wait for nothing from their supplier: each way that it ended."""

from __future__ import annotations

from resolvers.demo.scene import CONTACT, TEST_REPORT, Scene
from resolvers.keeping import purge_dropped
from resolvers.modifications import cancel_modification, skip_modification
from resolvers.requests import mark_paid, reject_request, validate_request
from resolvers.support import answer_support, contact_support


async def confirmed_twice(scene: Scene) -> None:
    """« en cours », after two modifications."""
    first = await scene.send_back(scene.ago(60, 11, 0), "Le numéro de support n’est plus attribué.", CONTACT)
    await scene.change_contact(first, "01 53 00 00 00", scene.ago(56, 9, 30))
    await scene.confirm(first, scene.ago(56, 9, 42))
    second = await scene.send_back(
        scene.ago(30, 15, 20), "Joignez le guide de l’API à jour et le procès-verbal.", TEST_REPORT
    )
    await scene.let_time_pass(second, scene.ago(18))
    await scene.add_to_draft(second, "guide-api-mis-a-jour.pdf", scene.ago(18, 17, 5))
    await scene.add_to_draft(second, "pv-test.pdf", scene.ago(18, 17, 6))
    await scene.confirm(second, scene.ago(18, 17, 12), "Guide et procès-verbal à jour.")


async def infected_since(scene: Scene) -> None:
    """« en cours », the antivirus having found something in a document after it was confirmed."""
    modification = await scene.send_back(scene.ago(22, 9, 0), "Joignez le procès-verbal de test.", TEST_REPORT)
    upload = await scene.add_to_draft(modification, "pv-de-qualification.pdf", scene.ago(20, 10, 30))
    await scene.confirm(modification, scene.ago(20, 10, 33))
    await scene.find_infected(upload, scene.ago(16, 4, 0))
    await scene.live(scene.ago(16, 4, 1))


async def declined(scene: Scene) -> None:
    """« en cours », the supplier having chosen not to modify after speaking with the Assistance."""
    modification = await scene.send_back(scene.ago(15, 8, 50), "Le lien de support semble mort.", CONTACT)
    question = "Le lien fonctionne : il demande une authentification. Faut-il le changer ?"
    message = await contact_support(scene.supplier, scene.request.id, message=question, as_of=scene.ago(14, 10, 0))
    answer = "Non, l’authentification est permise : choisissez « Ne pas modifier »."
    answered_at = scene.ago(13, 9, 0)
    await answer_support(scene.manager, message.id, answer=answer, as_of=answered_at)
    await scene.live(answered_at)
    at = scene.ago(12, 14, 0)
    await skip_modification(scene.supplier, modification.id, assistance_contacted=True, note="Lien valable.", as_of=at)
    await scene.live(at)


async def expired(scene: Scene) -> None:
    """« en cours », the delay having passed with a draft that was never confirmed."""
    modification = await scene.send_back(scene.ago(31, 16, 10), "Corrigez le contact de support.", CONTACT)
    await scene.change_contact(modification, "support@logisante.example", scene.ago(25, 11, 11))
    await scene.let_time_pass(modification)


async def cancelled(scene: Scene) -> None:
    """« en cours », the manager having taken back what was asked; the dropped draft's document is deleted since."""
    modification = await scene.send_back(scene.ago(90, 9, 0), "Joignez le procès-verbal de test.", TEST_REPORT)
    await scene.add_to_draft(modification, "pv-provisoire.pdf", scene.ago(85, 10, 0))
    at, reason = scene.ago(80, 15, 0), "Le procès-verbal avait été reçu par courrier."
    await cancel_modification(scene.manager, modification.id, reason=reason, as_of=at)
    await scene.live(at)
    await purge_dropped(scene.ago(45, 3, 0))


async def validated(scene: Scene) -> None:
    """« Validée », after a modification."""
    modification = await scene.send_back(scene.ago(24, 9, 0), "Joignez le procès-verbal de test.", TEST_REPORT)
    await scene.add_to_draft(modification, "pv-test.pdf", scene.ago(21, 10, 30))
    await scene.confirm(modification, scene.ago(21, 10, 33))
    await validate_request(scene.manager, scene.request.id, as_of=scene.ago(4, 15, 0))
    await scene.live(scene.ago(4, 15, 0))


async def rejected(scene: Scene) -> None:
    """« Rejetée »."""
    at = scene.ago(6, 11, 25)
    await reject_request(scene.manager, scene.request.id, reason="Le logiciel n’est plus référencé.", as_of=at)
    await scene.live(at)


async def paid(scene: Scene) -> None:
    """« Décidée et payée »."""
    await validate_request(scene.manager, scene.request.id, as_of=scene.ago(40, 10, 0))
    await scene.live(scene.ago(40, 10, 0))
    await mark_paid(scene.manager, scene.request.id, as_of=scene.ago(9, 10, 0))
    await scene.live(scene.ago(9, 10, 0))


async def untouched(_scene: Scene) -> None:
    """« en cours », never sent back: the one to try on."""


async def asked(scene: Scene) -> None:
    """« en cours », never sent back, with a message to the Assistance that waits for its answer."""
    message = "Le contrat que nous avons joint va jusqu’à décembre : faut-il l’avenant ?"
    await contact_support(scene.supplier, scene.request.id, message=message, as_of=scene.ago(1, 10, 0))
