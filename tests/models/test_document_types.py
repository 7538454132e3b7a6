"""The types of the guide, what each accepts, and those of a deployment's own file."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from models.document_types import DOCUMENT_TYPES, DocumentType, document_type, read_document_types
from models.dossiers import RequestKind
from settings import settings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("code", "label", "addable", "formats"),
    [
        ("MSS_RESU_TEST_TECH", "Résultat de test technique MSS", True, "PDF"),
        ("MSS_GUIDE_PDF_API", "Guide PDF API", True, "PDF"),
        ("DECISION_ATTRIBUTION", "Décision d’attribution", False, "PDF"),
        ("AUTRE_S", "Autre pièce de solde", True, "PDF, PNG, JPEG, DOCX, XLSX, ODT, ODS"),
    ],
)
def test_types_of_the_guide(code: str, label: str, addable: bool, formats: str) -> None:
    found = document_type(code)
    assert found is not None
    assert (found.label, found.addable, found.formats) == (label, addable, formats)


@pytest.mark.parametrize(
    ("code", "kinds"),
    [
        ("AUTRE_A", {RequestKind.ADVANCE}),
        ("AUTRE_S", {RequestKind.BALANCE}),
        ("MSS_GUIDE_PDF_API", {RequestKind.ADVANCE, RequestKind.BALANCE}),
        ("DECISION_ATTRIBUTION", set()),
    ],
)
def test_some_are_added_to_one_kind_of_request_alone(code: str, kinds: set[RequestKind]) -> None:
    found = document_type(code)
    assert found is not None
    assert {each for each in RequestKind if found.is_addable_to(each)} == kinds


def test_an_unknown_code_has_no_type() -> None:
    assert document_type("INCONNU") is document_type("autre_s") is document_type("") is None


def test_codes_are_found_once() -> None:
    assert len({each.code for each in DOCUMENT_TYPES}) == len(DOCUMENT_TYPES)
    assert all(document_type(each.code) is each for each in DOCUMENT_TYPES)


@pytest.mark.parametrize(
    ("name", "accepted"), [("a.pdf", True), ("A.PDF", True), ("a.pdf.exe", False), ("pdf", False), (".pdf", False)]
)
def test_every_type_accepts_a_pdf(name: str, accepted: bool) -> None:
    assert {each.accepts(name) for each in DOCUMENT_TYPES} == {accepted}


def test_a_type_that_is_listed_no_more_accepts_nothing() -> None:
    gone = DocumentType.gone("ANCIEN")
    assert (gone.code, gone.label, gone.addable, gone.formats, gone.accepts("a.pdf")) == (
        "ANCIEN",
        "ANCIEN",
        False,
        "",
        False,
    )


def test_a_deployment_lists_its_own(tmp_path: Path, setting: Callable[[str, object], None]) -> None:
    path = tmp_path / "types.yaml"
    path.write_text("- {code: PHOTO, label: Photo, addable: no, extensions: [.jpg, .jpeg], max_bytes: 2000}\n")
    (photo,) = read_document_types(path)
    assert (photo.code, photo.label, photo.addable, photo.formats, photo.max_bytes) == (
        "PHOTO",
        "Photo",
        False,
        "JPEG",
        2000,
    )
    setting("max_upload_bytes", 1500)
    assert photo.max_bytes == 1500


def test_without_a_limit_of_its_own_a_type_has_that_of_every_document() -> None:
    assert {each.max_bytes for each in DOCUMENT_TYPES} == {settings.max_upload_bytes}


GOOD = "code: A, label: A, extensions: [.pdf]"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "Input should be a list"),
        ("[]", "lists nothing"),
        ("{", "while parsing a flow node"),
        (f"- {{{GOOD}}}\n- {{code: B, label: B}}", "type 2, extensions: Field required"),
        ("- {code: a, label: A, extensions: [.pdf]}", "type 1, code: "),
        ("- {code: A, label: '', extensions: [.pdf]}", "type 1, label: "),
        ("- {code: A, label: A, extensions: []}", "type 1, extensions: lists nothing"),
        ("- {code: A, label: A, extensions: [.exe]}", "type 1, extensions, 0: .exe cannot be checked; known: .pdf, "),
        (f"- {{{GOOD}, addable: peut-être}}", "type 1, addable: "),
        (f"- {{{GOOD}, max_bytes: 99999999999}}", "type 1, max_bytes: more than SOLDE_MAX_UPLOAD_BYTES, "),
        (f"- {{{GOOD}, taille: 3}}", "type 1, taille: "),
        (f"- {{{GOOD}}}\n- {{{GOOD}}}", "A more than once"),
    ],
)
def test_a_faulty_file_is_refused_with_its_place(text: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "types.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"\S") as refusal:
        read_document_types(path)
    assert str(refusal.value).startswith(f"{path}: {fault}")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(("text", "fault"), [("[]", "lists nothing"), (None, "No such file")])
def test_a_faulty_file_stops_the_start(text: str | None, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "types.yaml"
    if text is not None:
        path.write_text(text)
    environment = os.environ | {"SOLDE_DOCUMENT_TYPES": str(path)}
    code = [sys.executable, "-c", "import models.document_types; print('begun')"]
    process = subprocess.run(code, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (process.returncode, process.stdout) == (78, "")
    assert process.stderr.startswith(f"SOLDE_DOCUMENT_TYPES: {path}: ")
    assert fault in process.stderr
