"""Keyset pages: every row once, in its order, however many rows share a date."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from models import Email, FundingRequest
from models.emails import EmailKind
from resolvers.pages import Page, page, pages_by_parent
from resolvers.reading import EMAILS
from tests.conftest import NOW
from tests.factories import make_request
from tests.schema.asking import statements


async def make_mails(request: FundingRequest, minutes: list[int]) -> None:
    for number, minute in enumerate(minutes):
        await Email.create(
            request=request,
            kind=EmailKind.MODIFICATION_REMINDER,
            recipient="a@exemple.fr",
            subject=str(minute),
            text="t",
            html="t",
            message_id=f"<{request.id}.{number}@exemple.fr>",
            created_at=NOW + timedelta(minutes=minute),
            next_attempt_at=NOW,
        )


async def read_all(request: FundingRequest, size: int) -> list[Email]:
    rows, after = list[Email](), None
    while True:
        [found] = await pages_by_parent(Email.all(), "request_id", [request.id], EMAILS, size, after)
        alone = await page(Email.filter(request_id=request.id), EMAILS, size, after)
        assert alone == found
        rows += found.rows
        if not found.has_next:
            return rows
        after = found.positions[-1]


async def test_every_row_comes_once_newest_first_whatever_the_size_of_the_page(db: str) -> None:
    request = await make_request()
    await make_mails(request, [3, 1, 2, 2, 2, 5, 2])
    expected = [row.id for row in await Email.all().order_by("-created_at", "-id")]
    for size in (1, 2, 3, 7, 100):
        assert [row.id for row in await read_all(request, size)] == expected


async def test_a_page_knows_whether_more_follow(db: str) -> None:
    request = await make_request()
    await make_mails(request, [1, 2])
    assert (await page(Email.all(), EMAILS, 1, None)).has_next
    assert not (await page(Email.all(), EMAILS, 2, None)).has_next


async def test_pages_of_many_parents_take_two_statements(db: str) -> None:
    requests = [await make_request() for _ in range(5)]
    for count, request in enumerate(requests):
        await make_mails(request, list(range(count)))
    keys = [request.id for request in requests]
    with statements() as run:
        pages: list[Page[Email]] = await pages_by_parent(Email.all(), "request_id", keys, EMAILS, 2, None)
    assert len(run) == 2
    assert [[row.subject for row in found.rows] for found in pages] == [[], ["0"], ["1", "0"], ["2", "1"], ["3", "2"]]
    assert [found.has_next for found in pages] == [False, False, False, True, True]


async def test_a_parent_without_rows_has_an_empty_page(db: str) -> None:
    [found] = await pages_by_parent(Email.all(), "request_id", [UUID(int=0)], EMAILS, 2, None)
    assert found == Page([], [], has_next=False)
