"""The journal's details: what an event keeps, in French and without a trace of how it is stored."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from models import Event
from schema.facts import facts_of
from web.fact_words import NAMES, told

RECORDING = {"record", "record_account", "_record", "tell_all"}
# Whose and when it is; and a criterion of an export, in the French of its address.
BESIDE = {"user", "actor", "at", "as_of", "siret"}
FILE = {"id": "1", "documentType": "AUTRE_S", "fileName": "pv.pdf", "size": 2, "sha256": "ab"}


def read(**payload: Any) -> dict[str, str]:
    return dict(told(facts_of(Event(payload=payload))))


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"comment": "READ", "number": 1}, {"Commentaire": "READ", "Numéro": "1"}),
        ({"closesAt": "2023-08-27T12:32:00+00:00"}, {"Échéance": "27/08/2023 à 14 h 32 (heure de Paris)"}),
        ({"before": "READ", "after": "EDIT"}, {"Avant": "lecture", "Après": "modification"}),
        ({"before": "2023-08-27", "after": "a@editeur.fr"}, {"Avant": "2023-08-27", "Après": "a@editeur.fr"}),
        ({"scopes": ["READ", "WRITE"]}, {"Portées": "lecture, écriture"}),
        ({"kinds": ["REQUEST_VALIDATED"]}, {"Événements annoncés": "La demande est validée"}),
        ({"documents": [FILE, FILE]}, {"Pièces": "pv.pdf (Autre pièce de solde) ; pv.pdf (Autre pièce de solde)"}),
        ({"size": 2048, "documentType": "GONE"}, {"Taille": "2 Ko", "Type de pièce": "GONE"}),
        ({"immediately": True, "reason": "unused"}, {"Sans délai": "oui", "Motif": "inutilisé"}),
        ({"purged": {"mails": 3, "sessions": 0}}, {"Purgé": "Courriels : 3"}),
        ({"note": None, "documents": [], "draft": {"changes": [], "documents": []}}, {}),
        (
            {"wanted": ["/demandes"], "depot-du": "2023-02-16"},
            {"Ce qui était demandé": "/demandes", "depot-du": "2023-02-16"},
        ),
    ],
)
def test_each_fact_is_read_in_french(payload: dict[str, Any], words: dict[str, str]) -> None:
    assert {name: text.replace("\u00a0", " ") for name, text in read(**payload).items()} == words


def test_what_was_stands_before_what_is() -> None:
    assert list(read(after="EDIT", before="READ", agent="Firefox")) == ["Avant", "Après", "Navigateur"]


def test_what_changed_and_what_was_expected_are_named_as_the_pages_name_them() -> None:
    contact, change = (
        {"field": "SUPPORT_CONTACT", "documentType": None},
        {"field": "SUPPORT_CONTACT", "before": "a", "after": None},
    )
    said = read(
        expectedChanges=[contact, {"field": None, "documentType": "AUTRE_S"}],
        draft={"changes": [change], "documents": []},
    )
    assert said["Attendu"].startswith("Coordonnées de contact")
    assert said["Attendu"].endswith("Autre pièce de solde")
    assert "devient «\u00a0\u00a0»" in said["Brouillon abandonné"]


def test_programs_read_what_is_not_text_as_json() -> None:
    assert dict(facts_of(Event(payload={"changes": [{"after": "é"}], "note": None}))) == {
        "changes": '[{"after": "é"}]',
        "note": "null",
    }


def test_whatever_is_recorded_has_a_french_name() -> None:
    files = [ast.parse(file.read_text()) for file in Path("resolvers").glob("*.py")]
    calls = [node for file in files for node in ast.walk(file) if isinstance(node, ast.Call)]
    recorded = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in RECORDING]
    names = {word.arg for call in recorded for word in call.keywords if word.arg} - BESIDE
    assert len(names) > 15
    assert names - NAMES.keys() == set()
