"""The demo: the guide's example exactly, one dossier in each other state, and who may sign in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from models import Attachment, Dossier, Email, Event, FundingRequest, Modification, User, Version
from models.dossiers import RequestKind
from models.emails import EmailKind, EmailStatus
from models.lifecycle import ModificationOutcome, RequestStatus
from resolvers.demo import dossiers as demo
from resolvers.demo.accounts import ACCOUNTS, INVITED, PASSWORD
from resolvers.drafts import draft_of
from resolvers.overdue import standing
from resolvers.sessions import sign_in
from resolvers.tokens import authenticate_token
from settings import settings
from tasks.delivery import Delivery
from tasks.sweep import sweep

NOW = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
DOSSIERS = demo.STORIES | demo.COLLEAGUES
STATUSES = {
    **{f"FINSAS0086{rank}": RequestStatus.TO_MODIFY for rank in ("01", "02", "03", "10", "14", "15", "18")},
    "FINSAS008607": RequestStatus.VALIDATED,
    "FINSAS008608": RequestStatus.REJECTED,
    "FINSAS008613": RequestStatus.PAID,
}
GUIDE = Path(__file__).parents[3] / "docs/demo.md"

pytestmark = pytest.mark.usefixtures("db", "mail_folder")


@pytest.fixture
def mail_folder(setting: Callable[[str, object], None], tmp_path: Path) -> Path:
    setting("data_dir", tmp_path)
    return tmp_path / "mail"


async def balance(number: str) -> FundingRequest:
    return await FundingRequest.get(dossier__number=number, kind=RequestKind.BALANCE).select_related(
        "dossier__supplier"
    )


async def cycles(number: str) -> list[Modification]:
    request = await balance(number)
    return await Modification.filter(request_id=request.id).order_by("number")


async def test_demo_shows_the_guide_and_every_state(mail_folder: Path) -> None:
    loaded = await demo.load(NOW, sweep)
    assert len(loaded.created) == 1 + len(DOSSIERS)
    await guide_is_exact()
    await every_state_is_there()
    await everybody_can_sign_in(loaded)
    # Nothing is late: the first pass of the worker has nothing to catch up with.
    swept = await sweep(NOW)
    assert (swept.expired, swept.reminded, swept.delivered.sent) == (0, 0, 0)
    assert {email.status for email in await Email.all()} == {EmailStatus.SENT}
    # Its documents, some years old, are whole and were compared lately.
    assert (await standing(NOW)).seconds_unverified(NOW) <= timedelta(days=settings.verify_days).total_seconds()
    # The clock of a delivery runs on from the instant that it is given.
    waits = [email.sent_at - email.created_at for email in await Email.all() if email.sent_at]
    assert len(waits) == await Email.all().count()
    assert max(waits) <= timedelta(seconds=Delivery.LONGEST)
    assert len(list(mail_folder.iterdir())) == await Email.all().count()

    again = await demo.load(NOW + timedelta(minutes=5), sweep)
    assert (again.created, again.token) == ([], None)
    assert await Dossier.all().count() == 1 + len(DOSSIERS)
    assert await User.all().count() == len(ACCOUNTS) + len([INVITED])


async def guide_is_exact() -> None:
    request = await balance("FINSAS008539")
    supplier = request.dossier.supplier
    assert (supplier.siret, supplier.legal_name) == ("79256844600019", "GARAGE POULAT")
    assert (supplier.street, supplier.postcode, supplier.city) == ("0 cour DE MONS", "59650", "VILLENEUVE D ASCQ")
    assert request.dossier.ans_number == "pbrSAS0012"
    assert request.submitted_on == date(2023, 2, 16)
    amounts = (request.advance_decided, request.commitment_retained, request.balance_decided)
    assert amounts == (Decimal("0.00"), Decimal("100000.00"), Decimal("70000.00"))
    version = await Version.get(request_id=request.id)
    assert (version.dsr, version.support_contact) == ("DSR-SAS-SAS-Va1", "pascal.breton@axyus.com")
    attachments = await Attachment.filter(request_id=request.id).order_by("position").select_related("upload")
    assert [(each.upload.file_name, each.document_type) for each in attachments] == [
        ("capture-ecran-au-depot.pdf", "MSS_RESU_TEST_TECH"),
        ("guide-pdf-au-depot.pdf", "MSS_GUIDE_PDF_API"),
        ("decision-attribution-finsas008539.pdf", "DECISION_ATTRIBUTION"),
        ("PJ_Demande.pdf", "AUTRE_S"),
    ]
    assert request.status_at(NOW) is RequestStatus.TO_MODIFY
    [modification] = await cycles("FINSAS008539")
    assert modification.comment == "test modif"
    assert NOW < modification.reminds_at < modification.closes_at


async def every_state_is_there() -> None:
    numbers = [number for number in DOSSIERS if number not in demo.ADVANCE_ALONE]
    assert {number: (await balance(number)).status_at(NOW) for number in numbers} == {
        number: STATUSES.get(number, RequestStatus.IN_REVIEW) for number in numbers
    }
    [reminded] = await cycles("FINSAS008601")
    assert reminded.reminded_at == reminded.reminds_at < NOW
    [last_day] = await cycles("FINSAS008602")
    assert timedelta(0) < last_day.closes_at - NOW < timedelta(days=1)
    [waiting] = await cycles("FINSAS008603")
    assert (await draft_of(waiting)).any
    outcomes = {number: [cycle.outcome for cycle in await cycles(number)] for number in numbers}
    assert outcomes["FINSAS008604"] == [ModificationOutcome.CONFIRMED] * 2
    assert outcomes["FINSAS008605"] == [ModificationOutcome.SKIPPED]
    assert outcomes["FINSAS008606"] == [ModificationOutcome.EXPIRED]
    assert outcomes["FINSAS008611"] == [ModificationOutcome.CANCELLED]
    advances = FundingRequest.filter(kind=RequestKind.ADVANCE)
    assert await advances.filter(status=RequestStatus.PAID).count() == 3
    assert await advances.filter(status=RequestStatus.TO_MODIFY).count() == 1
    await the_edges_are_there()
    kinds = set(await Email.all().values_list("kind", flat=True))
    assert kinds >= {EmailKind.MODIFICATION_REMINDER, EmailKind.MODIFICATION_EXPIRED, EmailKind.SUPPORT_ANSWERED}
    for request in await FundingRequest.all():
        events = await Event.filter(request_id=request.id).order_by("position")
        assert [event.at for event in events] == sorted(event.at for event in events)


async def the_edges_are_there() -> None:
    [last_minutes] = await cycles("FINSAS008618")
    assert last_minutes.closes_at - NOW == timedelta(minutes=20)
    [shared] = await cycles("FINSAS008610")
    assert shared.draft_updated_by
    assert shared.draft_updated_by.name == "Karim Haddad"
    [extended] = await cycles("FINSAS008615")
    assert extended.closes_at - extended.opened_at > timedelta(days=settings.closing_days + 1)
    assert [draft.code for draft in (await draft_of((await cycles("FINSAS008614"))[0])).infections()] == ["INFECTED"]
    assert not await Attachment.filter(request__dossier__number="FINSAS008616").exists()
    assert not await Email.filter(request__dossier__number="FINSAS008616").exists()
    purged = await Attachment.get(upload__purged_at__not_isnull=True).select_related("request__dossier")
    assert purged.request.dossier.number == "FINSAS008611"


def test_the_guide_to_the_demo_names_each_dossier_and_each_account() -> None:
    words = set(re.findall(r"\w+", GUIDE.read_text()))
    assert words >= {*DOSSIERS, "FINSAS008539"}
    assert words >= {account.identifier for account in ACCOUNTS}


async def everybody_can_sign_in(loaded: demo.Demo) -> None:
    for account in ACCOUNTS:
        assert await sign_in(account.identifier, PASSWORD, as_of=NOW)
    assert loaded.token
    partner = await authenticate_token(loaded.token, as_of=NOW)
    assert partner
    assert partner.supplier_id == (await balance("FINSAS008539")).dossier.supplier_id
