"""Who asks: a signed-in browser by its cookie, a program by its token.

Resolved once for each request, with the instant that everything in it happens at.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.contextvars import get_contextvars

from models.actors import Origin
from models.errors import Invalid, Throttled
from models.permissions import may_import
from models.tokens import TokenRefused
from models.typography import french
from resolvers import accounts, sessions, tokens, typed
from resolvers.familiar import familiar_mark
from settings import settings
from web.errors import answer
from web.origin import API_PATHS, FAMILIAR_COOKIE, SESSION_COOKIE, set_cookie
from web.peers import address_of

Page = Callable[[Request], Awaitable[Response]]

# What a 401 says to a browser.
SIGN_IN_FIRST = {"WWW-Authenticate": "Cookie"}

NO_PAGE = "Un jeton n’ouvre aucune page : il sert à /graphql, à /uploads et aux adresses des pièces."
FAMILIAR_FOR = 180 * 24 * 3600
_ANONYMOUS_PREFIXES = ("/static/", "/livez", "/readyz")


class Identification:
    """Puts on `http.state`: `as_of`, `actor` and `viewer` (None when nobody is signed in), `session`, `session_ended`,
    `typed`, and `origin`, which the actor carries to whatever is recorded of it.

    `session` is what names the browser's own in the account's list, None for a program; `typed` is what the session
    before it did not live to receive, sealed.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_ANONYMOUS_PREFIXES):
            await self.app(scope, receive, send)
            return
        http = Request(scope)
        state = http.state
        state.as_of, state.actor, state.viewer, state.session_ended = http.app.state.clock(), None, None, False
        state.session, state.typed, state.origin = None, None, origin_of(http)
        if "authorization" in http.headers and takes_tokens(scope["path"]):
            try:
                await _identify_program(http)
            except TokenRefused as refusal:
                await _refuse(http, refusal)(scope, receive, send)
                return
        elif SESSION_COOKIE in http.cookies:
            await _identify_browser(http)
        if state.actor is not None:
            state.actor = replace(state.actor, origin=state.origin)
        await self.app(scope, receive, send)


def origin_of(http: Request) -> Origin:
    """Where this comes from, under the number that the logs, an error page and the audit all give."""
    return Origin(str(address_of(http) or ""), str(get_contextvars().get("incident", "")))


def takes_tokens(path: str) -> bool:
    """Is this an address that programs use?"""
    return path in API_PATHS or path.startswith(("/pieces/", "/documents/"))


async def _identify_program(http: Request) -> None:
    scheme, _, secret = http.headers["authorization"].partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise TokenRefused.not_presented()
    http.state.actor = await tokens.authenticate_token(secret.strip(), as_of=http.state.as_of)


def _refuse(http: Request, refusal: TokenRefused) -> Response:
    """Say why to whoever reads the answer, and to whoever sees its headers alone (RFC 6750)."""
    challenge = f'Bearer realm="solde", error="invalid_token", error_description="{refusal.description}"'
    return answer(http, 401, french(refusal.message), {"WWW-Authenticate": challenge})


async def _identify_browser(http: Request) -> None:
    person = await sessions.signed_in(http.cookies[SESSION_COOKIE], as_of=http.state.as_of)
    http.state.session_ended = person is None
    if person is not None:
        http.state.actor, http.state.session, http.state.typed = person.actor, person.session, person.typed
        http.state.viewer = _as_viewer(person) | {
            "sessionLasts": _lasts(person, http.state.as_of),
            "mark": typed.mark(person.actor.account),
        }


def _lasts(person: sessions.SignedIn, as_of: datetime) -> dict[str, int]:
    """Seconds until the session ends: when it is used no more, and however much it is used."""
    return {
        "unused": int((person.ends_at - as_of).total_seconds()),
        "used": int((person.expires_at - as_of).total_seconds()),
    }


def _as_viewer(person: sessions.SignedIn) -> dict[str, Any]:
    """Who is signed in, in the shape of the schema's Viewer, and may they file a request: what every template knows."""
    supplier = {"legalName": person.supplier_name} if person.supplier_name else None
    return {
        "role": person.actor.role.value,
        "name": person.actor.name,
        "supplier": supplier,
        "mayImport": may_import(person.actor),
    }


def signed_in(page: Page) -> Page:
    """Opens the page to whoever is signed in; leads everybody else to the sign-in, and back afterwards."""

    @wraps(page)
    async def guarded(http: Request) -> Response:
        return to_sign_in(http) if http.state.viewer is None else await page(http)

    return guarded


def managers_only(page: Page) -> Page:
    """Opens the page to managers; to others it does not exist."""

    @wraps(page)
    async def guarded(http: Request) -> Response:
        return await page(http) if http.state.viewer["role"] == "MANAGER" else answer(http, 404)

    return signed_in(guarded)


def to_sign_in(http: Request) -> Response:
    """The way to the sign-in page, remembering what was asked for when it can be asked again; no program takes it."""
    if http.headers.get("authorization", "").lower().startswith("bearer "):
        return answer(http, 403, french(NO_PAGE))
    wanted = f"?retour={quote(_asked_for(http), safe='/')}"
    return go_to(http, "/connexion" + wanted)


def _asked_for(http: Request) -> str:
    path, query = str(http.scope["path"]), http.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def go_to(http: Request, path: str) -> Response:
    """Lead to another page, the whole document even when htmx asked for a part."""
    leading = RedirectResponse(path, 303)
    if http.headers.get("hx-request") == "true":
        return Response(headers={"HX-Redirect": leading.headers["Location"]})
    return leading


def own_path(wanted: str | None) -> str:
    """The page to come back to: a path of this site, else the home page."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")) or not wanted.isprintable():
        return "/"
    parts = urlsplit(wanted)
    return "/" if parts.scheme or parts.netloc or "\\" in wanted else wanted


def browser(http: Request) -> sessions.Browser:
    """Where this comes from, as the account's list of sessions shows it."""
    origin, familiar = http.state.origin, http.cookies.get(FAMILIAR_COOKIE, "")
    return sessions.Browser(origin.address, http.headers.get("user-agent", ""), origin.number, familiar)


def begin(response: Response, secret: str) -> None:
    """Leave the session's cookie with the browser."""
    set_cookie(response, SESSION_COOKIE, secret, max_age=settings.session_hours * 3600)


def make_familiar(response: Response, identifier: str) -> None:
    """Leave with the browser what tells, later, that this account signed in from it before."""
    set_cookie(response, FAMILIAR_COOKIE, familiar_mark(accounts.in_small_letters(identifier)), max_age=FAMILIAR_FOR)


def refused(refusal: Invalid | None) -> tuple[int, dict[str, str]]:
    """The status and the headers of a form's page that comes back."""
    if isinstance(refusal, Throttled):
        return 429, {"Retry-After": str(refusal.minutes * 60)}
    return 422 if refusal else 200, {}


def end(response: Response) -> None:
    """Take the session's cookie back, with whatever else the browser kept of the pages."""
    set_cookie(response, SESSION_COOKIE, "", max_age=0)
    response.headers["Clear-Site-Data"] = '"storage"'
