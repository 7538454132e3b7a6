"""Historique: one timeline of versions, status changes, comments and mails, and any two versions compared."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web.errors import NotFoundPage
from web.pages.addresses import BASE, RequestAddress, asked_for, read
from web.pages.timeline import CURSORS, SHOWN, timeline
from web.rendering import render
from web.session import signed_in


@signed_in
async def page(http: Request) -> Response:
    """Everything that happened, newest first."""
    place = asked_for(http)
    cursors = {name: http.query_params.get(parameter) for name, parameter in CURSORS.items()}
    data = await read(http, "HistoryPage", place, first=SHOWN, **cursors)
    return render(
        http,
        "history/page.html",
        place=place,
        number=place.number,
        dossier=data["dossier"],
        request=data["request"],
        ranks=data["request"]["ranks"],
        timeline=timeline(data, cursors),
        later=any(cursors.values()),
    )


@signed_in
async def comparison(http: Request) -> Response:
    """The address of two versions compared, whichever of them was named first."""
    place = asked_for(http)
    ranks = [_rank(http.query_params.get(name)) for name in ("version", "depuis")]
    known = sorted(rank for rank in ranks if rank is not None)
    if not known:
        raise NotFoundPage
    since = f"?depuis={known[0]}" if known[0] != known[-1] else ""
    return RedirectResponse(f"{place.path}/historique/{known[-1]}{since}", 303)


@signed_in
async def version(http: Request) -> Response:
    """One version in full, with its differences from an earlier one (`?depuis=`, by default the one before)."""
    place, rank = _version_asked_for(http)
    since = _rank(http.query_params.get("depuis"))
    data = await read(
        http, "VersionPage", place, rank=rank, since=since if since is not None and since < rank else None
    )
    shown = data["request"]["version"]
    if shown is None:
        raise NotFoundPage
    earlier = await _earlier(http, place, data["request"]["versions"], rank)
    ranks = [other["rank"] for other in earlier]
    return render(
        http,
        "history/version.html",
        place=place,
        number=place.number,
        request=data["request"],
        version=shown,
        earlier=earlier,
        since=since if since in ranks else max(ranks, default=0),
    )


async def _earlier(http: Request, place: RequestAddress, versions: dict[str, Any], rank: int) -> list[dict[str, Any]]:
    """The versions before that one: of the latest that were read, or of those before them."""
    while versions["pageInfo"]["hasNextPage"] and versions["nodes"][-1]["rank"] >= rank:
        after = versions["pageInfo"]["endCursor"]
        versions = (await read(http, "EarlierVersions", place, after=after))["request"]["versions"]
    return [other for other in versions["nodes"] if other["rank"] < rank]


@signed_in
async def document(http: Request) -> Response:
    """One version as the JSON that it could be imported from."""
    place, rank = _version_asked_for(http)
    shown: dict[str, Any] | None = (await read(http, "VersionDocument", place, rank=rank))["request"]["version"]
    if shown is None:
        raise NotFoundPage
    headers = {"Content-Disposition": f'attachment; filename="{shown["aspNumber"]}.json"'}
    return Response(shown["importDocument"], headers=headers, media_type="application/json")


def _version_asked_for(http: Request) -> tuple[RequestAddress, int]:
    rank = _rank(http.path_params["rank"])
    if rank is None:
        raise NotFoundPage
    return asked_for(http), rank


def _rank(given: str | None) -> int | None:
    """A rank as an address gives it; None for anything that is none."""
    return int(given) if given and given.isascii() and given.isdecimal() and len(given) < 6 else None


routes = [
    Route(BASE + "/historique", page),
    Route(BASE + "/historique/comparaison", comparison),
    Route(BASE + "/historique/{rank}.json", document),
    Route(BASE + "/historique/{rank}", version),
]
