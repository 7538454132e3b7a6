"""Dossiers and the funding requests, of both kinds, that they hold."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.expressions import Q
from tortoise.indexes import Index
from tortoise.models import Model

from models.actors import Author, AuthorField
from models.database import InstantField
from models.lifecycle import RequestStatus
from models.sealing import seal, unseal
from models.suppliers import Supplier

LONGEST_NUMBER = 20


class RequestKind(StrEnum):
    ADVANCE = "ADVANCE"
    BALANCE = "BALANCE"


REQUEST_NAMES = MappingProxyType({RequestKind.ADVANCE: "demande d’avance", RequestKind.BALANCE: "demande de solde"})


@dataclass(frozen=True)
class BankDetails:
    """The account that the subsidy is paid to; sealed in the database."""

    holder: str
    iban: str
    bic: str

    def sealed(self) -> str:
        """The same as it is kept."""
        return seal(json.dumps(asdict(self)))


class Dossier(Model):
    """One supplier's funding dossier, by the number that people say (FINSAS008539)."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    number = fields.CharField(max_length=LONGEST_NUMBER, unique=True)
    ans_number = fields.CharField(max_length=50)
    supplier: fields.ForeignKeyRelation[Supplier] = fields.ForeignKeyField(
        "solde.Supplier", related_name="dossiers", on_delete=fields.RESTRICT
    )
    supplier_id: UUID
    requests: fields.ReverseRelation[FundingRequest]

    class Meta:
        table = "dossier"


class FundingRequest(Model):
    """A demande d’avance or de solde. Amounts are euros with two decimals."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    dossier: fields.ForeignKeyRelation[Dossier] = fields.ForeignKeyField(
        "solde.Dossier", related_name="requests", on_delete=fields.RESTRICT
    )
    dossier_id: UUID
    kind = fields.CharEnumField(RequestKind, max_length=20)
    status = fields.CharEnumField(RequestStatus, max_length=20)
    status_changed_at = InstantField()
    # The deadline of the open cycle, beside the status so that one statement compares and sets both.
    closes_at: datetime | None = InstantField(null=True)
    submitted_on = fields.DateField()
    updated_at = InstantField()
    current_rank = fields.IntField(default=0)
    advance_decided: Decimal | None = fields.DecimalField(max_digits=14, decimal_places=2, null=True)
    commitment_retained: Decimal | None = fields.DecimalField(max_digits=14, decimal_places=2, null=True)
    balance_decided: Decimal | None = fields.DecimalField(max_digits=14, decimal_places=2, null=True)
    bank_details_sealed = fields.TextField(db_default="")
    decision_reason: str | None = fields.TextField(null=True)
    document_digest = fields.CharField(max_length=64)
    versions: fields.ReverseRelation[Version]

    class Meta:
        table = "funding_request"
        unique_together = (("dossier", "kind"),)
        indexes = [
            Index(fields=["updated_at", "id"], name="request_by_update"),
            Index(fields=["closes_at", "id"], name="request_by_deadline"),
            Index(fields=["submitted_on", "id"], name="request_by_submission"),
        ]

    @property
    def bank_details(self) -> BankDetails:
        """The bank account, opened only where it is asked for; an empty one once the request has been purged."""
        kept = self.bank_details_sealed
        return BankDetails(**json.loads(unseal(kept))) if kept else BankDetails("", "", "")

    def is_due(self, as_of: datetime) -> bool:
        """Has the open cycle's deadline passed, whether or not a worker settled it?"""
        return self.status is RequestStatus.TO_MODIFY and self.closes_at is not None and self.closes_at <= as_of

    def status_at(self, as_of: datetime) -> RequestStatus:
        """The true status at that instant."""
        return RequestStatus.IN_REVIEW if self.is_due(as_of) else self.status

    def status_changed_by(self, as_of: datetime) -> datetime:
        """When the true status at that instant began."""
        return self.closes_at if self.is_due(as_of) and self.closes_at else self.status_changed_at


def standing(status: RequestStatus, as_of: datetime) -> Q:
    """The requests whose true status at `as_of` is `status`: `FundingRequest.status_at`, as a condition."""
    if status is RequestStatus.TO_MODIFY:
        return Q(status=status, closes_at__gt=as_of)
    if status is RequestStatus.IN_REVIEW:
        return Q(status=status) | Q(status=RequestStatus.TO_MODIFY, closes_at__lte=as_of)
    return Q(status=status)


class Version(Model):
    """A request's data as filed or confirmed: never changed. Rank 0 is the import, n what cycle n made."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    request: fields.ForeignKeyRelation[FundingRequest] = fields.ForeignKeyField(
        "solde.FundingRequest", related_name="versions", on_delete=fields.RESTRICT
    )
    request_id: UUID
    rank = fields.IntField()
    asp_number = fields.CharField(max_length=30)
    dsr = fields.CharField(max_length=50)
    support_contact = fields.CharField(max_length=250)
    created_at = InstantField()
    created_by: fields.Field[Author] = AuthorField()

    class Meta:
        table = "version"
        unique_together = (("request", "rank"),)
