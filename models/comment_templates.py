"""Comments that managers keep, to be written once and sent back with many requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models.actors import Author, AuthorField
from models.database import InstantField
from models.modifications import ExpectedChange

LONGEST_TITLE = 100
MOST_TEMPLATES = 100
"""How many managers may have at hand: all of them are shown at once."""


class CommentTemplate(Model):
    """A comment that managers have at hand, which stays for the journal once it is withdrawn."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    title = fields.CharField(max_length=LONGEST_TITLE)
    text = fields.TextField()
    # What the manager ticks with it, as a modification keeps it.
    expected: list[dict[str, Any]] = fields.JSONField(default=list)
    created_at = InstantField()
    created_by: fields.Field[Author] = AuthorField()
    updated_at: datetime | None = InstantField(null=True)
    withdrawn_at: datetime | None = InstantField(null=True)

    class Meta:
        table = "comment_template"

    @property
    def expects(self) -> list[ExpectedChange]:
        """What the manager ticks with it."""
        return [ExpectedChange.from_json(value) for value in self.expected]

    @property
    def content(self) -> Content:
        """What it says."""
        return Content(self.title, self.text, tuple(self.expects))


@dataclass(frozen=True)
class Content:
    """What a template says and ticks, under which title."""

    title: str
    text: str
    expected: tuple[ExpectedChange, ...]

    def as_columns(self) -> dict[str, Any]:
        """The same as it is kept."""
        return {"title": self.title, "text": self.text, "expected": [change.as_json() for change in self.expected]}
