"""The tokens that act for the supplier: which software holds one, since when and until when, and revoking it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web.client import run
from web.errors import NotFoundPage
from web.rendering import render
from web.session import signed_in
from web.uploads import read_form

PATH = "/mon-compte/jetons"


@signed_in
async def page(http: Request) -> Response:
    """The list, and what its buttons do."""
    if http.state.viewer["role"] != "SUPPLIER":
        raise NotFoundPage
    if http.method == "POST":
        return await _revoke(http)
    after = http.query_params.get("apres")
    data = await run(http, "TokensPage", after=after)
    more = data["tokens"]["pageInfo"]["endCursor"] if data["tokens"]["pageInfo"]["hasNextPage"] else None
    return render(
        http,
        "account/tokens.html",
        account=data["viewer"],
        tokens=data["tokens"]["nodes"],
        next_page=more,
        is_first=after is None,
        done="fait" in http.query_params,
    )


async def _revoke(http: Request) -> Response:
    token = (await read_form(http)).get("revoquer")
    outcome = (await run(http, "RevokeToken", token=token))["revokeToken"]
    if outcome["__typename"] != "RevokeTokenSuccess":
        raise NotFoundPage  # Unknown, another supplier's, or its own no more: a right was taken away meanwhile.
    return RedirectResponse(f"{PATH}?fait=1", 303)


routes = [Route(PATH, page, methods=["GET", "POST"])]
