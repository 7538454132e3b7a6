"""Tables for managers, going out as CSV: streamed, each line once, nothing in them that a spreadsheet would compute."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from models.content_disposition import disposition
from models.csv_lines import BEGINNING, Cell, lines
from models.deadlines import PARIS
from resolvers.journal import JournalFilter, export_journal
from resolvers.request_export import COLUMNS, export_requests
from resolvers.request_lists import RequestFilter
from settings import settings
from web import journal_table, request_search
from web.errors import Explained, answer
from web.rate_limits import budget_of
from web.searches import Readers, Search, asked
from web.session import Page, managers_only

IN_A_MINUTE = 10
"""How many tables one account may ask for, if it asks the API for nothing else."""
MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
Lots = AsyncIterator[Sequence[Sequence[Cell]]]
Begin = Callable[[Request, Search], Awaitable[Lots]]


def _table(name: str, readers: Readers, columns: Iterable[str], begin: Begin) -> Page:
    """GET /{name}.csv: what the page of that name finds at the same address, all of it."""

    async def download(http: Request) -> Response:
        search = asked(http.query_params, readers)
        if search.faults:
            raise Explained(422, " ".join(fault.message for fault in search.faults))
        file_name = f"{name}-{http.state.as_of.astimezone(PARIS):%Y-%m-%d-%H%M}.csv"
        headers = {"Content-Disposition": disposition("attachment", file_name), "Cache-Control": "no-store"}
        if http.method == "HEAD":
            return Response(headers=headers, media_type=MEDIA_TYPE)
        account = await budget_of(http).spend(settings.points_per_caller // IN_A_MINUTE, at=http.state.as_of)
        if account and not account.granted:
            return answer(http, 429, headers={"Retry-After": str(account.seconds(http.state.as_of))})
        return StreamingResponse(_written(columns, await begin(http, search)), headers=headers, media_type=MEDIA_TYPE)

    return managers_only(download)


async def _written(columns: Iterable[str], lots: Lots) -> AsyncIterator[bytes]:
    yield BEGINNING + lines([columns])
    async for lot in lots:
        yield lines(lot)


async def _requests(http: Request, search: Search) -> Lots:
    wanted = RequestFilter(**search.wanted)
    return await export_requests(http.state.actor, wanted, search.typed, as_of=http.state.as_of)


async def _journal(http: Request, search: Search) -> Lots:
    wanted = JournalFilter(**search.wanted)
    lots = await export_journal(http.state.actor, wanted, search.typed, as_of=http.state.as_of)
    return (list(map(journal_table.line, lot)) async for lot in lots)


routes = [
    Route("/demandes.csv", _table("demandes", request_search.READERS, COLUMNS, _requests)),
    Route("/journal.csv", _table("journal", journal_table.READERS, journal_table.COLUMNS, _journal)),
]
