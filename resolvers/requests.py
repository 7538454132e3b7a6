"""What a manager decides about a request: send it back, validate it, reject it, mark it paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from models import FundingRequest, Modification, User
from models.actors import Actor
from models.database import transaction
from models.deadlines import days_later, end_of_delay
from models.dossiers import RequestKind
from models.emails import EmailKind
from models.errors import Fault, Invalid
from models.events import EventKind
from models.expectations import check_expected_changes
from models.free_text import check_free_text
from models.lifecycle import RequestAction, RequestStatus
from models.modifications import ExpectedChange
from resolvers.comment_templates import filled_in
from resolvers.deadlines import settled_request
from resolvers.events import record
from resolvers.mail import notify, recipients
from resolvers.transitions import guard, move, permit, until_settled
from resolvers.visibility import get_modification
from settings import settings


@until_settled
async def request_modification(
    actor: Actor,
    request_id: UUID,
    *,
    comment: str,
    expected_changes: Sequence[ExpectedChange] = (),
    template_id: UUID | None = None,
    as_of: datetime,
) -> Modification:
    """Send a request back to its supplier, saying what to correct; it has until J+20."""
    request = await settled_request(actor, request_id, as_of)
    permit(actor, RequestAction.REQUEST_MODIFICATION)
    comment, expected = await words_to_send(comment, expected_changes, request.kind, template_id)
    if first := await _same_opening(actor, request, comment, expected):
        return first
    guard(actor, request, RequestAction.REQUEST_MODIFICATION, as_of)
    await who_is_told(request)
    closes_at = end_of_delay(as_of)
    async with transaction():
        await move(request, RequestAction.REQUEST_MODIFICATION, as_of=as_of, closes_at=closes_at)
        modification = await new_cycle(request, actor, comment, expected, as_of)
        await modification.save(force_create=True)
        facts = {"number": modification.number, "comment": comment, "closesAt": closes_at.isoformat()}
        facts["expectedChanges"] = modification.expected_changes
        event = await record(EventKind.MODIFICATION_REQUESTED, request, actor, at=as_of, **facts)
        await notify(EmailKind.MODIFICATION_REQUESTED, event, request, modification=modification, as_of=as_of)
    return await get_modification(actor, modification.id)


async def new_cycle(
    request: FundingRequest, actor: Actor, comment: str, expected: list[ExpectedChange], as_of: datetime
) -> Modification:
    """The request's next cycle, opened at that instant, to be saved."""
    return Modification(
        request=request,
        number=await Modification.filter(request_id=request.id).count() + 1,
        comment=comment,
        expected_changes=[change.as_json() for change in expected],
        opened_at=as_of,
        opened_by=actor.author,
        reminds_at=days_later(as_of, settings.reminder_days),
        closes_at=end_of_delay(as_of),
        draft_updated_at=as_of,
    )


async def words_to_send(
    comment: str,
    expected_changes: Sequence[ExpectedChange],
    request: RequestKind | None = None,
    template_id: UUID | None = None,
) -> tuple[str, list[ExpectedChange]]:
    """What the manager says and ticks for such a request, as it is kept; what is left empty is the template's.

    Raises Invalid. Without a kind of request: what may be said of one kind or the other.
    """
    comment, ticked = await filled_in(template_id, comment, expected_changes)
    comment = check_free_text("comment", comment, empty="Saisissez le commentaire qui dit ce qu’il faut modifier.")
    return comment, check_expected_changes(ticked, request)


async def _same_opening(
    actor: Actor, request: FundingRequest, comment: str, expected: list[ExpectedChange]
) -> Modification | None:
    """The open cycle, when the same manager asks for the same thing twice: a double click, a retry."""
    opened = await Modification.get_or_none(request_id=request.id, outcome=None)
    if opened is None or (opened.comment, opened.expects) != (comment, expected):
        return None
    return await get_modification(actor, opened.id) if opened.opened_by.account == actor.account else None


async def who_is_told(request: FundingRequest) -> list[User]:
    """The accounts that a modification is announced to; without any it would be asked of nobody: raises Invalid."""
    people = await recipients(request.dossier.supplier_id, editing=True)
    if not people:
        sentence = (
            "Aucun compte actif de ce fournisseur ne peut modifier la demande : personne ne serait prévenu. "
            "Créez ou réactivez d’abord un compte."
        )
        raise Invalid(Fault("requestId", "NO_RECIPIENT", sentence))
    return people


@until_settled
async def validate_request(actor: Actor, request_id: UUID, *, as_of: datetime) -> FundingRequest:
    """Accept the request as it stands."""
    request = await settled_request(actor, request_id, as_of)
    permit(actor, RequestAction.VALIDATE_REQUEST)
    if request.status is RequestStatus.VALIDATED:
        return request
    guard(actor, request, RequestAction.VALIDATE_REQUEST, as_of)
    async with transaction():
        await move(request, RequestAction.VALIDATE_REQUEST, as_of=as_of)
        event = await record(EventKind.REQUEST_VALIDATED, request, actor, at=as_of)
        await notify(EmailKind.REQUEST_VALIDATED, event, request, as_of=as_of)
    return request


@until_settled
async def reject_request(actor: Actor, request_id: UUID, *, reason: str, as_of: datetime) -> FundingRequest:
    """Refuse the request, saying why."""
    request = await settled_request(actor, request_id, as_of)
    permit(actor, RequestAction.REJECT_REQUEST)
    reason = check_free_text("reason", reason, empty="Saisissez le motif du rejet.")
    if request.status is RequestStatus.REJECTED and request.decision_reason == reason:
        return request
    guard(actor, request, RequestAction.REJECT_REQUEST, as_of)
    async with transaction():
        await move(request, RequestAction.REJECT_REQUEST, as_of=as_of, decision_reason=reason)
        event = await record(EventKind.REQUEST_REJECTED, request, actor, at=as_of, reason=reason)
        await notify(EmailKind.REQUEST_REJECTED, event, request, as_of=as_of)
    return request


@until_settled
async def mark_paid(actor: Actor, request_id: UUID, *, as_of: datetime) -> FundingRequest:
    """Note that the validated request is decided and paid."""
    request = await settled_request(actor, request_id, as_of)
    permit(actor, RequestAction.MARK_PAID)
    if request.status is RequestStatus.PAID:
        return request
    guard(actor, request, RequestAction.MARK_PAID, as_of)
    async with transaction():
        await move(request, RequestAction.MARK_PAID, as_of=as_of)
        await record(EventKind.REQUEST_PAID, request, actor, at=as_of)
    return request
