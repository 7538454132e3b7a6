"""Events: what happened, append-only, chained so that an alteration shows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.accounts import User
from models.actors import Author, AuthorField
from models.database import InstantField
from models.dossiers import FundingRequest
from models.lifecycle import RESULTS, RequestAction, RequestStatus


class EventKind(StrEnum):
    REQUEST_IMPORTED = "REQUEST_IMPORTED"
    MODIFICATION_REQUESTED = "MODIFICATION_REQUESTED"
    COMMENT_SEEN = "COMMENT_SEEN"
    SUPPORT_CONTACT_CHANGED = "SUPPORT_CONTACT_CHANGED"
    ATTACHMENT_ADDED = "ATTACHMENT_ADDED"
    ATTACHMENT_REMOVED = "ATTACHMENT_REMOVED"
    ATTACHMENT_INFECTED = "ATTACHMENT_INFECTED"
    ATTACHMENT_DAMAGED = "ATTACHMENT_DAMAGED"
    ATTACHMENT_RESTORED = "ATTACHMENT_RESTORED"
    MODIFICATION_REMINDED = "MODIFICATION_REMINDED"
    MODIFICATION_LAST_NOTICE_SENT = "MODIFICATION_LAST_NOTICE_SENT"
    MODIFICATION_CONFIRMED = "MODIFICATION_CONFIRMED"
    MODIFICATION_SKIPPED = "MODIFICATION_SKIPPED"
    MODIFICATION_EXPIRED = "MODIFICATION_EXPIRED"
    MODIFICATION_CANCELLED = "MODIFICATION_CANCELLED"
    DEADLINE_EXTENDED = "DEADLINE_EXTENDED"
    SUPPORT_CONTACTED = "SUPPORT_CONTACTED"
    SUPPORT_ANSWERED = "SUPPORT_ANSWERED"
    REQUEST_VALIDATED = "REQUEST_VALIDATED"
    REQUEST_REJECTED = "REQUEST_REJECTED"
    REQUEST_PAID = "REQUEST_PAID"

    # In a sandbox alone.
    TIME_TRAVELLED = "TIME_TRAVELLED"

    # What concerns an account, or the portal itself: on no request's timeline, in the managers' journal alone.
    SIGNED_IN = "SIGNED_IN"
    SIGN_IN_FAILED = "SIGN_IN_FAILED"
    SIGN_IN_THROTTLED = "SIGN_IN_THROTTLED"
    SIGNED_OUT = "SIGNED_OUT"
    SESSION_REVOKED = "SESSION_REVOKED"
    IDENTIFIER_ASKED = "IDENTIFIER_ASKED"
    PASSWORD_RESET_ASKED = "PASSWORD_RESET_ASKED"  # noqa: S105
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105
    EMAIL_CHANGE_ASKED = "EMAIL_CHANGE_ASKED"
    EMAIL_CHANGED = "EMAIL_CHANGED"
    TOTP_ENABLED = "TOTP_ENABLED"
    TOTP_DISABLED = "TOTP_DISABLED"
    RECOVERY_CODE_USED = "RECOVERY_CODE_USED"
    RECOVERY_CODES_RENEWED = "RECOVERY_CODES_RENEWED"
    ACCOUNT_OPENED = "ACCOUNT_OPENED"
    ACCOUNT_INVITED = "ACCOUNT_INVITED"
    ACCOUNT_ACTIVATED = "ACCOUNT_ACTIVATED"
    ACCOUNT_DISABLED = "ACCOUNT_DISABLED"
    ACCOUNT_ENABLED = "ACCOUNT_ENABLED"
    ACCOUNT_REVOKED = "ACCOUNT_REVOKED"
    RIGHT_CHANGED = "RIGHT_CHANGED"
    TOKEN_ISSUED = "TOKEN_ISSUED"  # noqa: S105
    TOKEN_REVOKED = "TOKEN_REVOKED"  # noqa: S105
    TOKEN_END_TOLD = "TOKEN_END_TOLD"  # noqa: S105
    ACCESS_DENIED = "ACCESS_DENIED"
    WEBHOOK_CREATED = "WEBHOOK_CREATED"
    WEBHOOK_CHANGED = "WEBHOOK_CHANGED"
    WEBHOOK_ENABLED = "WEBHOOK_ENABLED"
    WEBHOOK_DISABLED = "WEBHOOK_DISABLED"
    WEBHOOK_SECRET_RENEWED = "WEBHOOK_SECRET_RENEWED"  # noqa: S105
    WEBHOOK_REPLAYED = "WEBHOOK_REPLAYED"
    WEBHOOK_DELETED = "WEBHOOK_DELETED"
    DATA_EXPORTED = "DATA_EXPORTED"
    DATA_PURGED = "DATA_PURGED"
    KEYS_ROTATED = "KEYS_ROTATED"
    SANDBOX_RESET = "SANDBOX_RESET"
    NEWS_PUBLISHED = "NEWS_PUBLISHED"
    NEWS_CHANGED = "NEWS_CHANGED"
    NEWS_WITHDRAWN = "NEWS_WITHDRAWN"
    NEWS_INFECTED = "NEWS_INFECTED"
    NEWS_DAMAGED = "NEWS_DAMAGED"
    NEWS_RESTORED = "NEWS_RESTORED"
    COMMENT_TEMPLATE_SAVED = "COMMENT_TEMPLATE_SAVED"
    COMMENT_TEMPLATE_CHANGED = "COMMENT_TEMPLATE_CHANGED"
    COMMENT_TEMPLATE_WITHDRAWN = "COMMENT_TEMPLATE_WITHDRAWN"


_STATUSES = MappingProxyType(
    {
        EventKind.REQUEST_IMPORTED: RequestStatus.IN_REVIEW,
        EventKind.MODIFICATION_REQUESTED: RESULTS[RequestAction.REQUEST_MODIFICATION],
        EventKind.MODIFICATION_CONFIRMED: RESULTS[RequestAction.CONFIRM_MODIFICATION],
        EventKind.MODIFICATION_SKIPPED: RESULTS[RequestAction.SKIP_MODIFICATION],
        EventKind.MODIFICATION_EXPIRED: RESULTS[RequestAction.EXPIRE_MODIFICATION],
        EventKind.MODIFICATION_CANCELLED: RESULTS[RequestAction.CANCEL_MODIFICATION],
        EventKind.REQUEST_VALIDATED: RESULTS[RequestAction.VALIDATE_REQUEST],
        EventKind.REQUEST_REJECTED: RESULTS[RequestAction.REJECT_REQUEST],
        EventKind.REQUEST_PAID: RESULTS[RequestAction.MARK_PAID],
    }
)


class Event(Model):
    """One thing that happened to one request. Timeline, feed and audit read it.

    What concerns an account or the portal itself belongs to no request, and only the managers' journal reads it.
    `digest` seals the author, the payload and the origin with `salt`, so that they can be purged and the chain still
    holds; `chain` seals the digest with the chain of the event before (models/chains.py). `transaction` orders the
    feed: on PostgreSQL a trigger fills it with the transaction's id, so that what commits late is never skipped; 0 on
    SQLite, where writers come one after the other.
    """

    id = fields.BigIntField(primary_key=True)
    transaction = fields.BigIntField(default=0)
    request: fields.ForeignKeyNullableRelation[FundingRequest] = fields.ForeignKeyField(
        "solde.FundingRequest", related_name="events", null=True, on_delete=fields.RESTRICT
    )
    request_id: UUID | None
    # What concerns an account and no request has its place in that account's own chain.
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "solde.User", related_name="events", null=True, on_delete=fields.RESTRICT
    )
    user_id: UUID | None
    position = fields.IntField()
    kind = fields.CharEnumField(EventKind, max_length=40)
    actor: fields.Field[Author] = AuthorField()
    at = InstantField()
    payload: dict[str, Any] = fields.JSONField(default=dict)
    origin: dict[str, str] | None = fields.JSONField(null=True)
    # When the author, the payload and the origin were emptied: `digest` and `chain` stay what they were.
    purged_at: datetime | None = InstantField(null=True)
    salt = fields.CharField(max_length=32)
    digest = fields.CharField(max_length=64)
    chain = fields.CharField(max_length=64)

    class Meta:
        table = "event"
        unique_together = (("request", "position"),)
        indexes = [Index(fields=["transaction", "id"], name="event_feed")]

    @property
    def status(self) -> RequestStatus | None:
        """The status that it left the request in, if it changed it."""
        return _STATUSES.get(self.kind)

    @property
    def cycle(self) -> int | None:
        """The number of the modification that it is a step of, as long as its payload is kept."""
        number = self.payload.get("number")
        return number if isinstance(number, int) else None


class ChainHead(Model):
    """Where a chain ends (`request:…`, `account:…`), sealed: events deleted from its end are missed."""

    chain = fields.CharField(max_length=50, primary_key=True)
    position = fields.IntField()
    seal = fields.CharField(max_length=64)

    class Meta:
        table = "chain_head"
