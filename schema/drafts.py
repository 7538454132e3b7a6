"""Drafts: what a supplier has changed and not yet confirmed, and what the manager expects of it."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models.changes import is_met
from models.modifications import EditableField, ExpectedChange
from schema.actors import Actor
from schema.attachments import Attachment, DocumentType
from schema.versions import Changes


@strawberry.type(name="ExpectedChange", description="Une modification attendue : une information ou un type de pièce.")
class Expected:
    field: EditableField | None = strawberry.field(description="L’information à corriger.")
    document_type: DocumentType | None = strawberry.field(description="Le type de pièce à ajouter.")
    done: bool = strawberry.field(description="Déjà faite, dans le brouillon ou dans la version confirmée.")

    @classmethod
    def of(cls, expected: ExpectedChange, changes: Changes | None) -> Expected:
        """What the manager ticked, and whether `changes` answer it."""
        code = expected.document_type
        return cls(
            field=expected.field,
            document_type=DocumentType.named(code) if code else None,
            done=changes is not None and _is_met(expected, changes),
        )


def _is_met(expected: ExpectedChange, changes: Changes) -> bool:
    added = ((each.document_type.code, each.scan_status) for each in changes.added_attachments)
    return is_met(expected, [change.field for change in changes.fields], added)


@strawberry.type(description="Ce que le fournisseur a changé et pas encore confirmé.")
class Draft:
    revision: int = strawberry.field(description="Grandit à chaque changement ; à renvoyer comme « basedOn ».")
    support_contact: str = strawberry.field(description="Coordonnées de contact, changées ou non.")
    attachments: list[Attachment] = strawberry.field(
        description="Les pièces de la version actuelle, puis celles ajoutées."
    )
    changes: Changes = strawberry.field(description="Les différences avec la version actuelle.")
    updated_at: datetime = strawberry.field(description="Instant du dernier changement.")
    updated_by: Actor | None = strawberry.field(description="Qui a fait le dernier changement.")
