"""The pages about errors and limits say what the code does; `make docs` writes them anew."""

import re
from pathlib import Path

from schema.coded_errors import CODES, code_of
from schema.error_pages import errors_page, field_codes, limits_page

DOCS = Path("docs/api")
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
    assert codes["INVALID_SIRET"] == ["Le SIRET compte 14 chiffres, dont une clé de contrôle juste."]
    assert len(codes) > 30
