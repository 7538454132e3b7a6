"""Proof that a change comes from one of our own pages, and never from another site.

Browsers tell it themselves (Sec-Fetch-Site, else Origin). For the few that tell neither, every form begins with a
token that only our pages know; it is looked for in the first bytes of the body, so no handler can forget it.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive

from settings import settings

API_PATHS = frozenset({"/graphql", "/uploads"})
_SCHEME = urlsplit(settings.base_url).scheme
_PREFIX = "__Host-" if settings.base_url.startswith("https:") else ""
SESSION_COOKIE = f"{_PREFIX}session"
# What a browser keeps of earlier sign-ins, and of a password just given while a code is still asked for.
FAMILIAR_COOKIE = f"{_PREFIX}familiar"
PROOF_COOKIE = f"{_PREFIX}proof"
_VISITOR_COOKIE = f"{_PREFIX}visitor"
_TOKEN_WITHIN = 8192


def csrf_token(http: Request) -> str:
    """The token for the forms of this browser, tied to its session or, before signing in, to a cookie of its own."""
    return _token(http.cookies.get(SESSION_COOKIE) or _visitor(http))


def _token(secret: str) -> str:
    return hmac.new(settings.secret_key.get_secret_value().encode(), f"form:{secret}".encode(), "sha256").hexdigest()


def _visitor(http: Request) -> str:
    known = http.cookies.get(_VISITOR_COOKIE) or getattr(http.state, "new_visitor", None)
    if known is None:
        known = http.state.new_visitor = secrets.token_urlsafe(32)
    return known


def remember_visitor(http: Request, response: Response) -> None:
    """Leave the cookie that the forms of this page are tied to, when it had to be made."""
    visitor = getattr(http.state, "new_visitor", None)
    if visitor is not None:
        set_cookie(response, _VISITOR_COOKIE, visitor)


def set_cookie(response: Response, name: str, value: str, max_age: int | None = None) -> None:
    """A cookie for this host alone, out of reach of scripts and of other sites' requests."""
    response.set_cookie(name, value, max_age=max_age, secure=bool(_PREFIX), httponly=True, samesite="lax")


async def prove_origin(http: Request, receive: Receive) -> tuple[bool, Receive]:
    """Does this change come from one of our pages? And how to read its body afterwards."""
    told = _told_by_browser(http)
    if told is not None:
        return told, receive
    return await _begins_with_token(http, receive)


def _told_by_browser(http: Request) -> bool | None:
    """What the request says of its origin; None when it says nothing."""
    if http.scope["path"] in API_PATHS and "authorization" in http.headers:
        return True  # A site cannot make a browser send this header.
    site, origin = http.headers.get("sec-fetch-site"), http.headers.get("origin")
    if site is not None:
        return site in {"same-origin", "none"}
    if origin is not None:
        return origin in {settings.base_url, f"{_SCHEME}://{http.headers.get('host')}"}
    if http.scope["path"] in API_PATHS and SESSION_COOKIE not in http.cookies:
        return True  # Nothing that a site could abuse comes along.
    return None


def reads_elsewhere(http: Request) -> bool:
    """Is the API read with the cookie of a browser that another site may have sent?"""
    if http.scope["path"] != "/graphql" or "query" not in http.query_params or SESSION_COOKIE not in http.cookies:
        return False
    return "authorization" not in http.headers and http.headers.get("sec-fetch-site") not in {"same-origin", "none"}


async def _begins_with_token(http: Request, receive: Receive) -> tuple[bool, Receive]:
    """Is the token at the beginning of the body, or in a header? And how to read the body again."""
    secret = http.cookies.get(SESSION_COOKIE) or http.cookies.get(_VISITOR_COOKIE)
    if secret is None:
        return False, receive
    expected = _token(secret).encode()
    if hmac.compare_digest(http.headers.get("x-csrf-token", "").encode(), expected):
        return True, receive
    messages, beginning = await _beginning(receive)
    return expected in beginning, _replay(iter(messages), receive)


async def _beginning(receive: Receive) -> tuple[list[Message], bytes]:
    messages: list[Message] = []
    beginning = b""
    while len(beginning) < _TOKEN_WITHIN:
        messages.append(await receive())
        beginning += messages[-1].get("body", b"")
        if not messages[-1].get("more_body"):
            break
    return messages, beginning[:_TOKEN_WITHIN]


def _replay(messages: Iterator[Message], receive: Receive) -> Receive:
    async def again() -> Message:
        for message in messages:
            return message
        return await receive()

    return again
