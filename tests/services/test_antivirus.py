"""clamd itself: it finds EICAR in what was received, it may come and go, and nothing is lost nor opened meanwhile."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from models import Attachment, Event, Upload
from models.attachments import ScanStatus
from models.errors import Invalid
from models.events import EventKind
from resolvers.editing import add_attachment
from resolvers.modifications import confirm_modification
from tasks.scanning import Scanned, scan_due
from tests.conftest import NOW
from tests.factories import make_request, send_back, supplier_of
from tests.resolvers.test_scanning import make_waiting
from tests.services.antivirus import EICAR, Clamd, store
from tests.services.background import Background

pytestmark = pytest.mark.usefixtures("db")

Setting = Callable[[str, object], None]


def zipped(content: bytes) -> bytes:
    """An office file, as an antivirus sees it: a compressed member."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("word/media/image1.bin", content)
    return archive.getvalue()


async def make_stored(content: bytes, created_at: datetime = NOW) -> Upload:
    """A document that waits, with its bytes."""
    return await make_waiting(key=await store(content), size=len(content), created_at=created_at)


@pytest.mark.parametrize(
    ("content", "status", "finding"),
    [
        (EICAR, ScanStatus.INFECTED, "Eicar-Test.UNOFFICIAL"),
        (b"%PDF-1.7 " + EICAR + b" %%EOF", ScanStatus.INFECTED, "Eicar-Test.UNOFFICIAL"),
        (b"%PDF-1.7 " + os.urandom(1_500_000) + EICAR, ScanStatus.INFECTED, "Eicar-Test.UNOFFICIAL"),
        (zipped(EICAR), ScanStatus.INFECTED, "Eicar-Test.UNOFFICIAL"),
        (b"%PDF-1.7 nothing of the kind %%EOF", ScanStatus.CLEAN, None),
        (b"", ScanStatus.CLEAN, None),
    ],
    ids=["alone", "in a PDF", "far inside", "in an archive", "clean", "empty"],
)
async def test_eicar_is_found_wherever_it_is(
    clamd: Clamd, content: bytes, status: ScanStatus, finding: str | None
) -> None:
    await make_stored(content)
    await scan_due(NOW)
    row = await Upload.get()
    assert (row.scan_status, row.scan_finding, row.scanned_at is not None) == (status, finding, True)


async def test_it_is_reached_by_a_port_as_well(clamd: Clamd, setting: Setting) -> None:
    setting("clamd_url", f"tcp://127.0.0.1:{clamd.port}")
    await make_stored(EICAR)
    await make_stored(b"%PDF-1.7")
    assert await scan_due(NOW) == Scanned(clean=1, infected=1)


@pytest.mark.parametrize(
    ("megabytes", "words"),
    [
        (3, "stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND"),
        (8, "INSTREAM size limit exceeded. ERROR"),
    ],
)
@pytest.mark.parametrize("by_port", [False, True])
async def test_what_is_past_its_limits_waits_and_its_words_are_logged(
    clamd: Clamd, setting: Setting, by_port: bool, megabytes: int, words: str
) -> None:
    if by_port:
        setting("clamd_url", f"tcp://127.0.0.1:{clamd.port}")
    await make_stored(b"%PDF-1.7 " + bytes(megabytes * 1_000_000))
    with capture_logs() as lines:
        assert await scan_due(NOW) == Scanned(postponed=1)
    assert [line["error"] for line in lines] == [words]
    assert (await Upload.get()).scan_status is ScanStatus.PENDING


async def test_while_it_is_away_documents_wait_and_once_it_is_back_an_infected_one_is_caught(clamd: Clamd) -> None:
    request = await make_request()
    modification = await send_back(request)
    supplier = await supplier_of(request)
    upload = await make_waiting(supplier, key=await store(EICAR), size=len(EICAR))
    clamd.stop()
    assert await scan_due(NOW) == Scanned(postponed=1)
    added = await add_attachment(supplier, modification.id, document_type="AUTRE_S", upload_id=upload.id, as_of=NOW)
    await clamd.start()
    assert await scan_due(NOW + timedelta(minutes=1)) == Scanned(infected=1)
    with pytest.raises(Invalid, match="contient un virus"):
        await confirm_modification(supplier, modification.id, as_of=NOW + timedelta(minutes=2))
    assert (await Attachment.get(id=added.id)).rank is None
    assert (await Event.get(kind=EventKind.ATTACHMENT_INFECTED)).request_id == request.id


async def test_the_workers_pass_scans_what_waits(clamd: Clamd, background: Background, setting: Setting) -> None:
    setting("data_dir", background.output.parent)
    setting("storage_url", "")  # The worker of this test keeps its documents in a folder.
    await make_stored(EICAR, datetime.now(UTC))
    await make_stored(b"%PDF-1.7", datetime.now(UTC))
    background.environment["SOLDE_CLAMD_URL"] = f"unix://{clamd.socket}"
    told = (await background.sweep()).replace("\u00a0", " ")
    assert "1 document sain, 1 document infecté" in told
    statuses = {upload.scan_status for upload in await Upload.all()}
    assert statuses == {ScanStatus.CLEAN, ScanStatus.INFECTED}
