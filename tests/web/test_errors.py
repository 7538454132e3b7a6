import re
from collections.abc import Callable, Iterator

import pytest
import structlog
from httpx import ASGITransport, AsyncClient
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs
from tortoise.exceptions import DBConnectionError, OperationalError

from models import User
from models.errors import NotFound, PermissionDenied, Throttled
from schema.coded_errors import CodedError
from tests.web.conftest import Enter
from tests.web.scene import Scene
from tests.web.visit import Reading
from web import client
from web.app import app
from web.incidents import Incidents
from web.manual import FOLDER
from web.problems import PROBLEMS
from web.protection import HEADERS

Failing = Callable[[Exception], None]
Setting = Callable[[str, object], None]


@pytest.fixture
def failing() -> Iterator[Failing]:
    """An address of the site that raises."""
    routes = list(app.router.routes)

    def fail(error: Exception) -> None:
        async def page(_http: Request) -> Response:
            raise error

        app.router.routes.insert(0, Route("/panne", page))

    yield fail
    app.router.routes[:] = routes


@pytest.mark.parametrize("status", sorted(PROBLEMS))
async def test_each_refusal_is_a_whole_page_with_a_number_to_quote(
    site: AsyncClient, failing: Failing, status: int
) -> None:
    failing(HTTPException(status))
    answer = await site.get("/panne")
    assert answer.status_code == status
    assert PROBLEMS[status].title in Reading(answer.text).within("h1")
    assert re.search(r"incident n° <strong>[0-9A-F]{4}-[0-9A-F]{4}</strong>", answer.text)
    assert "Contacter l’assistance" in Reading(answer.text).links
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("status", sorted(PROBLEMS))
async def test_a_program_is_told_the_code_that_the_documentation_names(
    site: AsyncClient, failing: Failing, status: int
) -> None:
    failing(HTTPException(status))
    said = (await site.get("/panne", headers={"Authorization": ""})).json()
    assert (said["message"], said["requestNumber"]) == (PROBLEMS[status].message, said["incident"])
    section = (FOLDER / "http.md").read_text().partition("## Addresses that are not GraphQL")[2].partition("\n## ")[0]
    assert dict(re.findall(r"^\| (\d{3}) \| `(\w+)` \|", section, re.MULTILINE))[str(status)] == said["code"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ZeroDivisionError("secret"), 500),
        (DBConnectionError("secret"), 503),
        (OSError("secret"), 503),
        (NotFound("secret"), 404),
        (PermissionDenied("Votre compte ne permet pas cette action."), 403),
        (HTTPException(418, "secret"), 400),
        (OperationalError("database is locked"), 503),
        (client.OperationFailed("Page", []), 500),
        (client.OperationFailed("Page", [CodedError("TIME_LIMIT", "secret")]), 503),
        (client.OperationFailed("Page", [CodedError("STORAGE_FULL", "secret")]), 507),
    ],
)
async def test_what_went_wrong_inside_is_never_shown(
    site: AsyncClient, failing: Failing, error: Exception, status: int
) -> None:
    failing(error)
    answer = await site.get("/panne")
    assert answer.status_code == status
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


async def test_the_number_shown_is_that_of_the_log(
    site: AsyncClient, failing: Failing, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(ZeroDivisionError("la cause"))
    answer = await site.get("/panne")
    number = answer.text.partition("incident n° <strong>")[2][:9]
    logged = capsys.readouterr()
    assert number in logged.out + logged.err
    assert "la cause" in logged.out + logged.err


async def test_an_error_page_that_cannot_be_drawn_still_answers(
    site: AsyncClient, failing: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(ZeroDivisionError())
    monkeypatch.setattr("web.errors.render", lambda *_args, **_data: 1 / 0)
    answer = await site.get("/panne")
    page = Reading(answer.text)
    assert (answer.status_code, page.links) == (500, {"Accueil du portail": "/"})
    assert PROBLEMS[500].message in page.text
    assert re.search(r"Incident n° <strong>[0-9A-F]{4}-[0-9A-F]{4}</strong>", answer.text)


async def test_what_was_tried_too_often_says_how_long_to_wait(site: AsyncClient, failing: Failing) -> None:
    failing(Throttled(minutes=5))
    answer = await site.get("/panne")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "300")
    assert "Trop de tentatives. Réessayez dans 5 minutes." in Reading(answer.text).text
    assert Reading(answer.text).links["Réessayer"] == "/panne"


async def test_what_may_succeed_later_is_asked_again_by_a_link(site: AsyncClient, failing: Failing) -> None:
    failing(HTTPException(503))
    page = Reading((await site.get("/panne?page=2")).text)
    assert list(page.links)[list(page.links).index("Réessayer") :][:3] == [
        "Réessayer",
        "Accueil du portail",
        "Contacter l’assistance",
    ]
    assert page.links["Réessayer"] == "/panne?page=2"
    failing(HTTPException(410))
    assert "Réessayer" not in Reading((await site.get("/panne")).text).links


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("{origin}/demandes?nature=solde", "/demandes?nature=solde"),
        ("{origin}//evil.example/a", "/evil.example/a"),
        ("https://evil.example/demandes", None),
        ("https://[evil/", None),
        ("{origin}/nulle-part", None),
    ],
)
async def test_the_way_back_leads_to_a_page_of_ours(site: AsyncClient, referer: str, back: str | None) -> None:
    origin = str(site.base_url).rstrip("/")
    page = Reading((await site.get("/nulle-part", headers={"Referer": referer.format(origin=origin)})).text)
    assert page.links.get("Revenir à la page précédente") == back


