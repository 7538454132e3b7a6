"""The sandbox: J+10 and J+20 in an instant, and everything back to how it began."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from models import Dossier, Email, Event, FundingRequest, Modification, User
from models.actors import AccountRight, Actor, Role
from models.deadlines import days_later
from models.emails import EmailKind, EmailStatus
from models.errors import ActionNotAllowed, Invalid, NotFound, PermissionDenied
from models.events import EventKind
from models.lifecycle import ModificationOutcome, RequestStatus
from models.typography import french
from resolvers import demo, sandbox
from resolvers.audit import Audit
from resolvers.deadlines import expire_due, remind_due
from resolvers.demo.accounts import GUIDE_ACCOUNT
from resolvers.demo.stories import infected_draft
from resolvers.editing import change_support_contact
from resolvers.modifications import cancel_modification, confirm_modification
from resolvers.receipt_words import TRIED
from resolvers.receipts import receipt_of
from resolvers.sandbox import TravelStop, reset_sandbox, travel_to
from resolvers.visibility import get_request, visible_dossiers
from resolvers.webhook_outbox import next_ones
from resolvers.webhooks import ping_webhook
from tests.conftest import NOW
from tests.factories import MANAGER, READER, email_kinds, event_kinds, make_request, make_user, send_back, supplier_of
from tests.resolvers.test_webhook_outbox import spread
from tests.resolvers.test_webhooks import created

pytestmark = pytest.mark.usefixtures("db", "in_a_sandbox")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def in_a_sandbox(setting: Callable[[str, object], None]) -> None:
    setting("sandbox", True)


async def sent_back() -> tuple[Actor, Modification]:
    request = await make_request()
    return await supplier_of(request), await send_back(request)


async def test_travelling_to_the_reminder_sends_it_and_leaves_ten_days() -> None:
    supplier, cycle = await sent_back()
    travelled = await travel_to(supplier, cycle.id, to=TravelStop.REMINDER, as_of=NOW + MINUTE)
    assert (travelled.reminds_at, travelled.reminded_at) == (NOW + MINUTE, NOW + MINUTE)
    assert travelled.closes_at == cycle.closes_at - (cycle.reminds_at - NOW - MINUTE)
    assert travelled.request.closes_at == travelled.closes_at
    assert travelled.outcome is None
    assert await email_kinds() == [EmailKind.MODIFICATION_REQUESTED, EmailKind.MODIFICATION_REMINDER]
    assert (await event_kinds())[1:] == [EventKind.TIME_TRAVELLED, EventKind.MODIFICATION_REMINDED]


async def test_travelling_to_the_last_day_passes_by_the_reminder(setting: Callable[[str, object], None]) -> None:
    setting("last_notice", True)
    supplier, cycle = await sent_back()
    travelled = await travel_to(supplier, cycle.id, to=TravelStop.LAST_DAY, as_of=NOW + MINUTE)
    assert travelled.closes_at == days_later(NOW + MINUTE, 1)
    assert (await email_kinds())[1:] == [EmailKind.MODIFICATION_REMINDER, EmailKind.MODIFICATION_LAST_NOTICE]
    confirmable = await get_request(supplier, cycle.request_id)
    assert confirmable.status_at(NOW + MINUTE) is RequestStatus.TO_MODIFY


async def test_travelling_to_the_expiry_ends_the_cycle_as_it_is() -> None:
    supplier, cycle = await sent_back()
    travelled = await travel_to(supplier, cycle.id, to=TravelStop.EXPIRY, as_of=NOW + MINUTE)
    assert (travelled.outcome, travelled.closed_at) == (ModificationOutcome.EXPIRED, NOW + MINUTE)
    request = await get_request(supplier, cycle.request_id)
    assert (request.status, request.closes_at) == (RequestStatus.IN_REVIEW, None)
    assert (await email_kinds())[1:] == [EmailKind.MODIFICATION_REMINDER, EmailKind.MODIFICATION_EXPIRED]


async def test_no_worker_finds_anything_left_to_do_and_each_chain_holds() -> None:
    supplier, cycle = await sent_back()
    before = [alteration async for alteration in Audit().run()]
    await travel_to(supplier, cycle.id, to=TravelStop.REMINDER, as_of=NOW + MINUTE)
    await travel_to(supplier, cycle.id, to=TravelStop.EXPIRY, as_of=NOW + 2 * MINUTE)
    assert (await remind_due(NOW + 2 * MINUTE), await expire_due(NOW + 2 * MINUTE)) == (0, 0)
    assert [alteration async for alteration in Audit().run()] == before


async def test_travelling_twice_to_one_stop_is_one_journey() -> None:
    supplier, cycle = await sent_back()
    for stop in (TravelStop.REMINDER, TravelStop.EXPIRY):
        first = await travel_to(supplier, cycle.id, to=stop, as_of=NOW + MINUTE)
        events = await event_kinds()
        again = await travel_to(supplier, cycle.id, to=stop, as_of=NOW + 2 * MINUTE)
        assert (again.closes_at, again.outcome) == (first.closes_at, first.outcome)
        assert await event_kinds() == events


async def test_time_never_goes_back() -> None:
    supplier, cycle = await sent_back()
    await travel_to(supplier, cycle.id, to=TravelStop.LAST_DAY, as_of=NOW + MINUTE)
    with pytest.raises(Invalid) as refused:
        await travel_to(supplier, cycle.id, to=TravelStop.REMINDER, as_of=NOW + 2 * MINUTE)
    assert [(fault.field, fault.code) for fault in refused.value.faults] == [("to", "PASSED")]


async def test_a_cycle_that_has_ended_travels_nowhere() -> None:
    supplier, cycle = await sent_back()
    await cancel_modification(MANAGER, cycle.id, reason="erreur", as_of=NOW)
    with pytest.raises(ActionNotAllowed):
        await travel_to(supplier, cycle.id, to=TravelStop.EXPIRY, as_of=NOW)


async def test_only_who_may_confirm_or_put_off_travels_or_resets() -> None:
    supplier, cycle = await sent_back()
    reader = Actor(Role.SUPPLIER, "Nadia", "user:nadia", supplier.supplier_id, AccountRight.EDIT)
    stranger = (await make_user(None, role=Role.SUPPLIER)).actor
    for actor in (reader, READER):
        with pytest.raises(PermissionDenied):
            await travel_to(actor, cycle.id, to=TravelStop.EXPIRY, as_of=NOW)
        with pytest.raises(PermissionDenied):
            await reset_sandbox(actor, as_of=NOW)
    with pytest.raises(NotFound):
        await travel_to(stranger, cycle.id, to=TravelStop.EXPIRY, as_of=NOW)
    assert await event_kinds() == [EventKind.MODIFICATION_REQUESTED]


async def nothing_passes(_as_of: object) -> None:
    """A demo without a worker."""


async def test_a_reset_without_a_demo_puts_aside_what_one_sees_and_frees_its_numbers() -> None:
    request, other = await make_request(), await make_request()
    number, supplier = request.dossier.number, await supplier_of(request)
    done = await reset_sandbox(supplier, as_of=NOW)
    assert (done.put_aside, done.dossiers) == (1, [])
    assert [row.number for row in await visible_dossiers(MANAGER)] == [other.dossier.number]
    assert await FundingRequest.filter(id=request.id).exists()
    assert (await make_request(number=number)).id != request.id
    with pytest.raises(NotFound):
        await get_request(MANAGER, request.id)
    assert await event_kinds() == [EventKind.SANDBOX_RESET]


async def test_no_webhook_is_told_of_what_was_put_aside_before_it_could_be() -> None:
    webhook = await created()
    await sent_back()
    await spread(webhook)
    ping = await ping_webhook(MANAGER, webhook.id, as_of=NOW)
    assert len(await next_ones(webhook, NOW, 10)) == 2
    await reset_sandbox(MANAGER, as_of=NOW + MINUTE)
    assert [row.id for row in await next_ones(webhook, NOW + MINUTE, 10)] == [ping.id]
    assert await spread(webhook, NOW + MINUTE) == 0


async def test_what_was_put_aside_still_ends_when_it_is_due() -> None:
    supplier, cycle = await sent_back()
    await reset_sandbox(supplier, as_of=NOW)
    assert await expire_due(cycle.closes_at) == 1


async def test_a_supplier_has_the_demo_s_dossier_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    for stories in ("STORIES", "COLLEAGUES"):
        monkeypatch.setattr(demo.dossiers, stories, {})
    as_of = NOW + timedelta(days=1200)
    await demo.load(as_of, sandbox._relive)
    guide = (await User.get(identifier=GUIDE_ACCOUNT.identifier)).actor
    before = await Modification.get()
    await travel_to(guide, before.id, to=TravelStop.EXPIRY, as_of=as_of)
    done = await reset_sandbox(guide, as_of=as_of + MINUTE)
    assert [row.number for row in done.dossiers] == ["FINSAS008539"]
    request = await FundingRequest.get(dossier_id=done.dossiers[0].id)
    after = await Modification.get(request_id=request.id)
    assert (request.status, after.closes_at) == (RequestStatus.TO_MODIFY, before.closes_at)
    assert after.id != before.id
    mail = await Email.get(request_id=request.id)
    assert (mail.status, mail.sent_at) == (EmailStatus.SENT, after.opened_at)
    assert await Dossier.all().count() == 2
    with pytest.raises(Invalid):
        await confirm_modification(guide, after.id, as_of=as_of + 2 * MINUTE)


async def test_a_dossier_of_the_demo_is_made_again_with_its_infected_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo.dossiers, "STORIES", {"FINSAS008614": infected_draft})
    monkeypatch.setattr(demo.dossiers, "COLLEAGUES", {})
    await demo.load(NOW, sandbox._relive)
    statuses = await FundingRequest.all().order_by("dossier__number", "kind").values_list("status", flat=True)
    done = await reset_sandbox(MANAGER, as_of=NOW + MINUTE)
    assert (done.put_aside, len(done.dossiers)) == (2, 2)
    again = FundingRequest.filter(dossier_id__in=[row.id for row in done.dossiers]).order_by("dossier__number", "kind")
    assert await again.values_list("status", flat=True) == statuses


async def test_a_travel_is_told_on_the_timeline_under_its_author() -> None:
    supplier, cycle = await sent_back()
    await travel_to(supplier, cycle.id, to=TravelStop.REMINDER, as_of=NOW + MINUTE)
    event = await Event.get(kind=EventKind.TIME_TRAVELLED)
    assert (event.payload, event.actor) == ({"number": 1, "to": "REMINDER"}, supplier.author)


async def test_every_mail_says_that_it_comes_from_a_sandbox() -> None:
    await sent_back()
    mail = await Email.get()
    assert mail.subject.startswith("[bac à sable] ")
    assert mail.subject in (mail.html or "")


async def test_a_receipt_says_that_it_is_worth_nothing() -> None:
    supplier, cycle = await sent_back()
    await change_support_contact(supplier, cycle.id, support_contact="test123@gmail.com", as_of=NOW)
    closed = await confirm_modification(supplier, cycle.id, as_of=NOW)
    assert json.loads((await receipt_of(closed)).as_json())["lead"][0] == french(TRIED)
