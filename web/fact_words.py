"""What an event keeps, as managers read it: under French names, and nothing of how it is stored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Any

from models.document_types import document_type
from models.events import EventKind
from models.modifications import FIELD_LABELS
from models.typography import french, short_moment, size
from schema.enums import sentences

NAMES = MappingProxyType(
    {
        "accounts": "Comptes",
        "after": "Après",
        "agent": "Navigateur",
        "before": "Avant",
        "changed": "Ce qui est changé",
        "changes": "Données changées",
        "closesAt": "Échéance",
        "comment": "Commentaire",
        "documentType": "Type de pièce",
        "documents": "Pièces",
        "dossiers": "Dossiers",
        "draft": "Brouillon abandonné",
        "email": "Adresse électronique",
        "events": "Événements",
        "expectedChanges": "Attendu",
        "fileName": "Fichier",
        "finding": "Virus",
        "first": "Du n°",
        "id": "Clé de la pièce",
        "identifier": "Identifiant",
        "immediately": "Sans délai",
        "integrity": "Contenu",
        "kinds": "Événements annoncés",
        "last": "Au n°",
        "left": "Empreinte de ce qui reste",
        "list": "Liste",
        "mails": "Courriels",
        "messageId": "Clé du message",
        "name": "Nom",
        "news": "Actualités",
        "newsId": "Clé de l’actualité",
        "note": "Mot du fournisseur",
        "number": "Numéro",
        "purged": "Purgé",
        "reason": "Motif",
        "renewed": "Données chiffrées de nouveau",
        "requests": "Demandes",
        "right": "Droit",
        "role": "Qualité",
        "scopes": "Portées",
        "sessions": "Sessions",
        "sha256": "Empreinte SHA-256",
        "size": "Taille",
        "step": "Étape",
        "support_messages": "Messages à l’Assistance",
        "templateId": "Clé du modèle",
        "text": "Message",
        "title": "Titre",
        "to": "Jusqu’à",
        "token": "Clé du jeton",
        "unreadable": "Données illisibles",
        "url": "Adresse",
        "wanted": "Ce qui était demandé",
        "webhookId": "Clé du webhook",
    }
)
"""What is not here is a criterion of an export, in the French of its address."""

_CODES = MappingProxyType(
    {
        "READ": "lecture",
        "EDIT": "modification",
        "CONFIRM": "confirmation",
        "WRITE": "écriture",
        "MANAGE": "gestion",
        "SUPPLIER": "fournisseur",
        "MANAGER": "gestionnaire",
        "INTACT": "intact",
        "ALTERED": "altéré",
        "MISSING": "introuvable",
        "REMINDER": "rappel",
        "LAST_DAY": "dernier jour",
        "EXPIRY": "échéance",
        "unused": "inutilisé",
        "code": "code de double authentification",
        "label": "nom",
        "url": "adresse",
        "kinds": "événements annoncés",
        **{name: words.rstrip(".") for name, words in sentences(EventKind).items()},
    }
)
_CODED = {"right", "role", "scopes", "integrity", "to", "kinds", "evenement", "changed", "step"}
# Either what somebody wrote or a code of ours.
_RIGHTS = {"READ", "EDIT", "CONFIRM"}
_FIELDS = {field.value: label for field, label in FIELD_LABELS.items()}
_FIRST = {"before": 0, "after": 1}
_STRUCTURED = {"changes", "documents", "draft", "expectedChanges", "purged"}


def told(facts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Each fact's French name and what it says; those that say nothing are left out."""
    for name, value in sorted(facts, key=lambda fact: _FIRST.get(fact[0], len(_FIRST))):
        if words := _words(name, value):
            yield NAMES.get(name, name), words


def _words(name: str, value: str) -> str:
    if value in {"null", "[]", "{}"}:
        return ""
    if name in _STRUCTURED and value.startswith(("[", "{")):
        return _read(json.loads(value))
    if name in {"before", "after", "closesAt"} and _is_instant(value):
        return f"{short_moment(value)} (heure de Paris)"
    if name in _CODED or (name in {"before", "after"} and value in _RIGHTS) or (name, value) == ("reason", "unused"):
        return ", ".join(_CODES.get(each, each) for each in value.split(", "))
    if name == "documentType":
        return _type(value)
    if name == "size":
        return size(int(value))
    return {"true": "oui", "false": "non"}.get(value, value) if name == "immediately" else value


def _is_instant(text: str) -> bool:
    return len(text) > 19 and text[:4].isdecimal() and text[4] == text[7] == "-" and text[10] == "T"


def _read(value: Any) -> str:
    if isinstance(value, list):
        return french(" ; ").join(filter(None, map(_read, value)))
    if not isinstance(value, dict):
        return "" if value in {None, 0, ""} else str(value)
    if "fileName" in value:
        return f"{value['fileName']} ({_type(value.get('documentType', ''))})"
    if "before" in value:
        change = french("{} : « {} » devient « {} »")
        return change.format(_field(value["field"]), value["before"] or "", value["after"] or "")
    if "field" in value:
        return _field(value["field"]) if value["field"] else _type(value["documentType"])
    return french(" ; ").join(french("{} : {}").format(NAMES.get(name, name), words) for name, words in _pairs(value))


def _pairs(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    return ((name, words) for name, each in value.items() if (words := _read(each)))


def _field(code: str) -> str:
    return _FIELDS.get(code, code)


def _type(code: str) -> str:
    found = document_type(code)
    return found.label if found else code
