"""The demo's documents are real: the portal that shows them would accept them."""

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from models.document_types import document_type
from models.documents import document_fault
from resolvers.demo.documents import GUIDE_DOCUMENTS, OTHER_DOCUMENTS, DemoDocument, pdf


@pytest.mark.parametrize("document", [*GUIDE_DOCUMENTS, *OTHER_DOCUMENTS], ids=lambda document: document.file_name)
def test_a_demo_document_would_be_accepted(document: DemoDocument, tmp_path: Path) -> None:
    (tmp_path / "recu").write_bytes(document.content)
    assert document_fault(tmp_path / "recu", document.file_name) is None
    assert document_type(document.document_type) is not None


def test_a_demo_document_says_what_it_is() -> None:
    reader = PdfReader(io.BytesIO(GUIDE_DOCUMENTS[1].content))
    assert reader.metadata is not None
    assert reader.metadata.title == "Guide PDF API"
    assert "Guide PDF API" in reader.pages[0].extract_text()


def test_a_document_has_the_same_bytes_each_time() -> None:
    assert pdf("Pièce « A » #1", "Un.\nDeux.") == pdf("Pièce « A » #1", "Un.\nDeux.")
    assert pdf("Un", "") != pdf("Deux", "")


def test_a_title_is_text_and_never_instructions() -> None:
    hostile = '#read("/etc/passwd") $x$ `y` <z> @w'
    assert "#read" in PdfReader(io.BytesIO(pdf(hostile, hostile))).pages[0].extract_text()
