"""The mails that the portal sent about a request."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models
from models.emails import EmailKind, EmailStatus
from schema.context import Context, Info
from schema.nodes import Node, node_id


@strawberry.type(description="Courriel automatique envoyé à propos d’une demande.")
class Email(Node):
    row: strawberry.Private[models.Email]
    kind: EmailKind = strawberry.field(description="Son objet.")
    to: str = strawberry.field(description="Adresse du destinataire.")
    subject: str = strawberry.field(description="Ligne d’objet.")
    text: str = strawberry.field(description="Texte envoyé.")
    status: EmailStatus = strawberry.field(description="Où en est l’envoi.")
    created_at: datetime = strawberry.field(description="Instant de la mise en file.")
    sent_at: datetime | None = strawberry.field(description="Instant de l’envoi ; absent tant qu’il attend.")
    attempts: int = strawberry.field(description="Nombre d’essais d’envoi.")
    error: str | None = strawberry.field(
        description="Dernier refus du serveur de messagerie ; pour les gestionnaires seulement."
    )

    @strawberry.field(description="Le courriel dont celui-ci est un nouvel envoi.")
    async def resend_of(self, info: Info) -> Email | None:
        if self.row.resend_of_id is None:
            return None
        row = await info.context.loaders.emails.load(self.row.resend_of_id)
        return Email.of(row, info.context) if row else None

    @classmethod
    def of(cls, row: models.Email, context: Context) -> Email:
        return cls(
            id=node_id("Email", row.id),
            row=row,
            kind=row.kind,
            to=row.recipient,
            subject=row.subject,
            text=row.text,
            status=row.status,
            created_at=row.created_at,
            sent_at=row.sent_at,
            attempts=row.attempts,
            error=row.error if context.for_manager else None,
        )
