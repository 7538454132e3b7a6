"""Telling the worker that something happened, so that its mails leave at once; only a hint, never a failure."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from arq import ArqRedis
from redis.exceptions import RedisError

from settings import settings

log = structlog.get_logger(__name__)

PATIENCE = 1.0  # seconds to reach the queue; past them the worker's own sweep will do
REST = timedelta(seconds=10)  # for which a queue that is away is left alone


class Nudges:
    """Wakes the worker at the end of each second in which something happened, and misses none of it."""

    def __init__(self) -> None:
        self._asked_for = datetime.min.replace(tzinfo=UTC)
        self._running: set[asyncio.Task[None]] = set()

    def send(self) -> None:
        """Ask for the worker without waiting for it; to be called after a mutation, in the event loop."""
        end = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
        if settings.redis_url and end > self._asked_for:
            self._asked_for = end
            task = asyncio.create_task(self._ask(end))
            self._running.add(task)  # the event loop alone would let it be collected
            task.add_done_callback(self._running.discard)

    async def _ask(self, end: datetime) -> None:
        try:
            async with asyncio.timeout(PATIENCE), ArqRedis.from_url(settings.redis_url) as queue:
                queue.job_serializer = _to_json
                await queue.enqueue_job("wake", _job_id=f"wake:{end.isoformat()}", _defer_until=end)
        except (RedisError, OSError, TimeoutError) as error:
            self._asked_for = end + REST
            log.warning("nudge_failed", error=str(error) or type(error).__name__)


def _to_json(job: dict[str, Any]) -> bytes:
    """As tasks/worker.py reads it."""
    return json.dumps(job).encode()


nudge = Nudges().send
