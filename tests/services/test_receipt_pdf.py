"""The receipt as other programs find it: Poppler reads its tags and its words, outloud looks for what PDF/UA-1 forbids.

outloud runs the machine's part of the Matterhorn Protocol, and looks besides for what a person would stumble over.
"""

from __future__ import annotations

import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from models import Modification
from resolvers.modifications import confirm_modification, skip_modification
from resolvers.receipts import pdf_of, receipt_of
from tests.conftest import NOW
from tests.factories import make_attachment, make_upload, supplier_of
from tests.resolvers.test_mail import with_a_draft
from tests.resolvers.test_receipts import HOSTILE

pytestmark = pytest.mark.usefixtures("db")

# An address that somebody gives as a contact is printed as they wrote it: it is no link of ours.
NOT_A_LINK = "LNK-010"


async def print_to(folder: Path, modification: Modification) -> Path:
    file = folder / f"{modification.outcome}.pdf"
    file.write_bytes(await pdf_of(await receipt_of(modification)))
    return file


async def ready_to_end() -> Modification:
    """With much in it: long words, letters that no font has, several documents, more than a page."""
    modification = await with_a_draft()
    for number in range(12):
        upload = await make_upload(await supplier_of(modification.request), file_name=f"{number}{'é' * 150}.pdf")
        await make_attachment(modification.request, upload=upload)
    comment = f"{HOSTILE}\n日本 😀\n" + "Une phrase du commentaire. " * 40
    await Modification.filter(id=modification.id).update(comment=comment)
    return modification


@pytest.fixture
async def confirmed(tmp_path: Path) -> Path:
    modification = await ready_to_end()
    actor = await supplier_of(modification.request)
    later = NOW + timedelta(days=8)
    return await print_to(tmp_path, await confirm_modification(actor, modification.id, note=HOSTILE, as_of=later))


@pytest.fixture
async def declined(tmp_path: Path) -> Path:
    modification = await ready_to_end()
    actor = await supplier_of(modification.request)
    later = NOW + timedelta(days=8)
    closed = await skip_modification(actor, modification.id, assistance_contacted=True, note=HOSTILE, as_of=later)
    return await print_to(tmp_path, closed)


def output_of(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, errors="replace").stdout


def test_poppler_finds_it_tagged_and_its_structure_whole(confirmed: Path) -> None:
    facts = dict(line.split(":", 1) for line in output_of("pdfinfo", confirmed).splitlines())
    assert facts["Tagged"].strip() == "yes"
    assert facts["Title"].strip() == "Accusé de réception AR-FINSAS008539-S-M1"
    assert facts["JavaScript"].strip() == "no"
    assert "(A4)" in facts["Page size"]
    structure = [line.strip() for line in output_of("pdfinfo", "-struct", confirmed).splitlines()]
    for kind in ("H1", "H2", "P", "L", "LI", "Table", "THead", "TH", "TD", "Link"):
        assert any(line.split(" ")[0].rstrip(":") == kind for line in structure), kind
    assert "pdfuaid:part>1<" in output_of("pdfinfo", "-meta", confirmed)


def test_poppler_reads_the_words_of_the_version(confirmed: Path) -> None:
    words = output_of("pdftotext", "-raw", confirmed, "-").replace("\u00a0", " ")
    assert "15/08/2023 à 14 h 32, par Pascal Breton" in words
    assert "pascal.breton@axyus.com test123@gmail.com" in words
    assert "[U+65E5][U+672C] [U+1F600]" in words
    assert "Pièces déjà présentes, inchangées (12)" in words
    assert "page 1 sur 4" in words


def test_nothing_in_it_is_against_the_standard(confirmed: Path) -> None:
    check(confirmed)


def test_nor_in_that_of_a_supplier_who_declined(declined: Path) -> None:
    check(declined)


def check(file: Path) -> None:
    """Neither an error nor a warning."""
    command = (os.environ["SOLDE_TEST_PDF_CHECKER"], file, "--skip", NOT_A_LINK, "--fail-on", "warning")
    checked = subprocess.run(command, check=False, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    assert "0 error(s), 0 warning(s)" in checked.stdout
