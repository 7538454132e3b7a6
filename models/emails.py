"""The outbox: every e-mail, rendered when what causes it happens, sent later by the worker."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.actors import SYSTEM, Author, AuthorField
from models.database import InstantField
from models.dossiers import FundingRequest
from models.events import Event
from models.modifications import Modification

SENDER = SYSTEM.name


class EmailKind(StrEnum):
    MODIFICATION_REQUESTED = "MODIFICATION_REQUESTED"
    MODIFICATION_REMINDER = "MODIFICATION_REMINDER"
    MODIFICATION_LAST_NOTICE = "MODIFICATION_LAST_NOTICE"
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
    ACCOUNT_INVITATION = "ACCOUNT_INVITATION"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 - a kind of mail
    ADDRESS_CONFIRMATION = "ADDRESS_CONFIRMATION"
    ADDRESS_CHANGED = "ADDRESS_CHANGED"
    ACCOUNT_CHANGED = "ACCOUNT_CHANGED"
    TOKEN_EXPIRES = "TOKEN_EXPIRES"  # noqa: S105 - a kind of mail
    WEBHOOK_DISABLED = "WEBHOOK_DISABLED"


class EmailStatus(StrEnum):
    QUEUED = "QUEUED"
    UNKNOWN = "UNKNOWN"
    SENT = "SENT"
    FAILED = "FAILED"


class EmailAttachment(StrEnum):
    """What a mail carries, made from the modification it tells of when it leaves."""

    CALENDAR = "CALENDAR"
    RECEIPT = "RECEIPT"


WAITING = (EmailStatus.QUEUED, EmailStatus.UNKNOWN)
"""What may leave yet: not tried, put off, or without an answer."""

LATE = timedelta(minutes=15)
"""A mail that still waits after so long is shown to managers."""

MOST_UNANSWERED = 3
"""Each mail handed over without an answer may have arrived: after that many, only a manager sends it again."""


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
    attached: fields.Field[EmailAttachment | None] = fields.CharEnumField(EmailAttachment, max_length=20, null=True)  # type: ignore[assignment]
    modification: fields.ForeignKeyNullableRelation[Modification] = fields.ForeignKeyField(
        "solde.Modification", related_name="emails", null=True, on_delete=fields.RESTRICT
    )
    modification_id: UUID | None
    message_id = fields.CharField(max_length=250, unique=True)
    status = fields.CharEnumField(EmailStatus, max_length=20, default=EmailStatus.QUEUED)
    created_at = InstantField()
    sent_at: datetime | None = InstantField(null=True)
    attempts = fields.IntField(default=0)
    tried_at: datetime | None = InstantField(null=True)
    failed_at: datetime | None = InstantField(null=True)
    unanswered = fields.IntField(default=0, db_default=0)
    next_attempt_at = InstantField()
    leased_until: datetime | None = InstantField(null=True)
    error: str | None = fields.TextField(null=True)
    resend_of: fields.ForeignKeyNullableRelation[Email] = fields.ForeignKeyField(
        "solde.Email", related_name="resends", null=True, on_delete=fields.RESTRICT
    )
    resend_of_id: UUID | None
    resent_by: fields.Field[Author | None] = AuthorField(null=True)

    class Meta:
        table = "email"
        indexes = [
            Index(fields=["request_id", "created_at", "id"], name="email_by_request"),
            Index(fields=["created_at", "id"], name="email_by_date"),
            Index(fields=["recipient", "status", "sent_at"], name="email_by_recipient"),
        ]

    def is_late(self, as_of: datetime) -> bool:
        """Should it have left long ago?"""
        return self.leaves_again() and self.created_at <= as_of - LATE

    def leaves_again(self) -> bool:
        """Will a worker try it without being asked?"""
        waits = self.status is EmailStatus.UNKNOWN and self.unanswered < MOST_UNANSWERED
        return waits or self.status is EmailStatus.QUEUED
