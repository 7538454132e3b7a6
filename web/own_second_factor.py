"""Mon compte, double authentification: set it up, give it up, renew the codes on paper. Not by the API: secrets."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from models.errors import Invalid
from resolvers import own_second_factor, second_factor
from web import session
from web.generator import offered
from web.nudge import nudge
from web.origin import SESSION_COOKIE
from web.rendering import render
from web.uploads import Form, read_form

PATH = "/mon-compte/double-authentification"


@session.signed_in
async def page(http: Request) -> Response:
    """GET and POST /mon-compte/double-authentification; the button says what is wanted."""
    if http.method != "POST":
        return await _page(http, Form())
    form = await read_form(http)
    try:
        match form.get("action"):
            case "activer":
                return _codes(http, await _enable(http, form))
            case "renouveler":
                return _codes(http, await own_second_factor.renew_codes(*_proof(http, form), as_of=http.state.as_of))
            case "desactiver":
                await own_second_factor.disable(*_proof(http, form), as_of=http.state.as_of)
                nudge()
                return RedirectResponse(f"{PATH}?fait=desactivee", 303)
            case _:
                raise HTTPException(400)
    except Invalid as refusal:
        return await _page(http, form, refusal)


async def _enable(http: Request, form: Form) -> list[str]:
    return await own_second_factor.enable(
        *_proof(http, form),
        form.get("offer"),
        form.get("code"),
        session=http.cookies[SESSION_COOKIE],
        as_of=http.state.as_of,
    )


def _proof(http: Request, form: Form) -> tuple[Any, str]:
    return http.state.actor, form.get("current")


async def _page(http: Request, form: Form, refusal: Invalid | None = None) -> Response:
    user = await own_second_factor.owner(http.state.actor)
    enabled = second_factor.has_second_factor(user)
    shown: dict[str, Any] = {
        "enabled": enabled,
        "obligatory": second_factor.must_have_second_factor(user),
        "left": await second_factor.recovery_codes_left(user) if enabled else 0,
        "generator": None if enabled else offered(user, form.get("offer"), as_of=http.state.as_of),
        "faults": refusal.faults if refusal else (),
        "disabled": http.query_params.get("fait") == "desactivee",
    }
    return render(http, "account/second_factor.html", *session.refused(refusal), **shown)


def _codes(http: Request, codes: list[str]) -> Response:
    nudge()
    return render(http, "signin/recovery_codes.html", codes=codes, onward=PATH)


routes = [Route(PATH, page, methods=["GET", "POST"])]
