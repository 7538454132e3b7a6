"""What a list of requests is searched for: read from the address, for the page and the table that one downloads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from models.deadlines import PARIS
from models.dossiers import RequestKind
from models.errors import Fault
from models.lifecycle import RequestStatus
from resolvers.request_lists import RequestFilter, RequestOrder
from web.pages.addresses import KINDS

STATUSES = tuple(status.value for status in RequestStatus)
ANSWERS = {"oui": True, "non": False}
ORDERS = {
    "echeance": RequestOrder.CLOSES_AT,
    "echeance-lointaine": RequestOrder.CLOSES_AT_DESC,
    "depot": RequestOrder.SUBMITTED_ON,
    "depot-recent": RequestOrder.SUBMITTED_ON_DESC,
    "modification": RequestOrder.UPDATED_AT,
    "modification-recente": RequestOrder.UPDATED_AT_DESC,
}
USUAL_ORDER = "echeance"


def _day(text: str) -> date:
    """As a browser's own field sends it, or as one writes it: 2023-08-27, 27/08/2023."""
    return datetime.strptime(text, "%d/%m/%Y").date() if "/" in text else date.fromisoformat(text)  # noqa: DTZ007


def _beginning(text: str) -> datetime:
    """The instant at which that day begins in Paris."""
    return datetime.combine(_day(text), time(), PARIS).astimezone(UTC)


def _end(text: str) -> datetime:
    """The instant at which it ends."""
    return datetime.combine(_day(text) + timedelta(days=1), time(), PARIS).astimezone(UTC)


# What each name of the address asks for, and how it is read; what it cannot be read as is a fault.
READERS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "statut": ("status", RequestStatus),
    "nature": ("kind", lambda text: RequestKind(KINDS[text])),
    "dossier": ("dossier_number", lambda text: text.upper().replace(" ", "")),
    "nom": ("legal_name", str),
    "siret": ("siret", lambda text: "".join(text.split())),
    "depot-du": ("submitted_since", _day),
    "depot-au": ("submitted_until", _day),
    "echeance-du": ("closes_after", _beginning),
    "echeance-au": ("closes_before", _end),
    "brouillon": ("has_draft", lambda text: ANSWERS[text]),
    "lu": ("comment_seen", lambda text: ANSWERS[text]),
    "rappel": ("reminded", lambda text: ANSWERS[text]),
}


@dataclass
class RequestSearch:
    """What was asked for, as it was typed and as it was understood."""

    typed: dict[str, str]
    order: str = USUAL_ORDER
    wanted: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def address(self) -> str:
        """What leads to the same list again, as the end of an address."""
        return urlencode(self.typed | ({} if self.order == USUAL_ORDER else {"ordre": self.order}))

    @property
    def filter(self) -> RequestFilter:
        """What is wanted."""
        return RequestFilter(**self.wanted)

    @property
    def variables(self) -> dict[str, Any]:
        """The same as the API is asked for it."""
        told = {_camel(name): _said(value) for name, value in self.wanted.items()}
        return {"filter": told, "order": ORDERS[self.order].value}


def asked(params: Mapping[str, str]) -> RequestSearch:
    """The search that an address names; what is empty asks for nothing."""
    typed = {name: params[name].strip() for name in READERS if params.get(name, "").strip()}
    order = params.get("ordre", USUAL_ORDER)
    search = RequestSearch(typed, order if order in ORDERS else USUAL_ORDER)
    for name, text in typed.items():
        key, read = READERS[name]
        try:
            search.wanted[key] = read(text)
        except (ValueError, KeyError, OverflowError):
            said = "Saisissez un jour comme 27/08/2023." if "-" in name else "Choisissez une valeur de la liste."
            search.faults.append(Fault(name, "UNREADABLE", said))
    return search


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
