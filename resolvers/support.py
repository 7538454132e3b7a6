"""Messages to the Assistance utilisateur: a supplier writes, a manager answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from models import FundingRequest, SupportMessage
from models.actors import Actor, Role
from models.database import transaction
from models.emails import EmailKind
from models.errors import Fault, Invalid, PermissionDenied
from models.events import EventKind
from models.free_text import check_free_text
from models.lifecycle import RequestAction
from resolvers.deadlines import settled_request
from resolvers.events import record
from resolvers.mail import notify
from resolvers.transitions import Overtaken, guard, hold, move, permit, until_settled
from resolvers.visibility import get_support_message


@until_settled
async def contact_support(actor: Actor, request_id: UUID, *, message: str, as_of: datetime) -> SupportMessage:
    """Tell the Assistance of an error or an omission in a request."""
    request = await settled_request(actor, request_id, as_of)
    permit(actor, RequestAction.CONTACT_SUPPORT)
    text = check_free_text("message", message, empty="Saisissez votre message.")
    if first := await _waiting(request, text):
        return await get_support_message(actor, first.id)
    guard(actor, request, RequestAction.CONTACT_SUPPORT, as_of)
    async with transaction():
        await move(request, RequestAction.CONTACT_SUPPORT, as_of=as_of)
        if await _waiting(request, text):
            raise Overtaken()
        row = await SupportMessage.create(request=request, text=text, at=as_of, by=actor.author)
        await record(EventKind.SUPPORT_CONTACTED, request, actor, at=as_of, messageId=str(row.id), text=text)
    return await get_support_message(actor, row.id)


async def _waiting(request: FundingRequest, text: str) -> SupportMessage | None:
    """The same words, not answered yet: the same message sent twice."""
    return await SupportMessage.filter(request_id=request.id, text=text, answered_at=None).first()


@until_settled
async def answer_support(actor: Actor, message_id: UUID, *, answer: str, as_of: datetime) -> SupportMessage:
    """Answer a supplier, once."""
    message = await get_support_message(actor, message_id)
    if actor.role is not Role.MANAGER:
        raise PermissionDenied()
    text = check_free_text("answer", answer, empty="Saisissez votre réponse.")
    if message.answer == text:
        return message
    if message.answer is not None:
        raise Invalid(Fault("messageId", "ALREADY_ANSWERED", "Ce message a déjà reçu une autre réponse."))
    request = await settled_request(actor, message.request_id, as_of)
    async with transaction():
        await hold(request, as_of=as_of)
        if not await SupportMessage.filter(id=message.id, answered_at=None).update(
            answer=text, answered_at=as_of, answered_by=actor.author
        ):
            raise Overtaken()
        event = await record(EventKind.SUPPORT_ANSWERED, request, actor, at=as_of, messageId=str(message.id))
        answered = await get_support_message(actor, message.id)
        await notify(EmailKind.SUPPORT_ANSWERED, event, request, as_of=as_of, message=answered)
    return answered
