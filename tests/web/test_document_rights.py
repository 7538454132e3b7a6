"""Every reader in front of a document in every state: who is given its bytes, and what the others are told."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient

from models import ApiToken, Attachment, Modification, Supplier, User
from models.actors import TokenScope
from models.attachments import Integrity, ScanStatus
from tests.conftest import NOW
from tests.factories import make_attachment, make_request, make_supplier, make_token, make_upload, make_user, send_back
from tests.stored import lose, put_there
from tests.web.conftest import Enter

CONTENT = b"%PDF-1.7 the document"
PENDING: dict[str, Any] = {"scan_status": ScanStatus.PENDING}
INFECTED: dict[str, Any] = {"scan_status": ScanStatus.INFECTED, "scan_finding": "Eicar-Signature"}

# What became of the document, and what those are told who may see its request; then whoever sent it, when it differs.
STATES: dict[str, tuple[dict[str, Any], int, int | None]] = {
    "not scanned": ({}, 200, None),
    "clean": ({"scan_status": ScanStatus.CLEAN}, 200, None),
    "pending": (PENDING, 503, 200),
    "infected": (INFECTED, 410, None),
    "removed": ({"removed_at": NOW}, 410, None),
    "purged": ({"purged_at": NOW}, 410, None),
    "missing": ({"integrity": Integrity.MISSING}, 500, None),
    "missing, and nobody has noticed": ({"is_lost": True}, 500, None),
    "altered": ({"integrity": Integrity.ALTERED}, 500, None),
    "pending and removed": (PENDING | {"removed_at": NOW}, 410, None),
    "pending and missing": (PENDING | {"is_lost": True}, 503, 500),
    "infected and missing": (INFECTED | {"is_lost": True}, 410, None),
    "purged, so that nothing is there": ({"purged_at": NOW, "is_lost": True}, 410, None),
    "draft of an open cycle": ({"cycle": "open"}, 200, None),
    "pending draft of an open cycle": (PENDING | {"cycle": "open"}, 503, 200),
    "dropped draft": ({"cycle": "dropped"}, 200, None),
}
MAY_SEE = {"same supplier, another account", "read token of the supplier", "read token for all", "manager"}
TOLD_AT_ONCE = {
    "anonymous": 303,
    "another supplier": 404,
    "read token of another supplier": 404,
    "expired token": 401,
    "revoked token": 401,
}


@pytest.fixture
async def readers(
    site: AsyncClient, enter: Enter, supplier_user: User, manager_user: User
) -> dict[str, dict[str, str]]:
    """What each reader's browser or program says of itself."""
    supplier, other = await Supplier.get(id=supplier_user.supplier_id), await make_supplier()
    users = {
        "who sent it": supplier_user,
        "same supplier, another account": await make_user(supplier),
        "another supplier": await make_user(other),
        "manager": manager_user,
    }
    cookies = {name: {"Cookie": f"session={await enter(user)}"} for name, user in users.items()}
    site.cookies.clear()
    tokens = {
        "read token of the supplier": await _token(supplier=supplier, expires_at=NOW + timedelta(days=1)),
        "read token of another supplier": await _token(supplier=other),
        "read token for all": await _token(),
        "revoked token": await _token(supplier=supplier, name="revoked"),
        "expired token": await _token(supplier=supplier, expires_at=NOW),
    }
    await ApiToken.filter(name="revoked").update(revoked_at=NOW)
    headers = {name: {"Authorization": f"Bearer {secret}"} for name, secret in tokens.items()}
    return {"anonymous": {}} | cookies | headers


async def _token(*, name: str = "Lecture", **facts: Any) -> str:
    yesterday = NOW - timedelta(days=1)
    return await make_token(name=name, scopes=[TokenScope.READ], as_of=yesterday, **facts)


async def _document(sender: User, *, is_lost: bool = False, cycle: str = "", **facts: Any) -> Attachment:
    """A document that this user sent, in a request of its supplier."""
    request = await make_request(await Supplier.get(id=sender.supplier_id))
    place: dict[str, Any] = {"removed_at": facts.pop("removed_at", None)}
    if cycle:
        place |= {"modification": await send_back(request), "rank": None}
    if cycle == "dropped":
        await Modification.filter(request_id=request.id).update(outcome="SKIPPED", closed_at=NOW)
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    upload = await make_upload(sender.actor, size=len(CONTENT), sha256=sha256, **facts)
    put_there(upload.key, CONTENT)
    if is_lost:
        lose(upload.key)
    return await make_attachment(request, upload=upload, **place)


@pytest.mark.parametrize("state", STATES)
async def test_each_reader_is_given_what_the_rights_and_the_state_allow(
    site: AsyncClient, data_dir: Path, supplier_user: User, readers: dict[str, dict[str, str]], state: str
) -> None:
    facts, told, sender_told = STATES[state]
    document = await _document(supplier_user, **facts)
    expected = TOLD_AT_ONCE | dict.fromkeys(MAY_SEE, told) | {"who sent it": sender_told or told}
    answers = {
        name: await site.get(f"/pieces/{document.id}", headers=headers | {"Accept": "text/html"})
        for name, headers in readers.items()
    }
    assert {name: answer.status_code for name, answer in answers.items()} == expected
    given = {name for name, answer in answers.items() if CONTENT in answer.content}
    assert given == {name for name, status in expected.items() if status == 200}


async def test_what_is_refused_is_refused_part_by_part_too(
    site: AsyncClient, enter: Enter, data_dir: Path, supplier_user: User, manager_user: User
) -> None:
    document = await _document(supplier_user, **PENDING)
    await enter(manager_user)
    path = f"/pieces/{document.id}"
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    assert (await site.get(path, headers={"Range": "bytes=0-3"})).status_code == 503
    assert (await site.get(path, headers={"If-None-Match": f'"{sha256}"'})).status_code == 503
    assert (await site.get(path + "?inline")).status_code == 503
    head = await site.head(path)
    assert (head.status_code, head.headers["Retry-After"]) == (503, "60")
