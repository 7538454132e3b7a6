"""What is due happens once, whatever becomes of the workers, of the queue and of the database meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from redis.asyncio import Redis

from models import Email, Event, FundingRequest, Modification
from models.database import is_postgres
from models.emails import EmailKind
from models.events import EventKind
from models.lifecycle import ModificationOutcome, RequestStatus
from tasks.delivery import Delivered
from tasks.sweep import sweep
from tests.services.background import Background, until
from tests.services.choice import full
from tests.services.cycles import all_done, all_of, check_each_once, fall_due, open_cycles
from tests.services.mail_server import MailServer
from tests.services.standby import Standby
from web.nudge import Nudges

pytestmark = pytest.mark.usefixtures("db")

Setting = Callable[[str, object], None]
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


DUE = full(500, otherwise=100)
"""Reminders, and as many expiries."""


async def test_4_workers_at_once_on_1000_due_requests_do_each_once(
    background: Background, mail_server: MailServer
) -> None:
    now = datetime.now(UTC)
    to_remind = await open_cycles(DUE, opened_at=now - 12 * DAY)
    to_expire = await open_cycles(DUE, opened_at=now - 25 * DAY)
    outcomes = all_of(to_remind, EventKind.MODIFICATION_REMINDED) | all_of(to_expire, EventKind.MODIFICATION_EXPIRED)
    for _ in range(4):
        background.start()
    await until(lambda: all_done(outcomes))
    await background.stop()
    await check_each_once(outcomes)
    assert Counter(mail_server.message_ids) == Counter(await Email.all().values_list("message_id", flat=True))


@pytest.mark.parametrize(
    ("days", "happens"),
    [
        (12, EventKind.MODIFICATION_REMINDED),
        (25, EventKind.MODIFICATION_EXPIRED),
        (38, EventKind.MODIFICATION_EXPIRED),
    ],
    ids=["until J+12", "until J+25", "for a month"],
)
async def test_a_worker_that_is_down_from_j8_catches_up_once(
    background: Background, mail_server: MailServer, days: int, happens: EventKind
) -> None:
    now = datetime.now(UTC)
    [cycle] = await open_cycles(1, opened_at=now - days * DAY)
    swept = await sweep(cycle.opened_at + 8 * DAY)
    assert (swept.expired, swept.reminded) == (0, 0)
    outcomes = {cycle.request_id: happens}
    background.start()
    await until(lambda: all_done(outcomes))
    await background.stop()
    await check_each_once(outcomes)
    assert len(mail_server.received) == 1
    swept = await sweep(now + DAY)
    assert (swept.expired, swept.reminded, swept.delivered) == (0, 0, Delivered())


async def test_a_flushed_queue_delays_no_reminder_and_no_expiry(
    background: Background, redis_url: str, setting: Setting
) -> None:
    setting("redis_url", redis_url)
    now = datetime.now(UTC)
    soon = now + 4 * SECOND
    [to_remind, to_expire] = await open_cycles(2, opened_at=now - 5 * DAY)
    await fall_due(to_remind, reminds_at=soon)
    await fall_due(to_expire, closes_at=soon + SECOND, reminded_at=now - DAY)
    outcomes = all_of([to_remind], EventKind.MODIFICATION_REMINDED) | all_of(
        [to_expire], EventKind.MODIFICATION_EXPIRED
    )
    background.start(redis_url=redis_url)
    async with Redis.from_url(redis_url) as redis:

        async def is_to_be_woken() -> object:
            return await redis.keys("arq:job:wake:*")

        await until(is_to_be_woken)
        await redis.flushdb()
        # Whatever anybody does next wakes the worker, which asks anew to be woken when something falls due.
        Nudges().send()
    await until(lambda: all_done(outcomes))
    await background.stop()
    for event in await Event.filter(kind=EventKind.MODIFICATION_REMINDED):
        assert event.at >= soon
    expired = await Modification.get(id=to_expire.id)
    assert expired.closed_at == soon + SECOND
    assert Counter(event.kind for event in await Event.exclude(kind=EventKind.MODIFICATION_REQUESTED)) == Counter(
        outcomes.values()
    )


async def test_a_database_that_goes_away_in_the_middle_leaves_nothing_half_written(
    background: Background, standby: Standby, database_url: str, redis_url: str, setting: Setting
) -> None:
    """PostgreSQL: every connection is cut, as a restart does. SQLite, and once there too: who writes is killed."""
    setting("redis_url", redis_url)
    cycles = await open_cycles(200, opened_at=datetime.now(UTC) - 25 * DAY)
    outcomes = all_of(cycles, EventKind.MODIFICATION_EXPIRED)
    standby.start()
    for done in (20, 80, 140):

        async def has_come_so_far(done: int = done) -> bool:
            return await Event.filter(kind=EventKind.MODIFICATION_EXPIRED).count() >= done

        await until(has_come_so_far)
        if is_postgres() and done != 80:
            await _cut_connections_of_the_worker(database_url)
        else:
            standby.kill()
            await check_whole()
            standby.start()

    nudges = Nudges()

    async def all_done_once_awake() -> bool:
        nudges.send()
        return await all_done(outcomes)

    await until(all_done_once_awake)
    await check_each_once(outcomes)


async def _cut_connections_of_the_worker(database_url: str) -> None:
    connection = await asyncpg.connect(database_url.replace("asyncpg://", "postgresql://", 1))
    cut = await connection.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'worker'"
    )
    await connection.close()
    assert cut


async def check_whole() -> None:
    """What has ended has its event and its mail; what has not has neither."""
    ended = set(await Modification.filter(outcome=ModificationOutcome.EXPIRED).values_list("request_id", flat=True))
    told = await Event.filter(kind=EventKind.MODIFICATION_EXPIRED).values_list("request_id", flat=True)
    assert Counter(told) == Counter(ended)
    mailed = await Email.filter(kind=EmailKind.MODIFICATION_EXPIRED).values_list("request_id", flat=True)
    assert Counter(mailed) == Counter(ended)
    in_review = await FundingRequest.filter(status=RequestStatus.IN_REVIEW).values_list("id", flat=True)
    assert Counter(in_review) == Counter(ended)
