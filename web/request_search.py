"""What the managers' list of requests is searched for, and in which order it stands."""

from __future__ import annotations

from collections.abc import Mapping

from models.dossiers import RequestKind
from models.lifecycle import RequestStatus
from resolvers.request_lists import RequestOrder
from resolvers.sending_back import MOST_AT_ONCE as MOST_AT_ONCE
from web.pages.addresses import KINDS
from web.searches import Readers, beginning, day, digits, end, number

STATUSES = tuple(status.value for status in RequestStatus)
ORDERS = {
    "echeance": RequestOrder.CLOSES_AT,
    "echeance-lointaine": RequestOrder.CLOSES_AT_DESC,
    "depot": RequestOrder.SUBMITTED_ON,
    "depot-recent": RequestOrder.SUBMITTED_ON_DESC,
    "modification": RequestOrder.UPDATED_AT,
    "modification-recente": RequestOrder.UPDATED_AT_DESC,
}
USUAL_ORDER = "echeance"
_ANSWERS = {"oui": True, "non": False}

READERS: Readers = {
    "statut": ("status", RequestStatus),
    "nature": ("kind", lambda text: RequestKind(KINDS[text])),
    "dossier": ("dossier_number", number),
    "nom": ("legal_name", str),
    "siret": ("siret", digits),
    "depot-du": ("submitted_since", day),
    "depot-au": ("submitted_until", day),
    "echeance-du": ("closes_after", beginning),
    "echeance-au": ("closes_before", end),
    "brouillon": ("has_draft", _ANSWERS.__getitem__),
    "lu": ("comment_seen", _ANSWERS.__getitem__),
    "rappel": ("reminded", _ANSWERS.__getitem__),
}


def asked_order(params: Mapping[str, str]) -> str:
    """The order that an address names, else by deadline."""
    order = params.get("ordre", USUAL_ORDER)
    return order if order in ORDERS else USUAL_ORDER
