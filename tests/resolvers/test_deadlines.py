"""What falls due happens once, whenever somebody looks."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from tortoise.queryset import QuerySet

from models import Attachment, Email, Event, FundingRequest, Modification, User, Version
from models.actors import SYSTEM, AccountRight
from models.database import is_postgres, transaction
from models.emails import EmailKind
from models.errors import ActionNotAllowed
from models.events import EventKind
from models.lifecycle import ModificationOutcome, RequestAction, RequestStatus
from resolvers import deadlines
from resolvers.deadlines import (
    Place,
    expire_due,
    give_last_notice_due,
    next_batch,
    next_deadline,
    remind_due,
    settled_modification,
    settled_request,
    to_expire,
    to_notice,
    to_remind,
)
from resolvers.editing import add_attachment, change_support_contact
from resolvers.modifications import cancel_modification, confirm_modification, extend_deadline, skip_modification
from resolvers.requests import request_modification
from resolvers.transitions import move
from tests.conftest import NOW
from tests.factories import (
    MANAGER,
    email_kinds,
    event_kinds,
    make_request,
    make_supplier,
    make_upload,
    make_user,
    send_back,
    supplier_of,
)
from tests.plans import plan_of

pytestmark = pytest.mark.usefixtures("db")

REMINDS_AT = NOW + timedelta(days=10)
CLOSES_AT = NOW + timedelta(days=20)
BLINK = timedelta(microseconds=1)


async def sweep(as_of: datetime) -> tuple[int, int]:
    """What the worker does, in its order: how many cycles ended, how many reminders left."""
    return await expire_due(as_of), await remind_due(as_of)


async def test_nothing_happens_before_its_instant() -> None:
    await send_back(await make_request())
    assert await sweep(REMINDS_AT - BLINK) == (0, 0)
    assert await sweep(REMINDS_AT) == (0, 1)
    assert await sweep(CLOSES_AT - BLINK) == (0, 0)
    assert await sweep(CLOSES_AT) == (1, 0)


async def test_the_reminder_leaves_once_and_says_so() -> None:
    modification = await send_back(await make_request())
    late = REMINDS_AT + timedelta(days=3)
    assert await remind_due(late) == 1
    assert await remind_due(late + timedelta(days=1)) == 0
    reminded = await Modification.get(id=modification.id)
    assert (reminded.reminded_at, reminded.outcome) == (late, None)
    assert await event_kinds() == [EventKind.MODIFICATION_REQUESTED, EventKind.MODIFICATION_REMINDED]
    event = await Event.get(kind=EventKind.MODIFICATION_REMINDED)
    assert (event.at, event.actor) == (late, SYSTEM.author)
    email = await Email.get(kind=EmailKind.MODIFICATION_REMINDER)
    assert email.created_at == late
    assert (await FundingRequest.get()).status is RequestStatus.TO_MODIFY


async def test_the_reminder_goes_to_whoever_may_edit_now() -> None:
    supplier = await make_supplier()
    await make_user(supplier, email="a@editeur.fr")
    modification = await send_back(await make_request(supplier))
    await User.filter(email="a@editeur.fr").update(active=False)
    await make_user(supplier, email="b@editeur.fr", right=AccountRight.EDIT)
    await make_user(supplier, email="c@editeur.fr", right=AccountRight.READ)
    await remind_due(modification.reminds_at)
    recipients = await Email.filter(kind=EmailKind.MODIFICATION_REMINDER)
    assert [email.recipient for email in recipients] == ["b@editeur.fr"]


async def test_the_expiry_happens_once_and_is_dated_when_the_delay_ended() -> None:
    request = await make_request()
    modification, supplier = await send_back(request), await supplier_of(request)
    upload = await make_upload(supplier)
    await add_attachment(supplier, modification.id, document_type="AUTRE_S", upload_id=upload.id, as_of=NOW)
    await change_support_contact(supplier, modification.id, support_contact="a@editeur.fr", as_of=NOW)
    swept_at = CLOSES_AT + timedelta(days=40)
    assert await expire_due(swept_at) == 1
    assert await expire_due(swept_at) == 0
    expired = await Modification.get(id=modification.id)
    assert (expired.outcome, expired.closed_at, expired.closed_by) == (
        ModificationOutcome.EXPIRED,
        CLOSES_AT,
        SYSTEM.author,
    )
    await request.refresh_from_db()
    assert (request.status, request.status_changed_at) == (RequestStatus.IN_REVIEW, CLOSES_AT)
    assert (request.updated_at, request.closes_at, request.current_rank) == (swept_at, None, 0)
    event = await Event.get(kind=EventKind.MODIFICATION_EXPIRED)
    assert (event.at, event.actor) == (CLOSES_AT, SYSTEM.author)
    assert event.payload["draft"]["changes"][0]["after"] == "a@editeur.fr"
    assert event.payload["draft"]["documents"][0]["sha256"] == upload.sha256
    assert (await email_kinds()).count(EmailKind.MODIFICATION_EXPIRED) == 1
    assert await Version.all().count() == 1
    assert (await Attachment.get()).rank is None


async def test_after_an_outage_what_ended_is_not_reminded_of() -> None:
    over = await send_back(await make_request())
    waiting = await send_back(await make_request(), as_of=NOW + timedelta(days=15))
    assert await sweep(NOW + timedelta(days=30)) == (1, 1)
    assert (await Modification.get(id=over.id)).reminded_at is None
    assert (await Modification.get(id=waiting.id)).outcome is None
    assert sorted(await email_kinds()) == sorted(
        [EmailKind.MODIFICATION_REQUESTED] * 2 + [EmailKind.MODIFICATION_EXPIRED, EmailKind.MODIFICATION_REMINDER]
    )


async def test_a_reminder_never_leaves_from_the_deadline_on_even_when_nothing_expired_yet() -> None:
    await send_back(await make_request())
    assert await remind_due(CLOSES_AT) == 0
    assert EmailKind.MODIFICATION_REMINDER not in await email_kinds()


@pytest.mark.parametrize("ending", ["confirm", "skip", "cancel"])
async def test_a_cycle_that_ended_in_time_is_neither_reminded_of_nor_expired(ending: str) -> None:
    request = await make_request()
    modification, supplier = await send_back(request), await supplier_of(request)
    await change_support_contact(supplier, modification.id, support_contact="a@editeur.fr", as_of=NOW)
    if ending == "confirm":
        await confirm_modification(supplier, modification.id, as_of=NOW)
    elif ending == "skip":
        await skip_modification(supplier, modification.id, assistance_contacted=True, as_of=NOW)
    else:
        await cancel_modification(MANAGER, modification.id, reason="erreur", as_of=NOW)
    before = await event_kinds()
    assert await sweep(REMINDS_AT) == (0, 0)
    assert await sweep(CLOSES_AT + timedelta(days=30)) == (0, 0)
    assert await event_kinds() == before


async def test_extending_before_the_reminder_moves_the_reminder() -> None:
    modification = await send_back(await make_request())
    await extend_deadline(MANAGER, modification.id, closes_on=date(2023, 9, 6), reason="congés", as_of=NOW)
    assert await sweep(REMINDS_AT) == (0, 0)
    assert await sweep(CLOSES_AT) == (0, 1)
    assert await sweep(CLOSES_AT + timedelta(days=10) - BLINK) == (0, 0)
    assert await sweep(CLOSES_AT + timedelta(days=10)) == (1, 0)


async def test_extending_after_the_reminder_reminds_no_second_time() -> None:
    modification = await send_back(await make_request())
    await remind_due(REMINDS_AT)
    extended = await extend_deadline(
        MANAGER, modification.id, closes_on=date(2023, 9, 6), reason="congés", as_of=REMINDS_AT
    )
    assert extended.reminds_at == modification.reminds_at
    assert await sweep(extended.closes_at - BLINK) == (0, 0)
    assert await sweep(extended.closes_at) == (1, 0)


async def test_a_due_reminder_that_has_not_left_is_armed_again_by_an_extension() -> None:
    modification = await send_back(await make_request())
    during = REMINDS_AT + timedelta(days=2)
    extended = await extend_deadline(
        MANAGER, modification.id, closes_on=date(2023, 9, 6), reason="congés", as_of=during
    )
    assert extended.reminds_at == REMINDS_AT + timedelta(days=10)
    assert await sweep(during) == (0, 0)
    assert await sweep(extended.reminds_at) == (0, 1)


async def test_a_second_cycle_has_its_own_reminder_and_its_own_end() -> None:
    request = await make_request()
    await send_back(request)
    await sweep(REMINDS_AT)
    await sweep(CLOSES_AT)
    again = CLOSES_AT + timedelta(hours=5)
    second = await request_modification(MANAGER, request.id, comment="encore", as_of=again)
    assert await sweep(again + timedelta(days=9)) == (0, 0)
    assert await sweep(again + timedelta(days=10)) == (0, 1)
    assert await sweep(again + timedelta(days=20)) == (1, 0)
    assert (await Modification.get(id=second.id)).closed_at == second.closes_at
    assert (await email_kinds()).count(EmailKind.MODIFICATION_REMINDER) == 2
    assert (await email_kinds()).count(EmailKind.MODIFICATION_EXPIRED) == 2


async def test_the_next_write_settles_what_no_worker_has() -> None:
    request = await make_request()
    modification = await send_back(request)
    later = CLOSES_AT + timedelta(days=1)
    settled = await settled_request(MANAGER, request.id, later)
    assert (settled.status, settled.status_changed_at) == (RequestStatus.IN_REVIEW, CLOSES_AT)
    assert (await settled_modification(MANAGER, modification.id, later)).outcome is ModificationOutcome.EXPIRED
    assert await sweep(later) == (0, 0)


async def test_settling_before_the_end_writes_nothing() -> None:
    request = await make_request()
    modification = await send_back(request)
    before = await event_kinds()
    assert (await settled_request(MANAGER, request.id, CLOSES_AT - BLINK)).status is RequestStatus.TO_MODIFY
    assert (await settled_modification(MANAGER, modification.id, CLOSES_AT - BLINK)).outcome is None
    assert await event_kinds() == before


async def test_sending_back_again_the_same_way_after_the_end_is_a_new_cycle() -> None:
    request = await make_request()
    first = await send_back(request)
    second = await send_back(request, as_of=CLOSES_AT)
    assert (first.number, second.number) == (1, 2)
    assert (await Modification.get(id=first.id)).outcome is ModificationOutcome.EXPIRED


async def test_more_than_a_batch_is_settled_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "_BATCH", 2)
    supplier = await make_supplier()
    await make_user(supplier)
    for _ in range(5):
        await send_back(await make_request(supplier))
    assert await sweep(REMINDS_AT) == (0, 5)
    assert await sweep(CLOSES_AT) == (5, 0)


async def test_cycles_that_are_due_at_one_instant_are_all_met_and_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    met: list[object] = []

    async def meet(modification: Modification, _as_of: datetime) -> bool:
        met.append(modification.id)
        return False

    monkeypatch.setattr(deadlines, "_BATCH", 2)
    monkeypatch.setattr(deadlines, "_expire", meet)
    supplier = await make_supplier()
    await make_user(supplier)
    cycles = [await send_back(await make_request(supplier)) for _ in range(5)]
    assert await expire_due(CLOSES_AT) == 0
    assert sorted(map(str, met)) == sorted(str(cycle.id) for cycle in cycles)


@pytest.mark.parametrize(
    ("due", "order", "index"),
    [
        (to_expire, "closes_at", "modification_to_close"),
        (to_remind, "reminds_at", "modification_to_remind"),
        (to_notice, "closes_at", "modification_to_notice"),
    ],
)
@pytest.mark.parametrize("further", [False, True])
async def test_what_is_due_is_found_by_its_partial_index_in_order(
    due: Callable[[datetime], QuerySet[Modification]], order: str, index: str, further: bool
) -> None:
    modification = await send_back(await make_request())
    last = Place(NOW, modification.id) if further else None
    plan = await plan_of(next_batch(due(NOW), order, last))
    assert index in plan
    assert "sort" not in plan
    assert "b-tree" not in plan


async def test_workers_do_not_wait_for_a_cycle_that_another_holds_and_it_is_settled_when_that_one_dies() -> None:
    supplier = await make_supplier()
    await make_user(supplier)
    held, free = [await make_request(supplier) for _ in range(2)]
    for request in (held, free):
        await send_back(request)
    await held.refresh_from_db()
    begun, dies = asyncio.Event(), asyncio.Event()

    async def settle_and_die() -> None:
        async with transaction():
            await move(held, RequestAction.EXPIRE_MODIFICATION, as_of=CLOSES_AT, closes_at=None)
            begun.set()
            await dies.wait()
            raise ConnectionError

    dying = asyncio.create_task(settle_and_die())
    await begun.wait()
    sweeping = asyncio.create_task(expire_due(CLOSES_AT))
    if is_postgres():
        assert await sweeping == 1
        assert await Modification.filter(outcome=None).values_list("request_id", flat=True) == [held.id]
        sweeping = asyncio.create_task(expire_due(CLOSES_AT))
        assert await sweeping == 0
    dies.set()
    with pytest.raises(ConnectionError):
        await dying
    await sweeping
    await expire_due(CLOSES_AT)
    assert await Modification.filter(outcome=ModificationOutcome.EXPIRED).count() == 2
    assert (await event_kinds()).count(EventKind.MODIFICATION_EXPIRED) == 2


async def test_one_cycle_that_cannot_be_settled_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "_BATCH", 2)
    supplier = await make_supplier()
    await make_user(supplier)
    cycles = [await send_back(await make_request(supplier)) for _ in range(5)]
    bad = cycles[0].request_id

    async def move_but_one(request: FundingRequest, *args: object, **facts: object) -> None:
        if request.id == bad:
            raise RuntimeError("bad row")
        await move(request, *args, **facts)  # type: ignore[arg-type]

    monkeypatch.setattr(deadlines, "move", move_but_one)
    assert await expire_due(CLOSES_AT) == 4
    assert await Modification.filter(outcome=None).count() == 1
    monkeypatch.setattr(deadlines, "move", move)
    assert await expire_due(CLOSES_AT) == 1


async def test_what_was_edited_after_the_cycle_was_found_due_is_in_the_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    request = await make_request()
    modification, supplier = await send_back(request), await supplier_of(request)

    async def edit_then_move(row: FundingRequest, *args: object, **facts: object) -> None:
        await change_support_contact(supplier, modification.id, support_contact="a@editeur.fr", as_of=CLOSES_AT - BLINK)
        await move(row, *args, **facts)  # type: ignore[arg-type]

    monkeypatch.setattr(deadlines, "move", edit_then_move)
    assert await expire_due(CLOSES_AT) == 1
    event = await Event.get(kind=EventKind.MODIFICATION_EXPIRED)
    assert event.payload["draft"]["changes"][0]["after"] == "a@editeur.fr"


async def test_an_extension_and_the_expiry_never_both_win() -> None:
    supplier = await make_supplier()
    await make_user(supplier)
    for _ in range(5):
        modification = await send_back(await make_request(supplier))
        extension = extend_deadline(
            MANAGER, modification.id, closes_on=date(2023, 9, 6), reason="congés", as_of=CLOSES_AT - BLINK
        )
        answer, ended = await asyncio.gather(extension, expire_due(CLOSES_AT), return_exceptions=True)
        row = await Modification.get(id=modification.id).select_related("request")
        if ended == 1:
            assert isinstance(answer, ActionNotAllowed)
            assert (row.outcome, row.request.status) == (ModificationOutcome.EXPIRED, RequestStatus.IN_REVIEW)
        else:
            assert isinstance(answer, Modification)
            assert (row.outcome, row.request.closes_at) == (None, answer.closes_at)


async def test_several_sweeps_at_once_do_everything_once() -> None:
    supplier = await make_supplier()
    await make_user(supplier)
    for _ in range(4):
        await send_back(await make_request(supplier))
    assert sum(await asyncio.gather(*(remind_due(REMINDS_AT) for _ in range(4)))) == 4
    assert sum(await asyncio.gather(*(expire_due(CLOSES_AT) for _ in range(4)))) == 4
    kinds = await email_kinds()
    assert kinds.count(EmailKind.MODIFICATION_REMINDER) == kinds.count(EmailKind.MODIFICATION_EXPIRED) == 4


@pytest.fixture
def last_notice(setting: Callable[[str, object], None]) -> None:
    """A portal that tells its suppliers once more on the day before the end."""
    setting("last_notice", True)


DAY_BEFORE = CLOSES_AT - timedelta(days=1)


async def test_without_the_setting_there_is_no_last_notice() -> None:
    await send_back(await make_request())
    await remind_due(REMINDS_AT)
    assert await give_last_notice_due(DAY_BEFORE) == 0
    assert await next_deadline(REMINDS_AT) == CLOSES_AT


@pytest.mark.usefixtures("last_notice")
async def test_the_last_notice_leaves_once_from_the_day_before_on_and_says_so() -> None:
    request = await make_request()
    modification = await send_back(request)
    await remind_due(REMINDS_AT)
    assert await next_deadline(REMINDS_AT) == DAY_BEFORE
    assert await give_last_notice_due(DAY_BEFORE - BLINK) == 0
    assert await give_last_notice_due(DAY_BEFORE) == 1
    assert await give_last_notice_due(CLOSES_AT - BLINK) == 0
    assert await next_deadline(DAY_BEFORE) == CLOSES_AT
    told = await Modification.get(id=modification.id)
    assert (told.reminded_at, told.last_notice_at, told.outcome) == (REMINDS_AT, DAY_BEFORE, None)
    event = await Event.get(kind=EventKind.MODIFICATION_LAST_NOTICE_SENT)
    assert (event.at, event.actor, event.payload) == (DAY_BEFORE, SYSTEM.author, {"number": 1})
    assert (await email_kinds()).count(EmailKind.MODIFICATION_LAST_NOTICE) == 1
    await request.refresh_from_db()
    assert (request.status, request.updated_at) == (RequestStatus.TO_MODIFY, DAY_BEFORE)


@pytest.mark.usefixtures("last_notice")
async def test_the_last_notice_goes_to_whoever_may_edit() -> None:
    supplier = await make_supplier()
    await make_user(supplier, email="a@editeur.fr", right=AccountRight.EDIT)
    await make_user(supplier, email="b@editeur.fr", right=AccountRight.READ)
    await send_back(await make_request(supplier))
    await give_last_notice_due(DAY_BEFORE)
    mails = await Email.filter(kind=EmailKind.MODIFICATION_LAST_NOTICE)
    assert [email.recipient for email in mails] == ["a@editeur.fr"]


@pytest.mark.usefixtures("last_notice")
@pytest.mark.parametrize("late", [timedelta(), timedelta(days=1)])
async def test_a_last_notice_never_leaves_from_the_deadline_on(late: timedelta) -> None:
    await send_back(await make_request())
    assert await give_last_notice_due(CLOSES_AT + late) == 0
    await expire_due(CLOSES_AT + late)
    assert await give_last_notice_due(DAY_BEFORE) == 0
    assert EmailKind.MODIFICATION_LAST_NOTICE not in await email_kinds()


@pytest.mark.usefixtures("last_notice")
async def test_a_reminder_that_leaves_on_the_last_day_is_the_last_notice_too() -> None:
    await send_back(await make_request())
    late = CLOSES_AT - timedelta(hours=20)
    assert await sweep(late) == (0, 1)
    for as_of in (late, late + timedelta(hours=10), CLOSES_AT - BLINK):
        assert await give_last_notice_due(as_of) == 0


@pytest.mark.usefixtures("last_notice")
async def test_an_extension_arms_a_last_notice_again_unless_it_has_left() -> None:
    supplier = await make_supplier()
    await make_user(supplier)
    told, untold = [await send_back(await make_request(supplier)) for _ in range(2)]
    await remind_due(REMINDS_AT)
    day = date(2023, 9, 6)
    await extend_deadline(MANAGER, untold.id, closes_on=day, reason="congés", as_of=DAY_BEFORE - BLINK)
    assert await give_last_notice_due(DAY_BEFORE) == 1
    await extend_deadline(MANAGER, told.id, closes_on=day, reason="congés", as_of=DAY_BEFORE)
    later = CLOSES_AT + timedelta(days=9)
    assert await give_last_notice_due(later - BLINK) == 0
    assert await give_last_notice_due(later) == 1
    assert (await Modification.get(id=told.id)).last_notice_at == DAY_BEFORE
    assert (await Modification.get(id=untold.id)).last_notice_at == later


@pytest.mark.usefixtures("last_notice")
async def test_a_second_cycle_has_its_own_last_notice() -> None:
    request = await make_request()
    await send_back(request)
    await give_last_notice_due(DAY_BEFORE)
    second = await send_back(request, as_of=CLOSES_AT)
    assert await give_last_notice_due(DAY_BEFORE + timedelta(days=20)) == 1
    assert (await Modification.get(id=second.id)).last_notice_at == DAY_BEFORE + timedelta(days=20)


@pytest.mark.usefixtures("last_notice")
async def test_the_day_before_is_at_the_same_hour_on_the_wall_over_a_clock_change() -> None:
    # Sent back on 9 October at 9:00: it closes on the 29th at 9:00, six hours after the clocks went back.
    await send_back(await make_request(), as_of=datetime(2023, 10, 9, 7, tzinfo=UTC))
    day_before = datetime(2023, 10, 28, 7, tzinfo=UTC)
    assert await give_last_notice_due(day_before - BLINK) == 0
    assert await give_last_notice_due(day_before) == 1


@pytest.mark.usefixtures("last_notice")
async def test_several_workers_at_once_give_the_last_notice_once() -> None:
    await send_back(await make_request())
    assert sum(await asyncio.gather(*(give_last_notice_due(DAY_BEFORE) for _ in range(4)))) == 1
    assert (await email_kinds()).count(EmailKind.MODIFICATION_LAST_NOTICE) == 1
