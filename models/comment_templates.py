"""Comments that managers keep, to be written once and sent back with many requests."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models.actors import Author, AuthorField
from models.database import InstantField

LONGEST_TITLE = 100


class CommentTemplate(Model):
    """A comment that managers have at hand, which stays for the journal once it is withdrawn."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    title = fields.CharField(max_length=LONGEST_TITLE)
    text = fields.TextField()
    # What the manager ticks with it: names of editable fields, codes of document types.
    expected: list[dict[str, str]] = fields.JSONField(default=list)
    created_at = InstantField()
    created_by: fields.Field[Author] = AuthorField()
    updated_at: datetime | None = InstantField(null=True)
    withdrawn_at: datetime | None = InstantField(null=True)

    class Meta:
        table = "comment_template"
