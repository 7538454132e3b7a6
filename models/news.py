"""Actualités: what managers announce on the suppliers' home page."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.actors import Author, AuthorField
from models.attachments import Upload
from models.database import InstantField


class News(Model):
    """One announcement: once withdrawn it stays for the journal, and only managers see it."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    title = fields.CharField(max_length=150)
    category = fields.CharField(max_length=40)
    text = fields.TextField()
    published_at = InstantField()
    updated_at: datetime | None = InstantField(null=True)
    withdrawn_at: datetime | None = InstantField(null=True)
    published_by: fields.Field[Author] = AuthorField()
    document: fields.ForeignKeyNullableRelation[Upload] = fields.ForeignKeyField(
        "solde.Upload", related_name="news", null=True, on_delete=fields.RESTRICT
    )
    document_id: UUID | None

    class Meta:
        table = "news"
        indexes = [Index(fields=["published_at", "id"], name="news_by_date")]
