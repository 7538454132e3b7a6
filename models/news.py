"""Actualités: what managers announce on the suppliers' home page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.actors import Author, AuthorField
from models.attachments import Upload
from models.database import InstantField
from models.free_text import all_of, check_free_text, check_line

LONGEST_TITLE = 150
LONGEST_CATEGORY = 40
USUAL_CATEGORY = "FOURNISSEUR"
"""The category of the agency's guide."""


class News(Model):
    """One announcement: once withdrawn it stays for the journal, and only managers see it."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    title = fields.CharField(max_length=LONGEST_TITLE)
    category = fields.CharField(max_length=LONGEST_CATEGORY)
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

    @property
    def wording(self) -> Wording:
        return Wording(self.title, self.category, self.text)


@dataclass(frozen=True)
class Wording:
    """What an announcement says."""

    title: str
    category: str
    text: str


def check_wording(*, title: str, category: str, text: str) -> Wording:
    """The words as they are kept, or Invalid with a fault for each of them that breaks its rules."""
    checks: tuple[Callable[[], str], ...] = (
        partial(check_line, "title", title, LONGEST_TITLE, empty="Saisissez le titre de l’actualité."),
        partial(check_line, "category", category, LONGEST_CATEGORY, empty="Saisissez la catégorie de l’actualité."),
        partial(check_free_text, "text", text, empty="Saisissez le texte de l’actualité."),
    )
    return Wording(*all_of(checks))
