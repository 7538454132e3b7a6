"""How a modification ends, and what a manager or a supplier may do to it meanwhile but for editing its draft."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from models import Attachment, Event, Modification, Version
from models.actors import Actor, Role, TokenScope
from models.changes import NOTHING_TO_CONFIRM
from models.database import transaction
from models.deadlines import at_hour_of, closing_day, paris_day
from models.emails import EmailKind
from models.errors import Fault, Invalid, PermissionDenied
from models.events import EventKind
from models.free_text import check_free_text, check_note
from models.lifecycle import OUTCOMES, RequestAction
from models.typography import french, short_moment
from resolvers.deadlines import settled_modification
from resolvers.drafts import Draft, at_revision, draft_of
from resolvers.events import record
from resolvers.mail import notify
from resolvers.transitions import Overtaken, guard_cycle, hold, move, permit, until_settled
from resolvers.visibility import get_modification
from settings import settings

SPEAK_FIRST = (
    "Cochez « J’ai échangé avec l’assistance utilisateur » : ne pas modifier n’est possible qu’après cet échange."
)
_FURTHEST = timedelta(days=366)


@until_settled
async def confirm_modification(
    actor: Actor, modification_id: UUID, *, based_on: int | None = None, note: str | None = None, as_of: datetime
) -> Modification:
    """Make the draft the request's new version and give the request back for review."""
    action = RequestAction.CONFIRM_MODIFICATION
    modification = await settled_modification(actor, modification_id, as_of)
    permit(actor, action)
    note = check_note("note", note)
    if modification.outcome is OUTCOMES[action]:
        return at_revision(modification, based_on)
    guard_cycle(actor, modification, action, as_of)
    request = modification.request
    async with transaction():
        await move(request, action, as_of=as_of, closes_at=None, current_rank=modification.number)
        draft = await draft_of(at_revision(await _again(actor, modification), based_on))
        if not draft.any:
            raise Invalid(Fault("modificationId", "NOTHING_TO_CONFIRM", NOTHING_TO_CONFIRM))
        if faults := draft.infections():
            raise Invalid.of(faults)
        version = await _make_version(modification, draft, actor, as_of)
        await _close(modification, action, actor, as_of, note=note, version_id=version.id)
        facts = {"number": modification.number, "note": note, **draft.facts()}
        event = await record(EventKind.MODIFICATION_CONFIRMED, request, actor, at=as_of, **facts)
        closed = await _again(actor, modification)
        await notify(EmailKind.MODIFICATION_CONFIRMED, event, request, modification=closed, as_of=as_of)
    return closed


async def _again(actor: Actor, modification: Modification) -> Modification:
    """The row as it stands now that the transaction holds its request's."""
    return await get_modification(actor, modification.id)


async def _make_version(modification: Modification, draft: Draft, actor: Actor, as_of: datetime) -> Version:
    version = await Version.create(
        request_id=modification.request_id,
        rank=modification.number,
        asp_number=modification.asp_number(modification.request.dossier.number),
        dsr=draft.base.dsr,
        support_contact=draft.support_contact,
        created_at=as_of,
        created_by=actor.author,
    )
    await Attachment.filter(id__in=[attachment.id for attachment in draft.added]).update(rank=version.rank)
    return version


async def _close(
    modification: Modification, action: RequestAction, actor: Actor, as_of: datetime, **changes: Any
) -> None:
    changes |= {"outcome": OUTCOMES[action], "closed_at": as_of, "closed_by": actor.author}
    if not await Modification.filter(id=modification.id, outcome=None).update(**changes):
        raise Overtaken()


@until_settled
async def skip_modification(
    actor: Actor, modification_id: UUID, *, assistance_contacted: bool, note: str | None = None, as_of: datetime
) -> Modification:
    """Give the request back as it is, without the draft; only after speaking with the Assistance."""
    action = RequestAction.SKIP_MODIFICATION
    modification = await settled_modification(actor, modification_id, as_of)
    permit(actor, action)
    note = check_note("note", note)
    if modification.outcome is OUTCOMES[action]:
        return modification
    guard_cycle(actor, modification, action, as_of)
    if not assistance_contacted:
        raise Invalid(Fault("assistanceContacted", "REQUIRED", french(SPEAK_FIRST)))
    return await _drop(
        modification, action, actor, as_of, EventKind.MODIFICATION_SKIPPED, EmailKind.MODIFICATION_SKIPPED, note=note
    )


@until_settled
async def cancel_modification(actor: Actor, modification_id: UUID, *, reason: str, as_of: datetime) -> Modification:
    """Take the request back from its supplier, saying why; the draft is dropped."""
    action = RequestAction.CANCEL_MODIFICATION
    modification = await settled_modification(actor, modification_id, as_of)
    permit(actor, action)
    reason = check_free_text("reason", reason, empty="Saisissez le motif de l’annulation.")
    if modification.outcome is OUTCOMES[action] and modification.cancel_reason == reason:
        return modification
    guard_cycle(actor, modification, action, as_of)
    return await _drop(
        modification,
        action,
        actor,
        as_of,
        EventKind.MODIFICATION_CANCELLED,
        EmailKind.MODIFICATION_CANCELLED,
        cancel_reason=reason,
    )


