"""Receipts going out as accessible PDFs, to whoever may read their page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.content_disposition import disposition
from models.dossiers import RequestKind
from resolvers import receipts
from web.pages.addresses import BASE, asked_for
from web.session import signed_in


@signed_in
async def read(http: Request) -> Response:
    """GET /dossiers/{number}/{nature}/accuses/{key}.pdf: the same bytes each time."""
    place = asked_for(http)
    kind, key = RequestKind(place.kind), http.path_params["key"]
    receipt = await receipts.get_receipt(http.state.actor, place.number, kind, key)
    headers = {"Content-Disposition": disposition("attachment", receipts.file_name(receipt.number))}
    return Response(await receipts.pdf_of(receipt), headers=headers, media_type=receipts.MEDIA_TYPE)


routes = [Route(BASE + "/accuses/{key:uuid}.pdf", read)]
