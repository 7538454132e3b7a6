"""`solde import --check`: every fault with its code, without a database."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from typer.testing import CliRunner, Result

from models.typography import NBSP
from tasks.__main__ import app
from tests.tasks.test_commands import EXAMPLE, EXAMPLES, variant


@pytest.fixture(autouse=True)
def no_database(setting: Callable[[str, object], None]) -> None:
    """One that would say so at the first statement."""
    setting("database_url", "sqlite:///nowhere/at/all.sqlite3")


def check(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["import", "--check", *map(str, arguments)])


def codes(result: Result) -> list[tuple[str, str]]:
    return [(line.split("  ")[0], line.split("  ")[1]) for line in result.stderr.splitlines()]


def test_a_good_document_with_its_files_has_no_fault() -> None:
    result = check(EXAMPLE)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Aucune faute" in result.stdout.replace(NBSP, " ")


def test_every_fault_has_its_path_and_its_code() -> None:
    result = check(EXAMPLES / "FINSAS008539-erreurs.json")
    assert result.exit_code == 1
    assert len(codes(result)) == 15
    assert ("$.fournisseur.siret", "INVALID_SIRET") in codes(result)


def test_files_are_opened_too(tmp_path: Path) -> None:
    folder = tmp_path / "pieces"
    shutil.copytree(EXAMPLES / "pieces", folder)
    (folder / "PJ_Demande.pdf").unlink()
    (folder / "guide-pdf-au-depot.pdf").write_bytes(b"MZ this is a program")
    assert codes(check(EXAMPLE, "--documents", folder)) == [
        ("$.pieces[3].fichier", "MISSING_FILE"),
        ("$.pieces[1].fichier", "UNREADABLE"),
    ]


def test_an_archive_that_swells_or_is_damaged_is_a_fault(
    tmp_path: Path, setting: Callable[[str, object], None]
) -> None:
    setting("max_upload_bytes", 100_000)
    archive = tmp_path / "pieces.zip"
    with ZipFile(archive, "w", ZIP_DEFLATED) as content:
        content.writestr("a.pdf", b"%PDF-1.7" + bytes(50_000_000))
    document = variant(tmp_path, pieces=[{"fichier": "a.pdf", "type": "AUTRE_S"}])
    assert codes(check(document, "--documents", archive)) == [("$.pieces[0].fichier", "TOO_LARGE")]
    with ZipFile(archive, "w") as content:
        content.write(EXAMPLES / "pieces" / "PJ_Demande.pdf", "a.pdf")
    damaged = bytearray(archive.read_bytes())
    damaged[200] ^= 0xFF
    archive.write_bytes(damaged)
    assert codes(check(document, "--documents", archive)) == [("$.pieces[0].fichier", "UNREADABLE")]


def test_what_is_no_text_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "latin.json"
    file.write_bytes(b'{"a": "\xe9"}')
    assert codes(check(file)) == [("$", "NOT_UTF8")]
