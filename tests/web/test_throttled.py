"""Brute force and enumeration on the sign-in pages: bound, and answered alike whether or not there is an account."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from httpx import AsyncClient, Response

from models import Email, Event, User
from models.events import EventKind
from resolvers import accounts
from resolvers.accounts import hash_password
from tests.schema.asking import statements
from tests.tampering import touched
from tests.web.conftest import Clock

WRONG = "faux"
PASSWORD = "une phrase facile à retenir"
SECONDS_OF_A_DAY = 24 * 3600


@pytest.fixture
async def breton(supplier_user: User) -> User:
    supplier_user.identifier, supplier_user.password_hash = "p.breton", await hash_password(PASSWORD)
    await supplier_user.save()
    return supplier_user


@pytest.fixture
def instant(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Passwords are compared without the effort that makes it slow; what was compared with."""
    compared: list[str] = []

    def verify(known: str, password: str) -> bool:
        compared.append(known)
        return password == PASSWORD and known.startswith("$argon2id")

    monkeypatch.setattr(accounts, "verify_password", verify)
    return compared


async def _try(site: AsyncClient, identifier: str = "p.breton", *, password: str = WRONG) -> Response:
    return await site.post("/connexion", data={"identifier": identifier, "password": password})


def _same_words(answer: Response, identifier: str) -> str:
    """The page without what was typed, and without its token."""
    return re.sub(r'name="jeton" value="\w+"', "", answer.text).replace(identifier, "…")


def _in_short(statement: str) -> tuple[str, str]:
    """What a statement does, and to which table."""
    [table] = re.findall(r'(?:FROM|INTO|UPDATE) "(\w+)"', statement)[:1]
    return statement.split()[0], table


async def test_ten_wrong_passwords_then_the_account_waits_and_nothing_is_compared(
    site: AsyncClient, breton: User, clock: Clock, instant: list[str]
) -> None:
    answers = [await _try(site) for _ in range(12)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2
    assert len(instant) == 10
    assert (await _try(site, password=PASSWORD)).status_code == 429
    wait = int(answers[-1].headers["Retry-After"])
    assert 0 < wait < SECONDS_OF_A_DAY
    assert f"Trop de tentatives. Réessayez dans {wait // 60} minutes." in answers[-1].text.replace("\u00a0", " ")
    clock.now += timedelta(seconds=wait)
    assert (await _try(site, password=PASSWORD)).status_code == 303


async def test_unknown_identifiers_are_answered_like_known_ones(
    site: AsyncClient, breton: User, instant: list[str]
) -> None:
    for _ in range(12):
        known, unknown = await _try(site), await _try(site, "quelqu.un")
        assert known.status_code == unknown.status_code
        assert known.headers.get("Retry-After") == unknown.headers.get("Retry-After")
        assert _same_words(known, "p.breton") == _same_words(unknown, "quelqu.un")
    assert len(instant) == 20


@pytest.mark.parametrize("closed", [False, True])
async def test_as_many_statements_for_any_failure(
    site: AsyncClient, breton: User, instant: list[str], closed: bool
) -> None:
    await User.filter(id=breton.id).update(active=not closed)
    asked = []
    for identifier in ("p.breton", "quelqu.un"):
        await _try(site, identifier)  # the first of each begins a chain of events
        with statements() as ran:
            await _try(site, identifier)
        asked.append([_in_short(statement) for statement in ran])
    assert asked[0] == asked[1]


async def test_many_accounts_tried_from_one_address_are_bound_too(
    site: AsyncClient, breton: User, instant: list[str], setting: Callable[[str, object], None]
) -> None:
    setting("attempts_per_address", 5)
    answers = [await _try(site, f"compte-{number}") for number in range(7)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429] * 2


async def test_whoever_signs_in_all_day_from_one_address_is_never_refused(
    site: AsyncClient, breton: User, instant: list[str], setting: Callable[[str, object], None]
) -> None:
    setting("attempts_per_address", 5)
    assert [(await _try(site, password=PASSWORD)).status_code for _ in range(12)] == [303] * 12


async def test_others_who_try_a_password_do_not_keep_out_a_browser_that_signed_in_before(
    site: AsyncClient, breton: User, instant: list[str]
) -> None:
    assert (await _try(site, password=PASSWORD)).status_code == 303
    familiar = site.cookies["familiar"]
    await site.post("/deconnexion")
    site.cookies.clear()
    assert [(await _try(site)).status_code for _ in range(11)] == [422] * 10 + [429]
    site.cookies.set("familiar", familiar)
    assert (await _try(site, password=PASSWORD)).status_code == 303
    site.cookies.clear()
    site.cookies.set("familiar", touched(familiar))
    assert (await _try(site, password=PASSWORD)).status_code == 429


async def test_a_familiar_browser_is_bound_as_well_and_on_its_own_account_alone(
    site: AsyncClient, breton: User, instant: list[str]
) -> None:
    await _try(site, password=PASSWORD)
    await site.post("/deconnexion")
    assert [(await _try(site)).status_code for _ in range(11)] == [422] * 10 + [429]
    assert [(await _try(site, "s.laurent")).status_code for _ in range(11)] == [422] * 10 + [429]


async def test_what_was_tried_is_written_down_without_what_was_typed(
    site: AsyncClient, breton: User, instant: list[str]
) -> None:
    for identifier in ("p.breton", "une phrase secrète"):
        for _ in range(13):
            await _try(site, identifier, password="un autre secret")
    events = await Event.all()
    told = [(event.kind, event.user_id) for event in events]
    assert told.count((EventKind.SIGN_IN_FAILED, breton.id)) == 10
    assert told.count((EventKind.SIGN_IN_FAILED, None)) == 10
    assert told.count((EventKind.SIGN_IN_THROTTLED, breton.id)) == 1
    assert all(event.origin and event.origin["address"] for event in events)
    assert "secr" not in str([(event.payload, event.actor, event.origin) for event in events])


@pytest.mark.parametrize(("page", "field"), [("/mot-de-passe-oublie", "identifier"), ("/identifiant-oublie", "email")])
async def test_mails_are_not_asked_for_without_end(site: AsyncClient, breton: User, page: str, field: str) -> None:
    known = breton.identifier if field == "identifier" else breton.email
    for typed in (known, "personne"):
        answers = [await site.post(page, data={field: typed}) for _ in range(11)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429]
        assert "Trop de tentatives" in answers[-1].text
        assert int(answers[-1].headers["Retry-After"]) > 0
    assert await Email.all().count() == 1


async def test_a_link_that_was_mailed_opens_an_account_that_others_tried_too_often(
    site: AsyncClient, breton: User, instant: list[str]
) -> None:
    for _ in range(11):
        await _try(site)
    await site.post("/mot-de-passe-oublie", data={"identifier": "p.breton"})
    link = "/reinitialisation/" + (await Email.get()).text.partition("/reinitialisation/")[2].split()[0]
    assert (await site.post(link, data={"password": "garage poulat 2026"})).status_code == 422
    assert (await site.post(link, data={"password": PASSWORD})).status_code == 200
    assert (await _try(site, password=PASSWORD)).status_code == 303


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ("/connexion", ['autocomplete="username"', 'autocomplete="current-password"', 'type="password"']),
        ("/mot-de-passe-oublie", ['autocomplete="username"']),
        ("/identifiant-oublie", ['autocomplete="email"']),
    ],
)
async def test_password_managers_and_pasting_are_welcome(site: AsyncClient, page: str, wanted: list[str]) -> None:
    text = (await site.get(page)).text
    assert [words for words in wanted if words not in text] == []
    assert "onpaste" not in text
    assert 'autocomplete="off"' not in text
