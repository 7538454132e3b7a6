"""What mails carry: the calendar file of a deadline, the receipt of what was transmitted; made when the mail leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models import Email, FundingRequest, Modification
from models.emails import EmailAttachment, EmailKind
from resolvers import calendar, links, receipts

ENCLOSED: Mapping[EmailKind, EmailAttachment] = {
    EmailKind.MODIFICATION_REQUESTED: EmailAttachment.CALENDAR,
    EmailKind.DEADLINE_EXTENDED: EmailAttachment.CALENDAR,
    EmailKind.MODIFICATION_CONFIRMED: EmailAttachment.RECEIPT,
    EmailKind.MODIFICATION_SKIPPED: EmailAttachment.RECEIPT,
}


@dataclass(frozen=True)
class Enclosure:
    """One file as it travels; `parameters` are those of its media type."""

    file_name: str
    media_type: str
    content: bytes
    parameters: Mapping[str, str] = field(default_factory=dict)


def file_name(attached: EmailAttachment, modification: Modification, request: FundingRequest) -> str:
    """What the file of that modification is called; the request's dossier must be loaded."""
    if attached is EmailAttachment.CALENDAR:
        return calendar.file_name(request)
    return receipts.file_name(modification.receipt_number(request.dossier.number, request.kind))


def address(
    attached: EmailAttachment, modification: Modification, request: FundingRequest, as_of: datetime
) -> str | None:
    """Where the portal gives the same file, for as long as it does."""
    if attached is EmailAttachment.RECEIPT:
        return links.receipt_pdf(request, modification.id)
    return links.calendar(request) if modification.outcome_at(as_of) is None else None


async def enclosure_of(email: Email, as_of: datetime) -> Enclosure | None:
    """What this mail carries when it leaves at that instant; nothing recalls a deadline that no longer counts."""
    if email.attached is None:
        return None
    related = Modification.filter(id=email.modification_id).select_related("request__dossier__supplier")
    modification = await related.get()
    name = file_name(email.attached, modification, modification.request)
    if email.attached is EmailAttachment.RECEIPT:
        return Enclosure(name, receipts.MEDIA_TYPE, await receipts.pdf_of(await receipts.receipt_of(modification)))
    if modification.outcome_at(as_of) is not None:
        return None
    parameters = {"method": calendar.METHOD, "charset": "utf-8"}
    return Enclosure(name, calendar.MEDIA_TYPE, calendar.calendar_of(modification, as_of), parameters)
