"""A version leaves as the document that it could be imported from."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from models import Attachment, FundingRequest, Version
from models.import_reading import examine
from resolvers.editing import add_attachment, change_support_contact
from resolvers.imports import import_request
from resolvers.modifications import confirm_modification
from resolvers.version_document import version_document
from tests.conftest import NOW
from tests.factories import MANAGER, make_attachment, make_request, make_upload, make_user, send_back
from tests.resolvers.test_imports import EXAMPLE, file_it, files

pytestmark = pytest.mark.usefixtures("db")


async def document_of(request: FundingRequest, rank: int, *, whole: bool = True) -> str:
    """What that version says, with or without the bank details."""
    version = await Version.get(request_id=request.id, rank=rank)
    held = Attachment.filter(request_id=request.id, rank__lte=rank).order_by("position").select_related("upload")
    await request.fetch_related("dossier__supplier")
    return version_document(request, version, await held, request.bank_details if whole else None)


async def test_what_was_filed_is_the_document_that_was_imported() -> None:
    request, _ = await file_it()
    assert json.loads(await document_of(request, 0)) == json.loads(EXAMPLE)
    _, again = await import_request(
        MANAGER, await document_of(request, 0), upload_ids=await files(), as_of=NOW + timedelta(days=1)
    )
    assert again


async def test_a_confirmed_version_is_imported_elsewhere_with_what_it_changed() -> None:
    request, _ = await file_it()
    actor = (
        await make_user((await FundingRequest.get(id=request.id).select_related("dossier__supplier")).dossier.supplier)
    ).actor
    cycle = await send_back(request, as_of=NOW)
    upload = await make_upload(actor, file_name="pv-test.pdf")
    await change_support_contact(actor, cycle.id, support_contact="test123@gmail.com", as_of=NOW)
    await add_attachment(actor, cycle.id, document_type="MSS_RESU_TEST_TECH", upload_id=upload.id, as_of=NOW)
    await confirm_modification(actor, cycle.id, as_of=NOW)
    content: dict[str, Any] = json.loads(await document_of(request, 1))
    assert content["coordonneesContact"] == "test123@gmail.com"
    assert content["pieces"][-1] == {"fichier": "pv-test.pdf", "type": "MSS_RESU_TEST_TECH"}
    elsewhere = json.dumps(content | {"dossier": "FINSAS000001"})
    filed, again = await import_request(MANAGER, elsewhere, upload_ids=await files(document=elsewhere), as_of=NOW)
    assert (filed.dossier.number, again) == ("FINSAS000001", False)
    assert json.loads(await document_of(filed, 0)) == json.loads(elsewhere)


async def test_without_the_bank_details_they_alone_are_missing() -> None:
    request, _ = await file_it()
    faults = examine(await document_of(request, 0, whole=False)).faults
    assert [(fault.field, fault.code) for fault in faults] == [("$.coordonneesBancaires", "REQUIRED")]


async def test_documents_of_one_name_each_get_their_own() -> None:
    request = await make_request(number="FINSAS000002")
    long = "x" * 196 + ".pdf"
    for name in ("guide.pdf", "guide.pdf", "guide (2).pdf", "guide.pdf", long, long, "archive", "archive"):
        await make_attachment(request, upload=await make_upload(MANAGER, file_name=name))
    names = [piece["fichier"] for piece in json.loads(await document_of(request, 0))["pieces"]]
    assert names[:4] == ["guide.pdf", "guide (2).pdf", "guide (2) (2).pdf", "guide (3).pdf"]
    assert names[4:6] == [long, "x" * 192 + " (2).pdf"]
    assert names[6:] == ["archive", "archive (2)"]


async def test_amounts_that_do_not_apply_are_told_so() -> None:
    request = await make_request(number="FINSAS000003", advance_decided=None)
    assert json.loads(await document_of(request, 0))["montants"]["avanceDecidee"] is None
