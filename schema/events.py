"""What happened, one French sentence each."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models
from models.events import EventKind
from models.lifecycle import RequestStatus
from schema import modifications, requests
from schema.actors import Actor
from schema.context import Context, Info
from schema.nodes import FundingRequestRef, ModificationRef, Node, node_id
from schema.summaries import summary_of


@strawberry.type(description="Événement de la vie d’une demande.")
class Event(Node):
    row: strawberry.Private[models.Event]
    kind: EventKind = strawberry.field(description="Sa nature.")
    actor: Actor = strawberry.field(description="Qui a agi.")
    at: datetime = strawberry.field(description="Instant de l’événement.")
    summary: str = strawberry.field(description="Une phrase qui le résume.")
    status: RequestStatus | None = strawberry.field(
        description="L’état dans lequel il laisse la demande ; absent quand il ne le change pas."
    )
    file_name: str | None = strawberry.field(
        description="Nom de la pièce dont il s’agit ; absent des autres événements, et de ceux qui sont purgés."
    )

    @strawberry.field(description="La demande concernée.")
    async def request(self, info: Info) -> FundingRequestRef | None:
        return await requests.request_of(self.row.request_id, info) if self.row.request_id else None

    @strawberry.field(description="La modification dont il est une étape ; absente des autres événements.")
    async def modification(self, info: Info) -> ModificationRef | None:
        cycle = await self._cycle(info)
        return modifications.Modification.of(cycle, info.context) if cycle else None

    @strawberry.field(
        description="Motif du gestionnaire qui repousse l’échéance ou annule la modification ; absent des autres "
        "événements, et une fois effacé."
    )
    async def reason(self, info: Info) -> str | None:
        cycle = await self._cycle(info)
        # What people wrote is emptied on the cycle itself: its events keep it a while longer, for the audit alone.
        return self.row.payload.get("reason") if cycle and cycle.comment else None

    async def _cycle(self, info: Info) -> models.Modification | None:
        if self.row.request_id is None or self.row.cycle is None:
            return None
        rows = await info.context.loaders.modifications_of_request.load(self.row.request_id)
        return next((row for row in rows if row.number == self.row.cycle), None)

    @classmethod
    def of(cls, row: models.Event, context: Context) -> Event:
        return cls(
            id=node_id("Event", row.id),
            row=row,
            kind=row.kind,
            actor=Actor.of(row.actor, context),
            at=row.at,
            summary=summary_of(row),
            status=row.status,
            file_name=row.payload.get("fileName"),
        )
