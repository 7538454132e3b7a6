from datetime import timedelta

import pytest

from models import Email, User
from models.emails import EmailKind
from models.errors import Invalid, NotFound
from resolvers import passwords, sessions
from tests.conftest import NOW
from tests.resolvers.conftest import PASSWORD


async def _mailed_link() -> str:
    text = (await Email.get(kind=EmailKind.PASSWORD_RESET)).text
    return text.partition("/reinitialisation/")[2].split()[0]


async def test_a_mailed_link_changes_the_password_once_and_ends_every_session(breton: User) -> None:
    old = await sessions.sign_in("p.breton", PASSWORD, as_of=NOW)
    assert old is not None
    await passwords.send_reset_link("p.breton", as_of=NOW)
    link = await _mailed_link()
    await passwords.reset_password(link, "une nouvelle phrase", as_of=NOW)
    assert await sessions.signed_in(old, as_of=NOW) is None
    assert await sessions.sign_in("p.breton", "une nouvelle phrase", as_of=NOW)
    with pytest.raises(NotFound):
        await passwords.reset_password(link, "encore une autre phrase", as_of=NOW)


async def test_a_link_that_is_over_or_touched_changes_nothing(breton: User) -> None:
    await passwords.send_reset_link("p.breton", as_of=NOW)
    link = await _mailed_link()
    user, ends, mac = link.split(".")
    assert await passwords.can_reset(link, as_of=NOW + timedelta(minutes=29))
    assert not await passwords.can_reset(link, as_of=NOW + timedelta(minutes=30))
    for forged in (
        f"{user}.{int(ends) + 1}.{mac}",
        f"{user}.{ends}.{'0' * 64}",
        "x",
        "..",
        f"{user}.{'9' * 30}.{mac}",
        f"{link}é",
    ):
        assert not await passwords.can_reset(forged, as_of=NOW)


async def test_a_short_new_password_is_refused_and_the_link_stays_good(breton: User) -> None:
    await passwords.send_reset_link("p.breton", as_of=NOW)
    link = await _mailed_link()
    with pytest.raises(Invalid):
        await passwords.reset_password(link, "court", as_of=NOW)
    assert await passwords.can_reset(link, as_of=NOW)


async def test_asking_again_and_again_sends_one_mail(breton: User) -> None:
    for seconds in range(3):
        await passwords.send_reset_link("p.breton", as_of=NOW + timedelta(seconds=seconds))
    await passwords.send_reset_link("inconnu", as_of=NOW)
    assert await Email.all().count() == 1


@pytest.mark.parametrize("typed", ["x" * 1_000, "\0", ""])
async def test_what_no_account_can_be_called_is_nobody(breton: User, typed: str) -> None:
    await passwords.send_reset_link(typed, as_of=NOW)
    await passwords.remind_identifier(typed, as_of=NOW)
    assert not await Email.exists()


async def test_identifiers_are_mailed_to_their_own_address_alone(breton: User) -> None:
    await passwords.remind_identifier("Pascal.Breton@axyus.com", as_of=NOW)
    await passwords.remind_identifier("quelqu.un@ailleurs.fr", as_of=NOW)
    email = await Email.get()
    assert (email.recipient, email.kind) == ("pascal.breton@axyus.com", EmailKind.IDENTIFIER_REMINDER)
    assert "p.breton" in email.text
    assert email.request_id is None
