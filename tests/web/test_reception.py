"""What a sender says of its documents, and what it is answered: digests, types, bounds, the same bytes again."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from httpx import AsyncClient, Response

from models import Supplier, Upload
from models.actors import TokenScope
from models.attachments import Integrity, ScanStatus
from resolvers.uploads import sweep_orphans
from schema.nodes import node_id
from tests.conftest import NOW
from tests.corpus.cases import archive, open_xml
from tests.factories import make_attachment, make_request, make_token, make_user, send_back
from tests.stored import lose, stored_keys, temporary_files
from tests.web.conftest import Clock
from tests.web.scene import EXAMPLES, PDF
from web import sent_files

SHA256 = hashlib.sha256(PDF).hexdigest()
# What its probe opens fastest.
LIGHT = archive(open_xml())
AT_ONCE = 10
OTHER = hashlib.sha256(b"other").hexdigest()


def left() -> list[str]:
    """Everything that was kept, and whatever should have been thrown away."""
    return stored_keys() + temporary_files()


def content_digest(content: bytes, bits: int = 256) -> str:
    digest = hashlib.new(f"sha{bits}", content).digest()
    return f"sha-{bits}=:{b64encode(digest).decode()}:"


def part(name: str, content: bytes, file_name: str = "", headers: str = "") -> bytes:
    """One field of a form, a document when it has a file name."""
    file = f'; filename="{file_name}"' if file_name else ""
    return f'--B\r\nContent-Disposition: form-data; name="{name}"{file}\r\n{headers}\r\n'.encode() + content + b"\r\n"


async def post_form(program: AsyncClient, *parts: bytes, **headers: str) -> Response:
    content = b"".join(parts) + b"--B--\r\n"
    sent = {"Content-Type": "multipart/form-data; boundary=B"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return await program.post("/uploads", content=content, headers=sent)


@pytest.mark.parametrize(
    ("query", "header", "status"),
    [
        (f"&sha256={SHA256}", None, 201),
        (f"&sha256={SHA256.upper()}", content_digest(PDF), 201),
        ("", f"{content_digest(PDF, 512)}, {content_digest(PDF)}", 201),
        ("", content_digest(PDF, 512), 201),
        ("", "md5=:AAAA:", 201),
        (f"&sha256={OTHER}", None, 422),
        ("", content_digest(b"other"), 422),
        ("", content_digest(b"other", 512), 422),
        ("", f"{content_digest(PDF)}, {content_digest(b'other', 512)}", 422),
        ("", content_digest(b"other").replace("sha", "SHA"), 422),
        (f"&sha256={SHA256}", content_digest(b"other"), 422),
        ("&sha256=abc", None, 400),
        ("", "sha-256=:abc:", 400),
        ("", content_digest(PDF).replace("256", "512"), 400),
        ("", f"sha-256={SHA256}", 400),
    ],
)
async def test_a_document_is_compared_with_the_digest_that_came_with_it(
    program: AsyncClient, query: str, header: str | None, status: int
) -> None:
    headers = {"Content-Digest": header} if header else {}
    answer = await program.post(f"/uploads?name=a.pdf{query}", content=PDF, headers=headers)
    assert answer.status_code == status, answer.text
    assert (answer.json().get("code") == "DIGEST_MISMATCH") is (status == 422)
    assert await Upload.all().count() == len(left()) == (status == 201)


async def test_a_digest_that_comes_after_another_line_of_digests_is_compared_too(program: AsyncClient) -> None:
    lines = [("Content-Digest", "md5=:AAAA:"), ("Content-Digest", content_digest(b"other"))]
    answer = await program.post("/uploads?name=a.pdf", content=PDF, headers=[*program.headers.items(), *lines])
    assert (answer.status_code, answer.json()["code"]) == (422, "DIGEST_MISMATCH")


async def test_each_document_of_a_form_has_its_own_digest_before_it_or_on_its_part(program: AsyncClient) -> None:
    twin = (EXAMPLES / "pieces/guide-pdf-au-depot.pdf").read_bytes()
    answer = await post_form(
        program,
        part("sha256", SHA256.encode()),
        part("file", PDF, "a.pdf"),
        part("file", twin, "b.pdf"),
        part("sha256", SHA256.encode()),
        part("file", twin, "c.pdf"),
        part("file", twin, "d.pdf", f"Content-Digest: {content_digest(PDF)}\r\n"),
        part("file", PDF, "e.pdf", f"Content-Digest: {content_digest(PDF)}\r\n"),
    )
    told = [(each["fileName"], each.get("code")) for each in answer.json()]
    mismatch = "DIGEST_MISMATCH"
    assert told == [("a.pdf", None), ("b.pdf", None), ("c.pdf", mismatch), ("d.pdf", mismatch), ("e.pdf", None)]


@pytest.mark.parametrize("bits", [256, 512])
@pytest.mark.parametrize("changed", [False, True])
async def test_a_form_is_compared_with_its_own_digest_before_anything_is_stored(
    program: AsyncClient, changed: bool, bits: int
) -> None:
    sent = part("file", PDF, "a.pdf")
    told = content_digest(sent + b"--B--\r\n", bits)
    answer = await post_form(program, sent.replace(b"a.pdf", b"b.pdf") if changed else sent, Content_Digest=told)
    assert answer.status_code == (422 if changed else 201)
    assert (answer.json().get("code") == "DIGEST_MISMATCH") is changed
    assert len(left()) == (0 if changed else 1)


async def test_a_type_that_was_told_decides_before_the_document_is_read(
    program: AsyncClient, setting: Callable[[str, object], None]
) -> None:
    read: list[int] = []

    async def much() -> AsyncIterator[bytes]:
        for _ in range(8):
            read.append(1)
            yield b"x" * 65536

    for query, code in (
        ("name=a.png&documentType=MSS_GUIDE_PDF_API", "WRONG_FORMAT"),
        ("name=a.pdf&documentType=INCONNU", "UNKNOWN_TYPE"),
    ):
        answer = await program.post(f"/uploads?{query}", content=much())
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        # Read to its end, so that a browser hears the answer; nothing of it was written.
        assert (len(read), left()) == (8, [])
        read.clear()
    answer = await post_form(
        program,
        part("type", b"MSS_GUIDE_PDF_API"),
        part("file", PDF, "a.png"),
        part("type", b"AUTRE_S"),
        part("file", PDF, "a.pdf"),
    )
    assert [each.get("code") for each in answer.json()] == ["WRONG_FORMAT", None]


async def test_the_declared_type_has_its_word(program: AsyncClient) -> None:
    answer = await program.post("/uploads?name=a.pdf", content=PDF, headers={"Content-Type": "image/png"})
    assert (answer.status_code, answer.json()["code"]) == (422, "WRONG_FORMAT")
    answer = await post_form(program, part("file", PDF, "a.pdf", "Content-Type: text/html\r\n"))
    assert (answer.status_code, answer.json()["code"]) == (422, "WRONG_FORMAT")


async def test_the_same_bytes_sent_again_within_a_day_are_the_same_document(program: AsyncClient, clock: Clock) -> None:
    first = await program.post("/uploads?name=a.pdf", content=PDF)
    clock.now = NOW + timedelta(hours=23)
    again = await program.post("/uploads?name=a.pdf", content=PDF)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert await Upload.all().count() == len(left()) == 1
    # It is as good as new: the sweep leaves it a whole day to be attached.
    assert await sweep_orphans(NOW + timedelta(hours=46)) == 0
    other = await program.post("/uploads?name=b.pdf", content=PDF)
    assert (other.status_code, await Upload.all().count()) == (201, 2)


@pytest.mark.parametrize("facts", [{"purged_at": NOW}, {"integrity": "ALTERED"}, {"account": "user:colleague"}])
async def test_what_is_lost_or_a_colleagues_is_not_answered_again(
    program: AsyncClient, facts: dict[str, object]
) -> None:
    await program.post("/uploads?name=a.pdf", content=PDF)
    await Upload.all().update(**facts)
    assert (await program.post("/uploads?name=a.pdf", content=PDF)).status_code == 201
    assert await Upload.all().count() == 2


async def test_what_was_lost_without_a_notice_is_told_when_it_is_sent_again_and_kept_anew(program: AsyncClient) -> None:
    await program.post("/uploads?name=a.pdf", content=PDF)
    lost = await Upload.get()
    lose(lost.key)
    again = await program.post("/uploads?name=a.pdf", content=PDF)
    kept = await Upload.get(id=again.json()["uploadId"])
    await lost.refresh_from_db()
    assert (again.status_code, lost.integrity, left()) == (201, Integrity.MISSING, [kept.key])
    assert (await program.post("/uploads?name=a.pdf", content=PDF)).json() == again.json()


async def test_what_a_request_has_given_up_is_not_answered_again(program: AsyncClient) -> None:
    await program.post("/uploads?name=a.pdf", content=PDF)
    await make_attachment(await make_request(), upload=await Upload.get(), rank=None, removed_at=NOW)
    assert (await program.post("/uploads?name=a.pdf", content=PDF)).status_code == 201


async def test_the_same_bytes_sent_again_and_again_at_once_are_one_document(program: AsyncClient) -> None:
    answers = await asyncio.gather(*(program.post("/uploads?name=a.docx", content=LIGHT) for _ in range(AT_ONCE)))
    assert sorted(answer.status_code for answer in answers) == [200] * (AT_ONCE - 1) + [201]
    assert await Upload.all().count() == len(left()) == 1


async def test_bytes_in_which_a_virus_was_found_are_refused_at_once(program: AsyncClient) -> None:
    await program.post("/uploads?name=a.pdf", content=PDF)
    await Upload.all().update(scan_status=ScanStatus.INFECTED)
    answer = await program.post("/uploads?name=b.pdf", content=PDF)
    assert (answer.status_code, answer.json()["code"]) == (422, "INFECTED")
    assert len(left()) == 1


@pytest.mark.parametrize(
    ("url", "status", "due"), [("", ScanStatus.NOT_SCANNED, None), ("unix:///run/clamd", ScanStatus.PENDING, NOW)]
)
async def test_a_new_document_waits_for_the_antivirus_when_there_is_one(
    program: AsyncClient,
    setting: Callable[[str, object], None],
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    status: ScanStatus,
    due: object,
) -> None:
    nudges: list[int] = []
    monkeypatch.setattr(sent_files, "nudge", lambda: nudges.append(1))
    setting("clamd_url", url)
    await program.post("/uploads?name=a.pdf", content=PDF)
    upload = await Upload.get()
    assert (upload.scan_status, upload.scan_due_at, len(nudges)) == (status, due, bool(url))


async def test_a_supplier_sends_so_much_in_a_day_and_no_more_even_at_once(
    program: AsyncClient, clock: Clock, setting: Callable[[str, object], None]
) -> None:
    setting("max_daily_bytes", 3 * len(LIGHT))
    answers = await asyncio.gather(*(program.post(f"/uploads?name={n}.docx", content=LIGHT) for n in range(AT_ONCE)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [413] * (AT_ONCE - 3)
    assert {answer.json()["code"] for answer in answers if answer.status_code == 413} == {"QUOTA"}
    assert await Upload.all().count() == len(left()) == 3
    assert {upload.supplier_id for upload in await Upload.all()} == {(await Supplier.get()).id}
    refused = await program.post("/uploads?name=z.docx", content=LIGHT)
    assert "il ne reste rien sur" in refused.json()["message"].replace("\u00a0", " ")
    # Whoever has missed our answer hears it again: it takes no more room.
    missed = next(answer.json()["fileName"] for answer in answers if answer.status_code == 201)
    assert (await program.post(f"/uploads?name={missed}", content=LIGHT)).status_code == 200
    clock.now = NOW + timedelta(hours=24)
    assert (await program.post("/uploads?name=z.docx", content=LIGHT)).status_code == 201


async def test_a_manager_sends_for_no_supplier_and_has_no_such_bound(
    stranger: AsyncClient, setting: Callable[[str, object], None]
) -> None:
    setting("max_daily_bytes", len(PDF))
    secret = await make_token(name="Instruction", scopes=[TokenScope.MANAGE], as_of=NOW)
    for name in "ab":
        headers = {"Authorization": f"Bearer {secret}"}
        assert (await stranger.post(f"/uploads?name={name}.pdf", content=PDF, headers=headers)).status_code == 201
    assert {upload.supplier_id for upload in await Upload.all()} == {None}


async def test_what_one_post_brings_counts_from_its_first_document_on(
    program: AsyncClient, setting: Callable[[str, object], None]
) -> None:
    setting("max_daily_bytes", 2 * len(PDF) + 10)
    files = [part("file", PDF, f"{n}.pdf") for n in range(3)]
    answer = await post_form(program, *files)
    assert [each.get("code") for each in answer.json()] == [None, None, "QUOTA"]
    assert len(left()) == 2


async def test_a_post_that_names_its_modification_is_held_to_what_is_left_of_it(
    program: AsyncClient, setting: Callable[[str, object], None]
) -> None:
    supplier = await Supplier.get()
    await make_user(supplier)
    modification = await send_back(await make_request(supplier))
    setting("max_modification_bytes", len(PDF) - 1)
    key = node_id("Modification", modification.id)
    raw = await program.post(f"/uploads?name=a.pdf&modification={key}", content=PDF)
    form = await post_form(program, part("modification", key.encode()), part("file", PDF, "a.pdf"))
    for answer in (raw, form):
        assert (answer.status_code, answer.json()["code"]) == (413, "QUOTA")
        assert "pour les pièces ajoutées dans cette modification" in answer.json()["message"]
    assert left() == []
    # Whether there is such a modification is none of this address's business.
    assert (await program.post("/uploads?name=a.pdf&modification=inconnue", content=PDF)).status_code == 201


async def test_a_post_heavier_than_posts_may_be_is_cut_off(
    program: AsyncClient, setting: Callable[[str, object], None]
) -> None:
    setting("max_upload_bytes", 1024)
    setting("max_post_bytes", 2048)
    answer = await post_form(program, *(part("file", b"x" * 300_000, f"{n}.pdf") for n in range(4)))
    assert answer.status_code == 413
    assert "au plus à la fois" in answer.json()["message"]
    assert left() == []
