"""The mails that the portal sent about a request."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models
from models.emails import EmailKind, EmailStatus
from models.errors import NotFound
from resolvers import enclosures
from resolvers.visibility import found
from schema import requests
from schema.actors import Actor
from schema.context import Context, Info
from schema.nodes import FundingRequestRef, Node, node_id


@strawberry.type(description="Fichier joint à un courriel, fait au moment de l’envoi.")
class EmailFile:
    file_name: str = strawberry.field(description="Nom du fichier, comme « accuse-AR-FINSAS008539-S-M1.pdf ».")
    url: str | None = strawberry.field(
        description="Adresse absolue du même fichier sur le portail ; absente pour le rappel d’une échéance qui ne "
        "compte plus."
    )


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

    failed_at: datetime | None = strawberry.field(description="Instant du refus définitif.")
    next_attempt_at: datetime | None = strawberry.field(
        description="Instant du prochain essai ; absent quand il n’y en aura plus sans renvoi."
    )
    late: bool = strawberry.field(description="Il attend depuis plus d’un quart d’heure.")
    resent_by: Actor | None = strawberry.field(description="Le gestionnaire qui a demandé ce nouvel envoi.")

    @strawberry.field(description="La demande dont il parle.")
    async def request(self, info: Info) -> FundingRequestRef:
        if self.row.request_id is None:
            raise NotFound
        return await requests.request_of(self.row.request_id, info)

    @strawberry.field(
        description="Le fichier joint : le rappel de l’échéance pour l’agenda, ou l’accusé de réception ; absent sinon."
    )
    async def attachment(self, info: Info) -> EmailFile | None:
        attached = self.row.attached
        if attached is None or self.row.request_id is None:
            return None
        request = (await requests.request_of(self.row.request_id, info)).row
        cycles = await info.context.loaders.modifications_of_request.load(request.id)
        cycle = found(next((row for row in cycles if row.id == self.row.modification_id), None))
        return EmailFile(
            file_name=enclosures.file_name(attached, cycle, request),
            url=enclosures.address(attached, cycle, request, info.context.as_of),
        )

    @strawberry.field(description="Le nouvel envoi de ce courriel, demandé par un gestionnaire.")
    async def resent_as(self, info: Info) -> Email | None:
        rows = await info.context.loaders.resends_of_email.load(self.row.id)
        return Email.of(rows[0], info.context) if rows else None

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
            failed_at=row.failed_at,
            next_attempt_at=row.next_attempt_at if row.leaves_again() else None,
            late=row.is_late(context.as_of),
            resent_by=Actor.of(row.resent_by, context) if row.resent_by else None,
        )
