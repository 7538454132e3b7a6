"""Whoever changes what opens an account, or how far it goes, is not alone to know: its owner is told by mail."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pyotp
import pytest

from models import Email, Event, Supplier, User
from models.actors import AccountRight
from models.colleagues import AccountState, state_of
from models.emails import EmailKind
from models.errors import NotFound
from models.events import EventKind
from models.typography import french
from resolvers import (
    account_mails,
    account_upkeep,
    colleagues,
    own_second_factor,
    passwords,
    second_factor,
    second_steps,
    sessions,
)
from resolvers.sessions import Browser
from settings import settings
from tests.conftest import NOW
from tests.factories import MANAGER, make_user
from tests.resolvers.conftest import PASSWORD

NEW = "encore une phrase, plus longue"
SECRET = "A2B3C4D5E6F7G2H3I4J5K6L7M2N3O4P5"


async def told() -> list[Email]:
    return await Email.filter(kind=EmailKind.ACCOUNT_CHANGED)


async def protected(user: User) -> tuple[User, list[str]]:
    """That account with a generator, and its codes on paper."""
    codes = await second_factor.enable(user, SECRET, pyotp.TOTP(SECRET).at(NOW), as_of=NOW)
    assert codes
    return await User.get(id=user.id), codes


async def reset(user: User) -> None:
    await passwords.send_reset_link(user.identifier, as_of=NOW)
    text = (await Email.get(kind=EmailKind.PASSWORD_RESET)).text
    await passwords.reset_password(text.partition("/reinitialisation/")[2].split()[0], NEW, as_of=NOW)


def offered(user: User) -> tuple[str, str]:
    """A generator offered to the account, and the code that it shows."""
    offer = second_factor.offer(user, as_of=NOW)
    secret = second_factor.offered_secret(user, offer, as_of=NOW)
    assert secret
    return offer, pyotp.TOTP(secret).at(NOW)


async def set_up(user: User) -> None:
    await own_second_factor.enable(user.actor, PASSWORD, *offered(user), session="", as_of=NOW)


async def set_up_when_signing_in(user: User) -> None:
    assert await second_steps.set_up(user, *offered(user), as_of=NOW, instead_of=None, browser=Browser())


async def give_up(user: User) -> None:
    await protected(user)
    await own_second_factor.disable(user.actor, PASSWORD, as_of=NOW)


async def taken_off(user: User) -> None:
    await protected(user)
    await account_upkeep.reset_second_factor(user.identifier, as_of=NOW)


async def sign_in_from_paper(user: User) -> None:
    user, codes = await protected(user)
    assert await second_steps.sign_in(user, codes[0], as_of=NOW, instead_of=None, browser=Browser())


async def renew(user: User) -> None:
    await protected(user)
    await own_second_factor.renew_codes(user.actor, PASSWORD, as_of=NOW)


async def lowered(user: User) -> None:
    await colleagues.change_account_right(MANAGER, user.id, right=AccountRight.EDIT, as_of=NOW)


async def revoked(user: User) -> None:
    colleague = await make_user(await Supplier.get(id=user.supplier_id))
    await colleagues.revoke_account(colleague.actor, user.id, as_of=NOW)


async def disabled(user: User) -> None:
    await account_upkeep.disable_account(user.identifier, as_of=NOW)


async def enabled(user: User) -> None:
    await User.filter(id=user.id).update(active=False)
    await account_upkeep.enable_account(user.identifier, as_of=NOW)


Story = Callable[[User], Awaitable[None]]
STORIES: list[tuple[Story, EventKind, str]] = [
    (reset, EventKind.PASSWORD_RESET, "le mot de passe a été réinitialisé avec le lien reçu par courriel."),
    (set_up, EventKind.TOTP_ENABLED, "la double authentification a été activée."),
    (set_up_when_signing_in, EventKind.TOTP_ENABLED, "la double authentification a été activée."),
    (give_up, EventKind.TOTP_DISABLED, "la double authentification a été retirée."),
    (taken_off, EventKind.TOTP_DISABLED, "la double authentification a été retirée par l’exploitant du portail."),
    (sign_in_from_paper, EventKind.RECOVERY_CODE_USED, "un code de secours a servi à se connecter."),
    (renew, EventKind.RECOVERY_CODES_RENEWED, "de nouveaux codes de secours ont été créés."),
    (
        lowered,
        EventKind.RIGHT_CHANGED,
        "le droit « confirmation » a été changé en « modification » par un gestionnaire de l’ASP.",
    ),
    (revoked, EventKind.ACCOUNT_REVOKED, "l’accès au portail a été fermé par un collègue."),
    (disabled, EventKind.ACCOUNT_DISABLED, "l’accès au portail a été fermé par l’exploitant du portail."),
    (enabled, EventKind.ACCOUNT_ENABLED, "l’accès au portail a été rouvert par l’exploitant du portail."),
]


@pytest.mark.parametrize(("story", "event", "sentence"), STORIES)
async def test_the_owner_is_told_once_what_happened_and_what_to_do(
    breton: User, story: Story, event: EventKind, sentence: str
) -> None:
    await story(breton)
    assert await Event.exists(kind=event, user_id=breton.id)
    [email] = await told()
    assert (email.recipient, email.created_at, email.request_id) == (breton.email, NOW, None)
    assert french(f"pour le compte « p.breton » : {sentence}") in email.text
    assert "\n\nSi " in email.text
    assert "prévenez" in email.text
    assert email.text == french(email.text)


@pytest.mark.parametrize(("story", "event", "sentence"), STORIES)
async def test_the_mail_leads_to_the_portal_alone_and_tells_no_secret(
    breton: User, story: Story, event: EventKind, sentence: str
) -> None:
    await story(breton)
    [email] = await told()
    for body in (email.text, email.html):
        links = re.findall(r"https?://[^\s\"<]+", body)
        assert set(links) == {f"{settings.base_url}/connexion", f"{settings.base_url}/aide"}
        for secret in (PASSWORD, NEW, SECRET):
            assert secret not in body
        assert not re.search(r"([a-z2-7]{6}-){3}", body), "a code on paper"


def test_there_are_words_for_nothing_that_is_not_told_here() -> None:
    assert set(account_mails._WORDS) == {event for _, event, _ in STORIES}


async def test_somebody_invited_has_no_account_yet_and_is_not_told(breton: User) -> None:
    invited = await colleagues.invite_account(
        breton.actor, email="lea.marchand@axyus.com", right=AccountRight.READ, as_of=NOW
    )
    await colleagues.change_account_right(breton.actor, invited.id, right=AccountRight.EDIT, as_of=NOW)
    assert state_of(await colleagues.revoke_account(breton.actor, invited.id, as_of=NOW)) is AccountState.CLOSED
    assert await told() == []


async def test_an_ordinary_sign_in_and_what_is_refused_are_not_told(breton: User) -> None:
    assert await sessions.sign_in(breton.identifier, PASSWORD, as_of=NOW)
    with pytest.raises(NotFound):
        await passwords.reset_password("x.y.z", NEW, as_of=NOW)
    await colleagues.change_account_right(MANAGER, breton.id, right=breton.right, as_of=NOW)
    assert await told() == []


async def test_what_is_not_told_has_not_happened(breton: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(account_mails, "outgoing", breaks)
    with pytest.raises(RuntimeError):
        await account_upkeep.disable_account(breton.identifier, as_of=NOW)
    assert (await User.get(id=breton.id)).active
    assert not await Event.exists(kind=EventKind.ACCOUNT_DISABLED)
