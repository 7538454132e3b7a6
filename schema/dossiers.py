"""Dossiers: what a supplier asks for, under the number that people say."""

from __future__ import annotations

import strawberry

import models
from models.dossiers import RequestKind
from schema import requests
from schema.context import Info
from schema.nodes import FundingRequestRef, Node, node_id
from schema.suppliers import Supplier


@strawberry.type(description="Dossier de financement d’un fournisseur.")
class Dossier(Node):
    row: strawberry.Private[models.Dossier]
    number: str = strawberry.field(description="Numéro de dossier, comme « FINSAS008539 ».")
    ans_number: str = strawberry.field(description="N° unique de référencement (ANS), comme « pbrSAS0012 ».")
    supplier: Supplier = strawberry.field(description="Le fournisseur qui demande le financement.")

    @strawberry.field(description="La demande d’avance.")
    async def advance(self, info: Info) -> FundingRequestRef | None:
        return await self._request(info, RequestKind.ADVANCE)

    @strawberry.field(description="La demande de solde.")
    async def balance(self, info: Info) -> FundingRequestRef | None:
        return await self._request(info, RequestKind.BALANCE)

    async def _request(self, info: Info, kind: RequestKind) -> FundingRequestRef | None:
        rows = await info.context.loaders.requests_of_dossier.load(self.row.id)
        found = [requests.FundingRequest.of(row, info.context) for row in rows if row.kind is kind]
        return found[0] if found else None

    @classmethod
    def of(cls, row: models.Dossier) -> Dossier:
        """A row loaded with its supplier."""
        return cls(
            id=node_id("Dossier", row.id),
            row=row,
            number=row.number,
            ans_number=row.ans_number,
            supplier=Supplier.of(row.supplier),
        )
