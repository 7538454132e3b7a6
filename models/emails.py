"""The outbox: every e-mail, rendered when what causes it happens, sent later by the worker."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.database import InstantField
from models.dossiers import FundingRequest
from models.events import Event


class EmailKind(StrEnum):
    MODIFICATION_REQUESTED = "MODIFICATION_REQUESTED"
    MODIFICATION_REMINDER = "MODIFICATION_REMINDER"
    MODIFICATION_EXPIRED = "MODIFICATION_EXPIRED"
    MODIFICATION_CONFIRMED = "MODIFICATION_CONFIRMED"
    MODIFICATION_SKIPPED = "MODIFICATION_SKIPPED"
    MODIFICATION_CANCELLED = "MODIFICATION_CANCELLED"
    DEADLINE_EXTENDED = "DEADLINE_EXTENDED"
    REQUEST_VALIDATED = "REQUEST_VALIDATED"
    REQUEST_REJECTED = "REQUEST_REJECTED"
    SUPPORT_ANSWERED = "SUPPORT_ANSWERED"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - a kind of mail
    IDENTIFIER_REMINDER = "IDENTIFIER_REMINDER"


class EmailStatus(StrEnum):
    QUEUED = "QUEUED"
    SENT = "SENT"
    FAILED = "FAILED"


class Email(Model):
    """One mail to one recipient: a worker leases it, sends it, marks it."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    request: fields.ForeignKeyNullableRelation[FundingRequest] = fields.ForeignKeyField(
        "solde.FundingRequest", related_name="emails", null=True, on_delete=fields.RESTRICT
    )
    request_id: UUID | None
    event: fields.ForeignKeyNullableRelation[Event] = fields.ForeignKeyField(
        "solde.Event", related_name="emails", null=True, on_delete=fields.RESTRICT
    )
    event_id: int | None
    kind = fields.CharEnumField(EmailKind, max_length=40)
    recipient = fields.CharField(max_length=254)
    subject = fields.CharField(max_length=250)
    text = fields.TextField()
    html = fields.TextField()
    message_id = fields.CharField(max_length=250, unique=True)
    status = fields.CharEnumField(EmailStatus, max_length=20, default=EmailStatus.QUEUED)
    created_at = InstantField()
    sent_at: datetime | None = InstantField(null=True)
    attempts = fields.IntField(default=0)
    next_attempt_at = InstantField()
    leased_until: datetime | None = InstantField(null=True)
    error: str | None = fields.TextField(null=True)
    resend_of: fields.ForeignKeyNullableRelation[Email] = fields.ForeignKeyField(
        "solde.Email", related_name="resends", null=True, on_delete=fields.RESTRICT
    )
    resend_of_id: UUID | None

    class Meta:
        table = "email"
        indexes = [Index(fields=["request_id", "created_at", "id"], name="email_by_request")]
