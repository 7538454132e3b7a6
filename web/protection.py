"""What stands before every page: known hosts, bounded bodies, our own pages only, and headers on every answer."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.typography import NBSP, size
from settings import settings
from web.errors import Explained, answer
from web.origin import prove_origin, reads_elsewhere
from web.problems import EXPIRED_PAGE, maintenance

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MEBIBYTE = 1024 * 1024
# A name or an address, and perhaps a port: nothing that one reader of it could take for another host than the next.
_HOST = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)

WATCHED = frozenset({"/livez", "/readyz", "/metrics"})

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
if settings.base_url.startswith("https:"):
    HEADERS["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"


class SecurityHeaders:
    """Adds to every answer the headers that it does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)


def known_hosts() -> frozenset[str]:
    """The host names that this deployment answers to."""
    own = {urlsplit(settings.base_url).hostname or "", *settings.allowed_hosts}
    return frozenset(own | {"127.0.0.1", "localhost", "::1"} if settings.is_development else own)


class KnownHosts:
    """Answers only to the deployment's own names, so that no forged one ends up in a link."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.hosts = known_hosts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_known(scope):
            await answer(Request(scope), 400)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        if scope["path"] in WATCHED:
            return True  # Asked by address, by what watches the process.
        given = Headers(scope=scope).getlist("host")
        host = _HOST.fullmatch(given[0]) if len(given) == 1 else None
        return host is not None and host[1].lower().strip("[]") in self.hosts


class Maintenance:
    """While the portal is worked on, answers everything with the operator's sentence, and asks the database nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        words = settings.maintenance
        if scope["type"] != "http" or not words or scope["path"] in WATCHED or scope["path"].startswith("/static/"):
            await self.app(scope, receive, send)
        else:
            closed = answer(Request(scope), 503, maintenance(words), {"Retry-After": "600"})
            await closed(scope, receive, send)


def largest_body(scope: Scope) -> int:
    """How many bytes this request may bring: documents come only as multipart, or raw to /uploads."""
    brings_documents = Headers(scope=scope).get("content-type", "").startswith("multipart/form-data")
    if scope["path"] == "/uploads" or (brings_documents and scope["path"] != "/graphql"):
        return max(settings.max_post_bytes, settings.max_upload_bytes) + MEBIBYTE  # for what stands around them
    return MEBIBYTE


def too_much(limit: int) -> str:
    """Why a body is cut off."""
    shown = size(max(MEBIBYTE, limit - MEBIBYTE))
    return f"Ce que vous avez envoyé dépasse la taille acceptée{NBSP}: {shown} au plus à la fois."


class BoundedBodies:
    """Cuts a body off at its limit, before anything tries to understand it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit, received = largest_body(scope), 0
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal() or int(announced) > limit:
            await answer(Request(scope), 413, too_much(limit))(scope, receive, send)
            return

        async def bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise Explained(413, too_much(limit))
            return message

        await self.app(scope, bounded, send)


class OwnPagesOnly:
    """Refuses every change that another site could have caused, and every reading of the API."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            http = Request(scope)
            proven, receive = await prove_origin(http, receive)
            if not proven:
                await answer(http, 403, EXPIRED_PAGE)(scope, receive, send)
                return
        elif scope["type"] == "http" and reads_elsewhere(Request(scope)):
            await answer(Request(scope), 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)
