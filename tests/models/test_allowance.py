"""What documents may still be added: counted, bounded, and said."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from models import Attachment, Upload
from models.allowance import Allowance, daily_bound, modification_allowance
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("db")  # Rows know their relations once the tables are known.

CYCLE, EARLIER = uuid4(), uuid4()
MEBIBYTE = 1024 * 1024


def document(size: int, *, cycle: UUID | None = CYCLE, rank: int | None = None, removed: bool = False) -> Attachment:
    upload = Upload(size=size, file_name="a.pdf")
    upload._saved_in_db = True
    return Attachment(upload=upload, modification_id=cycle, rank=rank, removed_at=NOW if removed else None)


@pytest.fixture(autouse=True)
def limits(setting: Callable[[str, object], None]) -> None:
    setting("max_modification_files", 3)
    setting("max_modification_bytes", 10 * MEBIBYTE)
    setting("max_request_bytes", 25 * MEBIBYTE)
    setting("max_daily_bytes", 30 * MEBIBYTE)


def allowance(*documents: Attachment) -> Allowance:
    return modification_allowance(CYCLE, documents)


async def test_a_modification_without_documents_may_add_all() -> None:
    assert (allowance().files, allowance().bytes) == (3, 10 * MEBIBYTE)


async def test_what_was_added_is_taken_off_and_what_was_removed_or_dropped_is_not() -> None:
    left = allowance(
        document(MEBIBYTE), document(2 * MEBIBYTE, removed=True), document(2 * MEBIBYTE, cycle=EARLIER, rank=None)
    )
    assert (left.files, left.bytes) == (2, 9 * MEBIBYTE)


async def test_what_the_versions_hold_leaves_less_for_the_request() -> None:
    left = allowance(document(12 * MEBIBYTE, cycle=None, rank=0), document(9 * MEBIBYTE, cycle=EARLIER, rank=1))
    assert (left.files, left.bytes) == (3, 4 * MEBIBYTE)


def sentence(left: Allowance, size: int) -> str | None:
    fault = left.fault("pv.pdf", size, "uploadId")
    if fault is None:
        return None
    assert (fault.field, fault.code) == ("uploadId", "QUOTA")
    return fault.message.replace("\u00a0", " ")


async def test_the_refusal_says_which_bound_and_what_is_left_of_it() -> None:
    left = allowance(document(9 * MEBIBYTE))
    assert sentence(left, MEBIBYTE) is None
    assert sentence(left, MEBIBYTE + 1) == (
        "« pv.pdf » ne peut pas être ajouté : il reste 1 Mo sur 10 Mo pour les pièces ajoutées dans cette modification."
    )


async def test_of_several_bounds_the_tightest_is_told_before_a_file_is_chosen_as_after() -> None:
    left = allowance(document(9 * MEBIBYTE), document(16 * MEBIBYTE - 1, cycle=None, rank=0))
    told = "« pv.pdf » ne peut pas être ajouté : il reste 1 octet sur 25 Mo pour les pièces de cette demande."
    assert [sentence(left, size) for size in (1, 2, 2 * MEBIBYTE)] == [None, told, told]
    assert left.refusal.replace("\u00a0", " ").replace("{name}", "pv.pdf") == told
    assert "en 24 heures" in left.within(daily_bound(30 * MEBIBYTE)).refusal


async def test_the_number_of_documents_is_bounded_whatever_their_size() -> None:
    assert sentence(allowance(document(1), document(1), document(1)), 1) == (
        "« pv.pdf » ne peut pas être ajouté : cette modification compte déjà 3 pièces ajoutées, le maximum."
    )


@pytest.mark.parametrize(("taken", "left"), [(30 * MEBIBYTE, "il ne reste rien"), (28 * MEBIBYTE - 1, "il reste 2 Mo")])
async def test_a_supplier_who_has_sent_enough_for_a_day_is_told_what_is_left(taken: int, left: str) -> None:
    fault = daily_bound(taken).fault("pv.pdf")
    assert fault.message.replace("\u00a0", " ") == (
        f"« pv.pdf » ne peut pas être ajouté : {left} sur 30 Mo pour les envois de votre entreprise en 24 heures."
    )
