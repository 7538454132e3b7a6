"""Many callers at once: one transition, and every one of them is told the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from models import Email, Event, FundingRequest, Modification, Version
from models.emails import EmailKind
from models.events import EventKind
from models.lifecycle import ModificationOutcome, RequestStatus
from resolvers.editing import change_support_contact
from tests.conftest import NOW
from tests.factories import make_request, make_supplier, make_user, send_back, supplier_of
from tests.resolvers.contenders import Call, Contenders, answers

CLOSES_AT = NOW + timedelta(days=20)
BEFORE = CLOSES_AT - timedelta(microseconds=1)
ENDINGS = {
    EventKind.MODIFICATION_CONFIRMED,
    EventKind.MODIFICATION_SKIPPED,
    EventKind.MODIFICATION_CANCELLED,
    EventKind.MODIFICATION_EXPIRED,
}


@pytest.fixture(scope="module")
def contenders() -> Iterator[Contenders]:
    """Three processes that wait to be asked."""
    three = Contenders(3)
    yield three
    three.stop()


async def edited() -> Modification:
    """A cycle with something to confirm, of a supplier with two accounts."""
    supplier = await make_supplier()
    await make_user(None)
    for _ in range(2):
        await make_user(supplier)
    request = await make_request(supplier)
    modification = await send_back(request)
    return await change_support_contact(
        await supplier_of(request), modification.id, support_contact="01 23 45 67 89", as_of=NOW
    )


def call(do: str, modification: Modification, as_of: datetime = NOW, **facts: object) -> Call:
    return {"do": do, "modification": str(modification.id), "as_of": as_of.isoformat(), **facts}


async def check_one_ending(modification: Modification) -> ModificationOutcome:
    """One transition, one event, one mail for each recipient, a version if and only if it was confirmed."""
    row = await Modification.get(id=modification.id).select_related("request")
    assert row.outcome is not None
    assert (row.request.status, row.request.closes_at) == (RequestStatus.IN_REVIEW, None)
    confirmed = row.outcome is ModificationOutcome.CONFIRMED
    assert row.request.current_rank == (1 if confirmed else 0)
    assert await Version.all().count() == (2 if confirmed else 1)
    assert (row.version_id is not None) is confirmed
    ending = EventKind(f"MODIFICATION_{row.outcome.value}")
    events = await Event.all().order_by("position")
    assert [event.position for event in events] == list(range(len(events)))
    assert [event.kind for event in events if event.kind in ENDINGS] == [ending]
    mails = Counter((email.kind, email.recipient) for email in await Email.all())
    assert set(mails.values()) == {1}
    assert len([kind for kind, _ in mails if kind is EmailKind(ending.value)]) == 2
    return row.outcome


async def test_200_confirmations_at_once_are_one_and_200_answers_say_so(db: str) -> None:
    modification = await edited()
    told = await answers([call("confirm", modification, NOW + timedelta(seconds=n)) for n in range(200)])
    assert await check_one_ending(modification) is ModificationOutcome.CONFIRMED
    closed = await Modification.get()
    assert closed.closed_at is not None
    assert Counter(told) == {f"CONFIRMED {closed.closed_at.isoformat()} {closed.version_id}": 200}


async def test_200_confirmations_by_three_processes_are_one_too(db: str, contenders: Contenders) -> None:
    modification = await edited()
    told = await contenders.answers(
        db,
        *([call("confirm", modification, NOW + timedelta(seconds=n))] * count for n, count in enumerate((67, 67, 66))),
    )
    assert await check_one_ending(modification) is ModificationOutcome.CONFIRMED
    closed = await Modification.get()
    assert closed.closed_at is not None
    assert Counter(told) == {f"CONFIRMED {closed.closed_at.isoformat()} {closed.version_id}": 200}


RIVALS = {"skip": "SKIPPED", "cancel": "CANCELLED", "expire": "EXPIRED"}


def check_truth(told: list[str], asked: list[Call], outcome: ModificationOutcome) -> None:
    """Success for whoever asked for what happened, a refusal that says « en cours » for the others."""
    assert len(told) == len(asked)
    ended = 0
    for answer, question in zip(told, asked, strict=True):
        if question["do"] == "expire":
            ended += int(answer.removeprefix("EXPIRED "))
            continue
        wanted = "CONFIRMED" if question["do"] == "confirm" else RIVALS[question["do"]]
        assert answer.split()[0] == (outcome.value if wanted == outcome.value else "ActionNotAllowed")
        if wanted != outcome.value:
            assert answer == "ActionNotAllowed IN_REVIEW"
    # An attempt that is refused may itself have settled what was due.
    assert ended <= (outcome is ModificationOutcome.EXPIRED)


@pytest.mark.parametrize("rival", RIVALS)
async def test_confirming_and_a_rival_never_both_win(db: str, rival: str) -> None:
    modification = await edited()
    at = CLOSES_AT if rival == "expire" else BEFORE
    asked = [call("confirm", modification, BEFORE), call(rival, modification, at)] * 10
    told = await answers(asked)
    check_truth(told, asked, await check_one_ending(modification))


async def test_three_processes_that_want_different_ends_get_one(db: str, contenders: Contenders) -> None:
    modification = await edited()
    asked = [
        [call("confirm", modification, BEFORE), call("expire", modification, CLOSES_AT)] * 8,
        [call("skip", modification, BEFORE), call("confirm", modification, BEFORE)] * 8,
        [call("cancel", modification, BEFORE), call("skip", modification, BEFORE)] * 8,
    ]
    told = await contenders.answers(db, *asked)
    check_truth(told, [each for calls in asked for each in calls], await check_one_ending(modification))


async def test_what_is_confirmed_is_what_the_caller_saw(db: str) -> None:
    modification = await edited()
    edits = [call("edit", modification, support_contact=f"a{n}@editeur.fr", based_on=1) for n in range(5)]
    confirmations = [call("confirm", modification, based_on=1)] * 5
    asked = [each for pair in zip(edits, confirmations, strict=True) for each in pair]
    told = await answers(asked)
    row = await Modification.get(id=modification.id)
    version = await Version.filter(rank=1).first()
    by_kind = Counter(answer.split()[0] for answer in told)
    if row.outcome is ModificationOutcome.CONFIRMED:
        # Confirmed as seen: no edit came in between.
        assert version is not None
        assert version.support_contact == "01 23 45 67 89"
        assert by_kind == {"CONFIRMED": 5, "ActionNotAllowed": 5}
        await check_one_ending(modification)
    else:
        # One edit came first, and nobody else's was lost under it.
        assert (version, row.revision) == (None, 2)
        assert by_kind == {"EDITED": 1, "Stale": 9}


async def test_edits_without_a_basis_are_told_in_the_order_in_which_they_were_made(db: str) -> None:
    modification = await edited()
    contacts = [f"a{n}@editeur.fr" for n in range(6)]
    told = await answers([call("edit", modification, support_contact=contact) for contact in contacts])
    assert all(answer.startswith("EDITED") for answer in told)
    events = await Event.filter(kind=EventKind.SUPPORT_CONTACT_CHANGED).order_by("position")
    assert {event.payload["after"] for event in events} == {*contacts, "01 23 45 67 89"}
    pairs = pairwise(events)
    assert all(earlier.payload["after"] == later.payload["before"] for earlier, later in pairs)
    last = await Modification.get(id=modification.id)
    assert (last.draft_support_contact, last.revision) == (events[-1].payload["after"], 7)


async def test_the_same_edit_at_once_is_one_edit(db: str) -> None:
    modification = await edited()
    told = await answers([call("edit", modification, support_contact="a@editeur.fr", based_on=1)] * 8)
    assert Counter(told) == {"EDITED 2 a@editeur.fr": 8}
    assert await Event.filter(kind=EventKind.SUPPORT_CONTACT_CHANGED).count() == 2


async def test_an_edit_on_the_last_instant_is_in_the_audit_of_the_expiry_or_refused(db: str) -> None:
    modification = await edited()
    edit = call("edit", modification, BEFORE, support_contact="a@editeur.fr")
    told = await answers([edit, call("expire", modification, CLOSES_AT)] * 3)
    # A pass that an edit overtook leaves the request to the next one.
    await answers([call("expire", modification, CLOSES_AT)])
    event = await Event.get(kind=EventKind.MODIFICATION_EXPIRED)
    row = await Modification.get(id=modification.id)
    assert event.payload["draft"]["changes"][0]["after"] == row.draft_support_contact
    assert await check_one_ending(modification) is ModificationOutcome.EXPIRED
    accepted = any(answer.startswith("EDITED") for answer in told)
    assert (row.draft_support_contact == "a@editeur.fr") is accepted


async def test_an_extension_and_a_confirmation_may_both_happen_but_in_one_order(db: str) -> None:
    modification = await edited()
    extend = call("extend", modification, BEFORE, closes_on="2023-09-06")
    told = await answers([extend, call("confirm", modification, BEFORE)] * 5)
    assert await check_one_ending(modification) is ModificationOutcome.CONFIRMED
    extensions = await Event.filter(kind=EventKind.DEADLINE_EXTENDED).count()
    by_kind = Counter(answer.split()[0] for answer in told)
    assert by_kind["CONFIRMED"] == 5
    assert by_kind["EXTENDED"] + by_kind["ActionNotAllowed"] == 5
    assert extensions == min(1, by_kind["EXTENDED"])


async def test_the_same_extension_by_three_processes_is_one_extension(db: str, contenders: Contenders) -> None:
    modification = await edited()
    extend = call("extend", modification, BEFORE, closes_on="2023-09-06")
    told = await contenders.answers(db, [extend] * 5, [extend] * 5, [call("expire", modification, CLOSES_AT)] * 5)
    row = await Modification.get(id=modification.id)
    extensions = await Event.filter(kind=EventKind.DEADLINE_EXTENDED).count()
    if row.outcome is None:
        assert Counter(told) == {f"EXTENDED {row.closes_at.isoformat()}": 10, "EXPIRED 0": 5}
        assert (extensions, (await FundingRequest.get()).closes_at) == (1, row.closes_at)
    else:
        assert await check_one_ending(modification) is ModificationOutcome.EXPIRED
        assert Counter(told)["ActionNotAllowed IN_REVIEW"] == 10
        assert extensions == 0
