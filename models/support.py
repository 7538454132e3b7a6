"""Messages from suppliers to the Assistance utilisateur, and its answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.actors import Author, AuthorField
from models.database import InstantField
from models.dossiers import FundingRequest


class SupportMessage(Model):
    """What a supplier wrote, and what a manager answered."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    request: fields.ForeignKeyRelation[FundingRequest] = fields.ForeignKeyField(
        "solde.FundingRequest", related_name="support_messages", on_delete=fields.RESTRICT
    )
    request_id: UUID
    text = fields.TextField()
    at = InstantField()
    by: fields.Field[Author] = AuthorField()
    answer: str | None = fields.TextField(null=True)
    answered_at: datetime | None = InstantField(null=True)
    answered_by: fields.Field[Author | None] = AuthorField(null=True)

    class Meta:
        table = "support_message"
        indexes = [Index(fields=["at", "id"], name="support_message_by_date")]
