"""The page that asks who one is: at its own address, or instead of the answer to a form whose session had ended."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from models.errors import Invalid
from resolvers.typed import opened
from web import session
from web.rendering import render

ENDED = "Votre session a expiré. Reconnectez-vous : votre brouillon est conservé."
# htmx, too, replaces the whole page: its menu is that of somebody signed in.
_INSTEAD = session.SIGN_IN_FIRST | {"HX-Retarget": "body", "HX-Reselect": "body", "HX-Reswap": "outerMorph"}


def sign_in_page(
    http: Request,
    wanted: str,
    identifier: str = "",
    refusal: Invalid | None = None,
    *,
    typed: str = "",
    instead: bool = False,
) -> Response:
    """The form that leads to `wanted`; `typed` is what goes through it, sealed, to be given back there.

    `instead` of what was asked for, it answers 401.
    """
    faults = list(refusal.faults) if refusal else []
    carried = opened(typed, as_of=http.state.as_of)
    said: dict[str, Any] = {
        "wanted": wanted,
        "identifier": identifier,
        "faults": faults,
        "notice": ENDED if (http.state.session_ended or carried) and not faults else "",
        "typed": typed if carried else "",
        "carried": carried,
    }
    status, headers = (401, _INSTEAD) if instead else session.refused(refusal)
    return render(http, "signin/sign_in.html", status, headers, **said)
