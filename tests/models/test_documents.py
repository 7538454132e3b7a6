"""A document is what its name says, opens without a password, and cannot harm who looks.

What is refused, and why, stands in tests/corpus; tests/web sends it all.
"""

import asyncio
import os
import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from models import documents
from models.document_formats import FORMATS, content_type_of, format_of
from models.document_types import DOCUMENT_TYPES, DocumentType, document_type
from models.documents import check_document, document_fault, name_fault, too_large
from models.probes import image, office, opinion, pdf
from models.probes.outcomes import Outcome
from settings import settings
from tests.corpus import ACCEPTED
from tests.corpus.cases import PAGE, archive, open_xml, picture
from tests.corpus.cases import pdf as make_pdf
from tests.corpus.images import ENORMOUS, PNG
from tests.corpus.office import MACROS
from tests.corpus.pdfs import EXAMPLES, GUIDE

Written = Callable[[bytes], Path]
PIECES = sorted((EXAMPLES / "pieces").iterdir())


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(content: bytes) -> Path:
        path = tmp_path / "recu"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("path", PIECES, ids=lambda path: path.name)
def test_documents_of_the_example_are_accepted(path: Path) -> None:
    assert document_fault(path, path.name) is None


@pytest.mark.parametrize("name", ["virus.exe", "guide.pdf.exe", "guide", "pdf", "guide.pdf ", "guide.doc", "page.svg"])
def test_the_name_must_end_as_the_type_does(name: str, written: Written) -> None:
    fault = document_fault(written(GUIDE), name)
    assert fault is not None
    assert fault == name_fault(name) == name_fault(name, document_type("AUTRE_S"))
    assert fault.code == "WRONG_FORMAT"


def test_a_picture_is_accepted_only_where_its_type_accepts_one(written: Written) -> None:
    path, guide = written(PNG), document_type("MSS_GUIDE_PDF_API")
    assert (
        document_fault(path, "a.png", "image/png")
        is document_fault(path, "a.png", "", document_type("AUTRE_S"))
        is None
    )
    assert document_fault(path, "a.png", "image/png", guide) == name_fault("a.png", guide) != None  # noqa: E711


@pytest.mark.parametrize(
    ("declared", "accepted"),
    [
        ("", True),
        ("image/png", True),
        ("IMAGE/PNG; x=1", True),
        ("application/octet-stream", True),
        ("text/html", False),
    ],
)
def test_the_declared_type_must_agree_where_there_is_one(declared: str, accepted: bool, written: Written) -> None:
    fault = document_fault(written(PNG), "a.png", declared)
    assert (fault is None) is accepted
    # Not « n’est pas un fichier accepté. Formats acceptés : PDF, PNG… », of a name that is one of these.
    assert fault is None or fault.message.replace("\u00a0", " ").startswith("« a.png » n’est pas un fichier PNG. ")


def test_a_file_over_the_limit_is_refused_before_it_is_opened(written: Written) -> None:
    path = written(b"")
    os.truncate(path, settings.max_upload_bytes + 1)
    fault = document_fault(path, "guide.pdf")
    assert fault == too_large("guide.pdf", settings.max_upload_bytes + 1)


def test_a_type_may_have_a_smaller_limit(written: Written) -> None:
    small = DOCUMENT_TYPES[0].model_copy(update={"largest": 500})
    fault = document_fault(written(GUIDE), "guide.pdf", document_type=small)
    assert fault == too_large("guide.pdf", len(GUIDE), small)
    assert fault.message.endswith("La taille maximale est de 500\u00a0octets.")


MESSAGES = {
    "« notes.txt » n’est pas un fichier accepté. Formats acceptés : PDF, PNG, JPEG, DOCX, XLSX, ODT, ODS.": (
        "notes.txt",
        b"x",
    ),
    "« guide.pdf » est vide.": ("guide.pdf", b""),
    "« guide.pdf » n’est pas un PDF lisible. Enregistrez-le de nouveau au format PDF, puis réessayez.": (
        "guide.pdf",
        PAGE,
    ),
    "« photo.jpg » n’est pas un JPEG lisible. Enregistrez-le de nouveau au format JPEG, puis réessayez.": (
        "photo.jpg",
        PNG,
    ),
    "« guide.pdf » est protégé par un mot de passe.": ("guide.pdf", make_pdf(password="secret")),
    "« capture.png » compte plus de 50 millions de pixels. Réduisez l’image, puis réessayez.": (
        "capture.png",
        ENORMOUS["capture.png"],
    ),
    "« note.docx » contient des macros. Enregistrez-le sans macros, puis réessayez.": (
        "note.docx",
        MACROS["note.docx"],
    ),
}


@pytest.mark.parametrize(("sentence", "name", "content"), [(key, *value) for key, value in MESSAGES.items()])
def test_the_refusal_is_a_sentence_for_the_user(sentence: str, name: str, content: bytes, written: Written) -> None:
    fault = document_fault(written(content), name)
    assert fault is not None
    assert fault.message.replace("\u00a0", " ") == sentence


def test_a_type_of_one_format_says_so() -> None:
    fault = name_fault("notes.txt", document_type("MSS_GUIDE_PDF_API"))
    assert fault is not None
    assert fault.message == "«\u00a0notes.txt\u00a0» n’est pas un fichier PDF. Formats acceptés\u00a0: PDF."


def test_the_limit_is_told_with_the_size() -> None:
    message = too_large("guide.pdf", 21 * 1024**2).message.replace("\u00a0", " ")
    assert message == "« guide.pdf » pèse 21 Mo. La taille maximale est de 20 Mo."
    message = too_large("guide.pdf").message.replace("\u00a0", " ")
    assert message == "« guide.pdf » pèse plus de 20 Mo. La taille maximale est de 20 Mo."


@pytest.mark.parametrize(
    ("probe", "content", "name"),
    [
        (pdf, GUIDE, "guide.pdf"),
        (image, picture("PNG", (60, 40)), "a.png"),
        (image, picture("JPEG", (60, 40)), "a.jpg"),
        (office, archive(open_xml()), "a.docx"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_damage_to_a_file_is_more_than_an_answer(
    probe: opinion.Probe, content: bytes, name: str, written: Written
) -> None:
    chance = random.Random(11)  # noqa: S311 - the same in every run
    for _ in range(150):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 12)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        assert opinion.examine(probe, content_type_of(name), written(bytes(damaged))) in set(Outcome)


def test_libmagic_has_a_word_to_say(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(PNG)
    assert opinion.examine(image, "image/png", path) is Outcome.ACCEPTED
    monkeypatch.setattr(opinion, "_magic_of", lambda _: "image/gif")
    assert opinion.examine(image, "image/png", path) is Outcome.UNREADABLE


async def test_four_files_are_opened_at_once_and_the_others_wait(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lock, at_once, most = threading.Lock(), [0], [0]
    full = threading.Barrier(4)

    def look(path: Path, file_name: str, declared: str, kind: DocumentType | None) -> None:
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        full.wait(30)  # All four are here before one leaves.
        with lock:
            at_once[0] -= 1

    monkeypatch.setattr(documents, "document_fault", look)
    answers = await asyncio.gather(*(check_document(tmp_path, f"{rank}.pdf") for rank in range(12)))
    assert answers == [None] * 12
    assert most == [4]


def test_every_format_of_ours_is_among_what_the_corpus_has_accepted() -> None:
    assert {format_of(case.kept_name) for case in ACCEPTED} == set(FORMATS)
    assert content_type_of("a.exe") == "application/octet-stream"
