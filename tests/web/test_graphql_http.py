import httpx
import pytest
from httpx import AsyncClient

from models import User
from tests.web.conftest import Clock, Enter
from web.graphiql import READY_MADE
from web.graphql import GRAPHQL_RESPONSE, JSON

VIEWER = {"query": "{ viewer { role name } }"}


async def ask(client: AsyncClient, body: object = VIEWER, **headers: str) -> httpx.Response:
    return await client.post("/graphql", json=body, headers={"Accept": "*/*", **headers})


async def test_a_program_asks_with_its_token(program: AsyncClient) -> None:
    answer = await ask(program)
    assert answer.json() == {"data": {"viewer": {"role": "PARTNER", "name": "Logiciel"}}}
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


async def test_a_signed_in_browser_asks_with_its_cookie(site: AsyncClient, enter: Enter, manager_user: User) -> None:
    await enter(manager_user)
    assert (await ask(site)).json()["data"]["viewer"]["role"] == "MANAGER"


async def test_nobody_gets_a_coded_error(stranger: AsyncClient) -> None:
    [error] = (await ask(stranger)).json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("given", ["Bearer faux", "Bearer", "Basic YTpi", "", "Bearer solde_ faux"])
async def test_a_bad_token_is_a_401_and_never_an_anonymous_answer(stranger: AsyncClient, given: str) -> None:
    answer = await ask(stranger, Authorization=given)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_bad_token_is_not_made_good_by_a_cookie(site: AsyncClient, enter: Enter, manager_user: User) -> None:
    await enter(manager_user)
    assert (await ask(site, Authorization="Bearer faux")).status_code == 401


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "", "Origin": "https://ailleurs.example"}]
)
async def test_another_site_cannot_ask_with_our_cookie(
    site: AsyncClient, enter: Enter, manager_user: User, headers: dict[str, str]
) -> None:
    await enter(manager_user)
    assert (await ask(site, **headers)).status_code == 403


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=B", ""]
)
async def test_a_cookie_speaks_json_alone(site: AsyncClient, enter: Enter, manager_user: User, media_type: str) -> None:
    await enter(manager_user)
    headers = {"Content-Type": media_type, "Accept": "*/*"}
    answer = await site.post("/graphql", content=b'{"query": "{ viewer { role } }"}', headers=headers)
    assert answer.status_code == 415


async def test_get_reads_and_never_writes(program: AsyncClient) -> None:
    reading = await program.get("/graphql", params={"query": "query Q { viewer { role } }", "operationName": "Q"})
    assert reading.json() == {"data": {"viewer": {"role": "PARTNER"}}}
    writing = {"query": 'mutation { markPaid(input: {requestId: "x"}) { __typename } }'}
    answer = await program.get("/graphql", params=writing)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert (await ask(program, writing)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b'"texte"',
        b'[{"query": "{ viewer { role } }"}]',
        b"[" * 200_000,
        b"{}",
        b'{"query": 1}',
        b'{"query": "{ x }", "variables": []}',
        b'{"query": "{ x }", "operationName": 1}',
        b'{"query": "query($x: DateTime) { x }", "variables": {"x": "\\ud800"}}',
    ],
)
async def test_what_is_no_request_is_a_400_in_json(program: AsyncClient, body: bytes) -> None:
    answer = await program.post("/graphql", content=body, headers={"Content-Type": JSON})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_an_operation_that_is_not_there_is_a_400(program: AsyncClient) -> None:
    two = "query A { viewer { role } } query B { viewer { role } }"
    for body in ({"query": two, "operationName": "C"}, {"query": two}, {"query": two, "operationName": ""}):
        assert (await ask(program, body)).status_code == 400
    alone = "query Q { viewer { role } } # not another query"
    assert (await ask(program, {"query": alone})).json() == {"data": {"viewer": {"role": "PARTNER"}}}
    assert (await ask(program, {"query": two, "operationName": "B"})).status_code == 200


@pytest.mark.parametrize("query", ["{", "{ inconnu }", "query($x: Int!) { viewer { role } }"])
async def test_an_operation_that_cannot_begin_has_no_data(program: AsyncClient, query: str) -> None:
    usual = await ask(program, {"query": query})
    typed = await ask(program, {"query": query}, Accept=f"{GRAPHQL_RESPONSE}, {JSON};q=0.9")
    assert (usual.status_code, typed.status_code) == (200, 400)
    assert usual.json().keys() == typed.json().keys() == {"errors"}
    assert typed.headers["Content-Type"].startswith(GRAPHQL_RESPONSE)


async def test_an_answer_comes_only_in_types_that_we_speak(program: AsyncClient) -> None:
    assert (await ask(program, Accept="application/xml")).status_code == 406
    assert (await ask(program, Accept="application/*")).status_code == 200


async def test_several_operations_at_once_and_files_are_refused(program: AsyncClient) -> None:
    operations = {"operations": (None, '{"query": "{ viewer { role } }"}'), "map": (None, "{}")}
    assert (await program.post("/graphql", files=operations)).status_code == 415


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_named_as_such(program: AsyncClient, method: str) -> None:
    answer = await program.request(method, "/graphql")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) >= {"GET", "POST"}


async def test_graphiql_is_for_whoever_is_signed_in(
    site: AsyncClient, enter: Enter, manager_user: User, clock: Clock
) -> None:
    assert (await site.get("/graphql")).headers["Location"] == "/connexion?retour=/graphql"
    await enter(manager_user)
    page = await site.get("/graphql?modele=echeances")
    assert page.status_code == 200
    assert "query Echeances" in page.text
    assert "script-src 'self'; style-src 'self';" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "http://" not in page.text
    assert "https://" not in page.text


def test_every_ready_made_operation_has_a_title_and_says_whether_it_writes() -> None:
    assert [each.name for each in READY_MADE if each.writes] == [
        "demander-une-modification",
        "prolonger-le-delai",
        "instruire-en-l-etat",
        "repondre",
        "changer-un-droit",
        "changer-une-actualite",
        "inviter-un-compte",
        "publier-une-actualite",
        "renvoyer-un-courriel",
        "retirer-une-actualite",
        "revoquer-un-compte",
    ]
    assert all(each.title and not each.title.startswith(("query", "mutation")) for each in READY_MADE)
