"""A session cannot be given, taken back to life, or led elsewhere."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from httpx import AsyncClient, Response

from models import Session, User
from resolvers.accounts import hash_password
from settings import settings
from tests.security.hostile_text import ELSEWHERE, HARMLESS
from tests.web.conftest import Clock
from web.session import own_path

PASSWORD = "une phrase facile à retenir"


@pytest.fixture
async def breton(supplier_user: User) -> User:
    supplier_user.identifier, supplier_user.password_hash = "p.breton", await hash_password(PASSWORD)
    await supplier_user.save()
    return supplier_user


async def sign_in(site: AsyncClient, **fields: str) -> Response:
    return await site.post("/connexion", data={"identifier": "p.breton", "password": PASSWORD} | fields)


async def test_a_cookie_that_somebody_chose_names_no_session_before_nor_after(site: AsyncClient, breton: User) -> None:
    site.cookies.set("session", "chosen-by-somebody-else")
    answer = await sign_in(site)
    secret = answer.cookies["session"]
    assert answer.status_code == 303
    assert len(secret) >= 43  # 256 bits
    site.cookies.clear()
    site.cookies.set("session", "chosen-by-somebody-else")
    assert (await site.get("/demandes")).headers["Location"].startswith("/connexion")


async def test_a_session_is_renewed_at_each_sign_in_and_the_one_before_ends(site: AsyncClient, breton: User) -> None:
    first = (await sign_in(site)).cookies["session"]
    second = (await sign_in(site)).cookies["session"]
    assert first != second
    assert await Session.all().count() == 1
    site.cookies.clear()
    site.cookies.set("session", first)
    assert (await site.get("/demandes")).status_code == 303


async def test_what_was_signed_out_is_of_no_more_use_on_any_way(site: AsyncClient, breton: User) -> None:
    secret = (await sign_in(site)).cookies["session"]
    assert (await site.get("/demandes")).status_code == 200
    await site.post("/deconnexion")
    site.cookies.set("session", secret)
    assert (await site.get("/demandes")).headers["Location"].startswith("/connexion")
    assert (await site.post("/mon-compte", data={"affichage": "dark"})).headers["Location"].startswith("/connexion")
    assert (await site.post("/uploads?name=a.pdf", content=b"%PDF-")).status_code == 401
    [error] = (await site.post("/graphql", json={"query": "{ viewer { role } }"}, headers={"Accept": "*/*"})).json()[
        "errors"
    ]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_session_ends_however_much_it_is_used(site: AsyncClient, breton: User, clock: Clock) -> None:
    await sign_in(site)
    end = clock.now + timedelta(hours=settings.session_hours)
    while clock.now + timedelta(minutes=settings.session_idle_minutes - 1) < end:
        clock.now += timedelta(minutes=settings.session_idle_minutes - 1)
        assert (await site.get("/demandes")).status_code == 200
    clock.now = end
    assert (await site.get("/demandes")).status_code == 303


async def test_the_secret_is_nowhere_in_the_database_nor_in_a_page(site: AsyncClient, breton: User) -> None:
    secret = (await sign_in(site)).cookies["session"]
    assert secret not in (await site.get("/mon-compte")).text
    assert secret not in str(await Session.all().values())


async def test_nobody_is_led_to_another_site(site: AsyncClient, breton: User) -> None:
    for wanted in ELSEWHERE:
        page = await site.get("/connexion", params={"retour": wanted})
        assert 'name="retour" value="/"' in page.text, wanted
    assert (await sign_in(site, retour=ELSEWHERE[0])).headers["Location"] == "/"
    for wanted in ELSEWHERE:
        assert own_path(wanted) == "/", wanted
        assert (await site.get("/connexion", params={"retour": wanted})).headers["Location"] == "/", wanted


async def test_what_looks_odd_and_is_ours_stays_here(site: AsyncClient, breton: User) -> None:
    await sign_in(site)
    for wanted in HARMLESS:
        answer = await site.get("/connexion", params={"retour": wanted})
        led = urljoin("http://127.0.0.1:8000/connexion", answer.headers["Location"])
        assert urlsplit(led).netloc == "127.0.0.1:8000", wanted
        assert "evil" not in (urlsplit(led).hostname or ""), wanted
