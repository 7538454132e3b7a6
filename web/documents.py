"""Documents going out: streamed, never interpreted by the browser but for what asks to be read in place."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from uuid import UUID

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from models import Upload
from models.actors import Actor
from models.attachments import Barrier
from models.content_disposition import disposition
from resolvers import storage, visibility
from web import problems
from web.errors import Explained, answer
from web.ranges import asked_part, has_it
from web.session import to_sign_in

log = structlog.get_logger()

Find = Callable[[Actor, UUID], Awaitable[tuple[Upload, Barrier | None]]]

READ_IN_PLACE = frozenset({"application/pdf", "image/png", "image/jpeg"})
REFUSALS = {
    Barrier.REMOVED: (410, problems.REMOVED),
    Barrier.INFECTED: (410, problems.INFECTED),
    Barrier.PENDING: (503, problems.SCANNING),
    Barrier.MISSING: (500, problems.MISSING),
    Barrier.ALTERED: (500, problems.ALTERED),
}


def _for_readers(find: Find) -> Callable[[Request], Awaitable[Response]]:
    """The way to a document, for whoever is signed in or shows a token; `?inline` to read it in the browser."""

    async def read(http: Request) -> Response:
        actor: Actor | None = http.state.actor
        if actor is None:
            return to_sign_in(http) if "authorization" not in http.headers else answer(http, 401)
        return await _given(http, *await find(actor, http.path_params["id"]))

    return read


async def _of_a_request(actor: Actor, key: UUID) -> tuple[Upload, Barrier | None]:
    attachment = await visibility.get_attachment(actor, key)
    return attachment.upload, attachment.barrier(actor.account)


async def _of_an_announcement(actor: Actor, key: UUID) -> tuple[Upload, Barrier | None]:
    upload = visibility.found((await visibility.get_news(actor, key)).document)
    return upload, upload.barrier(actor.account)


async def _given(http: Request, upload: Upload, barrier: Barrier | None) -> Response:
    """The document, unless something keeps it from who asks."""
    if barrier := barrier or await _damage(upload):
        raise _refusal(upload, barrier)
    headers = _headers(http, upload)
    if has_it(http.headers, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if http.method == "HEAD":
        return Response(headers=headers | {"Content-Length": str(upload.size)}, media_type=upload.content_type)
    if "inline" not in http.query_params and (url := await storage.signed_url(upload.key)):
        return RedirectResponse(url, 302)
    return await _part(http, upload, headers)


async def _damage(upload: Upload) -> Barrier | None:
    """Nobody is given, as what was received, anything else: damage may be older than its last comparison."""
    size = await storage.size_of(upload.key)
    if size == upload.size:
        return None
    return Barrier.MISSING if size is None else Barrier.ALTERED


def _refusal(upload: Upload, barrier: Barrier) -> Explained:
    status, problem = REFUSALS[barrier]
    if status == 500:
        log.error("document_damaged", upload=str(upload.id), key=upload.key, found=barrier.value)
    return Explained(status, problem, {"Retry-After": "60"} if status == 503 else None)


def _headers(http: Request, upload: Upload) -> dict[str, str]:
    in_place = "inline" in http.query_params and upload.content_type in READ_IN_PLACE
    return {
        "Content-Disposition": disposition("inline" if in_place else "attachment", upload.file_name),
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        "Accept-Ranges": "bytes",
        "ETag": f'"{upload.sha256}"',
        "Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(upload.sha256)).decode()}:",
    }


async def _part(http: Request, upload: Upload, headers: dict[str, str]) -> Response:
    """The document, or the part of it that is asked for."""
    asked = asked_part(http.headers, upload.size, headers["ETag"])
    part = asked or range(upload.size)
    headers["Content-Length"] = str(len(part))
    if asked:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{upload.size}"
    pieces = storage.read(upload.key, part.start, part.stop)
    # What is wrong with the storage is said before anything else is.
    first = await anext(pieces, b"")
    return _Streamed(first, pieces, 206 if asked else 200, headers, upload.content_type)


class _Streamed(StreamingResponse):
    """Bytes on their way out; whoever leaves half-way leaves nothing open."""

    def __init__(
        self, first: bytes, rest: AsyncGenerator[bytes, None], status: int, headers: dict[str, str], media_type: str
    ) -> None:
        super().__init__(_all(first, rest), status, headers, media_type)
        self.rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self.rest):
            await super().__call__(scope, receive, send)


async def _all(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


routes = [
    # By the document's own key, and by the key of the announcement that carries it.
    Route("/pieces/{id:uuid}", _for_readers(_of_a_request)),
    Route("/documents/{id:uuid}", _for_readers(_of_an_announcement)),
]
