"""The pages about errors and limits say what the code does; `make docs` writes them anew."""

import re
from pathlib import Path

from schema.coded_errors import CODES, code_of
from schema.error_pages import errors_page
from schema.field_codes import field_codes
from schema.limits_page import limits_page

DOCS = Path("docs/api")
FAULTS = {"import": "## Faults", "uploads": "## Why a file is refused"}
SOURCES = [file for folder in ("schema", "web") for file in Path(folder).rglob("*.py")]


def test_both_pages_are_current() -> None:
    assert (DOCS / "errors.md").read_text() == errors_page()
    assert (DOCS / "limits.md").read_text() == limits_page()


def test_every_code_that_is_answered_is_in_the_catalogue() -> None:
    answered = {
        code for file in SOURCES for code in re.findall(r'(?:CodedError|Limit)\(\s*"([A-Z_]+)"', file.read_text())
    }
    assert answered
    assert answered <= CODES.keys()


def test_every_refusal_with_only_a_status_has_a_code() -> None:
    assert {status: code_of(status) for status in (400, 401, 405, 413, 418, 429, 500, 502, 503)} == {
        400: "BAD_REQUEST",
        401: "UNAUTHENTICATED",
        405: "METHOD_NOT_ALLOWED",
        413: "PAYLOAD_TOO_LARGE",
        418: "BAD_REQUEST",
        429: "RATE_LIMITED",
        500: "INTERNAL_ERROR",
        502: "INTERNAL_ERROR",
        503: "SERVICE_UNAVAILABLE",
    }


def test_codes_of_broken_rules_come_with_their_sentences() -> None:
    codes = field_codes()
    assert codes["NOT_YOURS"] == ["Ce SIRET n’est pas celui de votre entreprise (…)."]
    assert codes["HTTPS_REQUIRED"] == ["Cette adresse doit commencer par https://."], "made by another name"
    assert codes["COUNT"] == ["Choisissez de 1 à 100 demandes."], "a number under a name"
    assert "est fourni et n’est pas nommé" in codes["EXTRA_FILE"][0], "a sentence under a name"
    assert codes["INVALID_CONTACT"][0].startswith("Saisissez une adresse électronique"), "said in a mapping"
    assert codes["INVALID_IBAN"][0].startswith("Attendu\N{NO-BREAK SPACE}: un IBAN"), "a rule of the import"
    assert "AUTRE_S" not in codes


def test_codes_that_the_other_pages_explain_are_in_the_catalogue() -> None:
    written = "".join((DOCS / f"{page}.md").read_text().partition(begins)[2] for page, begins in FAULTS.items())
    explained = set(re.findall(r"`(?!SOLDE_)([A-Z]+(?:_[A-Z]+)*)`", written))
    assert len(explained) > 40
    assert explained <= field_codes().keys()
