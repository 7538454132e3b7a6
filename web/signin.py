"""Signing in and out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from models.errors import Fault, Invalid, Throttled
from resolvers import sessions, typed
from web import own_second_factor, second_step, session
from web.origin import SESSION_COOKIE
from web.sign_in_page import sign_in_page
from web.uploads import Form, read_form

WRONG = Fault("identifier", "WRONG", "L’identifiant ou le mot de passe est incorrect.")


async def sign_in(http: Request) -> Response:
    """GET and POST /connexion."""
    if http.method == "POST":
        return await _let_in(http, await read_form(http))
    wanted = session.own_path(http.query_params.get("retour"))
    return RedirectResponse(wanted, 303) if http.state.viewer else sign_in_page(http, wanted)


async def _let_in(http: Request, form: Form) -> Response:
    """To the page that was wanted, when identifier and password go together."""
    wanted, identifier, kept = session.own_path(form.get("retour")), form.get("identifier"), form.get("saisie")
    try:
        secret = await sessions.sign_in(
            identifier,
            form.get("password"),
            as_of=http.state.as_of,
            instead_of=http.cookies.get(SESSION_COOKIE),
            browser=session.browser(http),
        )
    except Throttled as refusal:
        return sign_in_page(http, wanted, identifier, refusal, typed=kept)
    except sessions.SecondFactorDue as due:
        return second_step.lead_to(http, due, wanted, kept)
    if secret is None:
        return sign_in_page(http, wanted, identifier, Invalid(WRONG), typed=kept)
    await typed.keep(secret, kept, as_of=http.state.as_of)
    response = session.go_to(http, wanted)
    session.begin(response, secret)
    session.make_familiar(response, identifier)
    return response


async def sign_out(http: Request) -> Response:
    """POST /deconnexion: the session ends here and on the server."""
    secret = http.cookies.get(SESSION_COOKIE, "")
    await sessions.sign_out(secret, as_of=http.state.as_of, origin=http.state.origin)
    response = session.go_to(http, "/")
    session.end(response)
    return response


async def stay(http: Request) -> Response:
    """POST /session: somebody is still there, and says so; how long the session lasts from now on."""
    if http.state.viewer is None:
        return Response(status_code=401, headers=session.SIGN_IN_FIRST)
    return JSONResponse(http.state.viewer["sessionLasts"])


routes = [
    Route("/connexion", sign_in, methods=["GET", "POST"]),
    Route("/deconnexion", sign_out, methods=["POST"]),
    Route("/session", stay, methods=["POST"]),
    *second_step.routes,
    *own_second_factor.routes,
]
