"""The command line: what it does, what it answers on which output, and how it refuses."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import AsyncMock
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from models import Attachment, Dossier, Email, FundingRequest, Modification, Upload, User
from models.actors import Role
from models.database import database
from models.emails import EmailKind
from models.lifecycle import ModificationOutcome
from models.typography import NBSP
from resolvers import storage
from resolvers.sessions import sign_in
from schema import print_sdl
from settings import Settings, settings
from tasks.__main__ import app
from tests.conftest import POSTGRES, empty
from tests.factories import make_request, send_back
from tests.stored import stored_keys, temporary_files

EXAMPLES = Path(__file__).parents[1] / "examples"
EXAMPLE = EXAMPLES / "FINSAS008539.json"
SIRET = "79256844600019"
T = TypeVar("T")


@pytest.fixture(autouse=True)
def deployment(database_url: str, setting: Callable[[str, object], None], tmp_path: Path) -> Iterator[None]:
    """A migrated, empty deployment, that the settings name."""
    setting("database_url", database_url)
    setting("data_dir", tmp_path / "var")
    yield
    if POSTGRES:
        setting("database_url", database_url)
        look(empty)


def solde(*arguments: object, given: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], given)


def look(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What a question to the database answers, between two commands."""

    async def ask() -> T:
        async with database():
            return await work()

    return asyncio.run(ask())


def stored_files() -> list[str]:
    return stored_keys() + temporary_files()


def nothing_is_stored() -> bool:
    async def count() -> int:
        return await Dossier.all().count() + await FundingRequest.all().count() + await Upload.all().count()

    return look(count) == 0 and not stored_files()


def variant(folder: Path, **changes: object) -> Path:
    """The example with other values, in a folder of its own."""
    file = folder / "variante.json"
    file.write_text(json.dumps(json.loads(EXAMPLE.read_text()) | changes))
    return file


def test_import_takes_the_documents_beside_the_file_and_answers_the_dossier_alone() -> None:
    result = solde("import", EXAMPLE)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "FINSAS008539\n", "")

    async def names() -> list[str]:
        return [row.upload.file_name for row in await Attachment.all().order_by("position").select_related("upload")]

    assert look(names) == [piece["fichier"] for piece in json.loads(EXAMPLE.read_text())["pieces"]]
    assert len(stored_files()) == 4


def test_import_of_the_same_again_says_so_and_changes_nothing() -> None:
    solde("import", EXAMPLE)
    again = solde("import", EXAMPLE)
    assert (again.exit_code, again.stdout) == (0, "FINSAS008539\n")
    assert "déjà déposée" in again.stderr
    assert len(stored_files()) == 4


def test_what_a_command_stores_is_for_its_own_account_alone(setting: Callable[[str, object], None]) -> None:
    setting("storage_url", "")
    before = os.umask(0o022)
    try:
        assert solde("import", EXAMPLE).exit_code == 0
    finally:
        os.umask(before)
    stored = [settings.data_dir, *settings.data_dir.rglob("*")]
    assert len(stored) > 4
    assert [path for path in stored if path.stat().st_mode & 0o077] == []


def test_import_names_every_fault_on_a_line_of_its_own_and_writes_nothing() -> None:
    result = solde("import", EXAMPLES / "FINSAS008539-erreurs.json")
    assert result.exit_code == 1
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 15
    assert all(line.startswith("$.") and " : " in line.replace("\u00a0", " ") for line in lines)
    assert nothing_is_stored()


def test_import_refuses_when_a_document_is_missing_and_when_one_cannot_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "pieces"
    shutil.copytree(EXAMPLES / "pieces", folder)
    (folder / "PJ_Demande.pdf").unlink()
    (folder / "guide-pdf-au-depot.pdf").write_bytes(b"MZ this is a program")
    result = solde("import", EXAMPLE, "--documents", folder)
    assert result.exit_code == 1
    assert [line.split()[0].rstrip("\u00a0:") for line in result.stderr.splitlines()] == [
        "$.pieces[1].fichier",
        "$.pieces[3].fichier",
    ]
    assert nothing_is_stored()


@pytest.mark.parametrize("inside", ["", "pieces/"])
def test_import_reads_an_archive_and_only_what_the_document_names(tmp_path: Path, inside: str) -> None:
    archive = tmp_path / "pieces.zip"
    with ZipFile(archive, "w", ZIP_DEFLATED) as content:
        for file in (EXAMPLES / "pieces").iterdir():
            content.write(file, inside + file.name)
        content.writestr("../../evil.txt", "x")
    result = solde("import", variant(tmp_path), "--documents", archive)
    assert (result.exit_code, result.stdout) == (0, "FINSAS008539\n")
    assert len(stored_files()) == 4
    assert not list(tmp_path.parent.rglob("evil.txt"))


