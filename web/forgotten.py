"""What to do about a forgotten identifier or password."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.errors import Fault, Invalid, NotFound, Throttled
from resolvers import passwords
from resolvers.password_rules import SHORTEST_PASSWORD
from web import session
from web.nudge import nudge
from web.rendering import render
from web.uploads import read_form

Page = Callable[[Request], Awaitable[Response]]


def _page(template: str, field: str, tell: Callable[..., Awaitable[None]]) -> Page:
    """A page that mails what was forgotten, from what is still known: it answers alike with or without an account."""

    async def look(http: Request, known: str) -> None:
        await tell(known, as_of=http.state.as_of, origin=http.state.origin)
        nudge()

    async def page(http: Request) -> Response:
        if http.method != "POST":
            return render(http, template, asked=False, faults=[], known="")
        known = (await read_form(http)).get(field)
        try:
            await passwords.ask(known, as_of=http.state.as_of, origin=http.state.origin)
        except Throttled as refusal:
            said: dict[str, Any] = {"faults": refusal.faults, "known": known}
            return render(http, template, *session.refused(refusal), asked=False, **said)
        response = render(http, template, asked=True)
        # The account is looked for after the answer: how long that takes tells nothing either.
        response.background = BackgroundTask(look, http, known)
        return response

    return page


identifier = _page("signin/forgotten_identifier.html", "email", passwords.remind_identifier)
password = _page("signin/forgotten_password.html", "identifier", passwords.send_reset_link)


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
    Route("/identifiant-oublie", identifier, methods=["GET", "POST"]),
    Route("/mot-de-passe-oublie", password, methods=["GET", "POST"]),
    Route("/reinitialisation/{token}", reset, methods=["GET", "POST"]),
]
