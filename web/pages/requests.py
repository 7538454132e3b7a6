"""The managers' requests: found by what they are waiting for, and taken together to be sent back."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from web.client import run
from web.pages.addresses import NATURES
from web.rendering import render
from web.request_search import ORDERS, STATUSES, asked


async def listed(http: Request) -> Response:
    """GET /demandes of a manager: the requests that the address asks for, soonest deadline first."""
    search = asked(http.query_params)
    after = http.query_params.get("apres")
    found = None if search.faults else (await run(http, "RequestsPage", after=after, **search.variables))["requests"]
    more = found["pageInfo"]["endCursor"] if found and found["pageInfo"]["hasNextPage"] else None
    next_page = f"{search.address}&{urlencode({'apres': more})}".lstrip("&") if more else None
    return render(
        http,
        "requests/list.html",
        422 if search.faults else 200,
        requests=found["nodes"] if found else [],
        next_page=next_page,
        is_first=after is None,
        search=search,
        faults=search.faults,
        statuses=STATUSES,
        orders=ORDERS,
        natures=NATURES,
    )
