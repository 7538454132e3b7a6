"""The managers' journal: who did what, when, from where; searched, and downloaded as a table."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.client import run
from web.fact_words import told
from web.journal_table import KINDS, READERS, ROLES
from web.pages.addresses import NATURES
from web.rendering import render
from web.searches import Search, asked
from web.session import managers_only

# These two are named in an address as the API names them.
_IDS = {"compte": ("account", "accountId"), "jeton": ("token", "tokenId")}


@managers_only
async def page(http: Request) -> Response:
    """GET /journal: what the address asks for, the latest first."""
    search, after = asked(http.query_params, READERS), http.query_params.get("apres")
    found = None if search.faults else (await run(http, "JournalPage", filter=_filter(search), after=after))["journal"]
    more = found["pageInfo"]["endCursor"] if found and found["pageInfo"]["hasNextPage"] else None
    return render(
        http,
        "requests/journal.html",
        422 if search.faults else 200,
        entries=found["nodes"] if found else [],
        told=_told,
        next_page=search.address(apres=more) if more else None,
        is_first=after is None,
        search=search,
        faults=search.faults,
        kinds=KINDS,
        natures=NATURES,
        roles=ROLES,
    )


def _filter(search: Search) -> dict[str, Any]:
    told = search.variables
    for typed, (name, argument) in _IDS.items():
        if name in told:
            del told[name]
            told[argument] = search.typed[typed]
    return told


def _told(facts: list[dict[str, str]]) -> list[tuple[str, str]]:
    return list(told((fact["name"], fact["value"]) for fact in facts))


routes = [Route("/journal", page)]
