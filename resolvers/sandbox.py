"""The sandbox: cycles are brought to their deadlines in an instant, dossiers back to how they began.

Nothing is ever deleted, there as elsewhere: a reset puts dossiers aside, where nobody sees them, which frees their
numbers.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from tortoise.expressions import Subquery

from models import Attachment, Dossier, Email, Event, Modification, Supplier, Upload, User, WebhookDelivery
from models.actors import Actor
from models.database import transaction
from models.deadlines import days_later
from models.emails import EmailStatus
from models.errors import Fault, Invalid, PermissionDenied
from models.events import EventKind
from models.lifecycle import RequestAction
from models.permissions import permitted_actions
from models.suppliers import PUT_ASIDE
from models.typography import french
from models.webhooks import DeliveryStatus
from resolvers import demo
from resolvers.deadlines import expire_due, give_last_notice_due, remind_due, settle_now, settled_modification
from resolvers.demo.accounts import MANAGER
from resolvers.events import account_of, record, record_account
from resolvers.transitions import Overtaken, guard_cycle, hold, until_settled
from resolvers.visibility import get_modification, visible_dossiers

# What a cycle has passed or will pass: all of it comes nearer by as much.
_MARKS = ("reminds_at", "reminded_at", "last_notice_at", "closes_at")
_resetting = asyncio.Lock()


class TravelStop(StrEnum):
    """Where time can be brought to, in the order in which it passes there."""

    REMINDER = "REMINDER"
    LAST_DAY = "LAST_DAY"
    EXPIRY = "EXPIRY"


@dataclass(frozen=True)
class Reset:
    """What a reset did: how many dossiers it put aside, and those that there are now."""

    put_aside: int
    dossiers: list[Dossier]


@until_settled
async def travel_to(actor: Actor, modification_id: UUID, *, to: TravelStop, as_of: datetime) -> Modification:
    """Bring an open cycle to one of its deadlines; what is due on the way and there happens at once."""
    modification = await settled_modification(actor, modification_id, as_of)
    _permit(actor)
    if await _is_there(modification, to):
        return modification
    guard_cycle(actor, modification, RequestAction.EXTEND_DEADLINE, as_of)
    way = list(_way(modification, to, as_of))
    if to not in way:
        raise Invalid(Fault("to", "PASSED", french("Cette modification a déjà dépassé ce moment : allez plus loin.")))
    for stop in way:
        await _bring(actor, await get_modification(actor, modification_id), stop, as_of)
        await settle_now(modification_id, as_of)
    return await get_modification(actor, modification_id)


def _permit(actor: Actor) -> None:
    """Whoever may end a cycle or put off its deadline."""
    if not permitted_actions(actor) & {RequestAction.CONFIRM_MODIFICATION, RequestAction.EXTEND_DEADLINE}:
        raise PermissionDenied()


async def _is_there(modification: Modification, to: TravelStop) -> bool:
    """Was it brought there just before: a double click, a retry?"""
    travels = Event.filter(request_id=modification.request_id, kind=EventKind.TIME_TRAVELLED)
    last = await travels.order_by("-position").first()
    return last is not None and {"number": modification.number, "to": to.value}.items() <= last.payload.items()


def _way(modification: Modification, to: TravelStop, as_of: datetime) -> Iterator[TravelStop]:
    """The stops ahead, up to the wanted one."""
    for stop in TravelStop:
        reminded = stop is TravelStop.REMINDER and modification.reminded_at is not None
        if not reminded and _distance(modification, stop, as_of) > timedelta(0):
            yield stop
        if stop is to:
            return


def _distance(modification: Modification, stop: TravelStop, as_of: datetime) -> timedelta:
    match stop:
        case TravelStop.REMINDER:
            return modification.reminds_at - as_of
        case TravelStop.LAST_DAY:
            return modification.closes_at - days_later(as_of, 1)
        case TravelStop.EXPIRY:
            return modification.closes_at - as_of


async def _bring(actor: Actor, modification: Modification, stop: TravelStop, as_of: datetime) -> None:
    by = _distance(modification, stop, as_of)
    nearer = {mark: instant - by for mark in _MARKS if (instant := getattr(modification, mark))}
    async with transaction():
        await hold(modification.request, as_of=as_of, closes_at=nearer["closes_at"])
        if not await Modification.filter(id=modification.id, outcome=None).update(**nearer):
            raise Overtaken()
        facts = {"number": modification.number, "to": stop.value}
        await record(EventKind.TIME_TRAVELLED, modification.request, actor, at=as_of, **facts)


async def reset_sandbox(actor: Actor, *, as_of: datetime) -> Reset:
    """Put aside every dossier that the actor sees, and make those of the demo again, where there is one."""
    _permit(actor)
    async with _resetting:
        put_aside = await _put_aside(actor, as_of)
        if await User.exists(identifier=MANAGER.identifier):
            await demo.load(as_of, _relive)
    return Reset(put_aside, await visible_dossiers(actor).order_by("number"))


async def _put_aside(actor: Actor, as_of: datetime) -> int:
    nowhere = {"legal_name": "Dossiers rangés", "street": "", "postcode": "", "city": ""}
    holder, _ = await Supplier.get_or_create(siret=PUT_ASIDE, defaults=nowhere)
    async with transaction():
        user = await account_of(actor)
        dossiers = await visible_dossiers(actor).order_by("id")
        for dossier in dossiers:
            # A number that no document can name.
            await Dossier.filter(id=dossier.id).update(number=f"~{secrets.token_hex(9)}", supplier_id=holder.id)
        # What was sent once, or found infected, is received anew.
        held = Attachment.filter(request__dossier_id__in=[dossier.id for dossier in dossiers])
        await Upload.filter(id__in=Subquery(held.values("upload_id"))).update(account=PUT_ASIDE)
        # A webhook would be told of numbers that nobody knows.
        untold = WebhookDelivery.filter(status=DeliveryStatus.PENDING, event_id__not_isnull=True)
        await untold.filter(request__dossier__supplier_id=holder.id).delete()
        await record_account(EventKind.SANDBOX_RESET, user=user, actor=actor, at=as_of, dossiers=len(dossiers))
    return len(dossiers)


async def _relive(as_of: datetime) -> None:
    """What a worker did at that instant, but for sending: nobody waits for the mails of a past that is made up."""
    await expire_due(as_of)
    await remind_due(as_of)
    await give_last_notice_due(as_of)
    unsent = Email.filter(status=EmailStatus.QUEUED, attempts=0, next_attempt_at__lte=as_of)
    await unsent.update(status=EmailStatus.SENT, sent_at=as_of, attempts=1)
