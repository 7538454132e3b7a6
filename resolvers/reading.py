"""What can be read: the lists of the API, their orders and their filters."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from models import Attachment, Dossier, Email, Event, FundingRequest, Supplier, SupportMessage, Version
from models.actors import Actor
from models.attachments import Integrity
from models.dossiers import LONGEST_NUMBER, standing
from models.emails import LATE, MOST_UNANSWERED, EmailStatus
from models.lifecycle import RequestStatus
from models.text import storable
from resolvers.integrity import damaged
from resolvers.pages import Order, Part, Rank
from resolvers.scanning import infected
from resolvers.visibility import (
    found,
    sees_all,
    visible_attachments,
    visible_dossiers,
    visible_emails,
    visible_events,
    visible_support_messages,
    visible_versions,
)

VERSIONS = Order.by("versions", descending=True, rank=Rank)
MODIFICATIONS = Order.by("modifications", descending=True, number=Rank)
EMAILS = Order.by("emails", descending=True, created_at=datetime, id=UUID)
ALL_EMAILS = Order.by("allEmails", descending=True, created_at=datetime, id=UUID)
EVENTS = Order.by("events", position=Rank)
LATEST_EVENTS = Order.by("latestEvents", descending=True, position=Rank)
SUPPORT_MESSAGES = Order.by("supportMessages", at=datetime, id=UUID)
INFECTED = Order.by("infectedAttachments", descending=True, added_at=datetime, id=UUID)
DAMAGED = Order.by("damagedAttachments", descending=True, added_at=datetime, id=UUID)
FEED = Order.by("feed", transaction=int, id=int)


class DossierOrder(StrEnum):
    """Both by number in the end."""

    NUMBER = "NUMBER"
    TO_MODIFY_FIRST = "TO_MODIFY_FIRST"


def dossier_order(order: DossierOrder, as_of: datetime) -> Order:
    """By number; or first those with a request that its supplier is to modify."""
    if order is DossierOrder.NUMBER:
        return Order.by("dossiers", number=str)
    sent_back = FundingRequest.filter(standing(RequestStatus.TO_MODIFY, as_of))
    to_modify = Q(id__in=Subquery(sent_back.values("dossier_id")))
    return Order("dossiers.toModify", (Part({"number": str}, to_modify), Part({"number": str}, ~to_modify)))


async def dossier_numbered(actor: Actor, number: str) -> Dossier | None:
    """The dossier of that number, if the actor may see it."""
    return await visible_dossiers(actor).get_or_none(number=storable(number, LONGEST_NUMBER))


def support_messages(actor: Actor, *, answered: bool | None) -> QuerySet[SupportMessage]:
    """The messages to the Assistance that the actor may see: all, or only those with or without an answer."""
    messages = visible_support_messages(actor)
    return messages if answered is None else messages.filter(answered_at__isnull=not answered)


def emails(actor: Actor, *, status: EmailStatus | None, late: bool | None, as_of: datetime) -> QuerySet[Email]:
    """The mails that the actor may see: all, those of a status, those that should have left long ago or the others."""
    mails = visible_emails(actor)
    if status is not None:
        mails = mails.filter(status=status)
    if late is None:
        return mails
    # Each by its own partial index: what was sent is never looked through.
    queued = Email.filter(status=EmailStatus.QUEUED)
    unanswered = Email.filter(status=EmailStatus.UNKNOWN, unanswered__lt=MOST_UNANSWERED)
    waiting = Q(id__in=Subquery(queued.values("id"))) | Q(id__in=Subquery(unanswered.values("id")))
    overdue = waiting & Q(created_at__lte=as_of - LATE)
    return mails.filter(overdue if late else ~overdue)


def infected_attachments(actor: Actor) -> QuerySet[Attachment]:
    """The documents of requests that the antivirus has put aside, for whoever may see those; not the removed ones."""
    return visible_attachments(actor).filter(upload_id__in=Subquery(infected().values("id")), removed_at=None)


def damaged_attachments(actor: Actor) -> QuerySet[Attachment]:
    """The documents whose bytes are no longer what was received, of requests that the actor may see."""
    altered, missing = (Subquery(damaged(state).values("id")) for state in (Integrity.ALTERED, Integrity.MISSING))
    return visible_attachments(actor).filter(Q(upload_id__in=altered) | Q(upload_id__in=missing), removed_at=None)


async def get_supplier(actor: Actor, supplier_id: UUID) -> Supplier:
    """That supplier: one's own, or any for whoever is bound to none."""
    visible = sees_all(actor) or actor.supplier_id == supplier_id
    return found(await Supplier.get_or_none(id=supplier_id) if visible else None)


async def get_dossier(actor: Actor, dossier_id: UUID) -> Dossier:
    """That dossier, or NotFound."""
    return found(await visible_dossiers(actor).get_or_none(id=dossier_id))


async def get_version(actor: Actor, version_id: UUID) -> Version:
    """That version, or NotFound."""
    return found(await visible_versions(actor).get_or_none(id=version_id))


async def get_email(actor: Actor, email_id: UUID) -> Email:
    """That mail, or NotFound; account mails belong to no request and are never shown."""
    return found(await visible_emails(actor).get_or_none(id=email_id))


async def get_event(actor: Actor, event_id: int) -> Event:
    """That event, or NotFound."""
    return found(await visible_events(actor).get_or_none(id=event_id))


async def get_kept_attachment(actor: Actor, attachment_id: UUID) -> Attachment:
    """That document, or NotFound: also when it was removed."""
    return found(await visible_attachments(actor).get_or_none(id=attachment_id, removed_at__isnull=True))
