"""What concerns people is kept as long as the settings say, and that it was there stays proven."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from tortoise.models import Model

from models import (
    Attachment,
    Email,
    Event,
    FundingRequest,
    Modification,
    RecoveryCode,
    Session,
    SupportMessage,
    Throttle,
    Upload,
    User,
    Version,
)
from models.database import connection
from models.emails import EmailKind, EmailStatus
from models.errors import Invalid
from models.events import EventKind
from models.lifecycle import RequestStatus
from resolvers.accounts import digest
from resolvers.audit import Audit
from resolvers.editing import change_support_contact
from resolvers.events import record_account
from resolvers.modifications import confirm_modification
from resolvers.requests import mark_paid, validate_request
from resolvers.resending import resend_email
from resolvers.retention import Purged, purge_due
from resolvers.support import answer_support, contact_support
from tests.conftest import NOW
from tests.factories import MANAGER, make_attachment, make_request, make_supplier, make_user, send_back, supplier_of
from tests.resolvers.storing import is_stored, make_stored

pytestmark = pytest.mark.usefixtures("db")

DAY = timedelta(days=1)
YEAR = timedelta(days=366)


async def make_mail(**facts: Any) -> Email:
    values: dict[str, Any] = {
        "kind": EmailKind.PASSWORD_RESET,
        "recipient": "pascal.breton@axyus.com",
        "subject": "s",
        "text": "https://x/reinitialisation/secret",
        "html": "<a>",
        "message_id": f"<{await Email.all().count()}@x>",
        "status": EmailStatus.SENT,
        "created_at": NOW,
        "sent_at": NOW,
        "next_attempt_at": NOW,
    }
    return await Email.create(**(values | facts))


async def make_session(user: User, **facts: Any) -> Session:
    values: dict[str, Any] = {
        "digest": digest(str(facts)),
        "user": user,
        "created_at": NOW,
        "seen_at": NOW,
        "expires_at": NOW + DAY,
    }
    return await Session.create(**(values | facts))


async def test_nothing_is_touched_before_its_time() -> None:
    request = await make_request()
    await send_back(request)
    await make_session(await User.get(), seen_at=NOW - timedelta(minutes=5))
    before = await everything()
    assert await purge_due(NOW) == Purged()
    assert await everything() == before


async def test_sessions_are_deleted_a_day_after_their_end() -> None:
    user = await make_user(None)
    await make_session(user)
    await make_session(user, expires_at=NOW - timedelta(days=2))
    await make_session(user, seen_at=NOW - timedelta(days=2))
    await purge_due(NOW)
    assert [session.seen_at for session in await Session.all()] == [NOW]


async def test_the_link_in_a_mail_goes_once_it_has_left_and_the_mail_after_a_year() -> None:
    await make_mail(sent_at=NOW)
    await make_mail(status=EmailStatus.QUEUED, sent_at=None)
    await purge_due(NOW + timedelta(days=1))
    assert sorted([email.text for email in await Email.all()]) == ["", "https://x/reinitialisation/secret"]
    await purge_due(NOW + YEAR)
    assert [email.status for email in await Email.all()] == [EmailStatus.QUEUED]


async def test_the_text_of_a_mail_about_a_request_goes_after_a_year_and_cannot_leave_again() -> None:
    await send_back(await make_request())
    await Email.all().update(status=EmailStatus.SENT, sent_at=NOW)
    await purge_due(NOW + YEAR - 2 * DAY)
    assert (await Email.get()).text
    await purge_due(NOW + YEAR)
    email = await Email.get()
    assert (email.text, email.html) == ("", "")
    assert email.recipient
    assert email.subject
    with pytest.raises(Invalid, match="effacé"):
        await resend_email(MANAGER, email.id, as_of=NOW + YEAR)


async def test_an_account_that_nobody_uses_is_closed_and_says_no_more_whose_it_was() -> None:
    supplier = await make_supplier()
    unused = await make_user(supplier, signed_in_at=NOW, totp_secret="x")
    used = await make_user(supplier, signed_in_at=NOW + timedelta(days=300))
    await RecoveryCode.create(user=unused, digest="0" * 64)
    await make_session(unused, expires_at=NOW + timedelta(days=4000), seen_at=NOW + timedelta(days=1096))
    assert (await purge_due(NOW + timedelta(days=1096))).accounts == 1
    closed = await User.get(id=unused.id)
    assert (closed.active, closed.email, closed.name) == (False, "", "Compte fermé")
    assert unused.identifier not in closed.identifier
    assert await User.filter(totp_secret__not_isnull=True).count() == 0
    assert (await RecoveryCode.all().count(), await Session.all().count()) == (0, 0)
    assert (await User.get(id=used.id)).active
    assert (await purge_due(NOW + timedelta(days=1096))).accounts == 0


async def test_accounts_of_a_supplier_whose_request_is_under_way_stay() -> None:
    request = await make_request(status=RequestStatus.VALIDATED)
    assert (await purge_due(NOW + timedelta(days=1200))).accounts == 0
    await FundingRequest.filter(id=request.id).update(status=RequestStatus.PAID)
    assert (await purge_due(NOW + timedelta(days=1200))).accounts == 1


async def test_an_invitation_that_nobody_took_up_is_forgotten() -> None:
    supplier = await make_supplier()
    await make_user(supplier, active=False, invited_at=NOW, created_at=NOW)
    assert (await purge_due(NOW + timedelta(days=89))).accounts == 0
    assert (await purge_due(NOW + timedelta(days=91))).accounts == 1


async def test_the_journal_of_accounts_forgets_who_and_from_where_and_the_portal_keeps_count() -> None:
    user = await make_user(None)
    await record_account(EventKind.SIGNED_IN, user=user, actor=user.actor, at=NOW, agent="Firefox")
    await record_account(EventKind.SIGNED_IN, user=user, actor=user.actor, at=NOW + YEAR, agent="Firefox")
    assert (await purge_due(NOW + YEAR)).events == 1
    first, second = await Event.filter(user_id=user.id).order_by("position")
    assert (first.payload, first.actor.name, first.purged_at) == ({}, "", NOW + YEAR)
    assert (second.payload, second.purged_at) == ({"agent": "Firefox"}, None)
    told = await Event.filter(kind=EventKind.DATA_PURGED).order_by("id")
    assert told[-1].payload["purged"]["events"] == 1


async def test_messages_to_the_assistance_go_and_so_do_the_events_that_repeat_them() -> None:
    request = await make_request()
    message = await contact_support(await supplier_of(request), request.id, message="Mon nom est Breton", as_of=NOW)
    await answer_support(MANAGER, message.id, answer="Bonjour M. Breton", as_of=NOW)
    await Email.all().update(status=EmailStatus.SENT, sent_at=NOW)
    await purge_due(NOW + timedelta(days=1096))
    kept = await SupportMessage.get()
    assert (kept.text, kept.answer, kept.by.name, kept.answered_at) == ("", "", "", NOW)
    assert "Breton" not in str([event.payload for event in await Event.all()])
    assert not [row for row in await everything() if "Mon nom" in row or "Bonjour M." in row]


async def concluded() -> FundingRequest:
    """A request with a full story, paid at NOW."""
    request = await make_request(await make_supplier(legal_name="EDITEUR"), number="FINSAS000001")
    await make_user(request.dossier.supplier)
    await make_attachment(request, upload=await make_stored(MANAGER, b"%PDF own", file_name="Breton.pdf"))
    supplier = await supplier_of(request)
    modification = await send_back(request, comment="Appelez M. Breton")
    await change_support_contact(supplier, modification.id, support_contact="breton@editeur.fr", as_of=NOW)
    await confirm_modification(supplier, modification.id, as_of=NOW)
    await validate_request(MANAGER, request.id, as_of=NOW)
    await mark_paid(MANAGER, request.id, as_of=NOW)
    await contact_support_before_it_ended(request)
    return request


async def contact_support_before_it_ended(request: FundingRequest) -> None:
    author = (await supplier_of(request)).author
    await SupportMessage.create(request=request, text="Breton encore", at=NOW, by=author)


async def test_a_request_long_concluded_keeps_its_figures_and_nobody_s_name() -> None:
    request = await concluded()
    shared = await make_stored(MANAGER, b"%PDF shared", file_name="Breton-2.pdf")
    other = await make_request(request.dossier.supplier, number="FINSAS000002")
    await make_attachment(request, upload=shared)
    await make_attachment(other, upload=shared)
    own = await Upload.get(file_name="Breton.pdf")
    purged = await purge_due(NOW + timedelta(days=3651))
    assert purged.requests == 1
    row = await FundingRequest.get(id=request.id)
    assert (row.bank_details.iban, row.balance_decided, row.status) == ("", request.balance_decided, RequestStatus.PAID)
    assert not await is_stored(own)
    assert await is_stored(shared)
    assert (await Upload.get(id=own.id)).purged_at
    assert (await Upload.get(id=shared.id)).purged_at is None
    assert await Version.filter(request_id=request.id).exclude(support_contact="").count() == 0
    assert (await Modification.get()).comment == ""
    of_request = [row for row in await everything() if str(request.id) in row or request.id.hex in row]
    assert [row for row in of_request if "Breton" in row or "Camille" in row or "editeur.fr" in row] == []
    assert (await purge_due(NOW + timedelta(days=3651))).total == 0
    assert (await FundingRequest.get(id=other.id)).bank_details.iban
    assert await Attachment.filter(request_id=request.id).count() == 2


async def test_every_chain_verifies_after_the_purge_as_it_did_before() -> None:
    request = await concluded()
    user = await make_user(None)
    for each in await User.all():
        await record_account(EventKind.ACCOUNT_OPENED, user=each, actor=MANAGER, at=NOW + timedelta(days=3600))
    for days in (0, 3650):
        await record_account(EventKind.SIGNED_IN, user=user, actor=user.actor, at=NOW + timedelta(days=days))
    before = [str(alteration) async for alteration in Audit().run()]
    purged = await purge_due(NOW + timedelta(days=3651))
    assert (purged.requests, purged.events) == (1, await Event.filter(request_id=request.id).count() + 1)
    assert [str(alteration) async for alteration in Audit().run()] == before


async def test_what_is_left_of_old_attempts_goes() -> None:
    await Throttle.create(key="k", full_at=NOW)
    await purge_due(NOW + DAY)
    assert await Throttle.all().count() == 0


async def test_a_pass_finds_nothing_more_on_the_same_day() -> None:
    user = await make_user(None)
    for hours in range(48):
        at = NOW + timedelta(hours=hours)
        await record_account(EventKind.SIGNED_IN, user=user, actor=user.actor, at=at)
    morning = datetime(2024, 8, 7, 22, 1, tzinfo=NOW.tzinfo)  # just after midnight in Paris
    first = await purge_due(morning)
    assert first.events > 0
    assert (await purge_due(morning + timedelta(hours=23))).total == 0
    assert (await purge_due(morning + timedelta(hours=25))).events > 0


async def everything() -> list[str]:
    """Every row of every table, as a text."""
    accounts: list[type[Model]] = [RecoveryCode, Session, User]
    requests: list[type[Model]] = [Attachment, Email, FundingRequest, Modification, SupportMessage, Upload, Version]
    rows = []
    events: list[type[Model]] = [Event]
    for model in (*events, *accounts, *requests):
        rows += await connection().execute_query_dict(f"SELECT * FROM {model._meta.db_table}")  # noqa: S608
    return sorted(map(str, rows))
