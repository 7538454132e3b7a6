"""Announcements: published once, changed, withdrawn, with their document kept for as long as they need it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from models import Event, News, Upload
from models.attachments import ScanStatus
from models.errors import Invalid, NotFound, PermissionDenied
from models.events import EventKind
from resolvers.integrity import verify
from resolvers.keeping import purge_dropped
from resolvers.news import change_news, publish_news, withdraw_news
from resolvers.retention import purge_due
from resolvers.scanning import lease_due, mark_infected
from resolvers.uploads import sweep_orphans
from resolvers.visibility import get_news, visible_news
from settings import settings
from tests.conftest import NOW
from tests.factories import MANAGER, READER, make_attachment, make_request, make_supplier, make_upload, make_user
from tests.resolvers.storing import make_stored, put

pytestmark = pytest.mark.usefixtures("db")

LATER = NOW + timedelta(days=2)


@pytest.fixture
def folder(setting: Callable[[str, object], None], tmp_path: Path) -> Path:
    """An empty storage."""
    setting("data_dir", tmp_path)
    return tmp_path


async def publish(**facts: Any) -> News:
    values: dict[str, Any] = {"title": "TEST SAS", "text": "Le dépôt est ouvert.", "as_of": NOW}
    return await publish_news(MANAGER, **(values | facts))


async def told() -> list[tuple[EventKind, dict[str, Any]]]:
    """What the portal's own chain says of announcements."""
    events = await Event.filter(request_id=None, user_id=None).order_by("position")
    return [(event.kind, event.payload) for event in events if event.kind.value.startswith("NEWS_")]


async def test_what_a_manager_publishes_is_kept_and_told_on_the_portals_chain() -> None:
    upload = await make_upload(MANAGER, file_name="note.pdf")
    news = await publish(title=" TEST SAS ", text="Ligne\r\nautre ", upload_id=upload.id)
    assert (news.title, news.category, news.text) == ("TEST SAS", "FOURNISSEUR", "Ligne\nautre")
    assert (news.published_at, news.published_by, news.document) == (NOW, MANAGER.author, upload)
    facts = {"newsId": str(news.id), "title": "TEST SAS", "fileName": "note.pdf", "sha256": upload.sha256}
    assert await told() == [(EventKind.NEWS_PUBLISHED, facts)]


async def test_the_same_published_twice_is_one() -> None:
    first, second = await asyncio.gather(publish(), publish())
    assert first.id == second.id == (await publish()).id
    assert (await publish(title="Autre chose")).id != first.id
    assert len(await told()) == 2
    await withdraw_news(MANAGER, first.id, as_of=NOW)
    assert (await publish()).id != first.id


async def test_every_fault_of_the_words_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        await publish(title=" ", category="x" * 41, text="\u200b")
    faults = [(fault.field, fault.code) for fault in refused.value.faults]
    assert faults == [("title", "REQUIRED"), ("category", "TOO_LONG"), ("text", "REQUIRED")]
    with pytest.raises(Invalid, match="invisible"):
        await publish(title="TEST\nSAS")
    assert await told() == []


@pytest.mark.parametrize("facts", [{}, {"title": "Autre"}, {"without_document": True}])
async def test_only_a_manager_changes_anything(facts: dict[str, Any]) -> None:
    news = await publish()
    supplier = (await make_user(await make_supplier())).actor
    for actor in (supplier, READER):
        with pytest.raises(PermissionDenied):
            await publish_news(actor, title="x", text="x", as_of=NOW)
        with pytest.raises(PermissionDenied):
            await change_news(actor, news.id, **facts, as_of=NOW)
        with pytest.raises(PermissionDenied):
            await withdraw_news(actor, news.id, as_of=NOW)


async def test_what_is_changed_is_told_and_what_is_not_is_nothing() -> None:
    upload = await make_upload(MANAGER)
    news = await publish()
    assert (await change_news(MANAGER, news.id, title="TEST SAS", as_of=LATER)).updated_at is None
    changed = await change_news(MANAGER, news.id, title="Clôture", upload_id=upload.id, as_of=LATER)
    assert (changed.title, changed.text, changed.document_id) == ("Clôture", news.text, upload.id)
    assert (changed.published_at, changed.updated_at) == (NOW, LATER)
    with pytest.raises(Invalid, match="à la fois"):
        await change_news(MANAGER, news.id, upload_id=upload.id, without_document=True, as_of=LATER)
    bare = await change_news(MANAGER, news.id, without_document=True, as_of=LATER)
    assert bare.document is None
    assert [facts.get("changed") for _, facts in await told()] == [None, ["document_id", "title"], ["document_id"]]


