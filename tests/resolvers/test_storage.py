import errno
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import obstore
import pytest
from pydantic import SecretStr

from resolvers import storage
from resolvers.storage.bucket import open_bucket
from tests.stored import date_all, lose, put_there, stored, stored_keys, temporary_files

CONTENT = os.urandom(3 * 1024 * 1024 + 17)
YESTERDAY = datetime.now(UTC) - timedelta(days=1)
TOMORROW = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def data_dir(setting: Callable[[str, object], None], tmp_path: Path) -> Path:
    setting("data_dir", tmp_path)
    return tmp_path


def received(content: bytes = CONTENT) -> storage.Incoming:
    incoming = storage.Incoming(len(content))
    incoming.write(content)
    return incoming


async def keep(content: bytes = CONTENT) -> str:
    return await storage.keep(received(content), file_name="guide été.pdf", content_type="application/pdf")


async def read(key: str, start: int = 0, stop: int | None = None) -> bytes:
    return b"".join([piece async for piece in storage.read(key, start, stop)])


def open_files(folder: Path) -> list[str]:
    """Which of that folder's files this process has open; other threads open and close files of their own."""
    links = [os.path.realpath(entry) for entry in Path("/proc/self/fd").iterdir()]
    return [link for link in links if link.startswith(str(folder.resolve()))]


def fetched(url: str) -> tuple[bytes, Message]:
    """What anybody is given who has this address."""
    with urlopen(url) as answer:  # noqa: S310 (our own server)
        return answer.read(), answer.headers


async def keys_before(instant: datetime) -> list[str]:
    return sorted([key async for keys in storage.keys_before(instant) for key in keys])


async def test_what_is_kept_is_read_back_byte_for_byte(each_storage: str) -> None:
    key = await keep()
    assert stored_keys() == [key]
    assert await storage.size_of(key) == len(CONTENT)
    assert await read(key) == CONTENT
    assert stored(key) == CONTENT
    assert temporary_files() == []


async def test_names_are_ours_and_never_the_same(each_storage: str) -> None:
    keys = {await keep(b"the same") for _ in range(3)}
    assert sorted(keys) == stored_keys()
    assert len(keys) == 3
    assert all(len(key) == 38 and "guide" not in key for key in keys)


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        (0, 1),
        (5, 5),
        (1024 * 1024 - 1, 1024 * 1024 + 1),
        (len(CONTENT) - 1, None),
        (0, len(CONTENT)),
        (len(CONTENT), None),
        (7, len(CONTENT) + 1000),
    ],
)
async def test_a_part_is_read_alone(each_storage: str, start: int, stop: int | None) -> None:
    assert await read(await keep(), start, stop) == CONTENT[start:stop]


async def test_what_is_read_comes_in_pieces(each_storage: str) -> None:
    sizes = [len(piece) async for piece in storage.read(await keep())]
    assert len(sizes) > 3
    assert max(sizes) <= 1024 * 1024


async def test_what_is_not_there_is_missing_before_the_first_piece(each_storage: str) -> None:
    key = await keep()
    await keep(b"another one")
    lose(key)
    assert await storage.size_of(key) is None
    for stop in (None, 10):
        with pytest.raises(storage.Missing):
            await anext(storage.read(key, 0, stop))


async def test_what_is_removed_is_gone_and_may_be_removed_again(each_storage: str) -> None:
    key, other = await keep(), await keep()
    await storage.remove(key)
    await storage.remove(key)
    assert stored_keys() == [other]


async def test_what_is_older_than_an_instant_is_listed_and_nothing_else(each_storage: str) -> None:
    keys = sorted([await keep(b"one"), await keep(b"two")])
    put_there("somebody/elses/file", b"x")
    assert await keys_before(YESTERDAY) == []
    assert await keys_before(TOMORROW) == keys
    date_all(YESTERDAY - timedelta(hours=1))
    assert await keys_before(YESTERDAY) == keys
    younger = await keep(b"three")
    assert younger not in await keys_before(YESTERDAY)


async def test_what_was_received_half_way_is_swept_once_it_is_old(each_storage: str) -> None:
    left = received(b"half a docu")
    assert await storage.remove_temporary(YESTERDAY) == 0
    assert await storage.remove_temporary(TOMORROW) == 1
    assert temporary_files() == stored_keys() == []
    left.discard()


async def test_what_is_discarded_leaves_nothing_unless_it_was_kept(each_storage: str) -> None:
    received().discard()
    assert temporary_files() == []
    incoming = received()
    key = await storage.keep(incoming, file_name="a.pdf", content_type="application/pdf")
    incoming.discard()
    assert await storage.size_of(key) == len(CONTENT)


async def test_what_is_too_large_is_written_no_further(each_storage: str) -> None:
    incoming = storage.Incoming(10)
    for _ in range(3):
        incoming.write(b"12345")
    assert incoming.is_too_large
    assert incoming.size == 15
    assert temporary_files() == []


