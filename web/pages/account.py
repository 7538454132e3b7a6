"""Mon compte: who is signed in and where else, and the colours of the pages on this browser."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web.client import run
from web.origin import set_cookie
from web.rendering import COLOURS, render
from web.session import signed_in
from web.uploads import read_form

YEAR = 365 * 24 * 3600
DONE = {
    "session": "La session est fermée.",
    "sessions": "Vos autres sessions sont fermées.",
    "mot-de-passe": "Votre mot de passe est changé. Vos autres sessions sont fermées.",
    "adresse": "Un courriel vient d’être envoyé à votre nouvelle adresse : suivez son lien pour la confirmer.",
}


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
        saved="enregistre" in http.query_params,
        done=DONE.get(http.query_params.get("fait", "")),
    )


def _choose_colours(wanted: str) -> Response:
    """Remember the choice on this browser; whatever is not a choice follows the device."""
    response = RedirectResponse("/mon-compte?enregistre=1", 303)
    chosen = wanted in COLOURS
    set_cookie(response, "affichage", wanted if chosen else "", max_age=YEAR if chosen else 0)
    return response


@signed_in
async def close_sessions(http: Request) -> Response:
    """POST /mon-compte/sessions: end one session, or every other; one that is unknown has ended already."""
    wanted = (await read_form(http)).get("session")
    if wanted == "autres":
        await run(http, "RevokeSessions")
        return RedirectResponse("/mon-compte?fait=sessions#sessions", 303)
    await run(http, "RevokeSession", session=wanted)
    return RedirectResponse("/mon-compte?fait=session#sessions", 303)


routes = [
    Route("/mon-compte", page, methods=["GET", "POST"]),
    Route("/mon-compte/sessions", close_sessions, methods=["POST"]),
]
