"""Documents going out: streamed, never interpreted by the browser but for a PDF that asks to be read in place."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from models.attachments import Attachment, ScanStatus
from models.content_disposition import disposition
from resolvers import storage, visibility
from web.errors import Explained, answer
from web.session import to_sign_in

_SCAN_REFUSALS = {
    ScanStatus.PENDING: (503, "L'analyse antivirus de ce document est en cours. Réessayez dans quelques minutes."),
    ScanStatus.INFECTED: (410, "Ce document contient un virus : il a été mis à l'écart."),
}


async def read(http: Request) -> Response:
    """GET /pieces/{id}: the document, for whoever may see its request; `?inline` to read a PDF in the browser."""
    if http.state.actor is None:
        return to_sign_in(http) if "authorization" not in http.headers else answer(http, 401)
    attachment = await visibility.get_attachment(http.state.actor, http.path_params["id"])
    if attachment.removed_at or await storage.size_of(attachment.upload.key) is None:
        return answer(http, 410)
    if attachment.upload.scan_status in _SCAN_REFUSALS:
        raise Explained(*_SCAN_REFUSALS[attachment.upload.scan_status])
    path = storage.root() / attachment.upload.key
    return FileResponse(path, headers=_headers(http, attachment), media_type=attachment.upload.content_type)


def _headers(http: Request, attachment: Attachment) -> dict[str, str]:
    upload = attachment.upload
    in_place = "inline" in http.query_params and upload.content_type == "application/pdf"
    return {
        "Content-Disposition": disposition("inline" if in_place else "attachment", upload.file_name),
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "Cache-Control": "no-store",
    }


routes = [Route("/pieces/{id:uuid}", read)]
