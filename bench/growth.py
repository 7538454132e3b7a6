"""Does reading stay as fast when the portal fills up? Its time on a large database, over that on a small one."""

from __future__ import annotations

import shutil
from datetime import timedelta
from statistics import median
from time import perf_counter
from typing import Any

from models import User
from models.database import database, transaction
from models.migrating import migrate
from schema import schema
from schema.context import Context
from tests.conftest import DATA, NOW
from tests.factories import make_attachment, make_request, make_supplier, make_user, send_back
from web.client import read_operations

SIZES = SMALL, LARGE = 40, 1000
"""Dossiers of one supplier."""
ROUNDS, READINGS = 7, 20
READINGS_OF: dict[str, dict[str, Any]] = {
    "HomePage": {},
    "DossiersPage": {},
    "TrackingPage": {"number": "FINSAS000001", "kind": "BALANCE"},
}


async def compare() -> None:
    """Print one ratio for each operation of the pages; near 1 is right."""
    urls = {size: f"sqlite://{DATA}/{size}.sqlite3" for size in SIZES}
    try:
        for size, url in urls.items():
            await _fill(url, size)
        for operation, variables in READINGS_OF.items():
            # In turns, so that both sizes meet the same other work of the machine.
            rounds = [
                {size: await _seconds(url, operation, variables) for size, url in urls.items()} for _ in range(ROUNDS)
            ]
            small, large = (median(times[size] for times in rounds) for size in SIZES)
            print(f"{operation:<12} {LARGE} dossiers / {SMALL} dossiers = {large / small:.2f}  ({1000 * small:.1f} ms)")
    finally:
        shutil.rmtree(DATA)


async def _fill(url: str, size: int) -> None:
    """A supplier with so many dossiers, each with a document; half of them sent back."""
    await migrate(url)
    async with database(url), transaction():
        supplier = await make_supplier()
        await make_user(supplier)
        for number in range(1, size + 1):
            request = await make_request(supplier, number=f"FINSAS{number:06}")
            await make_attachment(request)
            if number % 2:
                await send_back(request, as_of=NOW + timedelta(minutes=number))


async def _seconds(url: str, operation: str, variables: dict[str, Any]) -> float:
    """The time of one reading, from many."""
    text = read_operations()[operation]
    async with database(url):
        actor = (await User.get().prefetch_related("supplier")).actor
        begin = perf_counter()
        for _ in range(READINGS):
            result = await schema.execute(
                text, variables, Context(actor=actor, as_of=NOW + timedelta(days=1)), operation_name=operation
            )
            assert not result.errors, result.errors
        return (perf_counter() - begin) / READINGS
