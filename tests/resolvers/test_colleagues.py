"""The accounts of a supplier: who may open and close them, and what that ends."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from models import Email, Event, Session, Supplier, User
from models.actors import AccountRight, Actor, Role
from models.colleagues import MOST_ACCOUNTS, AccountAction, AccountState, state_of
from models.emails import EmailKind
from models.errors import Invalid, NotFound, PermissionDenied, Refusal
from models.events import EventKind
from resolvers import colleagues, invitations, sessions
from resolvers.accounts import digest
from resolvers.visibility import visible_accounts
from tests.conftest import NOW
from tests.factories import MANAGER, READER, event_kinds, make_supplier, make_user
from tests.tampering import touched

pytestmark = pytest.mark.usefixtures("db")

PASSWORD = "une phrase facile à retenir"
INVITED = "lea.marchand@editeur.fr"
LATER = NOW + timedelta(hours=1)


async def company(*rights: AccountRight) -> tuple[Supplier, list[User]]:
    supplier = await make_supplier()
    return supplier, [await make_user(supplier, right=right) for right in rights]


async def mailed_link(to: str = INVITED) -> str:
    email = await Email.filter(kind=EmailKind.ACCOUNT_INVITATION, recipient=to).order_by("-created_at").first()
    assert email
    return email.text.partition("/invitation/")[2].split()[0]


async def accept(link: str, *, identifier: str = "l.marchand", **facts: object) -> User:
    given = {"name": "Léa Marchand", "password": PASSWORD, "as_of": LATER} | facts
    return await invitations.accept_invitation(link, identifier=identifier, **given)  # type: ignore[arg-type]


async def open_session(user: User) -> str:
    secret = f"secret of {user.id}"
    await Session.create(digest=digest(secret), user=user, created_at=NOW, seen_at=NOW, expires_at=NOW + timedelta(1))
    return secret


async def test_an_invitation_becomes_an_account_that_signs_in() -> None:
    supplier, (boss,) = await company(AccountRight.CONFIRM)
    invited = await colleagues.invite_account(boss.actor, email=f" {INVITED} ", right=AccountRight.EDIT, as_of=NOW)
    assert (state_of(invited), invited.supplier_id) == (AccountState.INVITED, supplier.id)
    opened = await accept(await mailed_link(), identifier=" L.Marchand ")
    assert (opened.id, opened.identifier, opened.name) == (invited.id, "l.marchand", "Léa Marchand")
    secret = await sessions.sign_in("l.marchand", PASSWORD, as_of=LATER)
    assert secret
    person = await sessions.signed_in(secret, as_of=LATER)
    assert person
    assert (person.actor.right, person.actor.supplier_id) == (AccountRight.EDIT, supplier.id)
    events = await Event.filter(user_id=invited.id).order_by("position")
    assert [event.kind for event in events][:2] == [EventKind.ACCOUNT_INVITED, EventKind.ACCOUNT_ACTIVATED]
    assert events[0].payload == {"email": INVITED, "right": "EDIT"}


async def test_a_link_of_an_invitation_serves_once_and_for_three_days() -> None:
    _, (boss,) = await company(AccountRight.CONFIRM)
    await colleagues.invite_account(boss.actor, email=INVITED, right=AccountRight.READ, as_of=NOW)
    link = await mailed_link()
    assert await invitations.invited(link, as_of=NOW + timedelta(days=3, seconds=-1))
    assert await invitations.invited(link, as_of=NOW + timedelta(days=3)) is None
    await accept(link)
    assert await invitations.invited(link, as_of=LATER) is None
    with pytest.raises(NotFound):
        await accept(link, identifier="autre.compte")
    for forged in (touched(link), "", "x", f"{link}é", "é"):
        assert await invitations.invited(forged, as_of=LATER) is None


async def test_two_who_follow_the_same_link_at_once_open_one_account() -> None:
    _, (boss,) = await company(AccountRight.CONFIRM)
    await colleagues.invite_account(boss.actor, email=INVITED, right=AccountRight.READ, as_of=NOW)
    link = await mailed_link()
    told = await asyncio.gather(
        *(accept(link, identifier=f"compte.{rank}") for rank in range(3)), return_exceptions=True
    )
    assert [type(answer) for answer in told].count(User) == 1
    assert [type(answer) for answer in told].count(NotFound) == 2


async def test_an_invitation_sent_again_replaces_the_one_before() -> None:
    _, (boss,) = await company(AccountRight.CONFIRM)
    invited = await colleagues.invite_account(boss.actor, email=INVITED, right=AccountRight.READ, as_of=NOW)
    first = await mailed_link()
    with pytest.raises(Invalid, match="attendez"):
        await colleagues.resend_invitation(boss.actor, invited.id, as_of=NOW + timedelta(minutes=1))
    await colleagues.resend_invitation(boss.actor, invited.id, as_of=LATER)
    assert await invitations.invited(first, as_of=LATER) is None
    assert await invitations.invited(await mailed_link(), as_of=LATER + timedelta(days=2, hours=23))
    await accept(await mailed_link())
    with pytest.raises(Invalid, match="n’attend pas"):
        await colleagues.resend_invitation(boss.actor, invited.id, as_of=LATER + timedelta(hours=1))


async def test_an_invitation_taken_back_opens_nothing_and_its_address_is_free_again() -> None:
    _, (boss,) = await company(AccountRight.CONFIRM)
    invited = await colleagues.invite_account(boss.actor, email=INVITED, right=AccountRight.READ, as_of=NOW)
    link = await mailed_link()
    await colleagues.revoke_account(boss.actor, invited.id, as_of=NOW)
    with pytest.raises(NotFound):
        await accept(link)
    assert await colleagues.invite_account(boss.actor, email=INVITED, right=AccountRight.READ, as_of=LATER)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"identifier": "ab"}, "identifier"),
        ({"identifier": "compte.pris"}, "identifier"),
        ({"name": " "}, "name"),
        ({"name": "Léa\u202e"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"password": "court"}, "password"),
        ({"password": "marchand2023"}, "password"),
    ],
)
async def test_what_cannot_be_chosen_is_named_and_the_link_stays_good(typed: dict[str, object], field: str) -> None:
    supplier, (boss,) = await company(AccountRight.CONFIRM)
    await make_user(supplier, identifier="compte.pris")
    await colleagues.invite_account(boss.actor, email=INVITED, right=AccountRight.READ, as_of=NOW)
    link = await mailed_link()
    with pytest.raises(Invalid) as refusal:
        await accept(link, **typed)  # type: ignore[arg-type]
    assert {fault.field for fault in refusal.value.faults} == {field}
    assert await accept(link)


@pytest.mark.parametrize("right", [AccountRight.READ, AccountRight.EDIT])
async def test_who_may_not_confirm_manages_no_account(right: AccountRight) -> None:
    _, (boss, other) = await company(AccountRight.CONFIRM, right)
    with pytest.raises(PermissionDenied):
        await colleagues.invite_account(other.actor, email=INVITED, right=AccountRight.READ, as_of=NOW)
    with pytest.raises(PermissionDenied):
        await colleagues.revoke_account(other.actor, boss.id, as_of=NOW)
    with pytest.raises(PermissionDenied):
        await colleagues.change_account_right(other.actor, other.id, right=AccountRight.CONFIRM, as_of=NOW)
    assert colleagues.actions_on(other.actor, boss, [boss, other]) == []
    assert await event_kinds() == []


async def test_software_sees_and_manages_no_account() -> None:
    supplier, (boss,) = await company(AccountRight.CONFIRM)
    software = Actor(Role.PARTNER, "Logiciel", "token:1", supplier.id, AccountRight.CONFIRM)
    for actor in (software, READER):
        assert await visible_accounts(actor).count() == 0
        with pytest.raises(NotFound):
            await colleagues.revoke_account(actor, boss.id, as_of=NOW)
        with pytest.raises(PermissionDenied):
            await colleagues.invite_account(
                actor, email=INVITED, right=AccountRight.READ, supplier_id=supplier.id, as_of=NOW
            )


async def test_another_supplier_s_account_is_as_unknown_as_any() -> None:
    _, (boss,) = await company(AccountRight.CONFIRM)
    elsewhere, (stranger,) = await company(AccountRight.CONFIRM)
    for account_id in (stranger.id, uuid4()):
        with pytest.raises(NotFound):
            await colleagues.revoke_account(boss.actor, account_id, as_of=NOW)
        with pytest.raises(NotFound):
            await colleagues.change_account_right(boss.actor, account_id, right=AccountRight.READ, as_of=NOW)
    with pytest.raises(NotFound):
        await colleagues.invite_account(
            boss.actor, email=INVITED, right=AccountRight.READ, supplier_id=elsewhere.id, as_of=NOW
        )


async def test_a_manager_names_the_supplier_and_may_close_its_last_account() -> None:
    supplier, (boss,) = await company(AccountRight.CONFIRM)
    with pytest.raises(Invalid) as refusal:
        await colleagues.invite_account(MANAGER, email=INVITED, right=AccountRight.READ, as_of=NOW)
    assert [fault.field for fault in refusal.value.faults] == ["supplierId"]
    await colleagues.invite_account(
        MANAGER, email=INVITED, right=AccountRight.CONFIRM, supplier_id=supplier.id, as_of=NOW
    )
    assert "Un gestionnaire de l’ASP" in (await Email.get()).text
    assert MANAGER.name not in (await Email.get()).text
    await colleagues.revoke_account(MANAGER, boss.id, as_of=NOW)
    assert not (await User.get(id=boss.id)).active


async def test_accounts_of_managers_are_nobody_s_colleagues() -> None:
    manager = await make_user(None)
    with pytest.raises(NotFound):
        await colleagues.revoke_account(MANAGER, manager.id, as_of=NOW)


async def test_a_right_that_changes_ends_the_sessions_and_holds_at_once() -> None:
    _, (boss, other) = await company(AccountRight.CONFIRM, AccountRight.CONFIRM)
    secret = await open_session(other)
    stale = other.actor
    await colleagues.change_account_right(boss.actor, other.id, right=AccountRight.EDIT, as_of=NOW)
    assert await sessions.signed_in(secret, as_of=NOW) is None
    # Even for what was asked at the same instant, before the change was seen.
    with pytest.raises(PermissionDenied):
        await colleagues.revoke_account(stale, boss.id, as_of=NOW)
    event = await Event.get()
    assert (event.kind, event.user_id, event.payload) == (
        EventKind.RIGHT_CHANGED,
        other.id,
        {"before": "CONFIRM", "after": "EDIT"},
    )


async def test_the_same_right_again_changes_nothing() -> None:
    _, (boss, other) = await company(AccountRight.CONFIRM, AccountRight.READ)
    secret = await open_session(other)
    await colleagues.change_account_right(boss.actor, other.id, right=AccountRight.READ, as_of=NOW)
    assert await sessions.signed_in(secret, as_of=NOW)
    assert await event_kinds() == []


async def test_an_account_that_is_closed_opens_nothing_at_once() -> None:
    _, (boss, other) = await company(AccountRight.CONFIRM, AccountRight.CONFIRM)
    secret = await open_session(other)
    await colleagues.revoke_account(boss.actor, other.id, as_of=NOW)
    assert await sessions.signed_in(secret, as_of=NOW) is None
    with pytest.raises(PermissionDenied):
        await colleagues.invite_account(other.actor, email=INVITED, right=AccountRight.READ, as_of=NOW)
    with pytest.raises(NotFound):
        await colleagues.revoke_account(boss.actor, other.id, as_of=NOW)
    assert await event_kinds() == [EventKind.ACCOUNT_REVOKED]


async def test_the_last_who_may_confirm_does_not_leave() -> None:
    _, (boss, other) = await company(AccountRight.CONFIRM, AccountRight.EDIT)
    for leaves in (
        colleagues.revoke_account(boss.actor, boss.id, as_of=NOW),
        colleagues.change_account_right(boss.actor, boss.id, right=AccountRight.READ, as_of=NOW),
    ):
        with pytest.raises(Invalid, match="le seul qui puisse confirmer"):
            await leaves
    assert colleagues.actions_on(boss.actor, boss, [boss, other]) == []
    await colleagues.change_account_right(boss.actor, other.id, right=AccountRight.CONFIRM, as_of=NOW)
    await colleagues.revoke_account(boss.actor, boss.id, as_of=NOW)
    assert await User.filter(active=True).values_list("id", flat=True) == [other.id]


async def test_two_who_close_each_other_at_once_do_not_both_succeed() -> None:
    _, (boss, other) = await company(AccountRight.CONFIRM, AccountRight.CONFIRM)
    told = await asyncio.gather(
        colleagues.revoke_account(boss.actor, other.id, as_of=NOW),
        colleagues.revoke_account(other.actor, boss.id, as_of=NOW),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Refusal) for answer in told) == 1
    assert await User.filter(active=True).count() == 1


async def test_an_address_is_invited_once_and_only_so_many_are() -> None:
    supplier, (boss,) = await company(AccountRight.CONFIRM)
    await colleagues.invite_account(boss.actor, email=INVITED, right=AccountRight.READ, as_of=NOW)
    for email, code in ((INVITED.upper(), "TAKEN"), (boss.email, "TAKEN"), ("pas une adresse", "INVALID")):
        with pytest.raises(Invalid) as refusal:
            await colleagues.invite_account(boss.actor, email=email, right=AccountRight.READ, as_of=NOW)
        assert [(fault.field, fault.code) for fault in refusal.value.faults] == [("email", code)]
    for _ in range(MOST_ACCOUNTS - 2):
        await make_user(supplier)
    with pytest.raises(Invalid) as refusal:
        await colleagues.invite_account(boss.actor, email="un@de.trop.fr", right=AccountRight.READ, as_of=NOW)
    assert [fault.code for fault in refusal.value.faults] == ["TOO_MANY"]


async def test_what_may_be_done_is_what_would_succeed() -> None:
    _, (boss, other) = await company(AccountRight.CONFIRM, AccountRight.READ)
    invited = await colleagues.invite_account(boss.actor, email=INVITED, right=AccountRight.READ, as_of=NOW)
    everyone = [boss, other, invited]
    change = [AccountAction.CHANGE_ACCOUNT_RIGHT, AccountAction.REVOKE_ACCOUNT]
    assert colleagues.actions_on(boss.actor, other, everyone) == change
    assert colleagues.actions_on(boss.actor, invited, everyone) == [AccountAction.RESEND_INVITATION, *change]
    assert colleagues.actions_on(MANAGER, boss, everyone) == change
    assert colleagues.actions_on(replace(boss.actor, right=AccountRight.EDIT), other, everyone) == []
