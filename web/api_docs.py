"""The API's documentation, for anybody: its pages, a search in them, and the two contracts as files."""

from __future__ import annotations

from functools import lru_cache

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from schema import print_sdl
from settings import settings
from web import manual
from web.errors import NotFoundPage
from web.rendering import render
from web.schemas import PUBLISHED, import_schema


def documentation(http: Request) -> Response:
    """GET /docs/api and below: one page, or what was found in all of them. Runs in a thread: a page may take long."""
    name = http.path_params.get("page", manual.FIRST)
    titles = manual.titles()
    if name not in titles or (name == manual.FIRST and "page" in http.path_params):
        raise NotFoundPage
    wanted = http.query_params.get("q", "").strip()[:100]
    if wanted:
        return render(
            http, "docs/search.html", manual=manual, titles=titles, wanted=wanted, found=manual.search(wanted)
        )
    return render(http, "docs/page.html", manual=manual, titles=titles, page=manual.page(name), wanted="")


async def graphql_schema(_http: Request) -> Response:
    """GET /docs/api/schema.graphql: this very portal's schema, for the tools that write clients."""
    return PlainTextResponse(_sdl(), headers=PUBLISHED)


@lru_cache(maxsize=1)
def _sdl() -> str:
    return print_sdl(sandbox=settings.sandbox)


routes = [
    Route(manual.ADDRESS, documentation),
    Route(f"{manual.ADDRESS}/schema.graphql", graphql_schema),
    Route(f"{manual.ADDRESS}/import.schema.json", import_schema),
    Route(f"{manual.ADDRESS}/{{page}}", documentation),
]