async def test_a_withdrawn_one_is_for_managers_alone_and_stays_as_it_was() -> None:
    news = await publish()
    withdrawn = await withdraw_news(MANAGER, news.id, as_of=LATER)
    assert withdrawn.withdrawn_at == LATER
    again = await withdraw_news(MANAGER, news.id, as_of=LATER + timedelta(days=1))
    assert again.withdrawn_at == LATER
    assert [kind for kind, _ in await told()] == [EventKind.NEWS_PUBLISHED, EventKind.NEWS_WITHDRAWN]
    with pytest.raises(Invalid, match="retirée"):
        await change_news(MANAGER, news.id, title="x", as_of=LATER)
    with pytest.raises(NotFound):
        await get_news(READER, news.id)
    assert await visible_news(READER).count() == 0
    assert await visible_news(MANAGER).count() == 1


async def test_it_carries_what_the_manager_has_sent_and_nothing_infected() -> None:
    with pytest.raises(NotFound):
        await publish(upload_id=uuid4())
    with pytest.raises(NotFound):
        await publish(upload_id=(await make_upload(READER)).id)
    with pytest.raises(Invalid, match="virus"):
        await publish(upload_id=(await make_upload(MANAGER, scan_status=ScanStatus.INFECTED)).id)
    assert await News.all().count() == 0


async def test_a_document_that_is_announced_is_no_orphan(folder: Path) -> None:
    upload = await make_upload(MANAGER)
    news = await publish(upload_id=upload.id)
    await sweep_orphans(LATER)
    assert await Upload.exists(id=upload.id)
    await change_news(MANAGER, news.id, without_document=True, as_of=LATER)
    await sweep_orphans(LATER)
    assert not await Upload.exists(id=upload.id)


async def test_what_a_request_gives_up_stays_while_it_is_announced(folder: Path) -> None:
    upload = await make_upload(MANAGER)
    news = await publish(upload_id=upload.id)
    await make_attachment(await make_request(), upload=upload, rank=None, removed_at=NOW)
    assert await purge_dropped(LATER) == 0
    await change_news(MANAGER, news.id, without_document=True, as_of=LATER)
    assert await purge_dropped(LATER) == 1


async def test_the_managers_journal_tells_of_a_virus_in_a_document() -> None:
    upload = await make_upload(MANAGER, scan_status=ScanStatus.PENDING, scan_due_at=NOW)
    news = await publish(upload_id=upload.id)
    [leased] = await lease_due(NOW, 1)
    assert await mark_infected(leased, "Eicar-Signature", NOW)
    kind, facts = (await told())[-1]
    assert (kind, facts["newsId"], facts["finding"]) == (EventKind.NEWS_INFECTED, str(news.id), "Eicar-Signature")


async def test_the_managers_journal_tells_of_a_damaged_document_and_of_its_return(folder: Path) -> None:
    upload = await make_stored(MANAGER, b"%PDF-1.7 note", file_name="note.pdf")
    news = await publish(upload_id=upload.id)
    await put(upload.key, b"%PDF-1.7 nota")
    for _ in range(2):
        await verify(await Upload.get(), NOW)
    await put(upload.key, b"%PDF-1.7 note")
    await verify(await Upload.get(), LATER)
    facts = {"newsId": str(news.id), "title": "TEST SAS", "fileName": "note.pdf", "sha256": upload.sha256}
    assert (await told())[1:] == [
        (EventKind.NEWS_DAMAGED, facts | {"integrity": "ALTERED"}),
        (EventKind.NEWS_RESTORED, facts | {"integrity": "INTACT"}),
    ]


async def test_a_withdrawn_one_is_deleted_with_the_journal_of_its_time() -> None:
    news, other = await publish(), await publish(title="Autre")
    await withdraw_news(MANAGER, news.id, as_of=NOW)
    kept = timedelta(days=settings.keep_event_days)
    assert (await purge_due(NOW + kept)).news == 0
    assert (await purge_due(NOW + kept + timedelta(days=1))).news == 1
    assert [row.id for row in await News.all()] == [other.id]
