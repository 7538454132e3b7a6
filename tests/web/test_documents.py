import hashlib
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from structlog.testing import capture_logs

from models import Attachment, Supplier, Upload, User
from models.actors import TokenScope
from models.content_disposition import disposition
from tests.conftest import NOW
from tests.factories import MANAGER, make_attachment, make_request, make_supplier, make_token, make_upload, make_user
from tests.stored import lose, put_there
from tests.web.conftest import Enter

CONTENT = b"%PDF-1.7 " + bytes(range(256)) * 2048
SHA256 = hashlib.sha256(CONTENT)
ETAG = f'"{SHA256.hexdigest()}"'


@pytest.fixture
async def document(db: str, data_dir: Path, supplier_user: User) -> Attachment:
    """A document of that user's supplier, with its bytes."""
    supplier = await Supplier.get(id=supplier_user.supplier_id)
    facts: dict[str, Any] = {"file_name": 'guide "été" 100 %.pdf', "size": len(CONTENT), "sha256": SHA256.hexdigest()}
    attachment = await make_attachment(await make_request(supplier), upload=await make_upload(MANAGER, **facts))
    put_there(attachment.upload.key, CONTENT)
    return attachment


@pytest.fixture
async def reader(site: AsyncClient, enter: Enter, supplier_user: User) -> AsyncClient:
    """The browser of somebody who may see it."""
    await enter(supplier_user)
    return site


async def test_a_document_is_downloaded_and_never_interpreted(
    each_storage: str, reader: AsyncClient, document: Attachment
) -> None:
    answer = await reader.get(f"/pieces/{document.id}")
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"guide __t__ 100 _.pdf\"; filename*=UTF-8''guide%20%22%C3%A9t%C3%A9%22%20100%20%25.pdf"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["ETag"] == ETAG
    assert answer.headers["Repr-Digest"] == f"sha-256=:{b64encode(SHA256.digest()).decode()}:"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"


async def test_a_head_says_the_same_without_the_bytes(
    each_storage: str, reader: AsyncClient, document: Attachment
) -> None:
    whole = await reader.get(f"/pieces/{document.id}")
    head = await reader.head(f"/pieces/{document.id}", headers={"Range": "bytes=0-8"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == whole.headers


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-8", slice(0, 9)),
        ("bytes=9-9", slice(9, 10)),
        ("bytes=300000-", slice(300000, None)),
        ("bytes=-5", slice(-5, None)),
        ("BYTES= 7-99999999 ", slice(7, None)),
        ("bytes=-99999999", slice(0, None)),
    ],
)
async def test_a_part_is_sent_alone(
    each_storage: str, reader: AsyncClient, document: Attachment, asked: str, part: slice
) -> None:
    answer = await reader.get(f"/pieces/{document.id}", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, CONTENT[part])
    first, stop, _ = part.indices(len(CONTENT))
    assert answer.headers["Content-Range"] == f"bytes {first}-{stop - 1}/{len(CONTENT)}"
    assert answer.headers["Content-Length"] == str(stop - first)
    assert answer.headers["ETag"] == ETAG


@pytest.mark.parametrize("asked", [f"bytes={len(CONTENT)}-", "bytes=99999999-99999999", "bytes=-0"])
async def test_a_part_beyond_the_end_is_refused(reader: AsyncClient, document: Attachment, asked: str) -> None:
    answer = await reader.get(f"/pieces/{document.id}", headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(CONTENT)}"


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "bytes=8-2", "bytes=-", "lines=0-1", "bytes=a-b", f"bytes=0-{'9' * 5000}", "bytes=٣-٤"]
)
async def test_several_parts_and_what_cannot_be_read_get_the_whole(
    reader: AsyncClient, document: Attachment, asked: str
) -> None:
    answer = await reader.get(f"/pieces/{document.id}", headers={b"Range": asked.encode()})
    assert (answer.status_code, answer.content) == (200, CONTENT)


@pytest.mark.parametrize(
    ("condition", "status"),
    [(ETAG, 206), (f"W/{ETAG}", 200), ('"another"', 200), ("Mon, 07 Aug 2023 12:32:00 GMT", 200)],
)
async def test_a_part_of_something_older_is_not_mixed_with_this_one(
    reader: AsyncClient, document: Attachment, condition: str, status: int
) -> None:
    headers = {"Range": "bytes=4-", "If-Range": condition}
    answer = await reader.get(f"/pieces/{document.id}", headers=headers)
    assert (answer.status_code, len(answer.content)) == (status, len(CONTENT) - (4 if status == 206 else 0))


