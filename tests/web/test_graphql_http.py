import re
from typing import Any

import httpx
import pytest
from httpx import AsyncClient

from models import User
from schema import schema
from tests.web.conftest import Clock, Enter
from web.media_types import GRAPHQL_RESPONSE, JSON

VIEWER = {"query": "{ viewer { role name } }"}
NUMBER = re.compile(r"[0-9A-F]{4}-[0-9A-F]{4}")


async def ask(client: AsyncClient, body: object = VIEWER, **headers: str) -> httpx.Response:
    return await client.post("/graphql", json=body, headers={"Accept": "*/*", **headers})


async def test_a_program_asks_with_its_token(program: AsyncClient) -> None:
    answer = await ask(program)
    assert answer.json()["data"] == {"viewer": {"role": "PARTNER", "name": "Logiciel"}}
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
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="solde", error="invalid_token", ')
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
    assert reading.json()["data"] == {"viewer": {"role": "PARTNER"}}
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
        b'{"query": "{ x }", "extensions": "texte"}',
        b'{"query": "{ x }", "variables": {"x": NaN}}',
        b'{"query": "{ x }", "query": "{ y }"}',
        b'{"query": "{ x }", "variables": {"x": {"a": 1, "a": 2}}}',
        b'{"query": "query($x: DateTime) { x }", "variables": {"x": "\\ud800"}}',
        '{"query": "{ viewer { role } }"}'.encode("utf-16"),
        '{"query": "{ viewer { role } } #é"}'.encode("latin-1"),
        b'{"query": ""}',
    ],
)
async def test_what_is_no_request_is_a_400_that_says_so(program: AsyncClient, body: bytes) -> None:
    for media_type in (JSON, GRAPHQL_RESPONSE):
        answer = await program.post("/graphql", content=body, headers={"Content-Type": JSON, "Accept": media_type})
        assert answer.status_code == 400
        assert answer.headers["Content-Type"] == f"{media_type}; charset=utf-8"
        assert answer.json().keys() == {"errors"}
        [error] = answer.json()["errors"]
        assert error["extensions"]["code"] == "BAD_REQUEST"
        assert NUMBER.fullmatch(error["extensions"]["requestNumber"])


async def test_a_byte_order_mark_is_passed_over(program: AsyncClient) -> None:
    body = b"\xef\xbb\xbf" + b'{"query": "{ viewer { role } }", "extensions": {"any": 1}, "other": 1}'
    answer = await program.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    assert answer.json() | {"extensions": None} == {"data": {"viewer": {"role": "PARTNER"}}, "extensions": None}


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json; charset=utf-8", 200),
        ('Application/JSON;Charset="UTF-8"', 200),
        ("application/json; charset=utf-16", 415),
        ("application/json; charset=iso-8859-1", 415),
        ("application/graphql", 415),
        ("application/jsonp", 415),
    ],
)
async def test_a_body_is_json_in_utf_8(program: AsyncClient, content_type: str, status: int) -> None:
    answer = await program.post(
        "/graphql", content=b'{"query": "{ viewer { role } }"}', headers={"Content-Type": content_type}
    )
    assert answer.status_code == status
    if status == 415:
        assert answer.headers["Accept-Post"] == JSON
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNSUPPORTED_MEDIA_TYPE"


async def test_an_operation_that_is_not_there_is_a_400(program: AsyncClient) -> None:
    two = "query A { viewer { role } } query B { viewer { role } }"
    for body in ({"query": two, "operationName": "C"}, {"query": two}, {"query": two, "operationName": ""}):
        assert (await ask(program, body)).status_code == 400
    alone = "query Q { viewer { role } } # not another query"
    assert (await ask(program, {"query": alone})).json()["data"] == {"viewer": {"role": "PARTNER"}}
    assert (await ask(program, {"query": two, "operationName": "B"})).status_code == 200


