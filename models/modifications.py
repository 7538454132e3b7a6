"""Modifications: the cycles from sending a request back to their outcome, each with its draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models.actors import Author, AuthorField
from models.database import InstantField
from models.dossiers import FundingRequest, RequestKind, Version
from models.lifecycle import ModificationOutcome


class EditableField(StrEnum):
    SUPPORT_CONTACT = "SUPPORT_CONTACT"


_KIND_LETTERS = MappingProxyType({RequestKind.ADVANCE: "A", RequestKind.BALANCE: "S"})
FIELD_LABELS = MappingProxyType(
    {
        EditableField.SUPPORT_CONTACT: (
            "Coordonnées de contact ou lien vers la plateforme de support à destination des Régulateurs ou Effecteurs"
        )
    }
)


@dataclass(frozen=True)
class ExpectedChange:
    """What the manager ticked: one field, or one type of document to add."""

    field: EditableField | None = None
    document_type: str | None = None

    def as_json(self) -> dict[str, str | None]:
        return {"field": self.field and self.field.value, "documentType": self.document_type}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> ExpectedChange:
        field = value.get("field")
        return cls(EditableField(field) if field else None, value.get("documentType"))


class Modification(Model):
    """One cycle, with the supplier's draft on its own row: one UPDATE is the compare-and-set of either."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    request: fields.ForeignKeyRelation[FundingRequest] = fields.ForeignKeyField(
        "solde.FundingRequest", related_name="modifications", on_delete=fields.RESTRICT
    )
    request_id: UUID
    number = fields.IntField()
    comment = fields.TextField()
    expected_changes: list[dict[str, Any]] = fields.JSONField(default=list)
    opened_at = InstantField()
    opened_by: fields.Field[Author] = AuthorField()
    reminds_at = InstantField()
    reminded_at: datetime | None = InstantField(null=True)
    closes_at = InstantField()
    last_notice_at: datetime | None = InstantField(null=True)
    comment_seen_at: datetime | None = InstantField(null=True)

    revision = fields.IntField(default=0)
    draft_support_contact = fields.CharField(max_length=250, null=True)
    draft_updated_at = InstantField()
    draft_updated_by: fields.Field[Author | None] = AuthorField(null=True)

    outcome: fields.Field[ModificationOutcome | None] = fields.CharEnumField(
        ModificationOutcome, max_length=20, null=True
    )  # type: ignore[assignment]
    closed_at: datetime | None = InstantField(null=True)
    closed_by: fields.Field[Author | None] = AuthorField(null=True)
    note: str | None = fields.TextField(null=True)
    cancel_reason: str | None = fields.TextField(null=True)
    version: fields.OneToOneNullableRelation[Version] = fields.OneToOneField(
        "solde.Version", related_name="modification", null=True, on_delete=fields.RESTRICT
    )
    version_id: UUID | None

    class Meta:
        table = "modification"
        unique_together = (("request", "number"),)

    @property
    def expects(self) -> list[ExpectedChange]:
        """What the manager ticked."""
        return [ExpectedChange.from_json(value) for value in self.expected_changes]

    def asp_number(self, dossier_number: str) -> str:
        """What the request is called in this cycle, and then in the version that confirming makes."""
        return f"{dossier_number}M{self.number}"

    def receipt_number(self, dossier_number: str, kind: RequestKind) -> str:
        """What people say of its receipt: « AR-FINSAS008539-S-M1 », which no other has."""
        return f"AR-{dossier_number}-{_KIND_LETTERS[kind]}-M{self.number}"

    @property
    def has_receipt(self) -> bool:
        """Did the supplier confirm or decline? What ends otherwise has none."""
        return self.outcome in {ModificationOutcome.CONFIRMED, ModificationOutcome.SKIPPED}

    def is_due(self, as_of: datetime) -> bool:
        """Has the deadline passed without an outcome?"""
        return self.outcome is None and self.closes_at <= as_of

    def outcome_at(self, as_of: datetime) -> ModificationOutcome | None:
        """The true outcome at that instant: past its deadline a cycle has expired, swept or not."""
        return ModificationOutcome.EXPIRED if self.is_due(as_of) else self.outcome
