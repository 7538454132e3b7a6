"""GraphiQL for whoever is signed in, from files of this site alone, with the managers' operations ready in its tabs."""

from __future__ import annotations

import json
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web import prefilled
from web.protection import POLICY as PAGES_POLICY
from web.ready_made import READY_MADE
from web.rendering import render
from web.session import to_sign_in

# The pages' own policy, and what GraphiQL needs: the fonts inside its style sheet, and the one style that it writes
# itself, which stops the page from scrolling behind a dialog and bears the answer's nonce. It sends no form.
POLICY = (
    PAGES_POLICY.replace("font-src 'self'", "font-src 'self' data:")
    .replace("style-src 'self'", "style-src 'self' 'nonce-{nonce}'")
    .replace("form-action 'self'", "form-action 'none'")
)


async def graphiql(http: Request) -> Response:
    """GET /graphql in a browser: the editor, on the operation that `?modele=` names, about `?demande=`."""
    if http.state.viewer is None:
        return to_sign_in(http)
    nonce, chosen = secrets.token_urlsafe(16), prefilled.chosen(http)
    is_manager = http.state.viewer["role"] == "MANAGER"
    return render(
        http,
        "graphiql.html",
        headers={"Content-Security-Policy": POLICY.format(nonce=nonce)},
        nonce=nonce,
        chosen=chosen,
        operations=await _operations(http, chosen) if is_manager else [],
        wanted=http.query_params.get("modele", ""),
    )


async def _operations(http: Request, chosen: prefilled.Chosen | None) -> list[dict[str, Any]]:
    """The ready-made operations as the page's script takes them."""
    known = await prefilled.values(http, chosen)
    return [
        {
            "name": each.name,
            "title": each.title,
            "writes": each.writes,
            "main": each.main,
            "query": each.text,
            "variables": _as_json(prefilled.of(each.variables, known)),
        }
        for each in READY_MADE
    ]


def _as_json(variables: dict[str, Any]) -> str:
    return json.dumps(variables, ensure_ascii=False, indent=2) if variables else ""
