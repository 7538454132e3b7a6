"""The second factor on the pages: asked for after the password, set up where it is a duty, changed in Mon compte."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pyotp
import pytest
from httpx import AsyncClient, Response

from models import Event, Session, User
from models.events import EventKind
from resolvers import second_factor
from resolvers.accounts import hash_password
from tests.conftest import NOW
from tests.generators import wrong_code
from tests.web.conftest import Clock, Enter

PASSWORD = "une phrase facile à retenir"
SECRET = "A2B3C4D5E6F7G2H3I4J5K6L7M2N3O4P5"
STEP = timedelta(seconds=30)


def code(clock: Clock, secret: str = SECRET) -> str:
    """What the generator shows now."""
    return pyotp.TOTP(secret).at(clock.now)


async def _with_password(user: User, identifier: str) -> User:
    user.identifier, user.password_hash = identifier, await hash_password(PASSWORD)
    await user.save()
    return user


@pytest.fixture
async def breton(supplier_user: User) -> User:
    return await _with_password(supplier_user, "p.breton")


@pytest.fixture
async def protected(breton: User, clock: Clock) -> User:
    """An account with a generator, set up a minute ago."""
    assert await second_factor.enable(breton, SECRET, code(clock), as_of=NOW)
    clock.now += 2 * STEP
    return await User.get(id=breton.id)


async def _give_password(site: AsyncClient, identifier: str = "p.breton") -> Response:
    form = {"identifier": identifier, "password": PASSWORD, "retour": "/demandes"}
    return await site.post("/connexion", data=form)


def _offer(page: Response) -> dict[str, str]:
    """The secret that the page shows, and the form's field that brings it back."""
    offer = re.search(r'name="offer" value="([^"]+)"', page.text)
    key = re.search(r"Clé\s*: <code>([A-Z2-7 ]+)</code>", unescape(page.text))
    assert offer
    assert key
    return {"offer": offer[1], "secret": key[1].replace(" ", "")}


def _codes_on(page: Response) -> list[str]:
    return re.findall(r"<code>((?:[a-z2-7]{6}-){3}[a-z2-7]{6})</code>", page.text)


async def kinds() -> list[EventKind]:
    return [event.kind for event in await Event.all().order_by("id")]