def test_import_reads_no_further_than_the_largest_size_of_an_archive_that_swells(
    tmp_path: Path, setting: Callable[[str, object], None]
) -> None:
    setting("max_upload_bytes", 100_000)
    archive = tmp_path / "bomb.zip"
    with ZipFile(archive, "w", ZIP_DEFLATED) as content:
        content.writestr("PJ_Demande.pdf", b"%PDF-1.7" + bytes(50_000_000))
    pieces = [{"fichier": "PJ_Demande.pdf", "type": "AUTRE_S"}]
    result = solde("import", variant(tmp_path, pieces=pieces), "--documents", archive)
    assert result.exit_code == 1
    assert result.stderr.startswith("$.pieces[0].fichier")
    assert "pèse plus de" in result.stderr
    assert nothing_is_stored()


def test_import_of_a_damaged_archive_says_which_document_cannot_be_read(tmp_path: Path) -> None:
    archive = tmp_path / "damaged.zip"
    with ZipFile(archive, "w") as content:
        content.write(EXAMPLES / "pieces" / "PJ_Demande.pdf", "PJ_Demande.pdf")
    damaged = bytearray(archive.read_bytes())
    damaged[200] ^= 0xFF
    archive.write_bytes(damaged)
    pieces = [{"fichier": "PJ_Demande.pdf", "type": "AUTRE_S"}]
    result = solde("import", variant(tmp_path, pieces=pieces), "--documents", archive)
    assert result.exit_code == 1
    assert "« PJ_Demande.pdf » ne peut pas être lu" in result.stderr.replace("\u00a0", " ")
    assert nothing_is_stored()


def test_import_of_what_is_no_text_is_a_refusal_and_of_what_does_not_exist_a_wrong_use(tmp_path: Path) -> None:
    file = tmp_path / "latin.json"
    file.write_bytes(b'{"a": "\xe9"}')
    assert solde("import", file).exit_code == 1
    assert solde("import", tmp_path / "absent.json").exit_code == 2
    assert solde("import", EXAMPLE, "--documents", file).exit_code == 2


def test_user_add_opens_an_account_that_can_sign_in() -> None:
    solde("import", EXAMPLE)
    options = ["--role", "supplier", "--identifier", "p.breton", "--email", "p@axyus.com", "--siret", SIRET]
    result = solde("user", "add", *options, "--password-stdin", given="un mot de passe long\n")
    assert result.exit_code == 0

    async def signs_in() -> tuple[User, str | None]:
        user = await User.get().select_related("supplier")
        return user, await sign_in("p.breton", "un mot de passe long", as_of=datetime.now(UTC))

    user, session = look(signs_in)
    assert session
    assert user.role is Role.SUPPLIER
    assert user.supplier
    assert user.supplier.siret == SIRET


def test_user_add_names_every_fault() -> None:
    options = ["--role", "manager", "--identifier", "m", "--email", "nulle part"]
    result = solde("user", "add", *options, "--password-stdin", given="court\n")
    assert result.exit_code == 1
    assert [line.split()[0].rstrip("\u00a0:") for line in result.stderr.splitlines()] == [
        "identifier",
        "email",
        "password",
    ]


def test_user_add_for_a_supplier_that_has_filed_nothing_lets_it_file() -> None:
    options = ["--role", "supplier", "--identifier", "p.breton", "--email", "p@axyus.com", "--siret", SIRET]
    assert solde("user", "add", *options, "--password-stdin", given="un mot de passe long\n").exit_code == 0
    assert solde("import", EXAMPLE).exit_code == 0

    async def named() -> tuple[str, str]:
        user = await User.get().select_related("supplier")
        assert user.supplier
        return user.supplier.siret, user.supplier.legal_name

    assert look(named) == (SIRET, "GARAGE POULAT")


def test_user_add_names_a_siret_that_cannot_be() -> None:
    options = ["--role", "supplier", "--identifier", "p.breton", "--email", "p@axyus.com", "--siret", "123"]
    result = solde("user", "add", *options, "--password-stdin", given="un mot de passe long\n")
    assert result.exit_code == 1
    assert result.stderr.startswith("siret")


def test_user_add_without_a_terminal_asks_for_the_option() -> None:
    result = solde("user", "add", "--role", "manager", "--identifier", "mmm", "--email", "m@asp.fr", given="")
    assert result.exit_code == 2
    assert "--password-stdin" in result.stderr


