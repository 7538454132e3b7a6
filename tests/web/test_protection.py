import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from httpx import AsyncClient

from models import Session, User
from tests.web.conftest import Enter
from web.protection import HEADERS, MEBIBYTE


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/connexion", 200),
        ("/livez", 200),
        ("/nulle-part", 404),
        ("/demandes", 303),
        ("/graphql?query=x", 200),
        ("/static/site.css", 200),
    ],
)
async def test_every_answer_carries_the_protections(site: AsyncClient, path: str, status: int) -> None:
    answer = await site.get(path, headers={"Accept": "*/*"})
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


async def test_a_page_runs_nothing_inline_and_loads_nothing_from_elsewhere() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy


async def test_fingerprinted_files_may_be_kept_and_others_not(site: AsyncClient) -> None:
    kept = await site.get("/static/site.css?v=0123")
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def _sign_in(client: AsyncClient, **headers: str) -> httpx.Response:
    return await client.post("/connexion", data={"identifier": "x", "password": "y"}, headers=headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8000"},
        {"Origin": "https://ailleurs.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {},
    ],
)
async def test_another_site_cannot_post_a_form(stranger: AsyncClient, headers: dict[str, str]) -> None:
    answer = await _sign_in(stranger, **headers)
    assert answer.status_code == 403
    assert "Cette page a expiré. Rechargez-la" in answer.text.replace("\u00a0", " ")


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://127.0.0.1:8000"}])
async def test_our_own_pages_can(stranger: AsyncClient, headers: dict[str, str]) -> None:
    assert (await _sign_in(stranger, **headers)).status_code == 422  # Read, and refused for what it says.


def _token(page: httpx.Response) -> str:
    return page.text.partition('name="jeton" value="')[2].partition('"')[0]


async def test_a_browser_that_tells_no_origin_proves_it_by_the_token_of_its_page(stranger: AsyncClient) -> None:
    token = _token(await stranger.get("/connexion"))
    form = {"jeton": token, "identifier": "x", "password": "y"}
    assert (await stranger.post("/connexion", data=form)).status_code == 422
    parts = {name: (None, value) for name, value in form.items()}
    assert (await stranger.post("/connexion", files=parts)).status_code == 422
    stranger.cookies.clear()
    assert (await stranger.post("/connexion", data=form)).status_code == 403


async def test_the_token_of_one_browser_is_of_no_use_to_another(stranger: AsyncClient) -> None:
    theirs = _token(await stranger.get("/connexion"))
    stranger.cookies.clear()
    ours = _token(await stranger.get("/connexion"))
    assert theirs != ours
    answer = await stranger.post("/connexion", data={"jeton": theirs, "identifier": "x", "password": "y"})
    assert answer.status_code == 403


async def test_the_token_counts_only_at_the_beginning_of_the_body(stranger: AsyncClient) -> None:
    token = _token(await stranger.get("/connexion"))
    answer = await stranger.post("/connexion", data={"long": "x" * 9000, "jeton": token})
    assert answer.status_code == 403


async def test_no_get_signs_out(site: AsyncClient, enter: Enter, supplier_user: User) -> None:
    await enter(supplier_user)
    assert (await site.get("/deconnexion")).status_code == 405
    assert await Session.exists()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[", "127.0.0.1@evil.example"])
async def test_only_our_own_names_are_answered(site: AsyncClient, host: str) -> None:
    answer = await site.get("/connexion", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000", "LOCALHOST:1"])
async def test_a_developers_machine_answers_to_its_usual_names(site: AsyncClient, host: str) -> None:
    assert (await site.get("/connexion", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
async def test_a_watchman_may_ask_by_any_name(site: AsyncClient, path: str) -> None:
    assert (await site.get(path, headers={"Host": "10.0.0.7"})).status_code == 200


@pytest.mark.parametrize("path", ["/graphql", "/connexion"])
async def test_a_body_past_its_limit_is_cut_off_announced_or_not(site: AsyncClient, path: str) -> None:
    media_type = "application/json" if path == "/graphql" else "application/x-www-form-urlencoded"
    headers = {"Content-Type": media_type, "Accept": "*/*"}
    announced = await site.post(path, content=b"x" * (MEBIBYTE + 1), headers=headers)
    read: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            read.append(1)
            yield b"x" * 65536

    streamed = await site.post(path, content=endless(), headers=headers)
    assert (announced.status_code, streamed.status_code) == (413, 413)
    assert len(read) < 20


async def test_a_length_that_is_no_number_is_refused(site: AsyncClient) -> None:
    answer = await site.post("/connexion", content=b"", headers={"Content-Length": "beaucoup"})
    assert answer.status_code == 413


def test_over_https_cookies_belong_to_this_host_alone_and_plain_http_is_given_up(tmp_path: Path) -> None:
    code = (
        "from starlette.responses import Response\n"
        "from web import session\n"
        "from web.protection import HEADERS\n"
        "answer = Response(headers=HEADERS)\n"
        "session.begin(answer, 'secret')\n"
        "session.make_familiar(answer, 'p.breton')\n"
        "print(*(f'{name}: {value}' for name, value in answer.headers.items()), sep='\\n')"
    )
    environment = {"SOLDE_BASE_URL": "https://solde.example.fr", "SOLDE_DATA_DIR": str(tmp_path)}
    said = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True, check=True
    ).stdout
    cookies = [line.partition(": ")[2] for line in said.splitlines() if line.startswith("set-cookie: ")]
    assert cookies[0] == "__Host-session=secret; HttpOnly; Max-Age=43200; Path=/; SameSite=lax; Secure"
    assert [cookie.partition("=")[0] for cookie in cookies] == ["__Host-session", "__Host-familiar"]
    assert all({"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; ")) for cookie in cookies)
    assert "domain=" not in said.lower()
    assert "strict-transport-security: max-age=31536000; includeSubDomains" in said
