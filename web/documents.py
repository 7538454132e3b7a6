"""Documents going out: streamed, never interpreted by the browser but for what asks to be read in place."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from models import Upload
from models.actors import Actor
from models.attachments import Attachment, Integrity, ScanStatus
from models.content_disposition import disposition
from resolvers import storage, visibility
from web.errors import Explained, answer
from web.ranges import asked_part, has_it
from web.session import to_sign_in

log = structlog.get_logger()

READ_IN_PLACE = frozenset({"application/pdf", "image/png", "image/jpeg"})
REMOVED = "Ce fichier a été supprimé."
PENDING = "L'analyse antivirus de ce document est en cours. Réessayez dans quelques minutes."
INFECTED = "Ce document contient un virus : il a été mis à l'écart."
DAMAGED = {
    Integrity.MISSING: "Ce document est introuvable dans le stockage du portail. L'anomalie a été enregistrée.",
    Integrity.ALTERED: "Ce document est abîmé dans le stockage du portail : il n'est plus celui qui a été reçu. "
    "L'anomalie a été enregistrée.",
}


async def read(http: Request) -> Response:
    """GET /pieces/{id}: the document, for whoever may see its request; `?inline` to read it in the browser."""
    actor = http.state.actor
    if actor is None:
        return to_sign_in(http) if "authorization" not in http.headers else answer(http, 401)
    attachment = await visibility.get_attachment(actor, http.path_params["id"])
    _check_it_may_go(actor, attachment)
    upload = attachment.upload
    await _check_it_is_whole(upload)
    headers = _headers(http, upload)
    if has_it(http.headers, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if http.method == "HEAD":
        return Response(headers=headers | {"Content-Length": str(upload.size)}, media_type=upload.content_type)
    if "inline" not in http.query_params and (url := await storage.signed_url(upload.key)):
        return RedirectResponse(url, 302)
    return await _part(http, upload, headers)


def _check_it_may_go(actor: Actor, attachment: Attachment) -> None:
    """What became of the document may forbid what the rights allow."""
    upload = attachment.upload
    if attachment.removed_at or upload.purged_at:
        raise Explained(410, REMOVED)
    if upload.scan_status is ScanStatus.INFECTED:
        raise Explained(410, INFECTED)
    if upload.scan_status is ScanStatus.PENDING and upload.account != actor.account:
        raise Explained(503, PENDING, {"Retry-After": "60"})


async def _check_it_is_whole(upload: Upload) -> None:
    """Nobody is given, as what was received, anything else."""
    found = upload.integrity
    if found is Integrity.INTACT:
        size = await storage.size_of(upload.key)
        if size == upload.size:
            return
        found = Integrity.MISSING if size is None else Integrity.ALTERED
    log.error("document_damaged", upload=str(upload.id), key=upload.key, found=found.value)
    raise Explained(500, DAMAGED[found])


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


routes = [Route("/pieces/{id:uuid}", read)]
