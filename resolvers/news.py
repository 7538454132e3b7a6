"""Actualités: a manager publishes, changes and withdraws them; whoever is signed in reads them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from models import News, Upload
from models.actors import SYSTEM, Actor, Role
from models.attachments import Integrity, ScanStatus
from models.database import transaction
from models.errors import Fault, Invalid, PermissionDenied
from models.events import EventKind
from models.infection import infection
from models.news import USUAL_CATEGORY, Wording, check_wording
from resolvers.events import record_account
from resolvers.pages import Order
from resolvers.transitions import Overtaken, until_settled
from resolvers.uploads import hold_uploads, own_upload
from resolvers.visibility import get_news

NEWS = Order.by("news", descending=True, published_at=datetime, id=UUID)


@until_settled
async def publish_news(
    actor: Actor,
    *,
    title: str,
    text: str,
    category: str = USUAL_CATEGORY,
    upload_id: UUID | None = None,
    as_of: datetime,
) -> News:
    """Announce something to every supplier, with a document if one is named."""
    _permit(actor)
    wording = check_wording(title=title, category=category, text=text)
    upload = await _document(actor, upload_id)
    if first := await _published_already(wording, upload):
        return await get_news(actor, first.id)
    news = News(**vars(wording), document=upload, published_at=as_of, published_by=actor.author)
    async with transaction():
        await _hold(upload)
        await _record(EventKind.NEWS_PUBLISHED, news, actor, as_of, **_document_facts(upload))
        # The portal's chain is ours now: what is read from here on stays true until we have written.
        if await _published_already(wording, upload):
            raise Overtaken()
        await news.save(force_create=True)
    return await get_news(actor, news.id)


async def _published_already(wording: Wording, upload: Upload | None) -> News | None:
    """The same announcement: a double click, a retry."""
    standing = News.filter(withdrawn_at=None, document_id=upload.id if upload else None)
    return await standing.filter(**vars(wording)).first()


@until_settled
async def change_news(
    actor: Actor,
    news_id: UUID,
    *,
    title: str | None = None,
    text: str | None = None,
    category: str | None = None,
    upload_id: UUID | None = None,
    without_document: bool = False,
    as_of: datetime,
) -> News:
    """Change what an announcement says or carries; what is None stays as it is."""
    news = await get_news(actor, news_id)
    _permit(actor)
    if news.withdrawn_at is not None:
        raise Invalid(Fault("newsId", "WITHDRAWN", "Cette actualité est retirée : publiez-en une autre."))
    given = {"title": title, "category": category, "text": text}
    wording = check_wording(**vars(news.wording) | {name: said for name, said in given.items() if said is not None})
    if without_document and upload_id:
        raise Invalid(Fault("withoutDocument", "CONTRADICTION", "Une pièce jointe est donnée et retirée à la fois."))
    upload = None if without_document else await _document(actor, upload_id) or news.document
    changes = _changes(news, wording, upload)
    if changes:
        await _write(actor, news, changes, upload, as_of)
    return await get_news(actor, news.id)


async def _write(actor: Actor, news: News, changes: dict[str, Any], upload: Upload | None, as_of: datetime) -> None:
    """Write it, if the announcement stands as it was read; else Overtaken."""
    async with transaction():
        await _hold(upload if "document_id" in changes else None)
        standing = News.filter(id=news.id, withdrawn_at=None, updated_at=news.updated_at)
        if not await standing.update(**changes, updated_at=as_of):
            raise Overtaken()
        facts = {"changed": sorted(changes), **(_document_facts(upload) if "document_id" in changes else {})}
        await _record(EventKind.NEWS_CHANGED, news, actor, as_of, **facts)


def _changes(news: News, wording: Wording, upload: Upload | None) -> dict[str, Any]:
    after = vars(wording) | {"document_id": upload.id if upload else None}
    return {name: value for name, value in after.items() if value != getattr(news, name)}


async def withdraw_news(actor: Actor, news_id: UUID, *, as_of: datetime) -> News:
    """Take an announcement back: suppliers no longer see it."""
    news = await get_news(actor, news_id)
    _permit(actor)
    async with transaction():
        if await News.filter(id=news.id, withdrawn_at=None).update(withdrawn_at=as_of):
            await _record(EventKind.NEWS_WITHDRAWN, news, actor, as_of)
    return await get_news(actor, news.id)


async def tell_of_infection(upload: Upload, finding: str, as_of: datetime) -> None:
    """Write down for the managers each announcement whose document the antivirus has just put aside."""
    await _tell(EventKind.NEWS_INFECTED, upload, as_of, finding=finding)


async def tell_of_integrity(upload: Upload, found: Integrity, as_of: datetime) -> None:
    """Write down for the managers each announcement whose document is damaged, or whole again."""
    kind = EventKind.NEWS_RESTORED if found is Integrity.INTACT else EventKind.NEWS_DAMAGED
    await _tell(kind, upload, as_of, integrity=found.value)


async def _tell(kind: EventKind, upload: Upload, as_of: datetime, **facts: str) -> None:
    for news in await News.filter(document_id=upload.id).order_by("id"):
        await _record(kind, news, SYSTEM, as_of, **_document_facts(upload), **facts)


def _permit(actor: Actor) -> None:
    if actor.role is not Role.MANAGER:
        raise PermissionDenied()


async def _document(actor: Actor, upload_id: UUID | None) -> Upload | None:
    """The file to carry, if one is named: sent by this very account, whole, and not infected."""
    if upload_id is None:
        return None
    upload = await own_upload(actor, upload_id)
    if upload.scan_status is ScanStatus.INFECTED:
        raise Invalid(infection(upload.file_name, "uploadId"))
    return upload


async def _hold(upload: Upload | None) -> None:
    """Take the file's row before the announcement's and the chain: whoever deletes files does so too."""
    if upload is not None and not await hold_uploads([upload.id]):
        raise Overtaken()


def _document_facts(upload: Upload | None) -> dict[str, str]:
    return {"fileName": upload.file_name, "sha256": upload.sha256} if upload else {}


async def _record(kind: EventKind, news: News, actor: Actor, as_of: datetime, **facts: Any) -> None:
    await record_account(kind, user=None, actor=actor, at=as_of, newsId=str(news.id), title=news.title, **facts)
