"""Ma demande de financement: both tabs, with what is to be done and the current version."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.client import run
from web.errors import NotFoundPage
from web.pages.addresses import BASE, asked_for, pushed
from web.rendering import render
from web.session import signed_in


@signed_in
async def page(http: Request) -> Response:
    """One request; a dossier without one of this kind says so."""
    place = asked_for(http)
    data = await run(http, "TrackingPage", number=place.number, kind=place.kind)
    if data["dossier"] is None:
        raise NotFoundPage
    found = data["requests"]["nodes"]
    request = found[0] if found else None
    emails = request["emails"] if request else None
    after = http.query_params.get("courriels")
    if request and after:
        earlier = await run(http, "EarlierEmails", number=place.number, kind=place.kind, after=after)
        emails = earlier["requests"]["nodes"][0]["emails"]
    return render(
        http,
        "tracking/page.html",
        headers=pushed(http),
        place=place,
        dossier=data["dossier"],
        request=request,
        emails=emails,
        emails_open=after is not None,
        earlier=bool(after),
        imported=http.query_params.get("import"),
    )


routes = [Route(BASE, page)]
