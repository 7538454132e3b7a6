"""The compare-and-set by which a request moves, tried without the checks that come before it."""

from datetime import timedelta

import pytest

from models import FundingRequest
from models.lifecycle import RequestAction, RequestStatus
from resolvers.transitions import Overtaken, hold, move, until_settled
from tests.conftest import NOW
from tests.factories import make_request, send_back

pytestmark = pytest.mark.usefixtures("db")

CLOSES_AT = NOW + timedelta(days=20)
BEFORE = CLOSES_AT - timedelta(microseconds=1)


async def sent_back() -> FundingRequest:
    request = await make_request()
    await send_back(request)
    return await FundingRequest.get(id=request.id)


async def test_the_deadline_is_compared_in_the_write_itself() -> None:
    request = await sent_back()
    with pytest.raises(Overtaken):
        await move(request, RequestAction.CONFIRM_MODIFICATION, as_of=CLOSES_AT, closes_at=None)
    with pytest.raises(Overtaken):
        await hold(request, as_of=CLOSES_AT)
    with pytest.raises(Overtaken):
        await move(request, RequestAction.EXPIRE_MODIFICATION, as_of=BEFORE, closes_at=None)
    assert (await FundingRequest.get()).status is RequestStatus.TO_MODIFY
    await move(request, RequestAction.CONFIRM_MODIFICATION, as_of=BEFORE, closes_at=None)
    assert (await FundingRequest.get()).status is RequestStatus.IN_REVIEW


async def test_what_was_read_before_somebody_else_wrote_moves_nothing() -> None:
    request = await sent_back()
    first, second = await FundingRequest.get(), await FundingRequest.get()
    await move(first, RequestAction.CANCEL_MODIFICATION, as_of=NOW, closes_at=None)
    with pytest.raises(Overtaken):
        await move(second, RequestAction.CONFIRM_MODIFICATION, as_of=NOW, closes_at=None)
    assert (await FundingRequest.get(id=request.id)).status is RequestStatus.IN_REVIEW


async def test_a_deadline_put_off_meanwhile_counts_as_a_change() -> None:
    await sent_back()
    first, second = await FundingRequest.get(), await FundingRequest.get()
    await move(first, RequestAction.EXTEND_DEADLINE, as_of=NOW, closes_at=CLOSES_AT + timedelta(days=1))
    with pytest.raises(Overtaken):
        await move(second, RequestAction.EXPIRE_MODIFICATION, as_of=CLOSES_AT, closes_at=None)


async def test_what_the_table_does_not_know_cannot_be_written() -> None:
    with pytest.raises(KeyError):
        await move(await make_request(), RequestAction.CONFIRM_MODIFICATION, as_of=NOW)


async def test_an_overtaken_use_case_begins_again_and_does_not_try_for_ever() -> None:
    tries = 0

    @until_settled
    async def third_time_lucky(limit: int) -> int:
        nonlocal tries
        tries += 1
        if tries < limit:
            raise Overtaken()
        return tries

    assert await third_time_lucky(3) == 3
    tries = 0
    with pytest.raises(Overtaken, match="third_time_lucky"):
        await third_time_lucky(1_000)
