"""The traps of the two databases, each pinned."""

from __future__ import annotations

import asyncio
import contextvars
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from models import FundingRequest, Supplier
from models.database import connection, database, is_postgres, transaction
from settings import settings
from tests.conftest import NOW, POSTGRES
from tests.factories import make_request, make_supplier

_PIPE = subprocess.PIPE
_READ_THEN_WRITE = """
import asyncio, sys
from models import Supplier
from models.database import database, transaction

async def main():
    async with database(sys.argv[1]):
        await Supplier.all().count()
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(30):
            async with transaction():
                row = await Supplier.select_for_update().get(siret="1")
                await asyncio.sleep(0.002)
                await Supplier.filter(id=row.id).update(postcode=f"{int(row.postcode) + 1:05}")

asyncio.run(main())
"""


async def test_processes_that_read_before_they_write_never_find_the_database_locked(db: str) -> None:
    await make_supplier(siret="1", postcode="00000")
    environment = os.environ | {"SOLDE_DATA_DIR": str(settings.data_dir)}
    command = [sys.executable, "-c", _READ_THEN_WRITE, db]
    processes = [
        await asyncio.create_subprocess_exec(*command, env=environment, stdin=_PIPE, stdout=_PIPE, stderr=_PIPE)
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    errors = [errors for _, errors in await asyncio.gather(*(process.communicate(b"go\n") for process in processes))]
    assert errors == [b"", b""]
    assert (await Supplier.get(siret="1")).postcode == "00060"


async def test_a_transaction_that_cannot_begin_gives_its_place_back(tmp_path: Path) -> None:
    file = tmp_path / "shared.sqlite3"
    begun: list[bool] = []
    async with database(f"sqlite://{file}", busy_timeout="1"):
        await connection().execute_query("CREATE TABLE taken (number INT)")
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(OperationalError, match="locked"):
                await _insert_in_a_transaction(begun)
            assert not begun
            other.execute("ROLLBACK")
        async with asyncio.timeout(5):
            await _insert_in_a_transaction([])
        assert await connection().execute_query_dict("SELECT number FROM taken") == [{"number": 1}]


async def test_a_database_that_could_not_be_opened_is_opened_by_who_asks_next(tmp_path: Path) -> None:
    file = tmp_path / "shared.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("CREATE TABLE taken (number INT)")
        other.execute("BEGIN EXCLUSIVE")
        async with database(f"sqlite://{file}", busy_timeout="1"):
            for _ in range(2):
                async with asyncio.timeout(5):
                    with pytest.raises(OperationalError, match="locked"):
                        await connection().execute_query("SELECT 1")
            other.execute("ROLLBACK")
            await _insert_in_a_transaction([])
            assert await connection().execute_query_dict("PRAGMA foreign_keys") == [{"foreign_keys": 1}]


async def _insert_in_a_transaction(begun: list[bool]) -> None:
    async with transaction():
        begun.append(True)
        await connection().execute_query("INSERT INTO taken VALUES (1)")


async def test_a_transaction_cancelled_while_it_waits_gives_its_place_back(db: str) -> None:
    inside = asyncio.Event()

    async def hold() -> None:
        async with transaction():
            inside.set()
            await asyncio.sleep(0.05)

    async def wait() -> None:
        async with transaction():
            await make_supplier(siret="2")

    holding = asyncio.create_task(hold())
    await inside.wait()
    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.gather(holding, waiting, return_exceptions=True)
    async with asyncio.timeout(5), transaction():
        await make_supplier(siret="1")
    assert await Supplier.exists(siret="1")


async def test_a_transaction_that_raises_leaves_nothing(db: str) -> None:
    with pytest.raises(IntegrityError):
        await _make_suppliers("1", "1")
    assert not await Supplier.exists()


async def _make_suppliers(*sirets: str) -> None:
    async with transaction():
        for siret in sirets:
            await make_supplier(siret=siret)


async def test_a_transaction_within_a_transaction_fails_alone(db: str) -> None:
    async with transaction():
        await make_supplier(siret="1")
        with pytest.raises(IntegrityError):
            await _make_suppliers("2", "1")
        await _make_suppliers("3")
    assert {row.siret for row in await Supplier.all()} == {"1", "3"}


async def test_a_transaction_takes_those_within_it_along(db: str) -> None:
    with pytest.raises(IntegrityError):
        await _make_twice("1")
    assert not await Supplier.exists()


async def _make_twice(siret: str) -> None:
    async with transaction():
        await _make_suppliers(siret)
        await make_supplier(siret=siret)


async def test_a_script_within_a_transaction_does_not_commit_it(db: str) -> None:
    with pytest.raises(IntegrityError):
        await _run_a_script_then_fail()
    assert not await Supplier.exists()


async def _run_a_script_then_fail() -> None:
    async with transaction():
        await make_supplier(siret="1")
        await connection().execute_script("UPDATE supplier SET city = 'A;\nB';\nUPDATE supplier SET street = 'x'\n")
        row = await Supplier.get()
        assert (row.city, row.street) == ("A;\nB", "x")
        await make_supplier(siret="1")


@pytest.mark.parametrize("hours", [-11, 1, 2, 14])
async def test_instants_are_compared_as_instants_whatever_their_offset(db: str, hours: int) -> None:
    closes_at = datetime(2023, 8, 27, 1, 30, tzinfo=UTC)
    await make_request(status="TO_MODIFY", closes_at=closes_at)
    there = timezone(timedelta(hours=hours))
    second = timedelta(seconds=1)
    assert await FundingRequest.filter(closes_at=closes_at.astimezone(there)).count() == 1
    assert await FundingRequest.filter(closes_at__lte=closes_at.astimezone(there)).count() == 1
    assert await FundingRequest.filter(closes_at__lte=(closes_at - second).astimezone(there)).count() == 0
    assert await FundingRequest.filter(closes_at__gt=(closes_at - second).astimezone(there)).count() == 1
    assert await FundingRequest.filter(closes_at__in=[closes_at.astimezone(there)]).count() == 1


async def test_instants_with_and_without_parts_of_a_second_sort_as_instants(db: str) -> None:
    for microsecond in (0, 1, 500_000):
        await make_request(updated_at=NOW.replace(microsecond=microsecond))
    half = await FundingRequest.filter(updated_at__lt=NOW.replace(microsecond=500_000)).count()
    assert (half, await FundingRequest.filter(updated_at__gt=NOW).count()) == (2, 2)


async def test_an_instant_comes_back_in_utc_to_the_microsecond(db: str) -> None:
    instant = datetime(2023, 10, 29, 2, 30, 1, 123456, tzinfo=timezone(timedelta(hours=1)))
    request = await make_request(status_changed_at=instant)
    read = (await FundingRequest.get(id=request.id)).status_changed_at
    assert read == instant
    assert read.utcoffset() == timedelta(0)


async def test_an_instant_without_offset_is_refused(db: str) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="offset"):
        await make_request(status_changed_at=naive)
    with pytest.raises(ValueError, match="offset"):
        await FundingRequest.filter(closes_at__lte=naive).count()
    with pytest.raises(ValueError, match="offset"):
        await FundingRequest.all().update(updated_at=naive)


async def test_requests_find_the_database_that_the_lifespan_opened(database_url: str) -> None:
    """A web server's requests run in contexts that never saw the lifespan."""
    elsewhere = contextvars.Context()
    async with database(database_url):
        counting = asyncio.get_running_loop().create_task(_count(), context=elsewhere)
        assert await counting == 0


async def _count() -> int:
    return await Supplier.all().count()


async def test_sqlite_waits_for_others_keeps_what_it_said_and_knows_its_parents(tmp_path: Path) -> None:
    async with database(f"sqlite://{tmp_path}/new.sqlite3"):
        values = [
            next(iter((await connection().execute_query_dict(f"PRAGMA {name}"))[0].values()))
            for name in ("journal_mode", "busy_timeout", "synchronous", "foreign_keys")
        ]
    assert values == ["wal", 15000, 2, 1]


async def test_the_database_in_use_is_the_one_that_was_asked_for(db: str) -> None:
    assert is_postgres() is bool(POSTGRES)
