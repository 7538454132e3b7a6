"""What waits for the antivirus is scanned once it answers, whatever it does meanwhile: the other documents go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from models import Upload
from models.attachments import ScanStatus
from resolvers import scanning, storage
from tasks import antivirus
from tasks.scanning import AT_ONCE, Scanned, scan_due
from tests.conftest import NOW
from tests.resolvers.test_scanning import make_waiting
from tests.services.antivirus import EICAR, FakeClamd, Manner, store

pytestmark = pytest.mark.usefixtures("db")

Setting = Callable[[str, object], None]
CONTENT = b"%PDF-1.7 " + b"a" * 100_000


async def make_stored(content: bytes = CONTENT) -> Upload:
    """A document that waits, with its bytes."""
    return await make_waiting(key=await store(content), size=len(content))


async def status_of(upload: Upload) -> ScanStatus:
    return (await Upload.get(id=upload.id)).scan_status


async def test_what_waits_is_scanned_and_eicar_is_found(fake_clamd: FakeClamd) -> None:
    clean = [await make_stored() for _ in range(AT_ONCE)]
    infected = await make_stored(CONTENT + EICAR)
    assert await scan_due(NOW) == Scanned(clean=AT_ONCE, infected=1)
    assert {await status_of(upload) for upload in clean} == {ScanStatus.CLEAN}
    assert await status_of(infected) is ScanStatus.INFECTED
    assert await scan_due(NOW) == Scanned()
    assert fake_clamd.asked == AT_ONCE + 1


async def test_while_it_is_down_what_waits_loses_no_attempt_and_it_is_asked_once_a_pass(
    fake_clamd: FakeClamd,
) -> None:
    fake_clamd.stop()
    uploads = [await make_stored() for _ in range(2 * AT_ONCE)]
    for minutes in range(5):
        as_of = NOW + timedelta(minutes=minutes)
        assert await scan_due(as_of) == Scanned(postponed=AT_ONCE)
        assert {upload.scan_attempts for upload in await Upload.all()} == {0}
        assert not await Upload.filter(scan_due_at__gt=as_of + timedelta(seconds=30)).exists()
    assert {await status_of(upload) for upload in uploads} == {ScanStatus.PENDING}
    await fake_clamd.start()
    assert await scan_due(NOW + timedelta(minutes=6)) == Scanned(clean=2 * AT_ONCE)


@pytest.mark.parametrize("url", ["unix:///nowhere/clamd.sock", "tcp://clamd.invalid:3310"])
async def test_an_antivirus_that_is_nowhere_is_one_that_is_down(setting: Setting, url: str) -> None:
    setting("clamd_url", url)
    await make_stored()
    assert await scan_due(NOW) == Scanned(postponed=1)


@pytest.mark.parametrize(
    ("manner", "words"),
    [
        (Manner.SILENT, "no answer within"),
        (Manner.DEAF, "takes nothing"),
        (Manner.RESETTING, "hung up"),
        (Manner.LEAVING, "hung up"),
        (Manner.BABBLING, "HTTP/1.1 400"),
        (Manner.LIMITED, "INSTREAM size limit exceeded. ERROR"),
        (Manner.FAILING, "Can't allocate memory ERROR"),
        (Manner.HASTY, "stream: OK"),
        (Manner.UNLOOKING, "Heuristics.Limits.Exceeded.MaxFileSize"),
    ],
)
async def test_whatever_else_it_does_the_document_waits_and_is_scanned_later(
    fake_clamd: FakeClamd, manner: Manner, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_clamd.manner = manner
    # More than this machine keeps on the way for somebody who takes nothing.
    upload = await make_stored(CONTENT * (200 if manner is Manner.DEAF else 20))
    with capture_logs() as lines, monkeypatch.context() as impatient:
        if manner in {Manner.SILENT, Manner.DEAF}:
            for name in ("TAKING", "ANSWERING"):
                impatient.setattr(antivirus, name, 0.5)
        assert await scan_due(NOW) == Scanned(postponed=1)
    [line] = [line for line in lines if line["event"] == "document_unscanned"]
    assert words in line["error"]
    row = await Upload.get()
    assert (row.scan_status, row.scan_attempts) == (ScanStatus.PENDING, 1)
    assert row.scan_due_at
    assert NOW + timedelta(seconds=60) <= row.scan_due_at <= NOW + timedelta(seconds=120)
    fake_clamd.manner = Manner.PROPER
    assert await scan_due(NOW) == Scanned()
    assert await scan_due(NOW + timedelta(minutes=3)) == Scanned(clean=1)
    assert await status_of(upload) is ScanStatus.CLEAN


@pytest.mark.usefixtures("fake_clamd")
async def test_a_document_whose_bytes_are_gone_holds_up_no_other() -> None:
    gone = await make_waiting()
    here = await make_stored()
    with capture_logs() as lines:
        assert await scan_due(NOW) == Scanned(clean=1, postponed=1)
    assert "document_unscanned" in [line["event"] for line in lines if line["log_level"] == "error"]
    assert [await status_of(upload) for upload in (gone, here)] == [ScanStatus.PENDING, ScanStatus.CLEAN]


@pytest.mark.usefixtures("fake_clamd")
async def test_while_the_storage_is_away_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(_key: str) -> AsyncGenerator[bytes, None]:
        yield b"%PDF-1.7"
        raise storage.Unavailable("nobody there")

    await make_stored()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(storage, "read", away)
        assert await scan_due(NOW) == Scanned(postponed=1)
    assert (await Upload.get()).scan_attempts == 0
    assert await scan_due(NOW + timedelta(minutes=1)) == Scanned(clean=1)


async def test_told_to_stop_a_worker_gives_back_what_it_was_scanning(
    fake_clamd: FakeClamd,
) -> None:
    fake_clamd.manner = Manner.SILENT
    await make_stored()
    scanning_now = asyncio.create_task(scan_due(NOW))
    while not fake_clamd.asked:
        await asyncio.sleep(0)
    scanning_now.cancel()
    await asyncio.gather(scanning_now, return_exceptions=True)
    fake_clamd.manner = Manner.PROPER
    assert await scan_due(NOW + timedelta(minutes=1)) == Scanned(clean=1)


async def test_a_verdict_that_cannot_be_written_is_asked_for_again(
    fake_clamd: FakeClamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_upload: Upload, _as_of: datetime) -> bool:
        raise RuntimeError("the database is away")

    await make_stored()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(scanning, "mark_clean", fails)
        assert await scan_due(NOW) == Scanned(postponed=1)
    assert await scan_due(NOW + timedelta(minutes=3)) == Scanned(clean=1)
    assert fake_clamd.asked == 2


async def test_where_no_antivirus_is_named_none_is_waited_for() -> None:
    upload = await make_stored()
    assert await scan_due(NOW) == Scanned()
    assert await status_of(upload) is ScanStatus.NOT_SCANNED


async def test_a_pass_that_the_database_leaves_gives_back_what_it_holds(
    fake_clamd: FakeClamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_upload: Upload, _as_of: datetime) -> None:
        raise RuntimeError("the database is away")

    fake_clamd.manner = Manner.FAILING
    for _ in range(AT_ONCE):
        await make_stored()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(scanning, "put_off", fails)
        with pytest.raises(ExceptionGroup):
            await scan_due(NOW)
    fake_clamd.manner = Manner.PROPER
    assert await scan_due(NOW + timedelta(minutes=1)) == Scanned(clean=AT_ONCE)
