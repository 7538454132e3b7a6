"""Several workers at once: everything that is due happens, and each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from models import Dossier, Email, Event, FundingRequest, Modification, Supplier, Version
from models.dossiers import BankDetails
from models.emails import EmailKind
from models.events import EventKind
from models.lifecycle import ModificationOutcome, RequestStatus
from tests.conftest import NOW
from tests.factories import MANAGER, make_supplier, make_user
from tests.resolvers.contenders import Call, Contenders

WORKERS, EACH = 4, 100
CLOSES_AT = NOW + timedelta(days=20)


@pytest.fixture(scope="module")
def workers() -> Iterator[Contenders]:
    """Processes that wait to be asked for a sweep."""
    four = Contenders(WORKERS)
    yield four
    four.stop()


async def sent_back(supplier: Supplier, count: int, as_of: datetime) -> set[UUID]:
    """So many requests sent back at that instant, written at once; the cycles' identifiers."""
    closes_at = as_of + timedelta(days=20)
    dossiers = [
        Dossier(number=f"FINSAS{as_of.day:02}{n:04}", ans_number="pbrSAS0012", supplier=supplier) for n in range(count)
    ]
    bank = {"bank_details_sealed": BankDetails("AXYUS", "FR7630006000011234567890189", "AGRIFRPP").sealed()}
    standing = {"kind": "BALANCE", "status": RequestStatus.TO_MODIFY, "status_changed_at": as_of, "updated_at": as_of}
    requests = [
        FundingRequest(
            dossier_id=dossier.id,
            submitted_on=as_of.date(),
            closes_at=closes_at,
            document_digest="0" * 64,
            **bank,
            **standing,
        )
        for dossier in dossiers
    ]
    made = {"created_at": as_of, "created_by": MANAGER.author, "asp_number": "FINSAS", "dsr": "DSR"}
    versions = [Version(request_id=request.id, rank=0, support_contact="a@editeur.fr", **made) for request in requests]
    cycles = [
        Modification(
            request_id=request.id,
            number=1,
            comment="test modif",
            opened_at=as_of,
            opened_by=MANAGER.author,
            reminds_at=as_of + timedelta(days=10),
            closes_at=closes_at,
            draft_updated_at=as_of,
        )
        for request in requests
    ]
    await Dossier.bulk_create(dossiers)
    await FundingRequest.bulk_create(requests)
    await Version.bulk_create(versions)
    await Modification.bulk_create(cycles)
    return {cycle.id for cycle in cycles}


async def test_four_workers_at_once_settle_and_remind_of_everything_once(db: str, workers: Contenders) -> None:
    supplier = await make_supplier()
    await make_user(None)
    await make_user(supplier)
    over = await sent_back(supplier, EACH, NOW)
    waiting = await sent_back(supplier, EACH, NOW + timedelta(days=5))
    call: Call = {"do": "sweep", "modification": str(next(iter(over))), "as_of": CLOSES_AT.isoformat()}
    told = await workers.answers(db, *([[call]] * WORKERS))
    counts = [[int(count) for count in answer.removeprefix("SWEPT ").split()] for answer in told]
    assert [sum(each) for each in zip(*counts, strict=True)] == [EACH, EACH]
    rows = await Modification.all()
    assert {row.id for row in rows if row.outcome is ModificationOutcome.EXPIRED} == over
    assert {row.id for row in rows if row.reminded_at == CLOSES_AT and row.outcome is None} == waiting
    events = Counter([(event.request_id, event.kind) for event in await Event.all()])
    assert set(events.values()) == {1}
    assert Counter(kind for _, kind in events) == {
        EventKind.MODIFICATION_EXPIRED: EACH,
        EventKind.MODIFICATION_REMINDED: EACH,
    }
    mails = Counter([(email.request_id, email.kind) for email in await Email.all()])
    assert set(mails.values()) == {1}
    assert Counter(kind for _, kind in mails) == {
        EmailKind.MODIFICATION_EXPIRED: EACH,
        EmailKind.MODIFICATION_REMINDER: EACH,
    }
