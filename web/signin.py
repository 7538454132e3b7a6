"""Signing in and out, and what to do about a forgotten identifier or password."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from models.errors import Fault, Invalid, NotFound, Throttled
from resolvers import passwords, sessions
from resolvers.password_rules import SHORTEST_PASSWORD
from web import own_second_factor, second_step, session
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
    wanted, identifier = session.own_path(form.get("retour")), form.get("identifier")
    try:
        secret = await sessions.sign_in(
            identifier,
            form.get("password"),
            as_of=http.state.as_of,
            instead_of=http.cookies.get(SESSION_COOKIE),
            browser=session.browser(http),
        )
    except Throttled as refusal:
        return _sign_in_page(http, wanted, identifier, refusal)
    except sessions.SecondFactorDue as due:
        return second_step.lead_to(http, due, wanted)
    if secret is None:
        return _sign_in_page(http, wanted, identifier, Invalid(WRONG))
    response = session.go_to(http, wanted)
    session.begin(response, secret)
    session.make_familiar(response, identifier)
    return response


def _sign_in_page(http: Request, wanted: str, identifier: str = "", refusal: Invalid | None = None) -> Response:
    faults = list(refusal.faults) if refusal else []
    notice = ENDED if http.state.session_ended and not faults else ""
    said: dict[str, Any] = {"wanted": wanted, "identifier": identifier, "faults": faults, "notice": notice}
    return render(http, "signin/sign_in.html", *session.refused(refusal), **said)


async def sign_out(http: Request) -> Response:
    """POST /deconnexion: the session ends here and on the server."""
    secret = http.cookies.get(SESSION_COOKIE, "")
    await sessions.sign_out(secret, as_of=http.state.as_of, origin=http.state.origin)
    response = session.go_to(http, "/")
    session.end(response)
    return response


async def forgotten_identifier(http: Request) -> Response:
    """GET and POST /identifiant-oublie: the answer is the same whether or not there is an account."""
    if http.method != "POST":
        return render(http, "signin/forgotten_identifier.html", asked=False, faults=[], email="")
    email = (await read_form(http)).get("email")
    try:
        await passwords.ask(email, as_of=http.state.as_of, origin=http.state.origin)
    except Throttled as refusal:
        said: dict[str, Any] = {"faults": refusal.faults, "email": email}
        return render(http, "signin/forgotten_identifier.html", *session.refused(refusal), asked=False, **said)
    return _answer_before(http, "signin/forgotten_identifier.html", _remind, email)


async def _remind(http: Request, email: str) -> None:
    await passwords.remind_identifier(email, as_of=http.state.as_of, origin=http.state.origin)
    nudge()


async def forgotten_password(http: Request) -> Response:
    """GET and POST /mot-de-passe-oublie: the answer is the same whether or not there is an account."""
    if http.method != "POST":
        return render(http, "signin/forgotten_password.html", asked=False, faults=[], identifier="")
    identifier = (await read_form(http)).get("identifier")
    try:
        await passwords.ask(identifier, as_of=http.state.as_of, origin=http.state.origin)
    except Throttled as refusal:
        said: dict[str, Any] = {"faults": refusal.faults, "identifier": identifier}
        return render(http, "signin/forgotten_password.html", *session.refused(refusal), asked=False, **said)
    return _answer_before(http, "signin/forgotten_password.html", _send_link, identifier)


async def _send_link(http: Request, identifier: str) -> None:
    await passwords.send_reset_link(identifier, as_of=http.state.as_of, origin=http.state.origin)
    nudge()


def _answer_before(http: Request, page: str, work: Callable[[Request, str], Awaitable[None]], typed: str) -> Response:
    """Say what is true in any case, then look for the account: how long that takes tells nothing either."""
    response = render(http, page, asked=True)
    response.background = BackgroundTask(work, http, typed)
    return response


async def reset(http: Request) -> Response:
    """GET and POST /reinitialisation/{token}: choosing a new password by the link that was mailed."""
    seal = http.path_params["token"]
    if not await passwords.can_reset(seal, as_of=http.state.as_of):
        return render(http, "signin/link_ended.html", 410)
    if http.method != "POST":
        return _reset_page(http, [])
    password = (await read_form(http)).get("password")
    try:
        await passwords.reset_password(seal, password, as_of=http.state.as_of, origin=http.state.origin)
    except Invalid as refusal:
        return _reset_page(http, list(refusal.faults))
    except NotFound:
        return render(http, "signin/link_ended.html", 410)
    nudge()
    return render(http, "signin/password_changed.html")


def _reset_page(http: Request, faults: list[Fault]) -> Response:
    shortest = SHORTEST_PASSWORD
    return render(http, "signin/reset.html", 422 if faults else 200, faults=faults, shortest=shortest)


routes = [
    Route("/connexion", sign_in, methods=["GET", "POST"]),
    Route("/deconnexion", sign_out, methods=["POST"]),
    Route("/identifiant-oublie", forgotten_identifier, methods=["GET", "POST"]),
    Route("/mot-de-passe-oublie", forgotten_password, methods=["GET", "POST"]),
    Route("/reinitialisation/{token}", reset, methods=["GET", "POST"]),
    *second_step.routes,
    *own_second_factor.routes,
]