async def _drop(
    modification: Modification,
    action: RequestAction,
    actor: Actor,
    as_of: datetime,
    event_kind: EventKind,
    email_kind: EmailKind,
    **changes: Any,
) -> Modification:
    """End a cycle without a version; what the draft held stays in the event."""
    request = modification.request
    async with transaction():
        await move(request, action, as_of=as_of, closes_at=None)
        draft = await draft_of(await _again(actor, modification))
        await _close(modification, action, actor, as_of, **changes)
        # Every event of a decision says « reason ».
        words = {name.removeprefix("cancel_"): text for name, text in changes.items()}
        facts = {"number": modification.number, "draft": draft.facts(), **words}
        event = await record(event_kind, request, actor, at=as_of, **facts)
        closed = await _again(actor, modification)
        await notify(email_kind, event, request, modification=closed, as_of=as_of)
    return closed


@until_settled
async def extend_deadline(
    actor: Actor, modification_id: UUID, *, closes_on: date, reason: str, as_of: datetime
) -> Modification:
    """Give the supplier until a later day, at the cycle's own hour; a reminder that has not left moves along.

    Where delays end on working days, another day stands for the next one that is.
    """
    modification = await settled_modification(actor, modification_id, as_of)
    permit(actor, RequestAction.EXTEND_DEADLINE)
    reason = check_free_text("reason", reason, empty="Saisissez le motif de la prolongation.")
    guard_cycle(actor, modification, RequestAction.EXTEND_DEADLINE, as_of)
    closes_on = closing_day(closes_on)
    if await _extended_already(modification, closes_on, reason):
        return modification
    closes_at = _later_deadline(modification, closes_on, as_of)
    request = modification.request
    async with transaction():
        await move(request, RequestAction.EXTEND_DEADLINE, as_of=as_of, closes_at=closes_at)
        await _put_off(modification, closes_on, closes_at)
        dates = {"before": modification.closes_at.isoformat(), "after": closes_at.isoformat()}
        facts = {"number": modification.number, "reason": reason, **dates}
        event = await record(EventKind.DEADLINE_EXTENDED, request, actor, at=as_of, **facts)
        extended = await _again(actor, modification)
        await notify(EmailKind.DEADLINE_EXTENDED, event, request, modification=extended, as_of=as_of)
    return extended


async def _put_off(modification: Modification, closes_on: date, closes_at: datetime) -> None:
    """Write the later deadline; a reminder that has not left keeps its distance from it."""
    row = Modification.filter(id=modification.id, outcome=None)
    await row.update(closes_at=closes_at)
    reminds_on = closes_on - timedelta(days=settings.closing_days - settings.reminder_days)
    reminds_at = max(at_hour_of(modification.opened_at, reminds_on), modification.reminds_at)
    await row.filter(reminded_at=None).update(reminds_at=reminds_at)


async def _extended_already(modification: Modification, closes_on: date, reason: str) -> bool:
    """Was the deadline put off to that day for that reason just before: a double click, a retry?"""
    if closes_on != paris_day(modification.closes_at):
        return False
    extensions = Event.filter(request_id=modification.request_id, kind=EventKind.DEADLINE_EXTENDED)
    last = await extensions.order_by("-position").first()
    asked = {"number": modification.number, "after": modification.closes_at.isoformat(), "reason": reason}
    return last is not None and asked.items() <= last.payload.items()


def _later_deadline(modification: Modification, closes_on: date, as_of: datetime) -> datetime:
    if closes_on <= paris_day(modification.closes_at):
        sentence = (
            f"La date limite ne peut être que repoussée : elle est fixée au {short_moment(modification.closes_at)}."
        )
        raise Invalid(Fault("closesOn", "NOT_LATER", french(sentence)))
    if closes_on > paris_day(as_of + _FURTHEST):
        raise Invalid(
            Fault("closesOn", "TOO_LATE", "La date limite ne peut pas dépasser un an à compter d’aujourd’hui.")
        )
    return at_hour_of(modification.opened_at, closes_on)


@until_settled
async def mark_comment_seen(actor: Actor, modification_id: UUID, *, as_of: datetime) -> Modification:
    """Note the first time that the supplier opened the manager's comment."""
    modification = await settled_modification(actor, modification_id, as_of)
    if not _reads_for_the_supplier(actor):
        raise PermissionDenied()
    if modification.comment_seen_at is not None:
        return modification
    async with transaction():
        await hold(modification.request, as_of=as_of)
        if not await Modification.filter(id=modification.id, comment_seen_at=None).update(comment_seen_at=as_of):
            raise Overtaken()
        await record(EventKind.COMMENT_SEEN, modification.request, actor, at=as_of, number=modification.number)
    return await get_modification(actor, modification_id)


def _reads_for_the_supplier(actor: Actor) -> bool:
    """A person of the supplier, or software that may write for it."""
    return actor.role is Role.SUPPLIER or (actor.role is Role.PARTNER and TokenScope.WRITE in actor.scopes)
