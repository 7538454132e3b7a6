"""What most pages are tested on: a request sent back a day ago, and somebody of its supplier in front of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from models import Attachment, Email, FundingRequest, Modification, User
from models.emails import EmailKind
from resolvers.editing import change_support_contact
from resolvers.mail.notification import outgoing
from resolvers.mail.rendering import Letter
from resolvers.modifications import cancel_modification, confirm_modification, skip_modification
from tests.conftest import NOW
from tests.factories import MANAGER
from tests.web.visit import Visit

EXAMPLES = Path(__file__).parents[1] / "examples"
PDF = (EXAMPLES / "pieces/PJ_Demande.pdf").read_bytes()


@dataclass
class Scene:
    """A request sent back a day ago, and somebody of its supplier in front of the portal."""

    visit: Visit
    user: User
    request: FundingRequest
    modification: Modification

    @property
    def path(self) -> str:
        return f"/dossiers/{self.request.dossier.number}/solde"

    @property
    def page(self) -> str:
        return f"{self.path}/modification"

    async def draft(self) -> tuple[str | None, int]:
        """The contact of the draft and how many documents it adds."""
        row = await Modification.get(id=self.modification.id)
        added = await Attachment.filter(modification_id=row.id, removed_at=None).count()
        return row.draft_support_contact, added

    async def change_contact_as(self, user: User, contact: str) -> None:
        """Somebody else edits the same draft meanwhile."""
        as_of = NOW + timedelta(days=1)
        await change_support_contact(user.actor, self.modification.id, support_contact=contact, as_of=as_of)


ENDS_AT = NOW + timedelta(days=1)


async def confirmed(scene: Scene) -> None:
    await scene.change_contact_as(scene.user, "test123@gmail.com")
    await confirm_modification(scene.user.actor, scene.modification.id, as_of=ENDS_AT)


async def skipped(scene: Scene) -> None:
    await skip_modification(scene.user.actor, scene.modification.id, assistance_contacted=True, as_of=ENDS_AT)


async def cancelled(scene: Scene) -> None:
    await cancel_modification(MANAGER, scene.modification.id, reason="Erreur de dossier.", as_of=ENDS_AT)


def mail(scene: Scene, number: int) -> Email:
    """One more mail about the request, ten hours after the one before, to be saved."""
    at = NOW + timedelta(hours=10 * number, minutes=30)
    letter = Letter(f"Sujet {number}", "Bonjour", "")
    return outgoing(EmailKind.MODIFICATION_REMINDER, letter, "a@editeur.fr", at, request_id=scene.request.id)
