"""One database per test, SQLite by default, PostgreSQL when SOLDE_TEST_DATABASE_URL names a server."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pyotp
import pytest
import structlog
from argon2 import PasswordHasher
from tortoise.backends.base.executor import EXECUTOR_CACHE

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
DATA = Path(tempfile.mkdtemp(prefix="solde-tests-"))
for name in [name for name in os.environ if name.startswith("SOLDE_") and not name.startswith("SOLDE_TEST_")]:
    del os.environ[name]
os.environ["SOLDE_DATA_DIR"] = str(DATA)

from models import ChainHead  # noqa: E402 - the settings are read on import
from models.chains import EMPTY, PORTAL, head_seal  # noqa: E402
from models.database import connection, database  # noqa: E402
from models.migrating import migrate  # noqa: E402
from resolvers import accounts  # noqa: E402
from settings import settings  # noqa: E402
from tests.generators import secrets_in_turn  # noqa: E402

pytest_plugins = (
    "tests.services.choice",
    "tests.services.bucket",
    "tests.services.portal",
    "tests.services.mail_server",
    "tests.services.receiver",
    "tests.services.background",
    "tests.services.standby",
    "tests.services.queue",
    "tests.services.antivirus",
    "tests.services.web_process",
    "tests.services.nginx",
    "tests.services.examples",
)

POSTGRES = os.environ.get("SOLDE_TEST_DATABASE_URL", "")
BEGINNING = head_seal(PORTAL, EMPTY, "")
"""The seal of the portal's own chain as the migrations leave it: made now, before any test has another key."""
NOW = datetime(2023, 8, 7, 12, 32, tzinfo=UTC)
"""J of the guide's own example: 7 August 2023 at 14:32 in Paris."""


def pytest_sessionfinish() -> None:
    shutil.rmtree(DATA, ignore_errors=True)


@pytest.fixture(scope="session")
def template() -> Iterator[str]:
    """The URL of a migrated, empty database, made once for each worker."""
    if POSTGRES:
        yield from _postgres_database(f"solde_test_{WORKER}_{os.getpid()}")
        return
    url = f"sqlite://{DATA}/template.sqlite3"
    asyncio.run(migrate(url))
    yield url  # noqa: PT022 - the other branch has a teardown


def _postgres_database(name: str) -> Iterator[str]:
    server = POSTGRES.replace("asyncpg://", "postgresql://", 1)

    async def run(statement: str) -> None:
        admin = await asyncpg.connect(server)
        await admin.execute(statement)
        await admin.close()

    asyncio.run(run(f'CREATE DATABASE "{name}"'))
    url = urlunsplit(urlsplit(POSTGRES)._replace(scheme="asyncpg", path=f"/{name}"))
    asyncio.run(migrate(url))
    yield url
    asyncio.run(run(f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture
def database_url(template: str, tmp_path: Path) -> str:
    """The URL of this test's own database, for what opens it by itself."""
    if POSTGRES:
        return template
    copy = tmp_path / "solde.sqlite3"
    shutil.copyfile(DATA / "template.sqlite3", copy)
    return f"sqlite://{copy}?synchronous=OFF"


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[str]:
    """An open, empty database."""
    async with database(database_url):
        yield database_url
        if POSTGRES:
            await empty()


async def empty() -> None:
    """Leave no row behind on the server that every test of this process shares."""
    rows = await connection().execute_query_dict(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations'"
    )
    names = ", ".join(f'"{row["tablename"]}"' for row in rows)
    emptied = f"TRUNCATE {names} RESTART IDENTITY CASCADE"
    guards_off, guards_on = (f"ALTER TABLE event {word} TRIGGER USER" for word in ("DISABLE", "ENABLE"))
    await connection().execute_script(f"BEGIN; {guards_off}; {emptied}; {guards_on}; COMMIT")
    await ChainHead.create(chain=PORTAL, position=EMPTY, seal=BEGINNING)


@pytest.fixture(autouse=True)
def log_configuration() -> Iterator[None]:
    """However a test has its log lines written, the others find what they had."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(autouse=True)
def statements() -> Iterator[None]:
    """Tortoise keeps statements by their connection's name: those of a test on SQLite would stay for PostgreSQL."""
    yield
    if POSTGRES:
        EXECUTOR_CACHE.clear()


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id at its least cost: hundreds of sign-ins need not be as dear as they are to who guesses."""
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(autouse=True)
def same_generators(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyotp, "random_base32", secrets_in_turn())


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, object], None]:
    """Give one setting another value for this test."""

    def change(name: str, value: object) -> None:
        assert name in type(settings).model_fields, name
        monkeypatch.setitem(settings.__dict__, name, value)

    return change
