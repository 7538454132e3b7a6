"""Mon compte: who is signed in, and the colours of the pages on this browser."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web.client import run
from web.origin import set_cookie
from web.rendering import render
from web.session import signed_in
from web.uploads import read_form

YEAR = 365 * 24 * 3600


@signed_in
async def page(http: Request) -> Response:
    """What the portal knows of the account."""
    if http.method == "POST":
        return _choose_colours((await read_form(http)).get("affichage"))
    account = (await run(http, "AccountPage"))["viewer"]
    return render(
        http,
        "account/page.html",
        account=account,
        theme=http.cookies.get("affichage", "systeme"),
        saved="enregistre" in http.query_params,
    )


def _choose_colours(wanted: str) -> Response:
    """Remember the choice on this browser; whatever is not a choice follows the device."""
    response = RedirectResponse("/mon-compte?enregistre=1", 303)
    chosen = wanted in {"light", "dark"}
    set_cookie(response, "affichage", wanted if chosen else "", max_age=YEAR if chosen else 0)
    return response


routes = [Route("/mon-compte", page, methods=["GET", "POST"])]
