"""Help, the accessibility statement and the legal pages: readable by anybody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.captures import CAPTURES
from web.rendering import PICTURES, render


async def help_page(http: Request) -> Response:
    """GET /aide: the whole procedure with its pictures; a portal installed without them teaches it in words."""
    shown = {name: capture for name, capture in CAPTURES.items() if (PICTURES / f"{name}.webp").is_file()}
    return render(http, "help/help.html", captures=shown)


def _page(template: str) -> Callable[[Request], Awaitable[Response]]:
    async def page(http: Request) -> Response:
        return render(http, template)

    return page


routes = [
    Route("/aide", help_page),
    Route("/accessibilite", _page("help/accessibility.html")),
    Route("/mentions-legales", _page("help/legal.html")),
    Route("/donnees-personnelles", _page("help/privacy.html")),
    Route("/plan-du-site", _page("help/sitemap.html")),
]
