"""The hour at which a thing is written decides what happens, and a clock that jumps makes nothing happen twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from models import Email, Event, FundingRequest, Modification, Version
from models.actors import Actor
from models.deadlines import PARIS
from models.emails import EmailKind
from models.errors import ActionNotAllowed
from models.events import EventKind
from models.lifecycle import ModificationOutcome, RequestStatus
from resolvers.deadlines import expire_due
from resolvers.modifications import cancel_modification, confirm_modification
from tasks.sweep import sweep
from tests.conftest import NOW
from tests.factories import MANAGER, email_kinds, event_kinds, make_request, send_back, supplier_of
from tests.services.choice import full
from tests.services.cycles import fall_due, open_cycles
from tests.services.mail_server import MailServer

pytestmark = pytest.mark.usefixtures("db")

Setting = Callable[[str, object], None]
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
ROUNDS = full(500, otherwise=100)


async def test_a_confirmation_and_the_expiry_never_both_win_in_500_rounds(db: str) -> None:
    cycles = await open_cycles(ROUNDS, opened_at=NOW, draft_support_contact="01 23 45 67 89")
    supplier = await supplier_of(cycles[0].request)
    chance = random.Random(500)  # noqa: S311 (the same rounds in every run)
    outcomes: Counter[ModificationOutcome] = Counter()
    for number, cycle in enumerate(cycles):
        cycle.closes_at += number * DAY
        await fall_due(cycle, closes_at=cycle.closes_at)
    for cycle in cycles:
        closes_at = cycle.closes_at
        confirms_at, expires_at = (closes_at + chance.choice([-1, 0, 1]) * INSTANT for _ in range(2))
        attempts = [_confirm(supplier, cycle, confirms_at), expire_due(expires_at)]
        if both_at_once := chance.random() < 0.6:
            await asyncio.gather(*(attempts if chance.random() < 0.5 else reversed(attempts)))
        else:
            for attempt in attempts if (confirmed_first := chance.random() < 0.5) else reversed(attempts):
                await attempt
        row = await Modification.get(id=cycle.id)
        if confirms_at >= closes_at:
            assert row.outcome is ModificationOutcome.EXPIRED
        elif expires_at < closes_at:
            assert row.outcome is ModificationOutcome.CONFIRMED
        elif not both_at_once:
            assert (row.outcome is ModificationOutcome.CONFIRMED) is confirmed_first
        assert row.outcome
        outcomes[row.outcome] += 1
    await check_one_ending_each(outcomes)


async def _confirm(supplier: Actor, cycle: Modification, as_of: datetime) -> None:
    with suppress(ActionNotAllowed):
        confirmed = await confirm_modification(supplier, cycle.id, as_of=as_of)
        assert confirmed.outcome is ModificationOutcome.CONFIRMED


async def check_one_ending_each(outcomes: Counter[ModificationOutcome]) -> None:
    """One event, one mail and, if it was confirmed, one version for each."""
    assert set(outcomes) == {ModificationOutcome.CONFIRMED, ModificationOutcome.EXPIRED}
    assert outcomes.total() == ROUNDS
    endings = {event.request_id: event.kind for event in await Event.exclude(kind=EventKind.MODIFICATION_REQUESTED)}
    assert await Event.exclude(kind=EventKind.MODIFICATION_REQUESTED).count() == len(endings) == ROUNDS
    assert Counter(endings.values()) == {
        EventKind(f"MODIFICATION_{outcome.value}"): count for outcome, count in outcomes.items()
    }
    assert await Email.exclude(kind=EmailKind.MODIFICATION_REQUESTED).count() == ROUNDS
    assert await Version.all().count() == ROUNDS + outcomes[ModificationOutcome.CONFIRMED]
    assert not await FundingRequest.exclude(status=RequestStatus.IN_REVIEW).exists()


async def test_a_clock_that_jumps_makes_nothing_happen_twice(mail_server: MailServer, setting: Setting) -> None:
    setting("smtp_host", "127.0.0.1")
    setting("smtp_port", mail_server.port)
    setting("smtp_security", "none")
    modification = await send_back(await make_request())
    happened = [EventKind.MODIFICATION_REQUESTED, EventKind.MODIFICATION_REMINDED, EventKind.MODIFICATION_EXPIRED]
    # On time, three days back, on time again; twenty days forward, three days back, and where it should be.
    for days, count in ((9, 1), (10, 2), (7, 2), (10, 2), (30, 3), (27, 3), (10, 3), (20, 3)):
        await sweep(NOW + days * DAY)
        assert await event_kinds() == happened[:count]
    expired = await Modification.get(id=modification.id)
    assert (expired.reminded_at, expired.closed_at) == (NOW + 10 * DAY, NOW + 20 * DAY)
    assert Counter(mail_server.message_ids) == Counter(await Email.all().values_list("message_id", flat=True))
    assert len(mail_server.received) == 3


@pytest.mark.parametrize(
    "opened_at",
    [datetime(2026, 10, 10, 9, 30, tzinfo=PARIS), datetime(2027, 3, 22, 9, 30, tzinfo=PARIS)],
    ids=["to winter time", "to summer time"],
)
async def test_a_change_of_hour_moves_no_deadline(opened_at: datetime) -> None:
    modification = await send_back(await make_request(), as_of=opened_at)
    reminds_at, closes_at = (opened_at + days * DAY for days in (10, 20))  # a datetime of Paris keeps its hour
    assert opened_at.utcoffset() != closes_at.utcoffset()
    for due in (reminds_at, closes_at):
        before = len(await event_kinds())
        # Also at the instant that counting in hours would choose.
        for early in (timedelta(hours=1), INSTANT):
            await sweep(due.astimezone(UTC) - early)
            assert len(await event_kinds()) == before
        await sweep(due.astimezone(UTC))
        assert len(await event_kinds()) == before + 1
    ended = await Modification.get(id=modification.id)
    assert ended.reminded_at == reminds_at
    assert ended.closed_at == closes_at
    assert ended.closed_at.astimezone(PARIS).time() == opened_at.time()


async def test_a_second_cycle_has_dates_of_its_own_and_those_of_the_first_are_dead() -> None:
    request = await make_request()
    first = await send_back(request)
    await cancel_modification(MANAGER, first.id, reason="envoyée par erreur", as_of=NOW + 5 * DAY)
    second = await send_back(await FundingRequest.get(id=request.id), as_of=NOW + 6 * DAY)
    begun = await event_kinds()
    happens = {16: EventKind.MODIFICATION_REMINDED, 26: EventKind.MODIFICATION_EXPIRED}
    for day in range(7, 40):
        await sweep(NOW + day * DAY)
        begun += [happens[day]] if day in happens else []
        assert await event_kinds() == begun
    rows = {modification.number: modification for modification in await Modification.all()}
    assert (rows[1].outcome, rows[1].reminded_at) == (ModificationOutcome.CANCELLED, None)
    assert rows[2].id == second.id
    assert (rows[2].outcome, rows[2].reminded_at) == (ModificationOutcome.EXPIRED, NOW + 16 * DAY)
    told = Counter(await email_kinds())
    assert (told[EmailKind.MODIFICATION_REMINDER], told[EmailKind.MODIFICATION_EXPIRED]) == (1, 1)
