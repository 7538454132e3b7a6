"""Many open cycles at once, and what must be true of each when it has been settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from models import Dossier, Email, Event, FundingRequest, Modification, Version
from models.emails import EmailKind, EmailStatus
from models.events import EventKind
from models.lifecycle import ModificationOutcome, RequestStatus
from tests.factories import make_request, make_supplier, make_user, send_back


async def open_cycles(count: int, *, opened_at: datetime, **draft: Any) -> list[Modification]:
    """As many requests of one supplier, sent back at that instant: one by the use case, the others its copies."""
    supplier = await make_supplier()
    await make_user(supplier)
    original = await send_back(await make_request(supplier), as_of=opened_at)
    await Modification.filter(id=original.id).update(**draft)
    modification = await Modification.get(id=original.id).select_related("request__dossier")
    version = await Version.get(request_id=modification.request_id)
    rows = [_copy(modification, version) for _ in range(count - 1)]
    await Dossier.bulk_create([row[0] for row in rows])
    await FundingRequest.bulk_create([row[1] for row in rows])
    await Version.bulk_create([row[2] for row in rows])
    await Modification.bulk_create([row[3] for row in rows])
    return [modification, *(row[3] for row in rows)]


def _copy(modification: Modification, version: Version) -> tuple[Dossier, FundingRequest, Version, Modification]:
    dossier = modification.request.dossier.clone(pk=uuid4())
    dossier.number = f"F{dossier.id.hex[:12]}"
    request = modification.request.clone(pk=uuid4())
    request.dossier = dossier
    first = version.clone(pk=uuid4())
    cycle = modification.clone(pk=uuid4())
    first.request = cycle.request = request
    return dossier, request, first, cycle


async def check_each_once(outcomes: dict[UUID, EventKind]) -> None:
    """Each request has that event and its mail, once, and nothing else since it was sent back."""
    asked = {EventKind.MODIFICATION_REQUESTED}
    events = [event for event in await Event.all() if event.kind not in asked]
    assert Counter((event.request_id, event.kind) for event in events) == Counter(outcomes.items())
    mails = [email for email in await Email.all() if email.kind is not EmailKind.MODIFICATION_REQUESTED]
    kinds = {
        EventKind.MODIFICATION_REMINDED: EmailKind.MODIFICATION_REMINDER,
        EventKind.MODIFICATION_EXPIRED: EmailKind.MODIFICATION_EXPIRED,
    }
    assert Counter((email.request_id, email.kind) for email in mails) == Counter(
        (request_id, kinds[kind]) for request_id, kind in outcomes.items()
    )
    for modification in await Modification.filter(request_id__in=list(outcomes)).select_related("request"):
        expired = outcomes[modification.request_id] is EventKind.MODIFICATION_EXPIRED
        assert modification.outcome is (ModificationOutcome.EXPIRED if expired else None)
        assert modification.request.status is (RequestStatus.IN_REVIEW if expired else RequestStatus.TO_MODIFY)
        assert (modification.request.closes_at is None) is expired
        assert (modification.reminded_at is None) is expired


async def all_done(outcomes: dict[UUID, EventKind]) -> bool:
    """Has everything happened, and has every mail left?"""
    events = await Event.filter(kind__in=set(outcomes.values())).count()
    return events >= len(outcomes) and not await Email.exclude(status=EmailStatus.SENT).exists()


def all_of(cycles: Iterable[Modification], kind: EventKind) -> dict[UUID, EventKind]:
    return {cycle.request_id: kind for cycle in cycles}


async def fall_due(cycle: Modification, **dates: datetime) -> None:
    """Give a cycle other dates, as if it had been opened at another time."""
    await Modification.filter(id=cycle.id).update(**dates)
    if "closes_at" in dates:
        await FundingRequest.filter(id=cycle.request_id).update(closes_at=dates["closes_at"])
