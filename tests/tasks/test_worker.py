"""The worker wakes up when told and when it is not, with a queue, without one, and when it comes and goes."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from models import Email, Modification, SweepPass
from models.emails import EmailKind, EmailStatus
from tasks import delivery, worker
from tasks.embedded_queue import embedded_queue
from tasks.transports import Send
from tests.factories import make_request, send_back
from tests.resolvers.test_outbox import make_email
from tests.services.portal import wait_until
from web import nudge
from web.nudge import Nudges

Setting = Callable[[str, object], None]
PATIENCE = 60.0  # seconds; the machine may be busy with the other tests


@asynccontextmanager
async def working() -> AsyncIterator[asyncio.Task[None]]:
    """The worker at work, told to stop at the end of the block."""
    told = asyncio.Event()
    task = asyncio.create_task(worker.work_until(told))
    try:
        yield task
    finally:
        told.set()
        await asyncio.wait_for(task, PATIENCE)


async def until(holds: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await holds():
            await asyncio.sleep(0.05)


async def all_sent() -> bool:
    return not await Email.exists(status=EmailStatus.QUEUED)


@pytest.fixture(autouse=True)
def mail_folder(setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    setting("data_dir", tmp_path)
    monkeypatch.setattr(nudge, "PATIENCE", PATIENCE)


@pytest.fixture
def queue(setting: Setting, redis_url: str) -> str:
    """An empty queue, that the settings name."""
    setting("redis_url", redis_url)
    return redis_url


@pytest.mark.usefixtures("db", "queue")
async def test_it_looks_as_soon_as_it_starts() -> None:
    await make_email()
    async with working():
        await until(all_sent)


@pytest.mark.usefixtures("db", "queue")
async def test_what_happens_wakes_it_at_once() -> None:
    await make_email()
    async with working():
        await until(all_sent)
        await make_email()
        Nudges().send()
        await until(all_sent)


@pytest.mark.usefixtures("db")
async def test_it_wakes_up_by_itself_for_a_deadline(queue: str) -> None:
    modification = await send_back(await make_request(), as_of=datetime.now(UTC) - timedelta(days=3))
    due = datetime.now(UTC) + timedelta(seconds=3)
    await Modification.filter(id=modification.id).update(reminds_at=due)

    async def is_reminded() -> bool:
        return await Email.exists(kind=EmailKind.MODIFICATION_REMINDER, status=EmailStatus.SENT)

    async with working():
        await until(all_sent)
        async with Redis.from_url(queue) as redis:

            async def has_a_date() -> object:
                return await redis.keys("arq:job:wake:*")

            await until(has_a_date)
        await until(is_reminded)
    assert (await Email.get(kind=EmailKind.MODIFICATION_REMINDER)).created_at >= due


@pytest.mark.usefixtures("db")
async def test_flushing_the_queue_loses_nothing(queue: str) -> None:
    async with working(), Redis.from_url(queue) as redis:
        for _ in range(3):
            await make_email()
            await redis.flushdb()
            Nudges().send()
            await until(all_sent)


@pytest.mark.usefixtures("db")
async def test_it_goes_on_without_the_queue_and_finds_it_again(
    setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PAUSE_WITHOUT_QUEUE", 0.2)
    async with embedded_queue(tmp_path / "queue") as url:
        setting("redis_url", url)
        stack = working()
        task = await stack.__aenter__()
        await make_email()
        await until(all_sent)
    await make_email()
    await until(all_sent)
    async with embedded_queue(tmp_path / "queue") as url, Redis.from_url(url) as redis:

        async def is_listening() -> bool:
            return bool(await redis.keys("arq:queue:health-check"))

        await until(is_listening)
        await make_email()
        Nudges().send()
        await until(all_sent)
        assert not task.done()
        await stack.__aexit__(None, None, None)


@pytest.mark.usefixtures("db")
async def test_it_needs_no_queue_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAUSE_WITHOUT_QUEUE", 0.1)
    async with working():
        for _ in range(2):
            await make_email()
            await until(all_sent)


class Planted:
    """What pickle would run on being read."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.file,))


@pytest.mark.usefixtures("db")
async def test_whoever_writes_to_the_queue_cannot_run_code(queue: str, tmp_path: Path) -> None:
    job = pickle.dumps({"t": None, "f": "wake", "a": (Planted(tmp_path / "pwned"),), "k": {}, "et": 0})
    async with working(), Redis.from_url(queue) as redis:
        await redis.set("arq:job:planted", job)
        await redis.zadd("arq:queue", {"planted": 1})

        async def is_gone() -> bool:
            return await redis.zscore("arq:queue", "planted") is None

        await until(is_gone)
        await make_email()
        Nudges().send()
        await until(all_sent)
    assert not (tmp_path / "pwned").exists()


async def test_nudging_an_absent_queue_fails_nothing_and_waits_for_nobody(setting: Setting, tmp_path: Path) -> None:
    nudges = Nudges()
    nudges.send()
    setting("redis_url", f"unix://{tmp_path}/nobody.sock")
    for _ in range(100):
        nudges.send()
    asked = list(nudges._running)
    assert asked
    assert not any(task.done() for task in asked)
    await asyncio.gather(*asked)


@pytest.mark.usefixtures("db")
async def test_told_to_stop_the_process_ends_what_it_does_and_leaves_cleanly(database_url: str, tmp_path: Path) -> None:
    await make_email()
    environment = os.environ | {"SOLDE_DATA_DIR": str(tmp_path), "SOLDE_DATABASE_URL": database_url}
    command = [sys.executable, "-m", "tasks", "worker"]
    process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.PIPE)
    try:
        await asyncio.to_thread(wait_until, lambda: list((tmp_path / "mail").glob("*.eml")))
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0
    assert b"Traceback" not in errors
    assert await all_sent()


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("with_queue", [False, True], ids=["without a queue", "with one"])
async def test_told_to_stop_it_gives_back_what_it_has_no_time_for(
    with_queue: bool, setting: Setting, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting("redis_url", redis_url if with_queue else "")
    monkeypatch.setattr(worker, "GRACE", 0.1)
    sending = asyncio.Event()

    @asynccontextmanager
    async def endless() -> AsyncIterator[Send]:
        async def send(_email: Email) -> None:
            sending.set()
            await asyncio.Event().wait()

        yield send

    monkeypatch.setattr(delivery, "files", endless)
    for _ in range(3):
        await make_email()
    async with working():
        await asyncio.wait_for(sending.wait(), PATIENCE)
    held = [email for email in await Email.all() if email.leased_until]
    assert len(held) == 1  # Nobody knows what became of it: its lease ends by itself.
    assert await Email.filter(status=EmailStatus.QUEUED, leased_until=None, attempts=0).count() == 2


@pytest.mark.usefixtures("db")
async def test_it_writes_down_when_it_looked_for_whoever_watches_over_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAUSE_WITHOUT_QUEUE", 0.1)
    started = datetime.now(UTC)
    async with working():
        await until(lambda: SweepPass.exists(began_at__gt=started + timedelta(seconds=0.1)))
    noted = await SweepPass.get()  # One row for each worker, however often it looks.
    assert noted.failed == []
    assert 0 < noted.seconds < PATIENCE