async def test_the_password_alone_opens_no_session_where_there_is_a_generator(
    site: AsyncClient, protected: User, clock: Clock
) -> None:
    answer = await _give_password(site)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/connexion/code?retour=/demandes")
    assert "session" not in site.cookies
    assert not await Session.exists()
    page = await site.get(answer.headers["Location"])
    assert 'autocomplete="one-time-code"' in page.text
    assert (await site.get("/demandes")).status_code == 303
    answer = await site.post("/connexion/code", data={"code": code(clock), "retour": "/demandes"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/demandes")
    assert (await site.get("/demandes")).status_code == 200
    assert "proof" not in site.cookies
    assert await kinds() == [EventKind.SIGNED_IN]


async def test_a_wrong_or_used_code_opens_nothing(site: AsyncClient, protected: User, clock: Clock) -> None:
    await _give_password(site)
    answer = await site.post("/connexion/code", data={"code": "12345x"})
    assert answer.status_code == 422
    assert "<title>Erreur" in answer.text
    used = code(clock)
    assert (await site.post("/connexion/code", data={"code": used})).status_code == 303
    await site.post("/deconnexion")
    await _give_password(site)
    assert (await site.post("/connexion/code", data={"code": used})).status_code == 422
    assert (await kinds())[0] is EventKind.SIGN_IN_FAILED


async def test_a_code_cannot_be_given_without_the_password_or_long_after(
    site: AsyncClient, protected: User, clock: Clock
) -> None:
    assert (await site.post("/connexion/code", data={"code": code(clock)})).headers["Location"] == "/connexion"
    await _give_password(site)
    site.cookies.set("proof", site.cookies["proof"])  # as a browser that keeps it too long would
    clock.now += second_factor.PROOF_LASTS
    assert (await site.post("/connexion/code", data={"code": code(clock)})).headers["Location"] == "/connexion"
    assert not await Session.exists()


async def test_codes_cannot_be_guessed_one_after_the_other(site: AsyncClient, protected: User, clock: Clock) -> None:
    await _give_password(site)
    answers = [await site.post("/connexion/code", data={"code": f"{number:06}"}) for number in range(12)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2
    assert "Trop de tentatives" in answers[-1].text
    assert (await site.post("/connexion/code", data={"code": code(clock)})).status_code == 429
    assert (await kinds()).count(EventKind.SIGN_IN_THROTTLED) == 1


async def test_a_code_on_paper_opens_a_session_once(site: AsyncClient, protected: User) -> None:
    codes = await second_factor.new_recovery_codes(protected)
    for status in (303, 422):
        await _give_password(site)
        assert (await site.post("/connexion/code", data={"code": codes[0]})).status_code == status
    assert EventKind.RECOVERY_CODE_USED in await kinds()


async def test_a_manager_in_production_sets_one_up_before_anything_else(
    site: AsyncClient, manager_user: User, clock: Clock, setting: Callable[[str, object], None]
) -> None:
    manager = await _with_password(manager_user, "camille")
    setting("environment", "production")
    answer = await _give_password(site, "camille")
    assert answer.headers["Location"] == "/connexion/double-authentification?retour=/demandes"
    assert not await Session.exists()
    for path in ("/console", "/demandes"):
        assert (await site.get(path)).headers["Location"].startswith("/connexion?")
    asked = await site.post("/graphql", json={"query": "{ viewer { name } }"}, headers={"Accept": "application/json"})
    assert asked.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    page = await site.get(answer.headers["Location"])
    offered = _offer(page)
    wrong = await site.post(
        "/connexion/double-authentification", data=offered | {"code": wrong_code(offered["secret"], clock.now)}
    )
    assert (wrong.status_code, _offer(wrong)) == (422, offered)
    form = {"offer": offered["offer"], "code": code(clock, offered["secret"]), "retour": "/console"}
    done = await site.post("/connexion/double-authentification", data=form)
    assert len(set(_codes_on(done))) == second_factor.RECOVERY_CODES
    assert 'href="/console"' in done.text
    assert (await site.get("/console")).status_code == 200
    assert await kinds() == [EventKind.TOTP_ENABLED, EventKind.SIGNED_IN]
    clock.now += 2 * STEP
    await site.post("/deconnexion")
    answer = await _give_password(site, manager.identifier)
    assert answer.headers["Location"].startswith("/connexion/code")


async def test_a_session_of_before_the_duty_opens_nothing_any_more(
    site: AsyncClient, enter: Enter, manager_user: User, setting: Callable[[str, object], None]
) -> None:
    await enter(manager_user)
    assert (await site.get("/console")).status_code == 200
    setting("environment", "production")
    assert (await site.get("/console")).status_code == 303


async def test_a_supplier_sets_one_up_and_gives_it_up_in_mon_compte(
    site: AsyncClient, enter: Enter, breton: User, clock: Clock
) -> None:
    path = "/mon-compte/double-authentification"
    await Session.create(digest="elsewhere", user=breton, created_at=NOW, seen_at=NOW, expires_at=NOW + 99 * STEP)
    await enter(breton)
    offered = _offer(await site.get(path))
    form = {"action": "activer", "offer": offered["offer"], "code": code(clock, offered["secret"])}
    assert (await site.post(path, data=form | {"current": "faux"})).status_code == 422
    done = await site.post(path, data=form | {"current": PASSWORD})
    assert len(_codes_on(done)) == second_factor.RECOVERY_CODES
    assert await Session.all().count() == 1
    assert "10 codes de secours encore valables" in (await site.get(path)).text.replace("\u00a0", " ")
    renewed = await site.post(path, data={"action": "renouveler", "current": PASSWORD})
    assert len(_codes_on(renewed)) == second_factor.RECOVERY_CODES
    assert not set(_codes_on(renewed)) & set(_codes_on(done))
    assert (await site.post(path, data={"action": "desactiver", "current": "faux"})).status_code == 422
    given_up = await site.post(path, data={"action": "desactiver", "current": PASSWORD}, follow_redirects=True)
    assert "La double authentification est désactivée." in given_up.text
    assert not second_factor.has_second_factor(await User.get(id=breton.id))
    assert await kinds() == [EventKind.TOTP_ENABLED, EventKind.RECOVERY_CODES_RENEWED, EventKind.TOTP_DISABLED]


async def test_a_manager_in_production_cannot_give_it_up(
    site: AsyncClient, enter: Enter, manager_user: User, clock: Clock, setting: Callable[[str, object], None]
) -> None:
    manager = await _with_password(manager_user, "camille")
    await second_factor.enable(manager, SECRET, code(clock), as_of=NOW)
    setting("environment", "production")
    await enter(manager)
    path = "/mon-compte/double-authentification"
    assert "Désactiver" not in (await site.get(path)).text
    assert (await site.post(path, data={"action": "desactiver", "current": PASSWORD})).status_code == 403
    assert (await site.post(path, data={"action": "autre"})).status_code == 400


async def test_strangers_are_led_to_the_sign_in(site: AsyncClient) -> None:
    for path in ("/connexion/code", "/connexion/double-authentification", "/mon-compte/double-authentification"):
        assert (await site.get(path)).headers["Location"].startswith("/connexion")
