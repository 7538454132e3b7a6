"""Bank details are unreadable in the database, and stay readable while its keys are changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from models import FundingRequest
from models.database import connection, database, transaction
from models.dossiers import BankDetails
from models.import_document import ImportDocument, digest
from models.migrating import migrate
from models.sealing import (
    Unreadable,
    fingerprint,
    is_sealed_with_the_first_key,
    new_key,
    seal,
    seal_again,
    unseal,
)
from tests.conftest import POSTGRES
from tests.factories import make_request
from tests.models.test_migrating import empty_url
from tests.web.scene import EXAMPLES

__all__ = ["empty_url"]  # a fixture, used here too

IBAN = "FR7630006000011234567890189"
HOLDER = "GARAGE POULAT ET FILS"
OLD, NEW = new_key(), new_key()
Give = Callable[..., None]


@pytest.fixture
def give(setting: Callable[[str, object], None]) -> Give:
    """The deployment's keys, the first of which seals."""

    def change(*keys: str) -> None:
        setting("data_keys", [SecretStr(key) for key in keys])

    return change


def test_what_is_sealed_is_read_back_and_never_looks_the_same_twice(give: Give) -> None:
    give(OLD)
    first, second = seal(IBAN), seal(IBAN)
    assert (unseal(first), unseal(second)) == (IBAN, IBAN)
    assert first != second
    assert Fernet(OLD).decrypt(first) == IBAN.encode()


def test_a_new_key_in_front_seals_and_the_old_one_still_opens(give: Give) -> None:
    give(OLD)
    kept = seal(IBAN)
    give(NEW, OLD)
    assert unseal(kept) == IBAN
    assert not is_sealed_with_the_first_key(kept)
    renewed = seal_again(kept)
    assert is_sealed_with_the_first_key(renewed)
    give(NEW)
    assert unseal(renewed) == IBAN
    for refused in (unseal, seal_again):
        with pytest.raises(Unreadable):
            refused(kept)


def test_an_altered_value_is_refused_rather_than_read(give: Give) -> None:
    give(OLD)
    kept = seal(IBAN)
    altered = kept[:40] + ("A" if kept[40] != "A" else "B") + kept[41:]
    with pytest.raises(Unreadable):
        unseal(altered)


def test_the_digest_of_an_import_cannot_be_worked_out_without_the_key(setting: Callable[[str, object], None]) -> None:
    content = ImportDocument.model_validate_json((EXAMPLES / "FINSAS008539.json").read_text(), strict=False)
    first = digest(content)
    assert first == digest(content)
    setting("audit_key", SecretStr("another key"))
    assert digest(content) != first


async def test_no_column_of_a_request_shows_where_the_money_goes(db: str) -> None:
    request = await make_request()
    rows = await connection().execute_query_dict("SELECT * FROM funding_request")
    assert (await FundingRequest.get(id=request.id)).bank_details.iban == IBAN
    assert not [name for name, value in rows[0].items() if IBAN in str(value) or "AGRIFRPP" in str(value)]


def test_details_from_before_are_sealed_and_nothing_of_them_stays_behind(empty_url: str) -> None:
    request_ids = asyncio.run(_before_sealing(empty_url))
    asyncio.run(migrate(empty_url))
    rows = asyncio.run(_after_sealing(empty_url))
    assert [row.id for row in rows] == sorted(request_ids)
    for row in rows:
        assert row.bank_details == BankDetails(HOLDER, IBAN, "AGRIFRPP")
        assert row.document_digest == fingerprint("0" * 64)
    if not POSTGRES:
        folder = Path(empty_url.removeprefix("sqlite://")).parent
        assert [file.name for file in folder.glob("empty.sqlite3*") if IBAN.encode() in file.read_bytes()] == []


async def _before_sealing(url: str) -> list[UUID]:
    """A database as the release before left it, with more requests than one batch of the migration takes."""
    await migrate(url, last="0008_dropped_documents")
    async with database(url):
        supplier, client = uuid4(), connection()
        await client.execute_query(
            "INSERT INTO supplier (id, siret, legal_name, street, postcode, city) "  # noqa: S608 - our own values
            f"VALUES ('{supplier}', '79256844600019', 'G', 'r', '59000', 'L')"
        )
        ids = [uuid4() for _ in range(502)]
        async with transaction() as client:
            for number, request in enumerate(ids):
                dossier = uuid4()
                await client.execute_query(
                    "INSERT INTO dossier (id, number, ans_number, supplier_id) "  # noqa: S608
                    f"VALUES ('{dossier}', 'F{number}', 'p', '{supplier}')"
                )
                await client.execute_query(
                    "INSERT INTO funding_request (id, dossier_id, kind, status, status_changed_at, submitted_on, "  # noqa: S608
                    "updated_at, current_rank, bank_holder, iban, bic, document_digest) "
                    f"VALUES ('{request}', '{dossier}', 'BALANCE', 'IN_REVIEW', '2023-08-07 12:32:00+00:00', "
                    f"'2023-02-16', '2023-08-07 12:32:00+00:00', 0, '{HOLDER}', '{IBAN}', 'AGRIFRPP', '{'0' * 64}')"
                )
    return ids


async def _after_sealing(url: str) -> list[FundingRequest]:
    async with database(url):
        return await FundingRequest.all().order_by("id")