async def test_no_address_makes_the_page_lead_elsewhere(site: AsyncClient, setting: Setting) -> None:
    setting("maintenance", "Retour à 14 h.")
    page = Reading((await site.get(f"{site.base_url}//evil.example/a%22b")).text)
    assert page.links["Réessayer"] == "/evil.example/a%22b"


async def test_a_stranger_on_a_missing_page_may_sign_in_and_come_back(site: AsyncClient) -> None:
    page = Reading((await site.get("/nulle-part?rang=1")).text)
    assert page.links["Se connecter"] == "/connexion?retour=/nulle-part%3Frang%3D1"


async def test_a_page_that_has_expired_is_loaded_anew(scene: Scene) -> None:
    site = scene.visit.client
    page = f"{site.base_url}{scene.page}".replace("//dossiers", "/dossiers")
    answer = await site.post(scene.page, headers={"Sec-Fetch-Site": "cross-site", "Referer": page})
    assert answer.status_code == 403
    read = Reading(answer.text)
    assert read.within("h1").strip() == "Page expirée"
    assert read.links["Recharger la page"] == scene.page
    assert "vous rend d’ordinaire ce que vous aviez saisi" in read.text


async def test_while_the_database_is_away_nobody_is_told_to_sign_in(
    site: AsyncClient, enter: Enter, supplier_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_args: object, **_named: object) -> None:
        raise DBConnectionError("secret")

    await enter(supplier_user)
    monkeypatch.setattr("web.session.sessions.signed_in", away)
    answer = await site.get("/demandes")
    page = Reading(answer.text)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert page.links["Réessayer"] == page.links["Suivi de ma demande de financement"] == "/demandes"
    assert "Se connecter" not in page.links
    assert "secret" not in answer.text


async def test_under_maintenance_everything_says_so_and_nothing_is_asked_of_the_database(
    site: AsyncClient, setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting("maintenance", "Le portail sera de retour à 14 h : vos délais ne changent pas.")
    monkeypatch.setattr("web.session.sessions.signed_in", lambda *_args, **_named: 1 / 0)
    site.cookies.set("session", "any")
    answer = await site.get("/demandes")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "600")
    assert "Portail en maintenance" in Reading(answer.text).within("h1")
    assert "Le portail sera de retour à 14 h : vos délais ne changent pas." in Reading(answer.text).text
    [error] = (await site.post("/graphql", json={})).json()["errors"]
    assert error["extensions"]["code"] == "SERVICE_UNAVAILABLE"
    assert (await site.get("/static/site.css")).status_code == 200
    assert (await site.get("/livez")).text == "ok\n"


async def test_programs_get_json(stranger: AsyncClient) -> None:
    answer = await stranger.get("/uploads")
    assert answer.status_code == 405
    assert answer.json().keys() == {"message", "code", "requestNumber", "incident"}
    answer = await stranger.post("/graphql", content=b"{", headers={"Content-Type": "application/json"})
    [error] = answer.json()["errors"]
    assert error["extensions"] == {"code": "BAD_REQUEST", "requestNumber": answer.headers["X-Request-Id"]}
    assert "X-Request-Id" in (await stranger.post("/graphql", json={"query": "{ __typename }"})).headers


async def test_an_address_that_is_not_there_has_its_page(site: AsyncClient, enter: Enter, supplier_user: User) -> None:
    await enter(supplier_user)
    answer = await site.get("/nulle-part")
    assert answer.status_code == 404
    assert "Suivi de ma demande de financement" in answer.text


async def test_a_failed_operation_of_a_page_is_an_incident(
    site: AsyncClient, enter: Enter, manager_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_args: object, **_variables: object) -> dict[str, object]:
        raise client.OperationFailed("ConsolePage", [])

    monkeypatch.setattr("web.pages.console.run", fails)
    await enter(manager_user)
    assert (await site.get("/console")).status_code == 500


async def test_the_process_says_whether_it_lives_and_serves(stranger: AsyncClient) -> None:
    assert (await stranger.get("/livez")).text == "ok\n"
    assert (await stranger.get("/readyz")).text == "ok\n"


async def test_it_does_not_serve_without_its_tables(stranger: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def two_missing() -> list[str]:
        return ["0001", "0002"]

    async def unreachable() -> list[str]:
        raise DBConnectionError

    monkeypatch.setattr("web.health.pending", two_missing)
    assert (await stranger.get("/readyz")).status_code == 503
    monkeypatch.setattr("web.health.pending", unreachable)
    assert (await stranger.get("/readyz")).status_code == 503


async def test_the_schema_of_the_import_is_public(stranger: AsyncClient) -> None:
    answer = await stranger.get("/schemas/demande.json")
    assert answer.headers["Content-Type"] == "application/schema+json"
    assert "fournisseur" in answer.json()["properties"]


async def test_what_happens_meanwhile_is_logged_under_the_number_that_the_page_shows() -> None:
    async def work_and_fail(scope: Scope, receive: Receive, send: Send) -> None:
        structlog.get_logger().info("modification_confirmed")
        raise ZeroDivisionError

    with capture_logs(processors=[merge_contextvars]) as lines:
        async with AsyncClient(transport=ASGITransport(Incidents(work_and_fail)), base_url="http://127.0.0.1") as both:
            numbers = [(await both.get("/")).text.partition("incident n° <strong>")[2][:9] for _ in range(2)]
    assert [line["incident"] for line in lines] == [numbers[0], numbers[0], numbers[1], numbers[1]]
    assert numbers[0] != numbers[1]
