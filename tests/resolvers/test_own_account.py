"""Another password, another address, and the sessions of one's own account."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import Email, Event, Session, User
from models.actors import Origin
from models.emails import EmailKind
from models.errors import Invalid, NotFound, Throttled
from models.events import EventKind
from resolvers import own_account, own_sessions, passwords, sessions
from resolvers.sessions import Browser
from resolvers.throttling import of_an_account
from settings import settings
from tests.conftest import NOW
from tests.factories import MANAGER, READER, event_kinds
from tests.resolvers.conftest import PASSWORD
from tests.tampering import touched

NEW = "encore une phrase, plus longue"
ADDRESS = "p.breton@ailleurs.fr"
FIREFOX = Browser("192.0.2.7", "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0\x00")


async def sign_in(browser: Browser = FIREFOX) -> str:
    secret = await sessions.sign_in("p.breton", PASSWORD, as_of=NOW, browser=browser)
    assert secret
    return secret


async def mailed_link() -> str:
    email = await Email.filter(kind=EmailKind.ADDRESS_CONFIRMATION).order_by("-created_at", "-id").first()
    assert email
    return email.text.partition("/nouvelle-adresse/")[2].split()[0]


async def test_a_new_password_renews_this_session_and_ends_the_others(breton: User) -> None:
    here, elsewhere = await sign_in(), await sign_in()
    renewed = await own_account.change_password(breton.actor, PASSWORD, NEW, session=here, as_of=NOW)
    assert await sessions.signed_in(here, as_of=NOW) is None
    assert await sessions.signed_in(elsewhere, as_of=NOW) is None
    assert await sessions.signed_in(renewed, as_of=NOW)
    assert await sessions.sign_in("p.breton", PASSWORD, as_of=NOW) is None
    assert await sessions.sign_in("p.breton", NEW, as_of=NOW)
    assert EventKind.PASSWORD_CHANGED in await event_kinds()
    told = await Email.get(kind=EmailKind.PASSWORD_CHANGED)
    assert told.recipient == breton.email
    assert NEW not in told.text + told.html


async def test_a_renewed_session_ends_no_later_than_before(breton: User) -> None:
    here = await sign_in()
    later = NOW + timedelta(minutes=30)
    renewed = await own_account.change_password(breton.actor, PASSWORD, NEW, session=here, as_of=later)
    session = await Session.get()
    assert session.expires_at == NOW + timedelta(hours=settings.session_hours)
    assert renewed not in session.digest


@pytest.mark.parametrize(
    ("current", "password", "field"),
    [("faux", NEW, "current"), (PASSWORD, "court", "password"), (PASSWORD, "p.breton-p.breton", "password")],
)
async def test_a_password_is_not_changed_without_the_present_one_nor_for_a_weak_one(
    breton: User, current: str, password: str, field: str
) -> None:
    here = await sign_in()
    with pytest.raises(Invalid) as refusal:
        await own_account.change_password(breton.actor, current, password, session=here, as_of=NOW)
    assert [fault.field for fault in refusal.value.faults] == [field]
    assert await sessions.signed_in(here, as_of=NOW)
    assert (await User.get()).password_hash == breton.password_hash


async def test_the_present_password_cannot_be_guessed_on_an_open_browser(breton: User) -> None:
    here = await sign_in()
    for _ in range(of_an_account().reserve):
        with pytest.raises(Invalid, match="incorrect"):
            await own_account.change_password(breton.actor, "faux", NEW, session=here, as_of=NOW)
    with pytest.raises(Throttled):
        await own_account.change_password(breton.actor, PASSWORD, NEW, session=here, as_of=NOW)
    with pytest.raises(Throttled):
        await own_account.ask_for_address(breton.actor, PASSWORD, ADDRESS, as_of=NOW)


async def test_an_address_changes_when_its_link_is_followed_and_the_old_one_is_told(breton: User) -> None:
    await own_account.ask_for_address(breton.actor, PASSWORD, f" {ADDRESS} ", as_of=NOW)
    assert (await User.get()).email == "pascal.breton@axyus.com"
    link = await mailed_link()
    assert ADDRESS not in link
    await own_account.change_address(link, origin=Origin("192.0.2.7", "abc"), as_of=NOW + timedelta(minutes=29))
    assert (await User.get()).email == ADDRESS
    told = await Email.get(kind=EmailKind.ADDRESS_CHANGED)
    assert told.recipient == "pascal.breton@axyus.com"
    event = await Event.get(kind=EventKind.EMAIL_CHANGED)
    assert event.payload == {"before": "pascal.breton@axyus.com", "after": ADDRESS}
    assert event.origin == {"address": "192.0.2.7", "number": "abc"}


async def test_a_link_to_an_address_serves_once_even_when_the_address_has_come_back(breton: User) -> None:
    before = breton.email
    await own_account.ask_for_address(breton.actor, PASSWORD, ADDRESS, as_of=NOW)
    first = await mailed_link()
    await own_account.change_address(first, as_of=NOW)
    later = NOW + timedelta(minutes=1)
    await own_account.ask_for_address(breton.actor, PASSWORD, before, as_of=later)
    await own_account.change_address(await mailed_link(), as_of=later)
    with pytest.raises(NotFound):
        await own_account.change_address(first, as_of=later)
    assert (await User.get()).email == before


async def test_a_link_to_an_address_that_is_over_forged_or_another_s_changes_nothing(breton: User) -> None:
    await own_account.ask_for_address(breton.actor, PASSWORD, ADDRESS, as_of=NOW)
    link = await mailed_link()
    assert await own_account.address_change(link, as_of=NOW + timedelta(minutes=30)) is None
    for forged in (link[:-2], touched(link), "é", ""):
        assert await own_account.address_change(forged, as_of=NOW) is None
    await User.filter(id=breton.id).update(active=False)
    assert await own_account.address_change(link, as_of=NOW) is None


@pytest.mark.parametrize(
    ("current", "email", "field"),
    [
        ("faux", ADDRESS, "current"),
        (PASSWORD, "pas une adresse", "email"),
        (PASSWORD, "pascal.breton@axyus.com", "email"),
    ],
)
async def test_no_link_leaves_without_the_password_or_for_no_other_address(
    breton: User, current: str, email: str, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await own_account.ask_for_address(breton.actor, current, email, as_of=NOW)
    assert [fault.field for fault in refusal.value.faults] == [field]
    assert not await Email.exists()


async def test_the_sessions_tell_where_they_were_opened_and_any_can_be_ended(breton: User) -> None:
    here, elsewhere = await sign_in(), await sign_in(Browser("2001:db8::1", "curl"))
    listed = await own_sessions.open_sessions(breton.actor, as_of=NOW)
    assert {(session.address, "Firefox" in session.agent) for session in listed} == {
        ("192.0.2.7", True),
        ("2001:db8::1", False),
    }
    assert all("\x00" not in session.agent for session in listed)
    other = next(session for session in listed if session.agent == "curl")
    await own_sessions.revoke_session(breton.actor, other.public_id, as_of=NOW)
    assert await sessions.signed_in(elsewhere, as_of=NOW) is None
    assert await sessions.signed_in(here, as_of=NOW)
    assert EventKind.SESSION_REVOKED in await event_kinds()
    with pytest.raises(NotFound):
        await own_sessions.revoke_session(breton.actor, other.public_id, as_of=NOW)


async def test_every_other_session_can_be_ended_at_once(breton: User) -> None:
    here = await sign_in()
    for _ in range(2):
        await sign_in()
    person = await sessions.signed_in(here, as_of=NOW)
    assert person
    await own_sessions.revoke_sessions(breton.actor, but=person.session, as_of=NOW)
    assert [session.public_id for session in await Session.all()] == [person.session]
    await own_sessions.revoke_sessions(breton.actor, as_of=NOW)
    assert not await Session.exists()


async def test_nobody_else_s_session_can_be_ended(breton: User) -> None:
    await sign_in()
    session = await Session.get()
    stranger = await User.create(
        identifier="autre", email="a@b.fr", name="Autre", role=breton.role, supplier_id=breton.supplier_id,
        password_hash="!", created_at=NOW,
    )  # fmt: skip
    with pytest.raises(NotFound):
        await own_sessions.revoke_session(stranger.actor, session.public_id, as_of=NOW)
    with pytest.raises(NotFound):
        await own_sessions.revoke_session(breton.actor, session.digest, as_of=NOW)
    assert await Session.exists()


async def test_sessions_that_ended_are_not_listed(breton: User) -> None:
    await sign_in()
    over = NOW + timedelta(minutes=settings.session_idle_minutes)
    assert await own_sessions.open_sessions(breton.actor, as_of=over) == []


async def test_software_has_no_session_and_no_account(db: str) -> None:
    for actor in (READER, MANAGER):
        assert await own_sessions.open_sessions(actor, as_of=NOW) == []
        with pytest.raises(NotFound):
            await own_sessions.revoke_sessions(actor, as_of=NOW)


async def test_a_link_that_was_mailed_to_the_address_before_changes_no_password_any_more(breton: User) -> None:
    await passwords.send_reset_link("p.breton", as_of=NOW)
    text = (await Email.get(kind=EmailKind.PASSWORD_RESET)).text
    reset = text.partition("/reinitialisation/")[2].split()[0]
    assert await passwords.can_reset(reset, as_of=NOW)
    await own_account.ask_for_address(breton.actor, PASSWORD, ADDRESS, as_of=NOW)
    await own_account.change_address(await mailed_link(), as_of=NOW)
    assert not await passwords.can_reset(reset, as_of=NOW)
