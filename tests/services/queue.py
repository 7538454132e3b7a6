"""The queue server of one test, empty."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tasks.embedded_queue import embedded_queue

SERVER = os.environ.get("SOLDE_TEST_REDIS_URL", "").rstrip("/")
DATABASE = int("0" + os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw"))
"""Each test process has a database of its own on the shared server."""


@pytest.fixture
async def redis_url(tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty queue: the embedded one, or the server that SOLDE_TEST_REDIS_URL names."""
    if SERVER:
        async with Redis.from_url(f"{SERVER}/{DATABASE}") as redis:
            await redis.flushdb()
        yield f"{SERVER}/{DATABASE}"
    else:
        async with embedded_queue(tmp_path / "queue") as url:
            yield url
