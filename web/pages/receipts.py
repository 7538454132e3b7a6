"""The receipt of a confirmation or of declining: re-openable at its address, made to be printed."""

from __future__ import annotations

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schema.nodes import node_id
from web.client import run
from web.errors import NotFoundPage
from web.pages.addresses import BASE, asked_for, pushed
from web.rendering import render
from web.session import signed_in


@signed_in
async def page(http: Request) -> Response:
    """What was transmitted, when and by whom."""
    place = asked_for(http)
    key: UUID = http.path_params["key"]
    modification = (await run(http, "ReceiptPage", modification=node_id("Modification", key)))["node"]
    if not modification or modification["outcome"] not in {"CONFIRMED", "SKIPPED"}:
        raise NotFoundPage
    request = modification["request"]
    if (request["dossier"]["number"], request["kind"]) != (place.number, place.kind):
        raise NotFoundPage
    return render(
        http,
        "receipts/page.html",
        headers=pushed(http),
        place=place,
        dossier=request["dossier"],
        modification=modification,
        pdf=f"{place.path}/accuses/{key}.pdf",
    )


routes = [Route(BASE + "/accuses/{key:uuid}", page)]
