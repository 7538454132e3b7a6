"""What the demo says of a deadline holds at whatever hour it is loaded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from models import Modification
from models.deadlines import PARIS
from models.lifecycle import RequestStatus
from resolvers.deadlines import expire_due, remind_due
from resolvers.demo.scene import Scene
from resolvers.demo.stories import last_day, last_minutes
from tests.factories import MANAGER, make_request, supplier_of

pytestmark = pytest.mark.usefixtures("db")
Story = Callable[[Scene], Awaitable[None]]


async def lived(story: Story, now: datetime) -> Modification:
    async def live(at: datetime) -> None:
        await expire_due(at)
        await remind_due(at)

    request = await make_request()
    await story(Scene(request, await supplier_of(request), MANAGER, now, live))
    await live(now)
    await request.refresh_from_db()
    assert request.status is RequestStatus.TO_MODIFY
    return await Modification.get(request_id=request.id)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-21 00:00", "2026-11-21 23:59"),
        ("2026-11-21 22:59", "2026-11-21 23:59"),
        ("2026-11-21 23:00", "2026-11-22 22:59"),
        ("2026-12-31 23:59:30", "2027-01-01 22:59"),
        ("2028-02-29 12:00", "2028-02-29 23:59"),
    ],
)
async def test_the_last_day_lasts_an_hour_at_least_and_a_day_at_most(now: str, until: str) -> None:
    modification = await lived(last_day, datetime.fromisoformat(now).replace(tzinfo=PARIS).astimezone(UTC))
    assert modification.closes_at == datetime.fromisoformat(until).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (datetime(2026, 11, 21, 15, 30, tzinfo=UTC), 20),
        (datetime(2026, 12, 31, 22, 50, tzinfo=UTC), 20),  # over midnight, into another year
        (datetime(2027, 3, 28, 0, 50, tzinfo=UTC), 20),  # over the hour that summer time skips
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), 20),  # in the hour that comes twice, the first time
        (datetime(2027, 10, 31, 0, 50, tzinfo=UTC), 70),  # until the next hour that comes once
        (datetime(2027, 10, 31, 1, 15, tzinfo=UTC), 45),
    ],
    ids=str,
)
async def test_the_last_minutes_are_still_to_come(now: datetime, left: int) -> None:
    modification = await lived(last_minutes, now)
    assert modification.closes_at - now == timedelta(minutes=left)
