"""What it costs to look for what is due, and to settle it, among few requests and among many.

On SQLite, and on the server that SOLDE_TEST_DATABASE_URL names. `make bench SIZES=1000000` names other numbers.
"""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from models import Supplier, User
from models.actors import Role
from models.database import connection, database, is_postgres
from models.migrating import migrate
from resolvers.deadlines import expire_due, next_batch, remind_due, to_expire, to_remind

POSTGRES = os.environ.get("SOLDE_TEST_DATABASE_URL", "")
NOW = datetime(2023, 8, 7, 12, 32, tzinfo=UTC)
SIZES = (10_000, 100_000)
DUE = 50
"""Cycles that end, and as many reminders, two hours later; one more request in ten has an open cycle."""
ROUNDS = 100
LATER = NOW + timedelta(hours=2)

# Row n of each table has the same identifier, so that no table needs another to be filled.
_ROWS = """
INSERT INTO dossier (id, number, ans_number, supplier_id)
  {series} SELECT {id}, 'FINSAS' || n, 'pbrSAS0012', '{supplier}' FROM series;
INSERT INTO funding_request (id, dossier_id, kind, status, status_changed_at, closes_at, submitted_on, updated_at,
    current_rank, bank_details_sealed, document_digest)
  {series} SELECT {id}, {id}, 'BALANCE', CASE WHEN {open} THEN 'TO_MODIFY' ELSE 'IN_REVIEW' END, {opened_at},
    CASE WHEN {open} THEN {closes_at} END, '2023-02-16', {opened_at},
    0, 'sealed', 'digest' FROM series;
INSERT INTO version (id, request_id, rank, asp_number, dsr, support_contact, created_at, created_by)
  {series} SELECT {id}, {id}, 0, 'FINSAS' || n, 'DSR', 'support@editeur.fr', {opened_at}, '{author}' FROM series;
INSERT INTO modification (id, request_id, number, comment, expected_changes, opened_at, opened_by, reminds_at,
    closes_at, revision, draft_updated_at, outcome, closed_at)
  {series} SELECT {id}, {id}, 1, 'Le contact de support ne répond pas.', '[]', {opened_at}, '{author}', {reminds_at},
    {closes_at}, 0, {opened_at}, CASE WHEN NOT ({open}) THEN 'SKIPPED' END, CASE WHEN NOT ({open}) THEN {opened_at} END
  FROM series
"""
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:)")
_TIME = re.compile(r"(?:Planning|Execution) Time: ([0-9.]+) ms")
_AUTHOR = '{"role":"MANAGER","name":"Mesure","account":"user:bench"}'
_SERIES = "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {count})"


@dataclass(frozen=True)
class Cost:
    """Milliseconds: to look when nothing is due, by the database alone and in all; to settle one of what is due."""

    alone: float
    looking: float
    settling: float


def compare(*sizes: int) -> None:
    """Print what the sweep costs on each database for each number of requests."""
    print(f"{'ms':<12}{'requests':>10}{'nothing due: database':>24}{'in all':>10}{'one that is due':>18}")
    for size in sizes or SIZES:
        with tempfile.TemporaryDirectory(prefix="solde-bench-") as folder:
            _tell("SQLite", size, f"sqlite://{folder}/sweep.sqlite3")
        if POSTGRES:
            with _postgres_database() as url:
                _tell("PostgreSQL", size, url)