async def test_a_place_that_is_not_there_has_lost_nothing(
    each_storage: str, setting: Callable[[str, object], None]
) -> None:
    key = await keep()
    elsewhere = "s3://no-such-bucket" if each_storage == "bucket" else "file:///no/such/folder"
    setting("storage_url", elsewhere)
    with pytest.raises(storage.Unavailable):
        await storage.size_of(key)
    for stop in (None, 10):
        with pytest.raises(storage.Unavailable):
            await read(key, 0, stop)


# A folder


@pytest.mark.parametrize(
    ("number", "expected"),
    [(errno.ENOSPC, storage.Full), (errno.EDQUOT, storage.Full), (errno.EIO, storage.Unavailable)],
)
async def test_a_disk_that_is_full_is_told_from_one_that_fails(
    data_dir: Path, setting: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch, number: int, expected: type
) -> None:
    setting("storage_url", "")

    def fails(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    incoming = received()
    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(storage.Unavailable) as raised:
        await storage.keep(incoming, file_name="a.pdf", content_type="application/pdf")
    incoming.discard()
    assert type(raised.value) is expected
    assert stored_keys() == temporary_files() == []


async def test_a_folder_may_be_anywhere(data_dir: Path, tmp_path: Path, setting: Callable[[str, object], None]) -> None:
    setting("storage_url", f"file://{tmp_path}/some%20where")
    key = await keep()
    assert (tmp_path / "some where" / key).read_bytes() == CONTENT
    assert await storage.signed_url(key) is None


async def test_a_reader_who_leaves_holds_nothing_open(data_dir: Path, setting: Callable[[str, object], None]) -> None:
    setting("storage_url", "")
    key = await keep()
    pieces = storage.read(key)
    await anext(pieces)
    assert len(open_files(data_dir)) == 1
    await pieces.aclose()
    assert open_files(data_dir) == []


# A bucket


async def test_a_bucket_can_serve_a_document_by_itself_for_a_minute(
    data_dir: Path, bucket: str, setting: Callable[[str, object], None]
) -> None:
    key = await keep()
    assert await storage.signed_url(key) is None
    setting("storage_signed_urls", True)
    url = await storage.signed_url(key)
    assert url is not None
    assert "X-Amz-Expires=60&" in url
    content, headers = fetched(url)
    assert content == CONTENT
    assert (headers["Content-Type"], headers["Cache-Control"]) == ("application/pdf", "no-store")
    assert headers["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''guide%20%C3%A9t%C3%A9.pdf" in headers["Content-Disposition"]


async def test_a_large_document_goes_to_a_bucket_in_parts(
    data_dir: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.storage.bucket._WHOLE", 1024)
    content = os.urandom(11 * 1024 * 1024)
    key = await keep(content)
    assert await read(key) == content
    assert "-" in str(obstore.head(open_bucket().store, key)["e_tag"])  # How a bucket marks what came in parts.


@pytest.mark.parametrize(("asked", "said"), [("none", None), ("AES256", "AES256"), ("aws:kms", "aws:kms")])
async def test_a_bucket_is_asked_to_encrypt(
    data_dir: Path, bucket: str, setting: Callable[[str, object], None], asked: str, said: str | None
) -> None:
    setting("storage_encryption", asked)
    setting("storage_encryption_key", "of-ours" if asked == "aws:kms" else "")
    setting("storage_signed_urls", True)
    key = await keep()
    content, headers = fetched(await storage.signed_url(key) or "")
    assert content == CONTENT
    assert headers["x-amz-server-side-encryption"] == said
    assert headers["x-amz-server-side-encryption-aws-kms-key-id"] == ("of-ours" if said == "aws:kms" else None)


class _Refusing(BaseHTTPRequestHandler):
    """A bucket that takes nothing."""

    answer: tuple[int, bytes]

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        status, body = self.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def refusing(data_dir: Path, setting: Callable[[str, object], None]) -> Iterator[type[_Refusing]]:
    handler = type("Refusing", (_Refusing,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        setting("storage_url", "s3://somewhere/else")
        setting("storage_endpoint", f"http://127.0.0.1:{server.server_port}")
        setting("storage_access_key", "tests")
        setting("storage_secret_key", SecretStr("tests"))
        yield handler
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (507, "XMinioStorageFull", storage.Full),
        (403, "QuotaExceeded", storage.Full),
        (403, "AccessDenied", storage.Unavailable),
        (503, "SlowDown", storage.Unavailable),
        (404, "NoSuchBucket", storage.Unavailable),
    ],
)
async def test_a_bucket_that_is_full_is_told_from_one_that_refuses(
    refusing: type[_Refusing], status: int, code: str, expected: type
) -> None:
    refusing.answer = (status, f"<Error><Code>{code}</Code></Error>".encode())
    incoming = received(b"content")
    with pytest.raises(storage.Unavailable) as raised:
        await storage.keep(incoming, file_name="a.pdf", content_type="application/pdf")
    assert type(raised.value) is expected
    assert len(temporary_files()) == 1
    incoming.discard()
    assert temporary_files() == []
