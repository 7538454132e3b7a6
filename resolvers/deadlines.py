"""What falls due: reminders at J+10, the end of the delay at J+20, where it is wished a last notice the day before.

The database alone knows; anyone may settle it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

import structlog
from tortoise.expressions import Q
from tortoise.queryset import QuerySet, ValuesListQuery

from models import FundingRequest, Modification
from models.actors import SYSTEM, Actor
from models.database import is_postgres, transaction
from models.deadlines import days_later
from models.emails import EmailKind
from models.events import EventKind
from models.lifecycle import ModificationOutcome, RequestAction
from resolvers.drafts import draft_of
from resolvers.events import record
from resolvers.mail import notify
from resolvers.transitions import Overtaken, hold, move
from resolvers.visibility import get_modification, get_request
from settings import settings

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
        await _expire(modification, as_of, waits=True)
    return await get_request(actor, request_id)


async def settled_modification(actor: Actor, modification_id: UUID, as_of: datetime) -> Modification:
    """That modification as the actor sees it, after writing down an expiry that no worker has yet."""
    modification = await get_modification(actor, modification_id)
    if not modification.request.is_due(as_of):
        return modification
    await settled_request(actor, modification.request_id, as_of)
    return await get_modification(actor, modification_id)


def to_expire(as_of: datetime) -> QuerySet[Modification]:
    """The open cycles whose delay has passed."""
    return Modification.filter(outcome=None, closes_at__lte=as_of)


def to_remind(as_of: datetime) -> QuerySet[Modification]:
    """The open cycles whose reminder is due; one whose delay has passed as well is left to its expiry."""
    return Modification.filter(outcome=None, reminded_at=None, reminds_at__lte=as_of, closes_at__gt=as_of)


def to_notice(as_of: datetime) -> QuerySet[Modification]:
    """The open cycles that close within a day and are not told so: by a last notice, or a reminder of that day."""
    reminded_before = Q(reminded_at=None) | Q(reminded_at__lte=days_later(as_of, -1))
    open_still = Modification.filter(outcome=None, last_notice_at=None, closes_at__gt=as_of)
    return open_still.filter(reminded_before, closes_at__lte=days_later(as_of, 1))


async def expire_due(as_of: datetime) -> int:
    """End every cycle whose delay has passed; how many this call ended."""
    return await _each(to_expire(as_of), "closes_at", _expire, as_of)


async def remind_due(as_of: datetime) -> int:
    """Remind the suppliers of every open cycle whose reminder is due; how many this call reminded of."""
    return await _each(to_remind(as_of), "reminds_at", _remind, as_of)


async def give_last_notice_due(as_of: datetime) -> int:
    """Tell the suppliers of every open cycle that closes within a day, where the portal does; how many it told."""
    if not settings.last_notice:
        return 0
    return await _each(to_notice(as_of), "closes_at", _give_last_notice, as_of)


async def settle_now(modification_id: UUID, as_of: datetime) -> None:
    """Do to one cycle what a pass would do to it at that instant."""
    await _attempt(modification_id, to_expire(as_of), _expire, as_of)
    await _attempt(modification_id, to_remind(as_of), _remind, as_of)
    if settings.last_notice:
        await _attempt(modification_id, to_notice(as_of), _give_last_notice, as_of)


async def next_deadline(as_of: datetime) -> datetime | None:
    """When the next open cycle is due for its reminder, its last notice or its end."""
    cycles = Modification.filter(outcome=None)
    reminding = await cycles.filter(reminded_at=None, reminds_at__gt=as_of).order_by("reminds_at").first()
    closing = await cycles.filter(closes_at__gt=as_of).order_by("closes_at").first()
    upcoming = [reminding.reminds_at] if reminding else []
    if settings.last_notice:
        later = cycles.filter(last_notice_at=None, closes_at__gt=days_later(as_of, 1))
        noticing = await later.order_by("closes_at").first()
        upcoming += [days_later(noticing.closes_at, -1)] if noticing else []
    return min(upcoming + ([closing.closes_at] if closing else []), default=None)


class Place(NamedTuple):
    """Where a cycle stands among those that are due."""

    at: datetime
    id: UUID


async def _each(
    due: QuerySet[Modification], order: str, act: Callable[[Modification, datetime], Awaitable[bool]], as_of: datetime
) -> int:
    """Act on what is due, oldest first, batch by batch, each cycle once: one that fails waits for the next pass."""
    done, last = 0, None
    while batch := [Place(*row) for row in await next_batch(due, order, last)]:
        for place in batch:
            done += await _attempt(place.id, due, act, as_of)
        last = batch[-1]
    return done


def next_batch(due: QuerySet[Modification], order: str, last: Place | None) -> ValuesListQuery[Literal[False]]:
    """Where the next cycles stand that are due after `last`: answered by the partial index of their kind alone."""
    if last is not None:
        later: dict[str, Any] = {f"{order}__gt": last.at}
        due = due.filter(Q(**later) | Q(id__gt=last.id), **{f"{order}__gte": last.at})
    return due.order_by(order, "id").limit(_BATCH).values_list(order, "id")


async def _attempt(
    id_: UUID,
    due: QuerySet[Modification],
    act: Callable[[Modification, datetime], Awaitable[bool]],
    as_of: datetime,
) -> bool:
    """Act on one cycle if it is still due; a failure is logged and holds up no other."""
    try:
        modification = await due.filter(id=id_).select_related("request__dossier__supplier").first()
        return modification is not None and await act(modification, as_of)
    except Exception:
        log.exception("deadline_failed", modification=str(id_), action=act.__name__)
        return False


async def _claim(request: FundingRequest) -> None:
    """Take the row, or leave it to whoever holds it: workers do not queue up behind each other's rows.

    On SQLite, where writers come one after the other anyway, the compare-and-set that follows is the claim.
    """
    if not is_postgres():
        return
    if not await FundingRequest.filter(id=request.id).select_for_update(skip_locked=True, no_key=True).only("id"):
        raise Overtaken()


async def _expire(modification: Modification, as_of: datetime, *, waits: bool = False) -> bool:
    request = modification.request
    ended = modification.closes_at
    try:
        async with transaction():
            if not waits:
                await _claim(request)
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
    kinds = (EventKind.MODIFICATION_REMINDED, EmailKind.MODIFICATION_REMINDER)
    return await _tell(modification, "reminded_at", *kinds, as_of)


async def _give_last_notice(modification: Modification, as_of: datetime) -> bool:
    kinds = (EventKind.MODIFICATION_LAST_NOTICE_SENT, EmailKind.MODIFICATION_LAST_NOTICE)
    return await _tell(modification, "last_notice_at", *kinds, as_of)


async def _tell(
    modification: Modification, mark: str, event_kind: EventKind, email_kind: EmailKind, as_of: datetime
) -> bool:
    """Write one mail of an open cycle, whose column `mark` says that it has left."""
    request = modification.request
    try:
        async with transaction():
            await _claim(request)
            await hold(request, as_of=as_of)
            unmarked = Modification.filter(id=modification.id, outcome=None, **{f"{mark}__isnull": True})
            if not await unmarked.update(**{mark: as_of}):
                raise Overtaken()
            told = await get_modification(SYSTEM, modification.id)
            event = await record(event_kind, request, SYSTEM, at=as_of, number=told.number)
            await notify(email_kind, event, request, modification=told, as_of=as_of)
    except Overtaken:
        return False
    return True
