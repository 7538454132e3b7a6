"""Help, the accessibility statement and the legal pages: readable by anybody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.rendering import render


def _page(template: str) -> Callable[[Request], Awaitable[Response]]:
    async def page(http: Request) -> Response:
        return render(http, template)

    return page


routes = [
    Route("/aide", _page("help/help.html")),
    Route("/accessibilite", _page("help/accessibility.html")),
    Route("/mentions-legales", _page("help/legal.html")),
    Route("/donnees-personnelles", _page("help/privacy.html")),
    Route("/plan-du-site", _page("help/sitemap.html")),
]
