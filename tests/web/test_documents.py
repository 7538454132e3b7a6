from pathlib import Path
from uuid import uuid4

import pytest
from httpx import AsyncClient

from models import Attachment, Supplier, Upload, User
from models.actors import TokenScope
from models.attachments import ScanStatus
from models.content_disposition import disposition
from resolvers import accounts
from tests.conftest import NOW
from tests.factories import make_attachment, make_request, make_supplier, make_user
from tests.web.conftest import Enter

CONTENT = b"%PDF-1.7 " + b"x" * 200_000


@pytest.fixture
async def document(db: str, data_dir: Path, supplier_user: User) -> Attachment:
    """A document of that user's supplier, with its bytes."""
    supplier = await Supplier.get(id=supplier_user.supplier_id)
    attachment = await make_attachment(await make_request(supplier))
    upload = await Upload.get(id=attachment.upload_id)
    upload.file_name = 'guide "été" 100 %.pdf'
    await upload.save()
    file = data_dir / "files" / upload.key
    file.parent.mkdir(parents=True)
    file.write_bytes(CONTENT)
    return attachment


async def test_a_document_is_downloaded_and_never_interpreted(
    site: AsyncClient, enter: Enter, supplier_user: User, document: Attachment
) -> None:
    await enter(supplier_user)
    answer = await site.get(f"/pieces/{document.id}")
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"guide __t__ 100 _.pdf\"; filename*=UTF-8''guide%20%22%C3%A9t%C3%A9%22%20100%20%25.pdf"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_a_pdf_may_be_read_in_place_and_in_parts(
    site: AsyncClient, enter: Enter, supplier_user: User, document: Attachment
) -> None:
    await enter(supplier_user)
    answer = await site.get(f"/pieces/{document.id}?inline", headers={"Range": "bytes=0-8"})
    assert (answer.status_code, answer.content) == (206, b"%PDF-1.7 ")
    assert answer.headers["Content-Disposition"].startswith("inline;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_nothing_but_a_pdf_is_read_in_place(
    site: AsyncClient, enter: Enter, supplier_user: User, document: Attachment
) -> None:
    await Upload.filter(id=document.upload_id).update(content_type="text/html")
    await enter(supplier_user)
    answer = await site.get(f"/pieces/{document.id}?inline")
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


async def test_a_manager_and_a_program_read_it_too(
    site: AsyncClient, enter: Enter, manager_user: User, document: Attachment
) -> None:
    await enter(manager_user)
    assert (await site.get(f"/pieces/{document.id}")).content == CONTENT
    site.cookies.clear()
    assert (await site.get(f"/pieces/{document.id}")).headers["Location"].startswith("/connexion?retour=/pieces/")
    secret = await accounts.issue_token(name="Lecture", scopes=[TokenScope.READ], as_of=NOW)
    headers = {"Authorization": f"Bearer {secret}"}
    assert (await site.get(f"/pieces/{document.id}", headers=headers)).content == CONTENT
    refused = await site.get(f"/pieces/{document.id}", headers={"Authorization": "Bearer faux"})
    assert (refused.status_code, refused.json()["code"]) == (401, "UNAUTHENTICATED")


async def test_a_document_removed_or_missing_is_gone(
    site: AsyncClient, enter: Enter, supplier_user: User, document: Attachment, data_dir: Path
) -> None:
    await enter(supplier_user)
    await Attachment.filter(id=document.id).update(removed_at=NOW)
    assert (await site.get(f"/pieces/{document.id}")).status_code == 410
    await Attachment.filter(id=document.id).update(removed_at=None)
    (data_dir / "files" / (await Upload.get(id=document.upload_id)).key).unlink()
    assert (await site.get(f"/pieces/{document.id}")).status_code == 410


@pytest.mark.parametrize(
    ("scan", "status"), [(ScanStatus.PENDING, 503), (ScanStatus.INFECTED, 410), (ScanStatus.CLEAN, 200)]
)
async def test_a_document_is_read_only_once_it_is_known_to_be_clean(
    site: AsyncClient, enter: Enter, supplier_user: User, document: Attachment, scan: ScanStatus, status: int
) -> None:
    await Upload.filter(id=document.upload_id).update(scan_status=scan)
    await enter(supplier_user)
    assert (await site.get(f"/pieces/{document.id}")).status_code == status


def test_a_name_cannot_add_a_header() -> None:
    plain, _, encoded = disposition("attachment", 'a\r\nSet-Cookie: x=y"; b\\.pdf').partition("; filename*=")
    assert plain == 'attachment; filename="a__Set-Cookie: x=y_; b_.pdf"'
    assert encoded == "UTF-8''a%0D%0ASet-Cookie%3A%20x%3Dy%22%3B%20b%5C.pdf"
