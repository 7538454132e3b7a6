"""A document is what its name says, opens without a password, and cannot harm who looks."""

import io
import os
import random
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfWriter

from models import pdf_probe
from models.document_types import document_type
from models.documents import document_fault, name_fault, too_large
from settings import settings

PIECES = Path(__file__).parent.parent / "examples" / "pieces"
GUIDE = (PIECES / "guide-pdf-au-depot.pdf").read_bytes()

Written = Callable[[bytes], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(content: bytes) -> Path:
        path = tmp_path / "recu"
        path.write_bytes(content)
        return path

    return write


def pdf(*, pages: int = 1, password: str | None = None) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    if password is not None:
        writer.encrypt(user_password=password, owner_password="proprietaire", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def with_a_stream(dictionary: bytes, stream: bytes) -> bytes:
    """A PDF whose table of contents is that stream, as compact PDFs have it."""
    body = b"%PDF-1.7\n1 0 obj\n<<" + dictionary + b"/Length %d>>\nstream\n" % len(stream) + stream
    return body + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"


@pytest.mark.parametrize("path", sorted(PIECES.iterdir()), ids=lambda path: path.name)
def test_documents_of_the_example_are_accepted(path: Path) -> None:
    assert document_fault(path, path.name) is None


GOOD = {
    "several pages": pdf(pages=3),
    "spaces after the end": GUIDE + b"\n\n  \n",
    "zeros after the end": GUIDE + bytes(500),
    "another line end": GUIDE.replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD.keys())
def test_ordinary_software_makes_such_files(content: bytes, written: Written) -> None:
    assert document_fault(written(content), "guide.pdf") is None


BAD = {
    "EMPTY_FILE": {"nothing": b""},
    "ENCRYPTED": {
        "password to open": pdf(password="secret"),
        "password to print": pdf(password=""),
        "a stronger cipher": (PIECES.parent / "password-aes-256.pdf").read_bytes(),
    },
    "UNREADABLE": {
        "a program": b"MZ\x90\x00" + bytes(2000),
        "a page": b"<html><script>alert(1)</script></html>",
        "text": b"Bonjour",
        "something before": b"<script>alert(1)</script>\n" + GUIDE,
        "a line before": b"\n" + GUIDE,
        "an archive after": GUIDE + b"PK\x03\x04" + bytes(5000),
        "only the mark": b"%PDF-",
        "only both marks": b"%PDF-1.7\n%%EOF",
        "cut in the middle": GUIDE[: len(GUIDE) // 2],
        "cut before the end": GUIDE[:-8],
        "no page": pdf(pages=0),
        "no catalogue": GUIDE.replace(b"/Catalog", b"/Bonjour").replace(b"/Pages 2 0 R", b""),
        "pages that hold themselves": GUIDE.replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"),
        "noise": b"%PDF-1.7\n" + random.Random(7).randbytes(50_000) + b"\n%%EOF",  # noqa: S311 - the same in every run
        "nested": b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF",
        "a bomb": with_a_stream(
            b"/Type/XRef/W[1 9 9]/Size 99999999/Root 1 0 R/Filter/FlateDecode", zlib.compress(bytes(100_000_000), 9)
        ),
        "a thousand objects in one place": b"%PDF-1.7\n" + b"1 0 obj\nendobj\n" * 200_000 + b"startxref\n9\n%%EOF",
    },
}


@pytest.mark.parametrize(
    ("code", "content"),
    [pytest.param(code, content, id=name) for code, group in BAD.items() for name, content in group.items()],
)
def test_anything_else_is_refused(code: str, content: bytes, written: Written) -> None:
    fault = document_fault(written(content), "guide.pdf")
    assert fault is not None
    assert (fault.field, fault.code) == ("file", code)


@pytest.mark.parametrize("name", ["virus.exe", "guide.pdf.exe", "guide", "pdf", "guide.pdf ", "guide.doc"])
def test_the_name_must_end_as_the_type_does(name: str, written: Written) -> None:
    fault = document_fault(written(GUIDE), name)
    assert fault == name_fault(name) == name_fault(name, document_type("AUTRE_S"))
    assert fault is not None
    assert fault.code == "WRONG_FORMAT"


def test_a_file_over_the_limit_is_refused_before_it_is_opened(written: Written) -> None:
    path = written(b"")
    os.truncate(path, settings.max_upload_bytes + 1)
    fault = document_fault(path, "guide.pdf")
    assert fault == too_large("guide.pdf", settings.max_upload_bytes + 1)


MESSAGES = {
    "« notes.txt » n'est pas un fichier PDF. Formats acceptés : PDF.": ("notes.txt", b"x"),
    "« guide.pdf » est vide.": ("guide.pdf", b""),
    "« guide.pdf » n'est pas un PDF lisible. Enregistrez-le de nouveau au format PDF, puis réessayez.": (
        "guide.pdf",
        b"MZ",
    ),
    "« guide.pdf » est protégé par un mot de passe.": ("guide.pdf", pdf(password="secret")),
}


@pytest.mark.parametrize(("sentence", "name", "content"), [(key, *value) for key, value in MESSAGES.items()])
def test_the_refusal_is_a_sentence_for_the_user(sentence: str, name: str, content: bytes, written: Written) -> None:
    fault = document_fault(written(content), name)
    assert fault is not None
    assert fault.message.replace("\u00a0", " ") == sentence


def test_the_limit_is_told_with_the_size() -> None:
    message = too_large("guide.pdf", 21 * 1024**2).message.replace("\u00a0", " ")
    assert message == "« guide.pdf » pèse 21 Mo. La taille maximale est de 20 Mo."
    message = too_large("guide.pdf").message.replace("\u00a0", " ")
    assert message == "« guide.pdf » pèse plus de 20 Mo. La taille maximale est de 20 Mo."


def test_no_damage_to_a_file_is_more_than_an_answer(written: Written) -> None:
    chance = random.Random(11)  # noqa: S311 - the same in every run
    for _ in range(300):
        damaged = bytearray(GUIDE)
        for _ in range(chance.randint(1, 12)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        assert pdf_probe.probe(written(bytes(damaged))) in {
            pdf_probe.READABLE,
            pdf_probe.ENCRYPTED,
            pdf_probe.UNREADABLE,
        }


def test_a_file_that_takes_too_long_to_open_is_refused(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.documents._PROBE_SECONDS", 0.001)
    fault = document_fault(written(GUIDE), "guide.pdf")
    assert fault is not None
    assert fault.code == "UNREADABLE"


def test_the_probe_works_in_a_process_with_little_time_and_memory() -> None:
    limits = "resource.getrlimit(resource.RLIMIT_CPU)[0], resource.getrlimit(resource.RLIMIT_AS)[0]"
    code = f"import runpy, resource; runpy.run_path({pdf_probe.__file__!r})['_limit_resources'](); print({limits})"
    shown = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.split() == ["5", str(1024**3)]