@pytest.mark.parametrize(
    ("held", "status"),
    [(ETAG, 304), (f'"another", W/{ETAG}', 304), ("*", 304), ('"another"', 200), (SHA256.hexdigest(), 200)],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_who_has_it_already_is_not_sent_it_again(
    reader: AsyncClient, document: Attachment, held: str, status: int, method: str
) -> None:
    headers = {"If-None-Match": held, "Range": "bytes=0-"} if method == "HEAD" else {"If-None-Match": held}
    answer = await reader.request(method, f"/pieces/{document.id}", headers=headers)
    assert (answer.status_code, answer.headers["ETag"]) == (status, ETAG)
    assert (answer.content == b"") == (status == 304 or method == "HEAD")


@pytest.mark.parametrize("content_type", ["application/pdf", "image/png", "image/jpeg"])
async def test_a_pdf_or_an_image_may_be_read_in_place(
    reader: AsyncClient, document: Attachment, content_type: str
) -> None:
    await Upload.filter(id=document.upload_id).update(content_type=content_type)
    answer = await reader.get(f"/pieces/{document.id}?inline")
    assert answer.content == CONTENT
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Content-Disposition"].startswith("inline;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/vnd.oasis.opendocument.text"])
async def test_nothing_else_is_read_in_place(reader: AsyncClient, document: Attachment, content_type: str) -> None:
    await Upload.filter(id=document.upload_id).update(content_type=content_type)
    answer = await reader.get(f"/pieces/{document.id}?inline")
    assert answer.headers["Content-Disposition"].startswith("attachment;")


async def test_another_suppliers_document_answers_like_one_that_does_not_exist(
    site: AsyncClient, enter: Enter, document: Attachment
) -> None:
    await enter(await make_user(await make_supplier()))
    theirs = await site.get(f"/pieces/{document.id}")
    unknown = await site.get(f"/pieces/{uuid4()}")
    assert theirs.status_code == unknown.status_code == 404
    assert theirs.text.partition("incident n°")[0] == unknown.text.partition("incident n°")[0]
    assert (await site.get("/pieces/pas-un-identifiant")).status_code == 404


async def test_nobody_signed_in_is_sent_to_sign_in(site: AsyncClient, document: Attachment) -> None:
    assert (await site.get(f"/pieces/{document.id}")).headers["Location"].startswith("/connexion?retour=/pieces/")
    refused = await site.get(f"/pieces/{document.id}", headers={"Authorization": "Bearer faux"})
    assert (refused.status_code, refused.json()["code"]) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        (None, "Ce document est introuvable"),
        (CONTENT[:-1], "Ce document est abîmé"),
        (b"", "Ce document est abîmé"),
    ],
    ids=["lost", "cut", "emptied"],
)
async def test_a_document_that_was_lost_or_cut_is_an_alarm_and_a_page_that_says_so(
    each_storage: str, reader: AsyncClient, document: Attachment, left: bytes | None, sentence: str
) -> None:
    lose(document.upload.key)
    if left is not None:
        put_there(document.upload.key, left)
    with capture_logs() as logs:
        answer = await reader.get(f"/pieces/{document.id}", headers={"Range": "bytes=0-4"})
    assert answer.status_code == 500
    assert sentence in answer.text
    [alarm] = [line for line in logs if line["event"] == "document_damaged"]
    assert (alarm["log_level"], alarm["upload"]) == ("error", str(document.upload_id))


@pytest.mark.parametrize("each_storage", ["bucket"], indirect=True)
async def test_a_storage_that_is_away_is_a_page_that_says_to_come_back(
    each_storage: str, reader: AsyncClient, document: Attachment, setting: Callable[[str, object], None]
) -> None:
    setting("storage_url", "s3://no-such-bucket")
    answer = await reader.get(f"/pieces/{document.id}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Le service ne répond pas." in answer.text
    secret = await make_token(name="Lecture", scopes=[TokenScope.READ], as_of=NOW)
    answer = await reader.get(f"/pieces/{document.id}", headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")


@pytest.mark.parametrize("each_storage", ["bucket"], indirect=True)
async def test_a_bucket_that_signs_addresses_sends_the_bytes_itself(
    each_storage: str, reader: AsyncClient, document: Attachment, setting: Callable[[str, object], None]
) -> None:
    setting("storage_signed_urls", True)
    answer = await reader.get(f"/pieces/{document.id}")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (302, "no-store")
    async with AsyncClient() as anybody:
        assert (await anybody.get(answer.headers["Location"])).content == CONTENT
    assert (await reader.get(f"/pieces/{document.id}?inline")).content == CONTENT
    assert (await reader.head(f"/pieces/{document.id}")).headers["Content-Length"] == str(len(CONTENT))
    lose(document.upload.key)
    assert (await reader.get(f"/pieces/{document.id}")).status_code == 500


def test_a_name_cannot_add_a_header() -> None:
    plain, _, encoded = disposition("attachment", 'a\r\nSet-Cookie: x=y"; b\\.pdf').partition("; filename*=")
    assert plain == 'attachment; filename="a__Set-Cookie: x=y_; b_.pdf"'
    assert encoded == "UTF-8''a%0D%0ASet-Cookie%3A%20x%3Dy%22%3B%20b%5C.pdf"
