"""The managers' requests: found by what they are waiting for, and taken together to be sent back."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from web.client import run
from web.pages.addresses import NATURES
from web.rendering import render
from web.request_search import ORDERS, READERS, STATUSES, USUAL_ORDER, asked_order
from web.searches import asked


async def listed(http: Request) -> Response:
    """GET /demandes of a manager: the requests that the address asks for, soonest deadline first."""
    search, order = asked(http.query_params, READERS), asked_order(http.query_params)
    after = http.query_params.get("apres")
    wanted = {"filter": search.variables, "order": ORDERS[order].value, "after": after}
    found = None if search.faults else (await run(http, "RequestsPage", **wanted))["requests"]
    more = found["pageInfo"]["endCursor"] if found and found["pageInfo"]["hasNextPage"] else None
    other_order = None if order == USUAL_ORDER else order
    return render(
        http,
        "requests/list.html",
        422 if search.faults else 200,
        requests=found["nodes"] if found else [],
        this_list=search.address(ordre=other_order),
        next_page=search.address(ordre=other_order, apres=more) if more else None,
        is_first=after is None,
        search=search,
        order=order,
        faults=search.faults,
        statuses=STATUSES,
        natures=NATURES,
    )
