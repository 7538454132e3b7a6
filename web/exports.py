"""Tables for managers, going out as CSV: streamed, each line once, nothing in them that a spreadsheet would compute."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from models.content_disposition import disposition
from models.csv_lines import BEGINNING, Cell, lines
from models.deadlines import PARIS
from resolvers.request_export import COLUMNS, export_requests
from web.errors import Explained
from web.request_search import asked
from web.session import managers_only

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"


@managers_only
async def requests(http: Request) -> Response:
    """GET /demandes.csv: the requests of /demandes at the same address, all of them."""
    search = asked(http.query_params)
    if search.faults:
        raise Explained(422, " ".join(fault.message for fault in search.faults))
    headers = _headers("demandes", http.state.as_of)
    if http.method == "HEAD":
        return Response(headers=headers, media_type=MEDIA_TYPE)
    lots = await export_requests(http.state.actor, search.filter, search.typed, as_of=http.state.as_of)
    return StreamingResponse(_table(COLUMNS, lots), headers=headers, media_type=MEDIA_TYPE)


async def _table(columns: Iterable[str], lots: AsyncIterator[list[list[Cell]]]) -> AsyncIterator[bytes]:
    yield BEGINNING + lines([columns])
    async for lot in lots:
        yield lines(lot)


def _headers(name: str, as_of: datetime) -> dict[str, str]:
    """A name that tells when it was: « demandes-2023-08-27-1432.csv »."""
    file_name = f"{name}-{as_of.astimezone(PARIS):%Y-%m-%d-%H%M}.csv"
    return {"Content-Disposition": disposition("attachment", file_name), "Cache-Control": "no-store"}


routes = [Route("/demandes.csv", requests)]
