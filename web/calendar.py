"""The deadline going out to the supplier's own calendar."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.content_disposition import disposition
from models.dossiers import RequestKind
from resolvers import calendar
from web.pages.addresses import BASE, asked_for
from web.session import signed_in


@signed_in
async def read(http: Request) -> Response:
    """GET /dossiers/{number}/{nature}/echeances.ics: without an open modification there is nothing to note."""
    place, as_of = asked_for(http), http.state.as_of
    modification = await calendar.open_modification(http.state.actor, place.number, RequestKind(place.kind), as_of)
    content = calendar.calendar_of(modification, as_of)
    headers = {"Content-Disposition": disposition("attachment", calendar.file_name(modification.request))}
    return Response(content, headers=headers, media_type=f"{calendar.MEDIA_TYPE}; charset=utf-8")


routes = [Route(BASE + "/echeances.ics", read)]
