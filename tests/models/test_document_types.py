"""The types of the guide, and what each accepts."""

import pytest

from models.document_types import DOCUMENT_TYPES, document_type
from settings import settings


@pytest.mark.parametrize(
    ("code", "label", "addable"),
    [
        ("MSS_RESU_TEST_TECH", "Résultat de test technique MSS", True),
        ("MSS_GUIDE_PDF_API", "Guide PDF API", True),
        ("DECISION_ATTRIBUTION", "Décision d'attribution", False),
        ("AUTRE_S", "Autre pièce de solde", True),
    ],
)
def test_types_of_the_guide(code: str, label: str, addable: bool) -> None:
    found = document_type(code)
    assert found is not None
    assert (found.label, found.addable) == (label, addable)


def test_an_unknown_code_has_no_type() -> None:
    assert document_type("INCONNU") is document_type("autre_s") is document_type("") is None


def test_codes_are_found_once() -> None:
    assert len({each.code for each in DOCUMENT_TYPES}) == len(DOCUMENT_TYPES)
    assert all(document_type(each.code) is each for each in DOCUMENT_TYPES)


@pytest.mark.parametrize(("name", "accepted"), [("a.pdf", True), ("A.PDF", True), ("a.pdf.exe", False), ("pdf", False)])
def test_every_type_is_a_pdf_for_now(name: str, accepted: bool) -> None:
    for each in DOCUMENT_TYPES:
        assert each.accepts(name) is accepted
        assert each.formats == "PDF"
        assert each.max_bytes == settings.max_upload_bytes
