"""Signing in's second step, after the password: a code of the generator, or setting one up where that is a duty."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models import User
from models.errors import Fault, Invalid, Throttled
from resolvers import second_factor, second_steps
from resolvers.sessions import SecondFactorDue
from resolvers.typed import keep
from web import session
from web.generator import offered
from web.nudge import nudge
from web.origin import PROOF_COOKIE, SESSION_COOKIE, set_cookie
from web.rendering import render
from web.sign_in_page import sign_in_page
from web.uploads import Form, read_form

WRONG = Fault("code", "WRONG", "Ce code n’est pas le bon, ou a déjà servi. Attendez le suivant, puis réessayez.")


def lead_to(http: Request, due: SecondFactorDue, wanted: str, typed: str = "") -> Response:
    """From the password to the page of the second step; this browser alone may go on.

    With something typed before, sealed, that page is the answer itself: it must not stand in an address.
    """
    page = "/connexion/code" if due.has_generator else "/connexion/double-authentification"
    if typed:
        form = Form({"retour": [wanted], "saisie": [typed]})
        response = _code_page(http, form) if due.has_generator else _set_up_page(http, due.user, form)
    else:
        response = session.go_to(http, f"{page}?retour={quote(wanted, safe='/')}")
    set_cookie(response, PROOF_COOKIE, due.proof, max_age=int(second_factor.PROOF_LASTS.total_seconds()))
    return response


async def give_code(http: Request) -> Response:
    """GET and POST /connexion/code."""
    user, form = await _proven(http), await _form_of(http)
    if user is None or not second_factor.has_second_factor(user):
        return _begin_again(http, form)
    if http.method != "POST":
        return _code_page(http, form)
    try:
        secret = await second_steps.sign_in(user, form.get("code"), **_circumstances(http))
    except Throttled as refusal:
        return _code_page(http, form, refusal)
    if secret is None:
        return _code_page(http, form, Invalid(WRONG))
    onward = session.go_to(http, session.own_path(form.get("retour")))
    return await _begin(http, onward, user, secret, form)


def _code_page(http: Request, form: Form, refusal: Invalid | None = None) -> Response:
    return render(http, "signin/code.html", *session.refused(refusal), **_shown(form, refusal))


def _shown(form: Form, refusal: Invalid | None) -> dict[str, Any]:
    faults = refusal.faults if refusal else ()
    return {"wanted": session.own_path(form.get("retour")), "typed": form.get("saisie"), "faults": faults}


async def _form_of(http: Request) -> Form:
    """What was sent, or where the address leads."""
    return await read_form(http) if http.method == "POST" else Form({"retour": [http.query_params.get("retour", "")]})


def _begin_again(http: Request, form: Form) -> Response:
    """The password was given too long ago."""
    if form.get("saisie"):
        return sign_in_page(http, session.own_path(form.get("retour")), typed=form.get("saisie"), instead=True)
    return session.go_to(http, "/connexion")


async def set_up(http: Request) -> Response:
    """GET and POST /connexion/double-authentification: whoever must have a generator goes no further without."""
    user, form = await _proven(http), await _form_of(http)
    if user is None or second_factor.has_second_factor(user):
        return _begin_again(http, form)
    if http.method != "POST":
        return _set_up_page(http, user, form)
    try:
        begun = await second_steps.set_up(user, form.get("offer"), form.get("code"), **_circumstances(http))
    except Throttled as refusal:
        return _set_up_page(http, user, form, refusal)
    if begun is None:
        return _set_up_page(http, user, form, Invalid(WRONG))
    wanted = session.own_path(form.get("retour"))
    page = render(http, "signin/recovery_codes.html", codes=begun.codes, onward=wanted)
    return await _begin(http, page, user, begun.secret, form)


def _set_up_page(http: Request, user: User, form: Form, refusal: Invalid | None = None) -> Response:
    generator = offered(user, form.get("offer"), as_of=http.state.as_of)
    said = _shown(form, refusal) | {"generator": generator}
    return render(http, "signin/set_up.html", *session.refused(refusal), **said)


async def _proven(http: Request) -> User | None:
    """Whose password this browser has just given."""
    return await second_factor.proven_user(http.cookies.get(PROOF_COOKIE, ""), as_of=http.state.as_of)


def _circumstances(http: Request) -> second_steps.Circumstances:
    return {
        "as_of": http.state.as_of,
        "instead_of": http.cookies.get(SESSION_COOKIE),
        "browser": session.browser(http),
    }


async def _begin(http: Request, response: Response, user: User, secret: str, form: Form) -> Response:
    await keep(secret, form.get("saisie"), as_of=http.state.as_of)
    nudge()  # a code on paper, or a generator set up, is told by mail
    session.begin(response, secret)
    session.make_familiar(response, user.identifier)
    set_cookie(response, PROOF_COOKIE, "", max_age=0)
    return response


routes = [
    Route("/connexion/code", give_code, methods=["GET", "POST"]),
    Route("/connexion/double-authentification", set_up, methods=["GET", "POST"]),
]
