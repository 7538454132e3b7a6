"""The managers' journal as a table, and what it is searched for."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from uuid import UUID

from models import Event
from models.actors import Role
from models.csv_lines import Cell
from models.dossiers import REQUEST_NAMES
from models.errors import NotFound
from models.events import EventKind
from schema.enums import sentences
from schema.facts import facts_of
from schema.nodes import uuid_of
from schema.summaries import summary_of
from web.fact_words import told
from web.searches import Readers, beginning, digits, end, number

ROLES = MappingProxyType(
    {Role.SUPPLIER: "fournisseur", Role.MANAGER: "gestionnaire", Role.PARTNER: "logiciel", Role.SYSTEM: "portail"}
)


KINDS = [(name, words.rstrip(".")) for name, words in sentences(EventKind).items()]
"""Each kind of event with the sentence that the API has for it."""


def _key(type_name: str) -> Callable[[str], UUID]:
    def read(text: str) -> UUID:
        try:
            return uuid_of(type_name, text)
        except NotFound as unknown:
            raise ValueError(text) from unknown

    return read


READERS: Readers = {
    "dossier": ("dossier_number", number),
    "siret": ("siret", digits),
    "evenement": ("kinds", lambda text: [EventKind(text)]),
    "du": ("since", beginning),
    "au": ("until", end),
    "compte": ("account", _key("Account")),
    "jeton": ("token", _key("ApiToken")),
}


def _origin(name: str) -> Callable[[Event], Cell]:
    return lambda event: (event.origin or {}).get(name)


_CELLS: MappingProxyType[str, Callable[[Event], Cell]] = MappingProxyType(
    {
        "Numéro": lambda event: event.id,
        "Instant (heure de Paris)": lambda event: event.at,
        "Événement": lambda event: event.kind.value,
        "Résumé": summary_of,
        "Par": lambda event: event.actor.name,
        "Qualité": lambda event: ROLES[event.actor.role],
        "Dossier": lambda event: event.request.dossier.number if event.request else None,
        "Nature": lambda event: REQUEST_NAMES[event.request.kind] if event.request else None,
        "Compte concerné": lambda event: event.user.name if event.user else None,
        "Adresse réseau": _origin("address"),
        "Numéro de requête": _origin("number"),
        "Faits": lambda event: " ; ".join(f"{name} = {words}" for name, words in told(facts_of(event))),
        "Données purgées (heure de Paris)": lambda event: event.purged_at,
    }
)
COLUMNS = tuple(_CELLS)


def line(event: Event) -> list[Cell]:
    """One event, its request and the account concerned loaded."""
    return [read(event) for read in _CELLS.values()]
