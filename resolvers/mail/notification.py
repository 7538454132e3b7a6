"""Telling a supplier what happened to its request, in the transaction in which it happens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from models import Email, Event, FundingRequest, Modification, User
from models.actors import Role
from models.dossiers import REQUEST_NAMES
from models.emails import EmailAttachment, EmailKind
from models.permissions import may_edit
from models.typography import days_until
from resolvers import enclosures, links
from resolvers.contents import cycle_contents
from resolvers.mail.rendering import Letter, render
from settings import settings

# What asks somebody to act goes to those who can.
FOR_EDITORS = frozenset(
    {EmailKind.MODIFICATION_REQUESTED, EmailKind.MODIFICATION_REMINDER, EmailKind.MODIFICATION_LAST_NOTICE}
)
_HOST = re.compile(r"[a-z0-9.-]+")


async def notify(
    kind: EmailKind,
    event: Event,
    request: FundingRequest,
    *,
    modification: Modification | None = None,
    as_of: datetime,
    **facts: Any,
) -> list[Email]:
    """Write the mails that `event` causes, one for each address; the worker sends them after the commit.

    Rows are given as they are after the change, `event` with its payload: the mails of a cancellation, an extension
    and a rejection quote its `reason`. An answer of the Assistance needs `message`, the SupportMessage answered.
    """
    await request.fetch_related("dossier__supplier")
    cause: dict[str, Any] = {"request_id": request.id, "event_id": event.id}
    if modification is not None:
        cause |= {"modification_id": modification.id, "attached": enclosures.ENCLOSED.get(kind)}
    letter = await letter_about(kind, event, request, modification=modification, as_of=as_of, **facts)
    people = await recipients(request.dossier.supplier_id, editing=kind in FOR_EDITORS)
    emails = [outgoing(kind, letter, person.email, as_of, **cause) for person in people]
    await Email.bulk_create(emails)
    return emails


async def letter_about(
    kind: EmailKind,
    event: Event,
    request: FundingRequest,
    *,
    modification: Modification | None = None,
    as_of: datetime,
    **facts: Any,
) -> Letter:
    """What `notify` writes to everybody alike; none of the rows need be saved, the request's dossier be loaded."""
    if modification is not None:
        facts |= await _facts_of(modification, enclosures.ENCLOSED.get(kind), as_of)
    return _letter(kind, event, request, facts)


async def _facts_of(modification: Modification, attached: EmailAttachment | None, as_of: datetime) -> dict[str, Any]:
    """What a mail about a cycle may say besides; its request must be loaded."""
    request = modification.request
    return {
        "contents": await cycle_contents(modification),
        "modification": modification,
        "days_left": days_until(modification.closes_at, as_of),
        "receipt_number": modification.receipt_number(request.dossier.number, request.kind),
        "receipt_link": links.receipt(request, modification.id),
        "enclosed": enclosures.file_name(attached, modification, request) if attached else "",
    }


def _letter(kind: EmailKind, event: Event, request: FundingRequest, facts: dict[str, Any]) -> Letter:
    """`facts`, and what any mail about a request may say."""
    return render(
        kind,
        event=event,
        reason=event.payload.get("reason"),
        number=request.dossier.number,
        supplier=request.dossier.supplier.legal_name,
        request_name=REQUEST_NAMES[request.kind],
        tracking_link=links.tracking(request),
        modification_link=links.modification(request),
        assistance_link=links.assistance(request),
        help_link=links.help_page(),
        **facts,
    )


async def recipients(supplier_id: UUID, *, editing: bool) -> list[User]:
    """The supplier's active accounts, or those that may answer what is sent back; one for each address."""
    people = await User.filter(supplier_id=supplier_id, active=True, role=Role.SUPPLIER).order_by(
        "created_at", "identifier"
    )
    return one_for_each_address(each for each in people if not editing or may_edit(each.role, each.right))


def one_for_each_address(people: Iterable[User]) -> list[User]:
    """The first of those who share a mailbox."""
    by_address: dict[str, User] = {}
    for person in people:
        by_address.setdefault(person.email.lower(), person)
    return list(by_address.values())


def outgoing(kind: EmailKind, letter: Letter, recipient: str, as_of: datetime, **cause: Any) -> Email:
    """A letter as it waits in the outbox, to be saved; `cause` is what it tells of, and what it carries."""
    email_id = uuid4()
    return Email(
        id=email_id,
        kind=kind,
        recipient=recipient,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        message_id=message_id(email_id),
        created_at=as_of,
        next_attempt_at=as_of,
        **cause,
    )


def message_id(email_id: UUID) -> str:
    """The same for every attempt to send this mail, so that a mailbox shows a second copy as the first."""
    host = urlsplit(settings.base_url).hostname or ""
    return f"<{email_id}@{host if _HOST.fullmatch(host) else 'localhost'}>"
