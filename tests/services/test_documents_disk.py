"""A disk that is full of something else: said so in French, nothing half-written, and well again with the room back.

The web process alone sees the small disk, as a file system mounted for it: SOLDE_TEST_UNSHARE, as in
`unshare --mount`, is the command that gives it mounts of its own.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from models import Upload
from tests.conftest import POSTGRES
from tests.services.sending import MEBIBYTE, Pdf, send
from tests.services.web_process import Launch, WebProcess, files_of, tokens

SMALL_DISK = """
mount -t tmpfs -o size=24m,mode=777 tmpfs "$1" || exit 1
cp "$2"/*.sqlite3* "$1" 2>/dev/null
shift 2
exec "$@"
"""


OnASmallDisk = Callable[..., WebProcess]


@pytest.fixture
def on_a_small_disk(launch_web: Launch, tmp_path: Path) -> OnASmallDisk:
    """Start a web process whose data folder is a disk of 24 MiB, with a copy of the database where it is a file."""

    def start(**settings: object) -> WebProcess:
        folder = tmp_path / "small"
        folder.mkdir()
        apart = os.environ["SOLDE_TEST_UNSHARE"].split()
        web = launch_web(*apart, "sh", "-c", SMALL_DISK, "sh", str(folder), str(tmp_path), data_dir=folder, **settings)
        # What it sees at its own root.
        return WebProcess(web.process, web.url, Path(f"/proc/{web.process.pid}/root{folder}"))

    return start


def fill(data: Path, leaving: int) -> None:
    """Something else takes all the room but this."""
    with (data / "journal.log").open("ab") as file, suppress(OSError):
        os.posix_fallocate(file.fileno(), 0, os.fstat(file.fileno()).st_size + shutil.disk_usage(data).free - leaving)


def make_room(data: Path) -> None:
    """Somebody has cleared the disk."""
    (data / "journal.log").unlink()


async def check_refused_for_want_of_room(web: WebProcess, token: str, pdf: Pdf) -> None:
    answer = await send(web.url, token, pdf)
    assert answer.status in {503, 507}, answer.body
    assert "Réessayez" in answer.json["message"]
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("leaving", [0, 2 * MEBIBYTE])
async def test_a_full_disk_refuses_in_french_and_recovers_alone(
    db: str, on_a_small_disk: OnASmallDisk, leaving: int
) -> None:
    [token] = await tokens(1)
    web = on_a_small_disk()
    before = await send(web.url, token, Pdf(5_000, 1))
    kept = files_of(web.data)
    fill(web.data, leaving)
    for size in (2 * MEBIBYTE + 5_000, 15 * MEBIBYTE):
        await check_refused_for_want_of_room(web, token, Pdf(size))
        assert files_of(web.data) == kept
    make_room(web.data)
    after = await send(web.url, token, Pdf(15 * MEBIBYTE))
    assert [before.status, after.status] == [201, 201]
    assert files_of(web.data) == await rows_elsewhere()


@pytest.mark.parametrize("database", ["elsewhere"] if POSTGRES else ["elsewhere", "on the same disk"])
async def test_room_that_ends_at_any_step_leaves_no_row_without_its_document(
    db: str, on_a_small_disk: OnASmallDisk, tmp_path: Path, database: str
) -> None:
    [token] = await tokens(1)
    web = on_a_small_disk(**({"database_url": ""} if database == "on the same disk" else {}))
    statuses = [(await send(web.url, token, Pdf(5_000))).status]
    for number in range(5):
        fill(web.data, leaving=MEBIBYTE + (number - 1) * 16384)
        statuses.append((await send(web.url, token, Pdf(MEBIBYTE, number + 1))).status)
        make_room(web.data)
        rows = await rows_elsewhere() if database == "elsewhere" else rows_of(web.data, tmp_path / "copy")
        assert rows.items() <= files_of(web.data).items()
    assert set(statuses) == {201, 507}
    assert (await send(web.url, token, Pdf(MEBIBYTE, 9))).status == 201


async def rows_elsewhere() -> dict[str, int]:
    """What this test's database knows: each key and its size."""
    return {upload.key: upload.size for upload in await Upload.all()}


def rows_of(data: Path, copy: Path) -> dict[str, int]:
    """The same of the one on the small disk: SQLite would not find it where we see it."""
    copy.mkdir(exist_ok=True)
    for name in ("solde.sqlite3", "solde.sqlite3-wal"):
        shutil.copyfile(data / name, copy / name)
    with closing(sqlite3.connect(copy / "solde.sqlite3")) as database:
        return dict(database.execute("SELECT key, size FROM upload").fetchall())
