"""`/`: the public page of the portal, or where whoever is signed in begins."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web.pages import home
from web.rendering import render


async def page(http: Request) -> Response:
    """What anybody may read, leading to the sign-in; suppliers find their home page here, managers their console."""
    if http.state.viewer is None:
        return render(http, "portal/page.html")
    if http.state.viewer["role"] == "MANAGER":
        return RedirectResponse("/console", 303)
    return await home.page(http)


routes = [Route("/", page)]
