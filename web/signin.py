"""Signing in and out, and what to do about a forgotten identifier or password."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from models.errors import Fault, Invalid, NotFound
from resolvers import accounts, passwords, sessions
from web import session
from web.nudge import nudge
from web.origin import SESSION_COOKIE
from web.rendering import render
from web.uploads import read_form

WRONG = Fault("identifier", "WRONG", "L'identifiant ou le mot de passe est incorrect.")
ENDED = "Votre session a expiré. Reconnectez-vous : votre brouillon est conservé."


async def sign_in(http: Request) -> Response:
    """GET and POST /connexion."""
    wanted = session.own_path(http.query_params.get("retour"))
    if http.method != "POST":
        return RedirectResponse(wanted, 303) if http.state.viewer else _sign_in_page(http, wanted)
    form = await read_form(http)
    wanted = session.own_path(form.get("retour"))
    secret = await sessions.sign_in(
        form.get("identifier"),
        form.get("password"),
        as_of=http.state.as_of,
        instead_of=http.cookies.get(SESSION_COOKIE),
        browser=session.browser(http),
    )
    if secret is None:
        return _sign_in_page(http, wanted, form.get("identifier"), [WRONG])
    response = session.go_to(http, wanted)
    session.begin(response, secret)
    return response


def _sign_in_page(http: Request, wanted: str, identifier: str = "", faults: list[Fault] | None = None) -> Response:
    notice = ENDED if http.state.session_ended and not faults else ""
    status = 422 if faults else 200
    return render(
        http, "signin/sign_in.html", status, wanted=wanted, identifier=identifier, faults=faults or [], notice=notice
    )


async def sign_out(http: Request) -> Response:
    """POST /deconnexion: the session ends here and on the server."""
    await sessions.sign_out(http.cookies.get(SESSION_COOKIE, ""))
    response = session.go_to(http, "/")
    session.end(response)
    return response


async def forgotten_identifier(http: Request) -> Response:
    """GET and POST /identifiant-oublie: the answer is the same whether or not there is an account."""
    if http.method == "POST":
        await passwords.remind_identifier((await read_form(http)).get("email"), as_of=http.state.as_of)
        nudge()
    return render(http, "signin/forgotten_identifier.html", asked=http.method == "POST")


async def forgotten_password(http: Request) -> Response:
    """GET and POST /mot-de-passe-oublie: the answer is the same whether or not there is an account."""
    if http.method == "POST":
        await passwords.send_reset_link((await read_form(http)).get("identifier"), as_of=http.state.as_of)
        nudge()
    return render(http, "signin/forgotten_password.html", asked=http.method == "POST")


async def reset(http: Request) -> Response:
    """GET and POST /reinitialisation/{token}: choosing a new password by the link that was mailed."""
    seal = http.path_params["token"]
    if not await passwords.can_reset(seal, as_of=http.state.as_of):
        return render(http, "signin/link_ended.html", 410)
    if http.method != "POST":
        return _reset_page(http, [])
    try:
        await passwords.reset_password(seal, (await read_form(http)).get("password"), as_of=http.state.as_of)
    except Invalid as refusal:
        return _reset_page(http, list(refusal.faults))
    except NotFound:
        return render(http, "signin/link_ended.html", 410)
    return render(http, "signin/password_changed.html")


def _reset_page(http: Request, faults: list[Fault]) -> Response:
    shortest = accounts.SHORTEST_PASSWORD
    return render(http, "signin/reset.html", 422 if faults else 200, faults=faults, shortest=shortest)


routes = [
    Route("/connexion", sign_in, methods=["GET", "POST"]),
    Route("/deconnexion", sign_out, methods=["POST"]),
    Route("/identifiant-oublie", forgotten_identifier, methods=["GET", "POST"]),
    Route("/mot-de-passe-oublie", forgotten_password, methods=["GET", "POST"]),
    Route("/reinitialisation/{token}", reset, methods=["GET", "POST"]),
]
