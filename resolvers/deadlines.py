"""What falls due: reminders at J+10, the end of the delay at J+20. The database alone knows; anyone may settle it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import structlog
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models import FundingRequest, Modification
from models.actors import SYSTEM, Actor
from models.database import transaction
from models.emails import EmailKind
from models.events import EventKind
from models.lifecycle import ModificationOutcome, RequestAction
from resolvers.drafts import draft_of
from resolvers.events import record
from resolvers.mail import notify
from resolvers.transitions import Overtaken, hold, move
from resolvers.visibility import get_modification, get_request

log = structlog.get_logger(__name__)

_BATCH = 100


async def settled_request(actor: Actor, request_id: UUID, as_of: datetime) -> FundingRequest:
    """That request as the actor sees it, after writing down an expiry that no worker has yet."""
    request = await get_request(actor, request_id)
    if not request.is_due(as_of):
        return request
    for modification in await Modification.filter(request_id=request.id, outcome=None).select_related(
        "request__dossier__supplier"
    ):
        await _expire(modification, as_of)
    return await get_request(actor, request_id)


async def settled_modification(actor: Actor, modification_id: UUID, as_of: datetime) -> Modification:
    """That modification as the actor sees it, after writing down an expiry that no worker has yet."""
    modification = await get_modification(actor, modification_id)
    if not modification.request.is_due(as_of):
        return modification
    await settled_request(actor, modification.request_id, as_of)
    return await get_modification(actor, modification_id)


async def expire_due(as_of: datetime) -> int:
    """End every cycle whose delay has passed; how many this call ended."""
    return await _each(Modification.filter(outcome=None, closes_at__lte=as_of), "closes_at", _expire, as_of)


async def remind_due(as_of: datetime) -> int:
    """Remind the suppliers of every open cycle whose reminder is due; how many this call reminded of.

    A cycle whose delay has passed as well is left to its expiry: its reminder is never sent.
    """
    due = Modification.filter(outcome=None, reminded_at=None, reminds_at__lte=as_of, closes_at__gt=as_of)
    return await _each(due, "reminds_at", _remind, as_of)


async def next_deadline(as_of: datetime) -> datetime | None:
    """When the next open cycle is due for its reminder or for its end."""
    cycles = Modification.filter(outcome=None)
    reminding = await cycles.filter(reminded_at=None, reminds_at__gt=as_of).order_by("reminds_at").first()
    closing = await cycles.filter(closes_at__gt=as_of).order_by("closes_at").first()
    upcoming = [reminding.reminds_at] if reminding else []
    return min(upcoming + ([closing.closes_at] if closing else []), default=None)


async def _each(
    due: QuerySet[Modification], order: str, act: Callable[[Modification, datetime], Awaitable[bool]], as_of: datetime
) -> int:
    """Act on what is due, oldest first, batch by batch; one that fails is logged and does not hold up the others."""
    done, failed = 0, list[UUID]()
    while (
        batch := await due.filter(~Q(id__in=failed))
        .order_by(order, "id")
        .limit(_BATCH)
        .select_related("request__dossier__supplier")
    ):
        for modification in batch:
            try:
                acted = await act(modification, as_of)
            except Exception:
                log.exception("deadline_failed", modification=str(modification.id), action=act.__name__)
                acted = False
            if not acted:
                failed.append(modification.id)
            done += acted
    return done


async def _expire(modification: Modification, as_of: datetime) -> bool:
    request = modification.request
    ended = modification.closes_at
    try:
        async with transaction():
            await move(request, RequestAction.EXPIRE_MODIFICATION, as_of=as_of, status_changed_at=ended, closes_at=None)
            ending = {"outcome": ModificationOutcome.EXPIRED, "closed_at": ended, "closed_by": SYSTEM.author}
            if not await Modification.filter(id=modification.id, outcome=None).update(**ending):
                raise Overtaken()
            # Read only now that the row is held: its draft may have changed since it was found due.
            expired = await get_modification(SYSTEM, modification.id)
            facts = {"number": expired.number, "draft": (await draft_of(expired)).facts()}
            event = await record(EventKind.MODIFICATION_EXPIRED, request, SYSTEM, at=ended, **facts)
            await notify(EmailKind.MODIFICATION_EXPIRED, event, request, modification=expired, as_of=as_of)
    except Overtaken:
        return False
    return True


async def _remind(modification: Modification, as_of: datetime) -> bool:
    request = modification.request
    try:
        async with transaction():
            await hold(request, as_of=as_of)
            if not await Modification.filter(id=modification.id, outcome=None, reminded_at=None).update(
                reminded_at=as_of
            ):
                raise Overtaken()
            reminded = await get_modification(SYSTEM, modification.id)
            event = await record(EventKind.MODIFICATION_REMINDED, request, SYSTEM, at=as_of, number=reminded.number)
            await notify(EmailKind.MODIFICATION_REMINDER, event, request, modification=reminded, as_of=as_of)
    except Overtaken:
        return False
    return True
