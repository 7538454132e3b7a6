"""The worker: the queue tells it when to look, the database alone knows what is due.

arq's own worker ends when the queue goes away, so it is run in here as a guest: without a queue this process
sweeps by its own clock and keeps trying to reach the queue again.
"""

from __future__ import annotations

import asyncio
import json
import signal
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from arq import ArqRedis, Worker, cron, func
from redis.exceptions import RedisError

from models.database import database
from resolvers.deadlines import next_deadline
from settings import settings
from tasks.sweep import pass_now, sweep_files, sweep_webhooks

log = structlog.get_logger(__name__)

# Shorter than the lease of a mail (resolvers/outbox.py), longer than a pass of delivery
# (tasks/delivery.py) and one of the antivirus (tasks/scanning.py).
JOB_TIMEOUT = 180
PAUSE_WITHOUT_QUEUE = 10.0  # seconds
FILES_PAUSE_WITHOUT_QUEUE = 3600.0
# Until webhooks are looked after again.
WEBHOOKS_PAUSE = 3.0
# A queue that does not answer within this many seconds has gone away.
QUEUE_PATIENCE = 5.0
# What runs when we are told to stop may end within this many seconds: `solde up` kills after ten.
GRACE = 8.0


def run() -> None:
    """Work until a signal says to stop."""
    asyncio.run(_work())


async def _work() -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with database():
        await asyncio.gather(work_until(told), tell_until(told))


async def work_until(told: asyncio.Event) -> None:
    """Sweep when the queue says so, and by the clock while there is no queue."""
    files_at = 0.0
    while not told.is_set():
        if settings.redis_url:
            await _follow_queue(told)
        if told.is_set():
            return
        await _let_end(asyncio.create_task(pass_now()), told)
        if not told.is_set() and (now := asyncio.get_running_loop().time()) >= files_at:
            await sweep_files(datetime.now(UTC))
            files_at = now + FILES_PAUSE_WITHOUT_QUEUE
        with suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), PAUSE_WITHOUT_QUEUE)


async def tell_until(told: asyncio.Event) -> None:
    """Tell webhooks by an own clock: however long they take to answer, no deadline and no mail waits for them."""
    while not told.is_set():
        await _let_end(asyncio.create_task(sweep_webhooks(datetime.now(UTC))), told)
        with suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), WEBHOOKS_PAUSE)


async def _let_end(work: asyncio.Task[Any], told: asyncio.Event) -> None:
    """Wait for the work; told to stop meanwhile, it may end within the grace, and gives back what it holds."""
    stopping = asyncio.create_task(told.wait())
    await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    await asyncio.wait({work}, timeout=GRACE if told.is_set() else None)
    work.cancel()
    await asyncio.gather(work, stopping, return_exceptions=True)


async def _follow_queue(told: asyncio.Event) -> None:
    """Run arq's worker until the queue goes away or we are told to stop; what has begun is let end."""
    queue = connect()
    worker = make_worker(queue)
    working = asyncio.create_task(worker.async_run())
    stopping = asyncio.create_task(told.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        worker.allow_pick_jobs = False
        await _let_jobs_end(worker)
    finally:
        stopping.cancel()
        working.cancel()
        _, failure = await asyncio.gather(stopping, working, return_exceptions=True)
        if isinstance(failure, Exception):
            log.warning("queue_unavailable", error=str(failure) or type(failure).__name__)
        with suppress(RedisError, OSError):
            await queue.aclose()


async def _let_jobs_end(worker: Worker) -> None:
    """Wait for what is running; without a queue a job ends in an error that only says so."""
    jobs = list(worker.tasks.values())
    if jobs:
        await asyncio.wait(jobs, timeout=GRACE)
    for job in jobs:
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)


def connect() -> ArqRedis:
    """The queue of the settings, its jobs in JSON: arq's own pickles would let whoever writes to it run code here.

    Not arq's RedisSettings, which take a password with %-escapes literally.
    """
    queue: ArqRedis = ArqRedis.from_url(
        settings.redis_url, socket_connect_timeout=QUEUE_PATIENCE, socket_timeout=QUEUE_PATIENCE
    )
    queue.job_serializer = _to_json
    queue.job_deserializer = json.loads
    return queue


def _to_json(job: dict[str, Any]) -> bytes:
    return json.dumps(job, default=str).encode()


def make_worker(queue: ArqRedis) -> Worker:
    """arq's worker: one job at a time, each a pass over the database, none worth repeating or remembering."""
    return Worker(
        [func(wake, name="wake")],
        cron_jobs=[
            cron(sweep_each_minute, run_at_startup=True),
            cron(sweep_files_each_hour, minute=17),
        ],
        redis_pool=queue,
        job_serializer=_to_json,
        job_deserializer=json.loads,
        handle_signals=False,
        max_jobs=1,
        max_tries=1,
        job_timeout=JOB_TIMEOUT,
        keep_result=0,
        retry_jobs=False,
        timezone=UTC,
    )


async def sweep_each_minute(ctx: dict[str, Any]) -> None:
    """Catch whatever no wake-up announced."""
    await wake(ctx)


async def wake(ctx: dict[str, Any]) -> None:
    """Something happened, or falls due now: look, then ask to be woken at the next deadline."""
    as_of = datetime.now(UTC)
    await pass_now()
    # From before the pass: what fell due during it has its wake-up too.
    upcoming = await next_deadline(as_of)
    if upcoming is not None:
        queue: ArqRedis = ctx["redis"]
        # The queue counts in milliseconds: a second later it is past the deadline for certain.
        await queue.enqueue_job(
            "wake", _job_id=f"wake:{upcoming.isoformat()}", _defer_until=upcoming + timedelta(seconds=1)
        )


async def sweep_files_each_hour(ctx: dict[str, Any]) -> None:  # noqa: ARG001 (arq gives it by this name)
    """Delete the files that nothing holds."""
    await sweep_files(datetime.now(UTC))
