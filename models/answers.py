"""What callers of the API sent once already, and which deprecated fields they still ask for."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.database import InstantField


class KeptAnswer(Model):
    """The first answer to a mutation that was sent with an Idempotency-Key, of which only a digest is kept."""

    # Of the caller and of its key together.
    digest = fields.CharField(max_length=64, primary_key=True)
    # Of the operation, its name and its variables.
    fingerprint = fields.CharField(max_length=64)
    created_at = InstantField(db_index=True)
    # Sealed; None while the first call is still being answered.
    answer: str | None = fields.TextField(null=True)

    class Meta:
        table = "kept_answer"


class DeprecatedUse(Model):
    """How often one account or token asked for one deprecated field on one day."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    account = fields.CharField(max_length=100)
    field = fields.CharField(max_length=200)
    day: date = fields.DateField()
    times = fields.IntField(default=0)
    last_at: datetime = InstantField()

    class Meta:
        table = "deprecated_use"
        unique_together = [("account", "field", "day")]
        indexes = [Index(fields=["last_at", "id"], name="deprecated_use_by_date")]
