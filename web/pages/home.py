"""Accueil fournisseur SAS, and the list of dossiers behind « Suivi de ma demande de financement »."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web.client import run
from web.pages.addresses import KINDS
from web.pages.requests import listed
from web.rendering import render
from web.session import signed_in


@signed_in
async def page(http: Request) -> Response:
    """What is to be done first, then what is new and where to go."""
    data = await run(http, "HomePage")
    open_ones = [request for request in data["requests"]["nodes"] if request["modification"]]
    return render(
        http,
        "home/page.html",
        to_modify=open_ones,
        more_to_modify=data["requests"]["pageInfo"]["hasNextPage"],
        news=data["news"]["nodes"],
        more_news=data["news"]["pageInfo"]["hasNextPage"],
    )


@signed_in
async def requests(http: Request) -> Response:
    """The dossiers one may see; somebody who has a single one is taken straight to it. Managers search requests."""
    if http.state.viewer["role"] == "MANAGER":
        return await listed(http)
    after = http.query_params.get("apres")
    dossiers = (await run(http, "DossiersPage", after=after))["dossiers"]
    nodes, more = dossiers["nodes"], dossiers["pageInfo"]["hasNextPage"]
    asked = http.query_params.get("nature")
    nature = asked if asked in KINDS else None
    if len(nodes) == 1 and not more and after is None:
        return RedirectResponse(f"/dossiers/{nodes[0]['number']}/{nature or 'solde'}", 303)
    next_page = dossiers["pageInfo"]["endCursor"] if more else None
    return render(http, "home/requests.html", dossiers=nodes, next_page=next_page, nature=nature)


routes = [Route("/demandes", requests)]
