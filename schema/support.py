"""Messages to the Assistance and their answers."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models
from schema import requests
from schema.actors import Actor
from schema.context import Context, Info
from schema.nodes import FundingRequestRef, Node, node_id


@strawberry.type(description="Message d’un fournisseur à l’Assistance, avec la réponse.")
class SupportMessage(Node):
    row: strawberry.Private[models.SupportMessage]
    text: str = strawberry.field(description="Le message.")
    at: datetime = strawberry.field(description="Instant du message.")
    by: Actor = strawberry.field(description="Qui l’a écrit.")
    answer: str | None = strawberry.field(
        description="La réponse de l’Assistance ; absente tant qu’elle n’a pas répondu."
    )
    answered_at: datetime | None = strawberry.field(description="Instant de la réponse.")

    @strawberry.field(description="La demande dont parle le message.")
    async def request(self, info: Info) -> FundingRequestRef:
        return await requests.request_of(self.row.request_id, info)

    @classmethod
    def of(cls, row: models.SupportMessage, context: Context) -> SupportMessage:
        return cls(
            id=node_id("SupportMessage", row.id),
            row=row,
            text=row.text,
            at=row.at,
            by=Actor.of(row.by, context),
            answer=row.answer,
            answered_at=row.answered_at,
        )
