"""Actualités: what managers announce, the latest first, and each on a page of its own."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schema.nodes import node_id
from web.client import run
from web.errors import NotFoundPage
from web.rendering import render
from web.session import signed_in


@signed_in
async def listed(http: Request) -> Response:
    """The announcements, a page at a time."""
    after = http.query_params.get("apres")
    news = (await run(http, "NewsPage", after=after))["news"]
    more = news["pageInfo"]["endCursor"] if news["pageInfo"]["hasNextPage"] else None
    return render(http, "news/list.html", news=news["nodes"], next_page=more, is_first=after is None)


@signed_in
async def page(http: Request) -> Response:
    """One announcement, whole."""
    item = (await run(http, "NewsItemPage", news=node_id("News", http.path_params["news"])))["node"]
    if item is None:
        raise NotFoundPage
    return render(http, "news/page.html", item=item)


routes = [Route("/actualites", listed), Route("/actualites/{news:uuid}", page)]