def _tell(name: str, size: int, url: str) -> None:
    """Measure in a process of its own: Tortoise keeps the statements of one kind of database."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        cost = process.submit(_cost, url, size).result()
    print(f"{name:<12}{size:>10}{cost.alone:>24.3f}{cost.looking:>10.2f}{cost.settling:>18.1f}", flush=True)


@contextmanager
def _postgres_database() -> Iterator[str]:
    """The URL of a database of our own on the server of the tests, gone afterwards."""
    name = f"solde_bench_{os.getpid()}"
    asyncio.run(_on_the_server(f"CREATE DATABASE {name}"))
    try:
        yield urlunsplit(urlsplit(POSTGRES)._replace(path=f"/{name}"))
    finally:
        asyncio.run(_on_the_server(f"DROP DATABASE {name} WITH (FORCE)"))


async def _on_the_server(statement: str) -> None:
    admin = await asyncpg.connect(POSTGRES.replace("asyncpg://", "postgresql://", 1))
    await admin.execute(statement)
    await admin.close()


def _cost(url: str, size: int) -> Cost:
    return asyncio.run(_measure(url, size))


async def _measure(url: str, size: int) -> Cost:
    await migrate(url)
    async with database(url):
        await _fill(size)
        kinds = ((to_expire(NOW), "closes_at"), (to_remind(NOW), "reminds_at"))
        # Tortoise writes an instant as text in another way than it sends it.
        statements = [
            _INSTANT.sub(r"\1 \2", next_batch(due, order, None).sql(params_inline=True)) for due, order in kinds
        ]
        alone = [await _milliseconds_of_the_database(statements) for _ in range(ROUNDS)]
        looking = [await _milliseconds(NOW, 0) for _ in range(ROUNDS)]
        settling = await _milliseconds(LATER, 2 * DUE)
        return Cost(median(alone), median(looking), settling / (2 * DUE))


async def _fill(count: int) -> None:
    """So many requests of one supplier by SQL alone, each with a cycle: most closed, some open, few nearly due."""
    supplier = await Supplier.create(siret="0" * 14, legal_name="Mesure", street="1", postcode="75001", city="Paris")
    person: dict[str, Any] = {
        "identifier": "mesure",
        "email": "mesure@editeur.fr",
        "name": "Mesure",
        "password_hash": "!",
    }
    await User.create(role=Role.SUPPLIER, supplier=supplier, created_at=NOW, **person)
    soon, day = int(NOW.timestamp()) + 3600, 86_400
    words = {
        "series": _SERIES.format(count=count),
        "id": _identifier("'00000000-0000-4000-8000-' || (100000000000 + n)"),
        "supplier": supplier.id,
        "author": _AUTHOR,
        "open": f"n <= {2 * DUE} OR n % 10 = 0",
        "opened_at": _instant(f"{soon} - 20 * {day}"),
        "closes_at": _instant(f"CASE WHEN n <= {DUE} THEN {soon} ELSE {soon} + 10 * {day} + n END"),
        "reminds_at": _instant(f"CASE WHEN n <= {2 * DUE} THEN {soon} ELSE {soon} + 5 * {day} + n END"),
    }
    for statement in _ROWS.split(";"):
        await connection().execute_query(statement.format(**words))
    if is_postgres():
        # As autovacuum does in its own time; on SQLite nobody does.
        await connection().execute_query("VACUUM ANALYZE")


def _identifier(text: str) -> str:
    return f"CAST({text} AS uuid)" if is_postgres() else text


def _instant(seconds: str) -> str:
    if is_postgres():
        return f"to_timestamp({seconds})"
    return f"strftime('%Y-%m-%d %H:%M:%S+00:00', {seconds}, 'unixepoch')"


async def _milliseconds(as_of: datetime, due: int) -> float:
    """What a pass costs in all: expiries, then reminders."""
    start = perf_counter()
    done = await expire_due(as_of) + await remind_due(as_of)
    assert done == due, f"{done} of {due}"
    return 1000 * (perf_counter() - start)


async def _milliseconds_of_the_database(statements: Sequence[str]) -> float:
    """What its statements cost when nothing is due: as PostgreSQL counts it, or by SQLite's own driver."""
    if is_postgres():
        plans = [await connection().execute_query_dict(f"EXPLAIN (ANALYZE, SUMMARY) {text}") for text in statements]
        return sum(float(_TIME.findall(str(row))[0]) for plan in plans for row in plan if _TIME.search(str(row)))
    file = connection().filename  # type: ignore[attr-defined]
    with closing(sqlite3.connect(file)) as own:
        own.execute("SELECT 1 FROM modification LIMIT 1")
        start = perf_counter()
        for text in statements:
            assert own.execute(text).fetchall() == []
        return 1000 * (perf_counter() - start)
