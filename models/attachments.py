"""Documents: what was received (uploads) and what a request holds of it (attachments)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.actors import Author, AuthorField
from models.database import InstantField
from models.dossiers import FundingRequest
from models.modifications import Modification
from models.suppliers import Supplier


class ScanStatus(StrEnum):
    PENDING = "PENDING"
    CLEAN = "CLEAN"
    INFECTED = "INFECTED"
    NOT_SCANNED = "NOT_SCANNED"


class Integrity(StrEnum):
    INTACT = "INTACT"
    ALTERED = "ALTERED"
    MISSING = "MISSING"


class Barrier(StrEnum):
    """What keeps a document from those who may see what it belongs to."""

    REMOVED = "REMOVED"
    INFECTED = "INFECTED"
    PENDING = "PENDING"
    ALTERED = "ALTERED"
    MISSING = "MISSING"


class Upload(Model):
    """A file received whole: its name as the user wrote it, its bytes under `key` in the storage.

    `scan_due_at` is when a pending one is to be scanned (again); `scan_finding` what the antivirus named.
    `integrity` is what the last comparison with `sha256` found, at `verified_at` (none: never compared).
    `purged_at` is when the bytes were deleted for good: the row stays, as what the events tell of.
    """

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    key = fields.CharField(max_length=100, unique=True)
    file_name = fields.CharField(max_length=200)
    content_type = fields.CharField(max_length=100)
    size = fields.BigIntField()
    sha256 = fields.CharField(max_length=64)
    scan_status = fields.CharEnumField(ScanStatus, max_length=20, default=ScanStatus.NOT_SCANNED)
    scan_attempts = fields.IntField(default=0, db_default=0)
    scan_due_at: datetime | None = InstantField(null=True)
    scanned_at: datetime | None = InstantField(null=True)
    scan_finding = fields.CharField(max_length=200, null=True)
    integrity = fields.CharEnumField(Integrity, max_length=20, default=Integrity.INTACT, db_default=Integrity.INTACT)
    verified_at: datetime | None = InstantField(null=True)
    purged_at: datetime | None = InstantField(null=True)
    # Only the account that sent a file may attach it.
    account = fields.CharField(max_length=50)
    supplier: fields.ForeignKeyNullableRelation[Supplier] = fields.ForeignKeyField(
        "solde.Supplier", related_name="uploads", null=True, on_delete=fields.RESTRICT
    )
    supplier_id: UUID | None
    created_at = InstantField(db_index=True)

    class Meta:
        table = "upload"
        indexes = [
            Index(fields=["account", "sha256", "created_at"], name="upload_by_content"),
            Index(fields=["supplier_id", "created_at"], name="upload_by_supplier"),
        ]

    @property
    def is_whole(self) -> bool:
        """Are its bytes still there, as they were received?"""
        return self.purged_at is None and self.integrity is Integrity.INTACT

    def barrier(self, account: str) -> Barrier | None:
        """What keeps its bytes from that account now; those that wait for the antivirus are for their sender alone."""
        if self.purged_at is not None:
            return Barrier.REMOVED
        if self.scan_status is ScanStatus.INFECTED:
            return Barrier.INFECTED
        if self.scan_status is ScanStatus.PENDING and self.account != account:
            return Barrier.PENDING
        return None if self.integrity is Integrity.INTACT else Barrier(self.integrity.value)


class Attachment(Model):
    """A document of a request.

    `modification` is the cycle that added it (none: the import); `rank` the first version that holds it
    (none: it waits in a draft, or was dropped with it). Version n holds what has a rank up to n.
    """

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    request: fields.ForeignKeyRelation[FundingRequest] = fields.ForeignKeyField(
        "solde.FundingRequest", related_name="attachments", on_delete=fields.RESTRICT
    )
    request_id: UUID
    modification: fields.ForeignKeyNullableRelation[Modification] = fields.ForeignKeyField(
        "solde.Modification", related_name="attachments", null=True, on_delete=fields.RESTRICT
    )
    modification_id: UUID | None
    upload: fields.ForeignKeyRelation[Upload] = fields.ForeignKeyField(
        "solde.Upload", related_name="attachments", on_delete=fields.RESTRICT
    )
    upload_id: UUID
    position = fields.IntField()
    rank: int | None = fields.IntField(null=True)
    document_type = fields.CharField(max_length=50)
    added_at = InstantField()
    added_by: fields.Field[Author] = AuthorField()
    removed_at: datetime | None = InstantField(null=True)

    class Meta:
        table = "attachment"
        indexes = [Index(fields=["request_id", "position"], name="attachment_by_request")]

    def barrier(self, account: str) -> Barrier | None:
        """What keeps its bytes from that account now: one that was removed is given to nobody."""
        return Barrier.REMOVED if self.removed_at is not None else self.upload.barrier(account)
