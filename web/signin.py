"""Signing in and out."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from models.errors import Fault, Invalid, Throttled
from resolvers import sessions
from web import own_second_factor, second_step, session
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


routes = [
    Route("/connexion", sign_in, methods=["GET", "POST"]),
    Route("/deconnexion", sign_out, methods=["POST"]),
    *second_step.routes,
    *own_second_factor.routes,
]
