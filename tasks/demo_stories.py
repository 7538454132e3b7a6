"""What has happened in the demo's dossiers: the guide's example, and one dossier for each other state.

Each story is lived through the use cases at its own dates, with the worker's passes in between, so that events,
mails and deadlines are real.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from models import FundingRequest, Modification
from models.actors import Actor
from models.deadlines import PARIS
from models.modifications import EditableField, ExpectedChange
from resolvers.editing import add_attachment, change_support_contact
from resolvers.modifications import confirm_modification, mark_comment_seen, skip_modification
from resolvers.requests import reject_request, request_modification, validate_request
from resolvers.support import answer_support, contact_support
from tasks.demo_documents import OTHER_DOCUMENTS
from tasks.demo_requests import receive
from tasks.sweep import sweep

CONTACT = ExpectedChange(field=EditableField.SUPPORT_CONTACT)
TEST_REPORT = ExpectedChange(document_type="MSS_RESU_TEST_TECH")
_DOCUMENTS = {document.file_name: document for document in OTHER_DOCUMENTS}


@dataclass(frozen=True)
class Scene:
    """One request, who acts on it, and the day of the demo."""

    request: FundingRequest
    supplier: Actor
    manager: Actor
    now: datetime

    def ago(self, days: int, hour: int = 14, minute: int = 32) -> datetime:
        """That hour in Paris, so many days ago."""
        day = self.now.astimezone(PARIS).date() - timedelta(days=days)
        return datetime.combine(day, time(hour, minute), tzinfo=PARIS)

    async def send_back(self, at: datetime, comment: str, *expected: ExpectedChange) -> Modification:
        modification = await request_modification(
            self.manager, self.request.id, comment=comment, expected_changes=expected, as_of=at
        )
        await sweep(at)
        return modification

    async def change_contact(self, modification: Modification, contact: str, at: datetime) -> None:
        await mark_comment_seen(self.supplier, modification.id, as_of=at)
        await change_support_contact(self.supplier, modification.id, support_contact=contact, as_of=at)

    async def add(self, modification: Modification, file_name: str, at: datetime) -> None:
        document = _DOCUMENTS[file_name]
        upload = await receive(self.supplier, document, as_of=at)
        await add_attachment(
            self.supplier, modification.id, document_type=document.document_type, upload_id=upload.id, as_of=at
        )

    async def confirm(self, modification: Modification, at: datetime, note: str | None = None) -> None:
        await confirm_modification(self.supplier, modification.id, note=note, as_of=at)
        await sweep(at)

    async def let_time_pass(self, modification: Modification, until: datetime | None = None) -> None:
        """The worker's passes at the deadlines that have come since."""
        for deadline in (modification.reminds_at, modification.closes_at):
            if deadline <= (until or self.now):
                await sweep(deadline)


async def guide_example(scene: Scene) -> None:
    """« A modifier », as in the guide."""
    await scene.send_back(scene.ago(8), "test modif")


async def reminded(scene: Scene) -> None:
    """« A modifier », J+10 passed."""
    comment = "Le contact de support ne répond pas. Joignez aussi le procès-verbal de test."
    modification = await scene.send_back(scene.ago(13, 10, 5), comment, CONTACT, TEST_REPORT)
    await scene.let_time_pass(modification)


async def last_day(scene: Scene) -> None:
    """« A modifier », on its last day: the delay ends this evening."""
    modification = await scene.send_back(
        scene.ago(20, 23, 59),
        "Le guide de l'API ne décrit pas les erreurs.",
        ExpectedChange(document_type="MSS_GUIDE_PDF_API"),
    )
    await scene.let_time_pass(modification)


async def draft_waiting(scene: Scene) -> None:
    """« A modifier », with a draft that nobody has confirmed."""
    modification = await scene.send_back(scene.ago(5, 9, 15), "Corrigez le contact de support.", CONTACT)
    await scene.change_contact(modification, "https://support.logisante.example/regulateurs", scene.ago(3, 16, 40))
    await scene.add(modification, "pv-test.pdf", scene.ago(3, 16, 44))


async def confirmed_twice(scene: Scene) -> None:
    """« en cours », after two modifications."""
    first = await scene.send_back(scene.ago(60, 11, 0), "Le numéro de support n'est plus attribué.", CONTACT)
    await scene.change_contact(first, "01 53 00 00 00", scene.ago(56, 9, 30))
    await scene.confirm(first, scene.ago(56, 9, 42))
    second = await scene.send_back(
        scene.ago(30, 15, 20), "Joignez le guide de l'API à jour et le procès-verbal.", TEST_REPORT
    )
    await scene.let_time_pass(second, scene.ago(18))
    await scene.add(second, "guide-api-mis-a-jour.pdf", scene.ago(18, 17, 5))
    await scene.add(second, "pv-test.pdf", scene.ago(18, 17, 6))
    await scene.confirm(second, scene.ago(18, 17, 12), "Guide et procès-verbal à jour.")


async def declined(scene: Scene) -> None:
    """« en cours », the supplier having chosen not to modify after speaking with the Assistance."""
    modification = await scene.send_back(scene.ago(15, 8, 50), "Le lien de support semble mort.", CONTACT)
    question = "Le lien fonctionne : il demande une authentification. Faut-il le changer ?"
    message = await contact_support(scene.supplier, scene.request.id, message=question, as_of=scene.ago(14, 10, 0))
    answer = "Non, l'authentification est permise : choisissez « Ne pas modifier »."
    answered_at = scene.ago(13, 9, 0)
    await answer_support(scene.manager, message.id, answer=answer, as_of=answered_at)
    await sweep(answered_at)
    at = scene.ago(12, 14, 0)
    await skip_modification(scene.supplier, modification.id, assistance_contacted=True, note="Lien valable.", as_of=at)
    await sweep(at)


async def expired(scene: Scene) -> None:
    """« en cours », the delay having passed with a draft that was never confirmed."""
    modification = await scene.send_back(scene.ago(31, 16, 10), "Corrigez le contact de support.", CONTACT)
    await scene.change_contact(modification, "support@logisante.example", scene.ago(25, 11, 11))
    await scene.let_time_pass(modification)


async def validated(scene: Scene) -> None:
    """« Validée », after a modification."""
    modification = await scene.send_back(scene.ago(24, 9, 0), "Joignez le procès-verbal de test.", TEST_REPORT)
    await scene.add(modification, "pv-test.pdf", scene.ago(21, 10, 30))
    await scene.confirm(modification, scene.ago(21, 10, 33))
    await validate_request(scene.manager, scene.request.id, as_of=scene.ago(4, 15, 0))
    await sweep(scene.ago(4, 15, 0))


async def rejected(scene: Scene) -> None:
    """« Rejetée »."""
    at = scene.ago(6, 11, 25)
    await reject_request(scene.manager, scene.request.id, reason="Le logiciel n'est plus référencé.", as_of=at)
    await sweep(at)


async def untouched(_scene: Scene) -> None:
    """« en cours », never sent back: the one to try on."""


Story = Callable[[Scene], Awaitable[None]]
