"""Ma demande de financement: both tabs, with what is to be done and the current version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

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
        **_told(request),
    )


def _told(request: dict[str, Any] | None) -> dict[str, Any]:
    """What only the latest mails say of the cycle: that a draft was dropped."""
    ended = request["modifications"]["nodes"][:1] if request else []
    closed_at = ended[0]["closedAt"] if ended else None
    expired = _mail_since(request, "MODIFICATION_EXPIRED", closed_at) if request and closed_at else None
    return {"dropped": bool(expired and "Votre brouillon" in (expired["text"] or ""))}


def _mail_since(request: dict[str, Any], kind: str, instant: str) -> dict[str, Any] | None:
    """The latest mail of that kind, unless it is of an earlier cycle."""
    since = datetime.fromisoformat(instant)
    mails = (mail for mail in request["emails"]["nodes"] if mail["kind"] == kind)
    return next((mail for mail in mails if datetime.fromisoformat(mail["createdAt"]) >= since), None)


routes = [Route(BASE, page)]
