"""Where a request stands on the portal: a dossier's number and « avance » or « solde »."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request

from web.client import run
from web.errors import NotFoundPage

KINDS: Final = {"avance": "ADVANCE", "solde": "BALANCE"}
NATURES: Final = {kind: nature for nature, kind in KINDS.items()}
BASE: Final = "/dossiers/{number}/{nature}"


@dataclass(frozen=True)
class RequestAddress:
    """The place of one request: what its pages' addresses begin with, and how sentences name it."""

    number: str
    nature: str

    @property
    def kind(self) -> str:
        """The RequestKind of the schema."""
        return KINDS[self.nature]

    @property
    def path(self) -> str:
        """The tracking page."""
        return BASE.format(number=self.number, nature=self.nature)

    @property
    def of(self) -> str:
        """« demande de solde », « demande d’avance »: the words after « demande »."""
        return "de solde" if self.nature == "solde" else "d’avance"


def asked_for(http: Request) -> RequestAddress:
    """The request that the page's own address names."""
    nature = http.path_params["nature"]
    if nature not in KINDS:
        raise NotFoundPage
    return RequestAddress(http.path_params["number"], nature)


async def read(http: Request, operation: str, place: RequestAddress, **variables: Any) -> dict[str, Any]:
    """The operation's data, with the request at this place as `request`; without one the page does not exist."""
    data = await run(http, operation, number=place.number, kind=place.kind, **variables)
    if data["dossier"] is None or not data["requests"]["nodes"]:
        raise NotFoundPage
    return data | {"request": data["requests"]["nodes"][0], "place": place}


def pushed(http: Request) -> dict[str, str]:
    """The header that keeps the address bar right on a page that htmx reached by following a form's redirection."""
    return {"HX-Push-Url": str(http.scope["path"])} if http.headers.get("hx-request") == "true" else {}
