"""Sending a mail again, because a manager asks for it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models import Email
from models.actors import Actor, Role
from models.database import transaction
from models.emails import MOST_UNANSWERED, EmailStatus
from models.errors import Fault, Invalid, PermissionDenied
from resolvers.mail.notification import outgoing
from resolvers.mail.rendering import Letter
from resolvers.reading import get_email


async def resend_email(actor: Actor, email_id: UUID, *, as_of: datetime) -> Email:
    """Send a mail again, as it was written: a new one that points to the first, once."""
    email = await get_email(actor, email_id)
    if actor.role is not Role.MANAGER:
        raise PermissionDenied()
    if first := await Email.get_or_none(resend_of_id=email.id):
        return first
    if email.status is EmailStatus.QUEUED or (email.leased_until and email.leased_until > as_of):
        raise Invalid(Fault("emailId", "STILL_WAITING", "Ce courriel n’est pas encore parti : il le sera sans renvoi."))
    if not email.text:
        raise Invalid(
            Fault("emailId", "PURGED", "Le texte de ce courriel est effacé : sa durée de conservation est passée.")
        )
    resend = _copy(email, actor, as_of)
    try:
        async with transaction():
            # One that may have arrived is not tried again besides.
            await Email.filter(id=email.id, status=EmailStatus.UNKNOWN).update(unanswered=MOST_UNANSWERED)
            await resend.save(force_create=True)
    except IntegrityError:
        # Somebody clicked at the same instant.
        return await Email.get(resend_of_id=email.id)
    return resend


def _copy(email: Email, actor: Actor, as_of: datetime) -> Email:
    letter = Letter(email.subject, email.text, email.html)
    cause = {name: getattr(email, name) for name in ("request_id", "event_id", "modification_id", "attached")}
    return outgoing(email.kind, letter, email.recipient, as_of, **cause, resend_of_id=email.id, resent_by=actor.author)