@pytest.mark.parametrize("query", ["{", "{ inconnu }", "query($x: Int!) { viewer { role } }"])
async def test_an_operation_that_cannot_begin_has_no_data(program: AsyncClient, query: str) -> None:
    usual = await ask(program, {"query": query})
    typed = await ask(program, {"query": query}, Accept=f"{GRAPHQL_RESPONSE}, {JSON};q=0.9")
    assert (usual.status_code, typed.status_code) == (200, 400)
    assert usual.json().keys() == typed.json().keys() == {"errors"}
    assert typed.headers["Content-Type"].startswith(GRAPHQL_RESPONSE)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        ("APPLICATION/GraphQL-Response+JSON", GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}; charset=utf-8, {JSON}; charset=utf-8", GRAPHQL_RESPONSE),
        (f"{JSON}, {GRAPHQL_RESPONSE}", GRAPHQL_RESPONSE),
        (f"{JSON}, {GRAPHQL_RESPONSE};q=0.9", JSON),
        (f"{JSON};q=0.9, {GRAPHQL_RESPONSE}", GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE};q=0.1, */*", JSON),
        (f"{JSON};q=0, */*;q=0.1", GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE};q=0, {JSON};q=0.1", JSON),
        ("text/html, */*;q=0.1", JSON),
        ("application/xml", None),
        ("text/html", None),
        (f"{JSON};q=0", None),
        (f"{JSON};q=high", None),
        (f"{JSON};q=nan", None),
        (f"{JSON}; charset=utf-16", None),
        ("*/*;q=0", None),
    ],
)
async def test_an_answer_comes_in_the_type_that_is_wanted_most(
    program: AsyncClient, accept: str, media_type: str | None
) -> None:
    answer = await ask(program, Accept=accept)
    assert answer.headers["Content-Type"] == f"{media_type or JSON}; charset=utf-8"
    assert answer.status_code == (200 if media_type else 406)
    assert media_type or answer.json()["errors"][0]["extensions"]["code"] == "NOT_ACCEPTABLE"


async def test_errors_beside_the_data_show_in_the_status_of_graphql_s_own_type(program: AsyncClient) -> None:
    query = {"query": "{ viewer { role } requests(first: 0) { nodes { id } } }"}
    for accept, status in ((GRAPHQL_RESPONSE, 294), (JSON, 200)):
        answer = await ask(program, query, Accept=accept)
        assert answer.status_code == status
        assert answer.json()["data"] is None
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_an_address_asks_with_variables_too(program: AsyncClient) -> None:
    given = {"query": "query Q($id: ID!) { node(id: $id) { id } }", "variables": '{"id": "x"}', "extensions": "{}"}
    assert (await program.get("/graphql", params=given)).json()["data"] == {"node": None}
    empty = {"query": "{ viewer { role } }", "variables": "", "extensions": "", "operationName": ""}
    assert (await program.get("/graphql", params=empty)).status_code == 200
    assert (await program.head("/graphql", params=empty)).status_code == 200
    for wrong in ("variables={", "variables=[]", "extensions=1", "query={b}&query={c}"):
        answer = await program.get(f"/graphql?query={{a}}&{wrong}")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert (await program.get("/graphql")).status_code == 400


async def test_several_operations_at_once_and_files_are_refused(program: AsyncClient) -> None:
    operations = {"operations": (None, '{"query": "{ viewer { role } }"}'), "map": (None, "{}")}
    assert (await program.post("/graphql", files=operations)).status_code == 415


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "QUERY"])
async def test_other_methods_are_named_as_such(program: AsyncClient, method: str) -> None:
    answer = await program.request(method, "/graphql")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert answer.json()["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"


async def test_graphiql_is_for_whoever_is_signed_in(
    site: AsyncClient, enter: Enter, manager_user: User, clock: Clock
) -> None:
    assert (await site.get("/graphql")).headers["Location"] == "/connexion?retour=/graphql"
    await enter(manager_user)
    page = await site.get("/graphql?modele=echeances-de-la-semaine")
    assert page.status_code == 200
    assert "query EcheancesDeLaSemaine" in page.text
    assert "script-src 'self'; style-src 'self' 'nonce-" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page.text)


async def test_what_is_refused_before_it_is_read_is_a_graphql_error_too(
    stranger: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_args: object, **_named: object) -> None:
        raise ZeroDivisionError

    large = {"content": b" " * 2**21, "headers": {"Content-Type": JSON}}
    elsewhere = {"json": VIEWER, "headers": {"Host": "ailleurs.example"}}
    other_site = {"json": VIEWER, "headers": {"Sec-Fetch-Site": "cross-site"}}
    refusals: list[tuple[dict[str, Any], int, str]] = [
        (large, 413, "PAYLOAD_TOO_LARGE"),
        (elsewhere, 400, "BAD_REQUEST"),
        (other_site, 403, "FORBIDDEN"),
        ({"json": VIEWER}, 500, "INTERNAL_ERROR"),
    ]
    monkeypatch.setattr(schema, "execute", breaks)
    for sent, status, code in refusals:
        sent["headers"] = sent.get("headers", {}) | {"Accept": GRAPHQL_RESPONSE}
        answer = await stranger.post("/graphql", **sent)
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, f"{GRAPHQL_RESPONSE}; charset=utf-8")
        [error] = answer.json()["errors"]
        assert error["extensions"] == {"code": code, "requestNumber": answer.headers["X-Request-Id"]}