def test_sweep_does_once_what_is_due_at_the_instant_given() -> None:
    now = datetime.now(UTC)

    async def open_cycle() -> datetime:
        return (await send_back(await make_request(), as_of=now)).reminds_at

    reminds_at = look(open_cycle)
    for _ in range(2):
        result = solde("sweep", "--as-of", reminds_at.isoformat())
        assert result.exit_code == 0
        assert result.stdout.startswith("Passage terminé")

    async def told() -> list[EmailKind]:
        return [email.kind for email in await Email.all().order_by("created_at")]

    assert look(told) == [EmailKind.MODIFICATION_REQUESTED, EmailKind.MODIFICATION_REMINDER]
    later = (now + timedelta(days=40)).isoformat().replace("+00:00", "Z")
    assert "1 modification close" in solde("sweep", "--as-of", later).stdout.replace("\u00a0", " ")

    async def outcome() -> ModificationOutcome | None:
        return (await Modification.get()).outcome

    assert look(outcome) is ModificationOutcome.EXPIRED


def test_sweep_tells_the_last_notices_where_the_portal_gives_them(setting: Callable[[str, object], None]) -> None:
    setting("last_notice", True)
    now = datetime.now(UTC)

    async def open_cycle() -> datetime:
        return (await send_back(await make_request(), as_of=now)).closes_at

    eve = look(open_cycle) - timedelta(hours=23)
    told = [
        solde("sweep", "--as-of", instant.isoformat()).stdout.replace("\u00a0", " ")
        for instant in (now + timedelta(days=11), eve, eve)
    ]
    assert ["1 relance" in line for line in told] == [True, False, False]
    assert ["1 dernier avis" in line for line in told] == [False, True, False]


@pytest.mark.parametrize("instant", ["2026-12-01", "2026-12-01T10:00:00", "demain"])
def test_sweep_wants_an_instant_with_its_offset(instant: str) -> None:
    assert solde("sweep", "--as-of", instant).exit_code == 2


def test_sweep_that_could_not_do_everything_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_as_of: datetime) -> int:
        raise RuntimeError("disk full")

    monkeypatch.setattr("tasks.sweep.remind_due", fail)
    result = solde("sweep")
    assert result.exit_code == 1
    assert "remind" in result.stderr


def test_schema_prints_both_contracts() -> None:
    assert solde("schema").stdout == print_sdl()
    assert json.loads(solde("schema", "--import").stdout)["title"] == "Demande de financement"


def test_migrate_says_that_there_is_nothing_to_do() -> None:
    assert solde("migrate").stdout == "La base de données est à jour.\n"


def test_command_on_a_database_without_tables_says_what_to_do(
    setting: Callable[[str, object], None], tmp_path: Path
) -> None:
    setting("database_url", f"sqlite://{tmp_path}/empty.sqlite3")
    result = solde("token", "issue", "--name", "ASP", "--scope", "read")
    assert result.exit_code == 1
    assert "solde migrate" in result.stderr


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (storage.Unavailable("no answer"), "Le stockage des documents ne répond pas comme attendu (no answer)."),
        (storage.Full("no room"), "L’espace de stockage des documents est plein."),
    ],
)
def test_import_without_its_storage_says_so_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    monkeypatch.setattr(storage, "keep", AsyncMock(side_effect=error))
    result = solde("import", EXAMPLE)
    assert (result.exit_code, result.stdout, result.stderr.replace(NBSP, " ")) == (1, "", f"{sentence}\n")
    assert nothing_is_stored()


def test_demo_is_refused_in_production(setting: Callable[[str, object], None]) -> None:
    setting("environment", "production")
    assert solde("demo").exit_code == 1
    assert nothing_is_stored()


def test_a_new_key_is_alone_on_its_line_and_good_for_the_settings() -> None:
    first, second = solde("keys", "new"), solde("keys", "new")
    assert first.exit_code == 0
    assert first.stdout != second.stdout
    Settings(data_keys=[SecretStr(first.stdout.strip())])


def test_rotating_the_keys_says_whether_the_old_ones_can_go(setting: Callable[[str, object], None]) -> None:
    old, new = (SecretStr(solde("keys", "new").stdout.strip()) for _ in range(2))
    setting("data_keys", [old])
    look(make_request)
    setting("data_keys", [new, old])
    result = solde("keys", "rotate")
    assert "1 valeur scellée de nouveau" in plain(result.stdout)
    assert "les autres clés peuvent être retirées" in plain(result.stdout)
    setting("data_keys", [old])
    result = solde("keys", "rotate")
    assert result.exit_code == 1
    assert "Aucune clé n’ouvre funding_request" in result.stderr
    assert "peuvent être retirées" not in result.stdout


def plain(text: str) -> str:
    """The text with plain spaces."""
    return text.replace("\u00a0", " ")
