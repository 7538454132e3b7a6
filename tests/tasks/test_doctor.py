"""`solde doctor` says what needs somebody, and is silent on nothing that does."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import disk_usage
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from models import Webhook
from models.attachments import Integrity
from models.database import database
from models.emails import EmailStatus
from models.typography import NBSP
from models.webhooks import WebhookState
from resolvers import storage
from resolvers.overdue import note_pass
from settings import settings
from tasks.__main__ import app
from tasks.commands import comparing
from tasks.commands import doctor as examining
from tests.conftest import POSTGRES, empty
from tests.factories import MANAGER, make_attachment, make_request, make_upload, send_back
from tests.resolvers.storing import make_stored, put
from tests.resolvers.test_outbox import make_email
from tests.resolvers.test_scanning import make_waiting
from tests.resolvers.test_webhooks import created
from tests.services.portal import free_port

Setting = Callable[[str, object], None]


def given(work: Callable[[], Coroutine[Any, Any, object]]) -> None:
    async def on_the_database() -> None:
        async with database():
            await work()

    asyncio.run(on_the_database())


@pytest.fixture(autouse=True)
def deployment(database_url: str, setting: Setting, tmp_path: Path) -> Iterator[None]:
    """A migrated, empty deployment, whose worker has just looked."""
    setting("database_url", database_url)
    setting("data_dir", tmp_path)
    given(lambda: note_pass("a:1", began_at=datetime.now(UTC), seconds=0.1, failed=[]))
    yield
    if POSTGRES:
        setting("database_url", database_url)
        given(empty)


def examined(*options: str) -> tuple[int, list[str]]:
    """The exit code, and what needs somebody."""
    code, lines = told(*options)
    return code, [line[8:] for line in lines if line.startswith("A VOIR")]


def told(*options: str) -> tuple[int, list[str]]:
    """The exit code, and every line."""
    result = CliRunner().invoke(app, ["doctor", *options])
    lines = result.stdout.replace(NBSP, " ").splitlines()
    assert lines
    assert {line[:6] for line in lines} <= {"bien  ", "A VOIR"}
    return result.exit_code, lines


def test_all_is_well_on_a_working_portal() -> None:
    assert examined() == (0, [])


def test_what_is_overdue_is_named() -> None:
    async def neglect() -> None:
        now = datetime.now(UTC)
        # Deadlines are of Paris: a day on the way may have an hour less, or more.
        await send_back(await make_request(), as_of=now - timedelta(days=23, hours=2))
        await send_back(await make_request(), as_of=now - timedelta(days=13, hours=2))
        await make_email(status=EmailStatus.FAILED, created_at=now)

    given(neglect)
    assert examined() == (
        1,
        [
            "Clôtures : en retard, le plus ancien retard est de 3 jours.",
            "Relances : en retard, le plus ancien retard est de 3 jours.",
            "Courriels : en retard, le plus ancien retard est de 23 jours.",
            "Courriels : 1 échec à renvoyer par un gestionnaire.",
        ],
    )


@pytest.mark.parametrize(
    ("minutes", "state", "lines"),
    [
        (59, WebhookState.ACTIVE, []),
        (200, WebhookState.ACTIVE, ["Webhooks : 1 actif, 1 en échec (le plus ancien depuis 3 heures)."]),
        (200, WebhookState.DISABLED, ["Webhooks : 0 actif, 1 désactivé ces 30 derniers jours, faute de réponse."]),
    ],
)
def test_a_receiver_that_takes_nothing_is_told_after_an_hour(
    minutes: int, state: WebhookState, lines: list[str]
) -> None:
    async def fail() -> None:
        now = datetime.now(UTC)
        since = now - timedelta(minutes=minutes)
        await Webhook.filter(id=(await created()).id).update(state=state, failing_since=since, disabled_at=now)

    given(fail)
    assert examined() == (int(bool(lines)), lines)


def test_a_mail_of_this_minute_is_not_late() -> None:
    async def write() -> None:
        await make_email(created_at=datetime.now(UTC) - timedelta(minutes=2))

    given(write)
    assert examined() == (0, [])


@pytest.mark.parametrize(
    ("age", "failed", "told"),
    [
        (timedelta(hours=2), [], "Tâches de fond : dernier passage il y a 2 heures."),
        (
            timedelta(minutes=3),
            ["expire"],
            "Tâches de fond : dernier passage il y a 3 minutes, en échec : expire (voir le journal).",
        ),
    ],
)
def test_a_worker_that_is_gone_or_fails_is_told(age: timedelta, failed: list[str], told: str) -> None:
    given(lambda: note_pass("a:1", began_at=datetime.now(UTC) - age, seconds=0.1, failed=failed))
    assert examined() == (1, [told])


@pytest.fixture
def version_of_clamd(setting: Setting) -> Iterator[Callable[[str], None]]:
    """An antivirus that says that it is this version, once for each time that it is asked."""
    server = socket.create_server(("127.0.0.1", 0))
    setting("clamd_url", f"tcp://127.0.0.1:{server.getsockname()[1]}")
    answers: list[threading.Thread] = []

    def say(version: str) -> None:
        def answer() -> None:
            asking, _ = server.accept()
            with asking:
                assert asking.recv(100) == b"zVERSION\0"
                asking.sendall(version.encode() + b"\0")

        answers.append(threading.Thread(target=answer))
        answers[-1].start()

    yield say
    for thread in answers:
        thread.join()
    server.close()


@pytest.mark.parametrize(
    ("age", "told"),
    [
        (timedelta(hours=30), []),
        (timedelta(days=12), ["Antivirus : ClamAV 1.4.6 répond, signatures d’il y a 12 jours."]),
        (None, ["Antivirus : ClamAV 1.4.6 répond, sans base de signatures officielle."]),
    ],
)
def test_an_antivirus_without_fresh_signatures_is_told(
    version_of_clamd: Callable[[str], None], age: timedelta | None, told: list[str]
) -> None:
    written = (datetime.now(UTC) - age).astimezone().strftime("/27432/%a %b %d %H:%M:%S %Y") if age else ""
    version_of_clamd(f"ClamAV 1.4.6{written}")
    assert examined() == (int(bool(told)), told)


def test_documents_that_wait_for_the_antivirus_for_long_are_told() -> None:
    given(lambda: make_waiting(created_at=datetime.now(UTC) - timedelta(hours=2, minutes=1)))
    assert examined() == (1, ["Analyses antivirus : en retard, le plus ancien retard est de 2 heures."])


def test_a_database_that_is_not_there_is_told_and_not_made(setting: Setting, tmp_path: Path) -> None:
    setting("database_url", f"sqlite://{tmp_path}/new.sqlite3")
    assert examined() == (1, ["Base de données : elle n’existe pas encore (`solde migrate`)."])
    assert not (tmp_path / "new.sqlite3").exists()


def test_a_database_without_tables_says_which_command_makes_them(setting: Setting, tmp_path: Path) -> None:
    (tmp_path / "new.sqlite3").touch()
    setting("database_url", f"sqlite://{tmp_path}/new.sqlite3")
    code, [told] = examined()
    assert code == 1
    assert told.startswith("Base de données : ")
    assert told.endswith("migrations manquantes (`solde migrate`).")


def test_what_cannot_be_reached_is_named(setting: Setting, tmp_path: Path) -> None:
    port = free_port()
    setting("database_url", f"asyncpg://nobody@127.0.0.1:{port}/solde")
    setting("redis_url", f"unix://{tmp_path}/nobody.sock")
    setting("smtp_host", "127.0.0.1")
    setting("smtp_port", port)
    setting("clamd_url", f"tcp://127.0.0.1:{port}")
    setting("data_dir", tmp_path / "gone")
    code, told = examined()
    assert code == 1
    assert [line.partition(" (")[0] for line in told] == [
        "Base de données : injoignable",
        "File d’attente : injoignable",
        f"Serveur d’envoi : 127.0.0.1:{port} est injoignable",
        f"Antivirus : tcp://127.0.0.1:{port} est injoignable",
        f"Dossier {settings.data_dir} : impossible d’y écrire",
    ]


def test_a_full_disk_and_a_wrong_clock_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def tomorrow() -> float:
        return datetime.now(UTC).timestamp() + 86400

    monkeypatch.setattr(examining, "_database_clock", tomorrow)
    monkeypatch.setattr("shutil.disk_usage", lambda path: disk_usage(path)._replace(free=1024**2))
    code, [clock, disk] = examined()
    assert code == 1
    assert re.fullmatch(r"Horloge : \d{5} s d’écart avec la base de données\.", clock)
    assert disk == f"Dossier {settings.data_dir} : accessible, 0,0 Go libres."


def test_the_queue_that_answers_is_well(setting: Setting, redis_url: str) -> None:
    setting("redis_url", redis_url)
    assert examined() == (0, [])


def test_every_document_is_compared_now_and_each_damaged_one_is_named_with_its_dossier() -> None:
    keys: list[str] = []

    async def damage() -> None:
        facts = {"created_at": datetime.now(UTC)}
        uploads = [await make_stored(MANAGER, f"%PDF {number}".encode(), **facts) for number in range(3)]
        keys.extend(upload.key for upload in uploads)
        for number in ("FINSAS008539", "FINSAS008540"):
            await make_attachment(await make_request(number=number), upload=uploads[0])
        await storage.remove(uploads[0].key)
        await put(uploads[1].key, b"%PDF x")

    given(damage)
    assert examined() == (0, [])
    code, [state, summary, *documents] = examined("--files")
    assert (code, state) == (1, "Documents : 1 altéré, 1 manquant (`solde doctor --files` les nomme).")
    assert summary == "Documents : 3 comparés, 1 altéré, 1 manquant."
    assert sorted(documents) == sorted(
        [
            f"Document {keys[0]} (« pv-test.pdf », dossiers FINSAS008539, FINSAS008540) : manquant.",
            f"Document {keys[1]} (« pv-test.pdf », sans dossier) : altéré.",
        ]
    )
    given(lambda: put(keys[0], b"%PDF 0"))
    given(lambda: put(keys[1], b"%PDF 1"))
    assert examined("--files") == (0, [])


def test_a_document_that_the_disk_cannot_read_is_named_and_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[str] = []
    read = storage.read

    async def store() -> None:
        for number in range(6):
            upload = await make_stored(MANAGER, f"%PDF {number}".encode(), created_at=datetime.now(UTC))
            keys.append(upload.key)

    async def failing(key: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        if key in keys[:4]:
            raise storage.Unavailable("Input/output error")
        async for piece in read(key, start, stop):
            yield piece

    given(store)
    monkeypatch.setattr(storage, "read", failing)
    code, [summary, *documents] = examined("--files")
    assert (code, summary) == (1, "Documents : 6 comparés, 4 illisibles.")
    words = "(« pv-test.pdf », sans dossier) : illisible (Input/output error)."
    assert sorted(documents) == sorted(f"Document {key} {words}" for key in keys[:4])


def test_documents_that_are_damaged_or_not_looked_at_are_told() -> None:
    async def neglect() -> None:
        now = datetime.now(UTC)
        for integrity in (Integrity.ALTERED, Integrity.ALTERED, Integrity.MISSING):
            await make_upload(MANAGER, integrity=integrity, verified_at=now)
        await make_upload(MANAGER, verified_at=now - timedelta(days=32))

    given(neglect)
    assert examined() == (
        1,
        [
            "Documents : 2 altérés, 1 manquant (`solde doctor --files` les nomme).",
            "Documents : le plus longtemps sans vérification attend depuis 32 jours.",
        ],
    )


def test_a_file_that_no_row_stands_for_is_named_and_is_no_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    key = f"0a/0b/{uuid4().hex}"
    monkeypatch.setattr(comparing, "_JUST_STORED", timedelta(days=-1))
    given(lambda: put(key, b"%PDF"))
    code, lines = told("--files")
    assert code == 0
    assert f"bien    Fichier {key} : aucun document ne le désigne, il sera supprimé." in lines
    assert "bien    Documents : 0 comparé, tous intacts." in lines


def test_a_storage_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(_before: datetime) -> AsyncIterator[list[str]]:
        yield []
        raise storage.Unavailable("no answer")

    monkeypatch.setattr(storage, "keys_before", away)
    assert examined("--files") == (1, ["Documents : impossible de les comparer (no answer)."])


def test_a_bucket_that_answers_is_well(bucket: str) -> None:
    code, lines = told()
    assert code == 0
    assert f"bien    Documents : {settings.storage_url} répond." in lines


@pytest.mark.usefixtures("bucket")
def test_a_bucket_that_is_not_there_or_does_not_answer_is_told(setting: Setting) -> None:
    for name, value in {"url": "s3://elsewhere/x", "endpoint": f"http://127.0.0.1:{free_port()}"}.items():
        setting(f"storage_{name}", value)
        code, [sentence] = examined()
        assert code == 1
        assert sentence.startswith("Documents : s3://elsewhere/x ne répond pas comme attendu (")


def test_the_folder_of_documents_is_looked_at_too(setting: Setting, tmp_path: Path) -> None:
    setting("storage_url", f"file://{tmp_path}/documents")
    code, [sentence] = examined()
    assert code == 1
    assert sentence.startswith(f"Dossier {tmp_path}/documents : impossible d’y écrire (")
    (tmp_path / "documents").mkdir()
    assert examined() == (0, [])


def test_a_portal_in_production_says_who_publishes_and_hosts_it(setting: Setting) -> None:
    setting("environment", "production")
    setting("hosting", "Hébergeur, 1 rue des Serveurs, 75000 Paris")
    lacking = "SOLDE_PUBLISHER, SOLDE_PUBLICATION_DIRECTOR, SOLDE_DATA_PROTECTION_CONTACT"
    assert examined() == (1, [f"Mentions légales : {lacking} ne dit rien, la page non plus."])


def test_a_sandbox_says_what_it_is_and_that_no_mail_may_leave_it(setting: Setting) -> None:
    setting("sandbox", True)
    _, lines = told()
    assert [line.split(" ")[0] for line in lines if "Bac à sable" in line] == ["bien"]
    setting("smtp_host", "127.0.0.1")
    setting("smtp_port", free_port())
    _, needs_somebody = examined()
    assert any("courriels partent vraiment" in line for line in needs_somebody)
