"""What nothing holds any more is deleted for good: the file goes, the row and the events stay."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from models import Attachment, Event, Modification, Upload
from models.actors import Actor
from models.errors import NotFound
from models.events import EventKind
from resolvers import keeping, storage
from resolvers.deadlines import expire_due
from resolvers.editing import add_attachment, remove_attachment
from resolvers.keeping import given_up_documents, orphans, purge_dropped
from resolvers.modifications import cancel_modification, confirm_modification, skip_modification
from resolvers.uploads import sweep_orphans
from tests.conftest import NOW
from tests.factories import MANAGER, make_attachment, make_request, make_supplier, make_user, send_back, supplier_of
from tests.plans import plan_of
from tests.resolvers.storing import is_stored, make_stored, put

pytestmark = pytest.mark.usefixtures("db")

Setting = Callable[[str, object], None]
End = Callable[[Actor, Modification], Awaitable[object]]

DROPPED_AT = NOW + timedelta(days=1)
GRACE = timedelta(days=30)


async def opened() -> tuple[Actor, Modification]:
    """A cycle that is open, with its supplier."""
    request = await make_request()
    return await supplier_of(request), await send_back(request)


async def drafted(supplier: Actor, modification: Modification, upload: Upload | None = None) -> Attachment:
    """A document added to the draft."""
    upload = upload or await make_stored(supplier, f"%PDF-1.7 {modification.id}".encode())
    return await add_attachment(
        supplier, modification.id, document_type="AUTRE_S", upload_id=upload.id, as_of=modification.opened_at
    )


async def is_kept(document: Attachment) -> bool:
    """Are its bytes there? The row says the same."""
    upload = await Upload.get(id=document.upload_id)
    there = await is_stored(upload)
    assert there is (upload.purged_at is None)
    return there


async def orphans_found(before: datetime) -> set[str]:
    """Among those of other tests."""
    return {key async for keys in orphans(before) for key in keys}


async def skip(supplier: Actor, modification: Modification) -> None:
    await skip_modification(supplier, modification.id, assistance_contacted=True, as_of=DROPPED_AT)


async def cancel(_: Actor, modification: Modification) -> None:
    await cancel_modification(MANAGER, modification.id, reason="instruite en l’état", as_of=DROPPED_AT)


async def expire(_: Actor, modification: Modification) -> None:
    await Modification.filter(id=modification.id).update(closes_at=DROPPED_AT)
    await modification.request.filter(id=modification.request_id).update(closes_at=DROPPED_AT)
    # A worker that was away: the draft was dropped when the delay ended, not when somebody wrote it down.
    assert await expire_due(DROPPED_AT + timedelta(days=10)) == 1


async def test_a_document_removed_from_the_draft_is_deleted_and_its_events_stay() -> None:
    supplier, modification = await opened()
    document = await drafted(supplier, modification)
    await remove_attachment(supplier, document.id, as_of=NOW)
    assert await purge_dropped(NOW) == 1
    assert not await is_kept(document)
    assert (await Upload.get()).purged_at == NOW
    events = await Event.filter(request_id=modification.request_id).order_by("position")
    assert [event.kind for event in events][1:] == [EventKind.ATTACHMENT_ADDED, EventKind.ATTACHMENT_REMOVED]
    assert events[-1].payload["sha256"] == (await Upload.get()).sha256
    assert await purge_dropped(NOW + GRACE) == 0


async def test_a_document_of_the_open_draft_of_a_version_or_of_the_import_stays_for_ever() -> None:
    supplier, modification = await opened()
    filed = await make_attachment(modification.request, upload=await make_stored(MANAGER, b"%PDF-1.4"))
    document = await drafted(supplier, modification)
    assert await purge_dropped(modification.closes_at + 10 * GRACE) == 0
    await confirm_modification(supplier, modification.id, as_of=NOW)
    assert await purge_dropped(NOW + 100 * GRACE) == 0
    assert await is_kept(document)
    assert await is_kept(filed)


@pytest.mark.parametrize("end", [skip, cancel, expire])
async def test_the_documents_of_a_dropped_draft_stay_for_the_grace_period_and_no_longer(end: End) -> None:
    supplier, modification = await opened()
    document = await drafted(supplier, modification)
    await end(supplier, modification)
    assert await purge_dropped(DROPPED_AT + GRACE - timedelta(microseconds=1)) == 0
    assert await is_kept(document)
    assert await purge_dropped(DROPPED_AT + GRACE) == 1
    assert not await is_kept(document)


async def test_the_grace_period_is_a_setting(setting: Setting) -> None:
    supplier, modification = await opened()
    await drafted(supplier, modification)
    await skip(supplier, modification)
    setting("dropped_draft_days", 2)
    assert await purge_dropped(DROPPED_AT + timedelta(days=1)) == 0
    assert await purge_dropped(DROPPED_AT + timedelta(days=2)) == 1


async def test_a_file_that_another_request_holds_stays() -> None:
    supplier = await make_supplier()
    await make_user(supplier)
    first, second = [await send_back(await make_request(supplier)) for _ in range(2)]
    actor = await supplier_of(first.request)
    upload = await make_stored(actor)
    document = await drafted(actor, first, upload)
    other = await make_attachment(second.request, upload=upload, modification=second, rank=None)
    await remove_attachment(actor, document.id, as_of=NOW)
    assert await purge_dropped(NOW) == 0
    await Attachment.filter(id=other.id).update(removed_at=NOW)
    assert await purge_dropped(NOW) == 1


async def test_more_than_a_batch_is_deleted_and_what_is_held_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_BATCH", 2)
    supplier, modification = await opened()
    held = []
    for number in range(6):
        upload = await make_stored(supplier, f"%PDF-1.7 {number}".encode())
        facts: dict[str, Any] = {"upload": upload, "modification": modification, "rank": None}
        await make_attachment(modification.request, removed_at=NOW, **facts)
        if number % 2:
            held.append(await make_attachment(modification.request, **facts))
    assert await purge_dropped(NOW) == 3
    assert [await is_kept(document) for document in held] == [True] * 3


async def test_a_file_that_could_not_be_removed_is_an_orphan_until_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    supplier, modification = await opened()
    document = await drafted(supplier, modification)
    await remove_attachment(supplier, document.id, as_of=NOW)

    async def fail(_key: str) -> None:
        raise storage.Unavailable("no answer")

    with monkeypatch.context() as broken:
        broken.setattr(storage, "remove", fail)
        with pytest.raises(storage.Unavailable):
            await purge_dropped(NOW)
    upload = await Upload.get()
    assert (upload.purged_at, await is_stored(upload)) == (NOW, True)
    assert upload.key in await orphans_found(datetime.now(UTC) + timedelta(days=1))


async def test_a_file_without_a_row_is_an_orphan_and_one_with_a_row_is_none() -> None:
    key = f"0a/0b/{uuid4().hex}"
    await put(key, b"%PDF")
    upload = await make_stored(MANAGER, b"%PDF")
    found = await orphans_found(datetime.now(UTC) + timedelta(days=1))
    assert key in found
    assert upload.key not in found
    assert key not in await orphans_found(datetime.now(UTC) - timedelta(days=1))


async def test_a_file_that_cannot_be_deleted_holds_up_no_other(
    setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting("data_dir", tmp_path)
    stuck, *others = [f"0a/{rank:02}/{uuid4().hex}" for rank in range(3)]
    for key in (stuck, *others):
        await put(key, b"%PDF")
    remove = storage.remove

    async def failing(key: str) -> None:
        if key == stuck:
            raise storage.Unavailable("Operation not permitted")
        await remove(key)

    monkeypatch.setattr(storage, "remove", failing)
    later = datetime.now(UTC) + timedelta(days=2)
    with pytest.raises(storage.Unavailable, match="not permitted"):
        await sweep_orphans(later)
    assert await orphans_found(later) == {stuck}


async def test_what_was_given_up_is_found_without_looking_through_the_versions() -> None:
    assert "attachment_unversioned" in await plan_of(given_up_documents(NOW).values("upload_id"))


async def test_a_file_added_again_while_it_is_deleted_is_either_kept_or_refused() -> None:
    supplier, modification = await opened()
    for number in range(10):
        upload = await make_stored(supplier, f"%PDF-1.7 {number}".encode())
        document = await drafted(supplier, modification, upload)
        await remove_attachment(supplier, document.id, as_of=NOW)
        purged, added = await gather(
            purge_dropped(NOW), drafted(supplier, modification, upload), return_exceptions=True
        )
        assert isinstance(added, NotFound if purged else Attachment), (number, purged, added)
        assert await is_kept(document) is not purged
        await Attachment.filter(upload_id=upload.id).update(rank=1)
