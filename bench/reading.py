"""Reading through the API, in process, beside one hand-written statement that fetches the same rows.

The two take turns, so that both meet the same disturbances; a figure is the median of its rounds.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median
from time import perf_counter
from typing import Any

from models import Dossier, FundingRequest, Supplier, Version
from models.actors import Actor, Role
from models.database import connection, database
from models.dossiers import BankDetails, RequestKind
from models.lifecycle import RequestStatus
from models.migrating import migrate
from schema import schema
from schema.context import Context

REQUESTS = 2_000
ROUNDS = 60
NOW = datetime(2023, 8, 7, 12, 32, tzinfo=UTC)
MANAGER = Actor(Role.MANAGER, "Mesure", "user:bench")

_LIST = """{ requests(first: 50) { nodes { id status updatedAt dossier { number supplier { legalName } }
  currentVersion { supportContact } } } }"""
_ONE = """query ($number: String!) { dossier(number: $number) { number ansNumber supplier { siret legalName }
  balance { id status availableActions amounts { balanceDecided } currentVersion { aspNumber supportContact } } } }"""
_ROWS = """SELECT r.id, r.status, r.updated_at, d.number, s.legal_name, v.support_contact FROM funding_request r
  JOIN dossier d ON d.id = r.dossier_id JOIN supplier s ON s.id = d.supplier_id
  JOIN version v ON v.request_id = r.id AND v.rank = r.current_rank"""


@dataclass(frozen=True)
class Result:
    """Medians in milliseconds, and how many statements the API ran once."""

    name: str
    api: float
    sql: float
    statements: int

    @property
    def ratio(self) -> float:
        """How many times longer the API takes."""
        return self.api / self.sql


async def compare() -> None:
    """Print what each reading costs beside the same rows read by hand."""
    with tempfile.TemporaryDirectory(prefix="solde-bench-") as folder:
        results = await _measure(f"sqlite://{folder}/bench.sqlite3?synchronous=OFF")
    print(f"{'':32}{'API, ms':>10}{'SQL, ms':>10}{'ratio':>8}{'statements':>12}")
    for result in results:
        print(f"{result.name:32}{result.api:10.2f}{result.sql:10.2f}{result.ratio:8.1f}{result.statements:12}")


async def _measure(url: str) -> list[Result]:
    await migrate(url)
    async with database(url):
        await _fill()
        return [
            await _compare("a list of 50 requests", _LIST, {}, f"{_ROWS} ORDER BY r.updated_at, r.id LIMIT 50"),
            await _compare(
                "one dossier by its number",
                _ONE,
                {"number": "FINSAS001000"},
                f"{_ROWS} WHERE d.number = 'FINSAS001000'",
            ),
        ]


async def _fill() -> None:
    supplier = await Supplier.create(siret="0" * 14, legal_name="Mesure", street="1", postcode="75001", city="Paris")
    dossiers = [Dossier(number=f"FINSAS{n:06}", ans_number="pbrSAS", supplier=supplier) for n in range(REQUESTS)]
    requests = [
        FundingRequest(
            dossier_id=dossier.id,
            kind=RequestKind.BALANCE,
            status=RequestStatus.IN_REVIEW,
            status_changed_at=NOW,
            submitted_on=date(2023, 2, 16),
            updated_at=NOW + timedelta(seconds=rank),
            balance_decided=Decimal("70000.00"),
            bank_details_sealed=BankDetails("Mesure", "FR7630006000011234567890189", "AGRIFRPP").sealed(),
            document_digest="",
        )
        for rank, dossier in enumerate(dossiers)
    ]
    versions = [
        Version(
            request_id=request.id,
            rank=0,
            asp_number="FINSAS",
            dsr="DSR",
            support_contact="support@editeur.fr",
            created_at=NOW,
            created_by=MANAGER.author,
        )
        for request in requests
    ]
    await Dossier.bulk_create(dossiers)
    await FundingRequest.bulk_create(requests)
    await Version.bulk_create(versions)


async def _compare(name: str, query: str, variables: dict[str, Any], statement: str) -> Result:
    async def api() -> None:
        context = Context(actor=MANAGER, as_of=NOW)
        result = await schema.execute(query, variable_values=variables, context_value=context)
        if result.errors:
            raise result.errors[0]

    async def sql() -> None:
        await connection().execute_query_dict(statement)

    statements = await _count(api)
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for act, spent in zip((api, sql), times, strict=True):
            start = perf_counter()
            await act()
            spent.append(1000 * (perf_counter() - start))
    return Result(name, median(times[0]), median(times[1]), statements)


class _Counter(logging.Handler):
    count = 0

    def emit(self, _record: logging.LogRecord) -> None:
        self.count += 1


async def _count(act: Callable[[], Awaitable[None]]) -> int:
    logger, counter = logging.getLogger("tortoise.db_client"), _Counter(logging.DEBUG)
    level = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(counter)
    try:
        await act()
    finally:
        logger.removeHandler(counter)
        logger.setLevel(level)
    return counter.count
