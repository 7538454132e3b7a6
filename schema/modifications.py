"""Modifications: one cycle from sending a request back to its outcome."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models
from models.actors import SYSTEM
from models.allowance import modification_allowance
from models.lifecycle import ModificationOutcome
from resolvers import links, receipt_words
from resolvers.visibility import found
from schema import events, requests
from schema.actors import Actor
from schema.allowance import DocumentAllowance
from schema.attachments import Attachment
from schema.context import Context, Info
from schema.drafts import Draft, Expected
from schema.nodes import EventRef, FundingRequestRef, Node, node_id
from schema.receipts import Receipt
from schema.versions import Changes, Version


@strawberry.type(description="Une modification : du renvoi au fournisseur jusqu’à son issue.")
class Modification(Node):
    row: strawberry.Private[models.Modification]
    number: int = strawberry.field(description="1, 2, … : compte chaque renvoi, même sans nouvelle version.")
    comment: str = strawberry.field(description="Commentaire du gestionnaire.")
    opened_at: datetime = strawberry.field(description="Instant du renvoi au fournisseur.")
    opened_by: Actor = strawberry.field(description="Qui a renvoyé la demande.")
    reminds_at: datetime = strawberry.field(description="Instant prévu du rappel (J+10).")
    reminded_at: datetime | None = strawberry.field(description="Instant du rappel, s’il est parti.")
    closes_at: datetime = strawberry.field(description="Échéance (J+20) : ensuite, plus rien ne se modifie.")
    last_notice_at: datetime | None = strawberry.field(description="Instant du dernier avis, s’il est parti.")
    comment_seen_at: datetime | None = strawberry.field(description="Première lecture du commentaire.")
    outcome: ModificationOutcome | None = strawberry.field(description="Son issue ; absente tant qu’elle est ouverte.")
    closed_at: datetime | None = strawberry.field(description="Instant de son issue.")
    closed_by: Actor | None = strawberry.field(description="Qui l’a close.")
    note: str | None = strawberry.field(description="Mot du fournisseur, en confirmant ou en déclinant.")
    cancel_reason: str | None = strawberry.field(description="Motif d’une annulation.")

    @strawberry.field(description="La demande concernée.")
    async def request(self, info: Info) -> FundingRequestRef:
        return await requests.request_of(self.row.request_id, info)

    @strawberry.field(description="N° ASP de la demande pendant cette modification, comme « FINSAS008539M1 ».")
    async def asp_number(self, info: Info) -> str:
        request = await requests.request_of(self.row.request_id, info)
        return self.row.asp_number(request.row.dossier.number)

    @strawberry.field(description="Ce que le gestionnaire attend, coché en renvoyant la demande.")
    async def expected_changes(self, info: Info) -> list[Expected]:
        expected = self.row.expects
        changes = await self._changes(info) if expected else None
        return [Expected.of(each, changes) for each in expected]

    @strawberry.field(description="Le dernier report de l’échéance ; absent tant qu’elle n’a pas été repoussée.")
    async def deadline_extension(self, info: Info) -> EventRef | None:
        rows = await info.context.loaders.extensions_of_request.load(self.row.request_id)
        own = [row for row in rows if row.cycle == self.number]
        return events.Event.of(own[-1], info.context) if own else None

    @strawberry.field(description="Le brouillon ; absent une fois la modification close.")
    async def draft(self, info: Info) -> Draft | None:
        if self.outcome is not None:
            return None
        current = await requests.current_version(self.row.request_id, info)
        rows = await info.context.loaders.attachments_of_request.load(self.row.request_id)
        shown = [row for row in rows if row.rank is not None or row.modification_id == self.row.id]
        author = self.row.draft_updated_by
        return Draft(
            revision=self.row.revision,
            support_contact=self.row.draft_support_contact or current.support_contact,
            attachments=[Attachment.of(row, info.context) for row in shown],
            changes=await self._draft_changes(info),
            updated_at=self.row.draft_updated_at,
            updated_by=Actor.of(author, info.context) if author else None,
        )

    @strawberry.field(
        description="Ce que le brouillon changeait quand la modification s’est close sans qu’il soit transmis ; absent "
        "des autres, d’un brouillon vide, et une fois effacé."
    )
    async def dropped_changes(self, info: Info) -> Changes | None:
        # No comment is empty before people's words are erased.
        if self.outcome in {None, ModificationOutcome.CONFIRMED} or not self.comment:
            return None
        changes = await self._draft_changes(info)
        return changes if changes.any else None

    @strawberry.field(description="Ce que l’on peut encore ajouter de pièces ; absent une fois la modification close.")
    async def document_allowance(self, info: Info) -> DocumentAllowance | None:
        if self.outcome is not None:
            return None
        request = await requests.request_of(self.row.request_id, info)
        daily = await info.context.loaders.daily_bound_of_supplier.load(request.row.dossier.supplier_id)
        rows = await info.context.loaders.attachments_of_request.load(self.row.request_id)
        return DocumentAllowance.of(modification_allowance(self.row.id, rows), daily)

    @strawberry.field(description="La version que la confirmation a faite.")
    async def version(self, info: Info) -> Version | None:
        return await self.made_version(info) if self.outcome is ModificationOutcome.CONFIRMED else None

    @strawberry.field(description="Adresse absolue de l’accusé de réception, après avoir confirmé ou décliné.")
    async def receipt_url(self, info: Info) -> str | None:
        if not self.row.has_receipt:
            return None
        request = await requests.request_of(self.row.request_id, info)
        return links.receipt(request.row, self.row.id)

    @strawberry.field(
        description="Numéro de l’accusé de réception, unique, comme « AR-FINSAS008539-S-M1 » : S du solde ou A de "
        "l’avance, M1 de la modification."
    )
    async def receipt_number(self, info: Info) -> str | None:
        if not self.row.has_receipt:
            return None
        request = await requests.request_of(self.row.request_id, info)
        return self.row.receipt_number(request.row.dossier.number, request.row.kind)

    @strawberry.field(
        description="L’accusé de réception, partie par partie ; absent tant qu’elle n’est ni confirmée ni déclinée."
    )
    async def receipt(self, info: Info) -> Receipt | None:
        if not self.row.has_receipt:
            return None
        request = (await requests.request_of(self.row.request_id, info)).row
        versions = await info.context.loaders.versions_of_request.load(request.id)
        kept = await info.context.loaders.attachments_of_request.load(request.id)
        return Receipt.of(receipt_words.Receipt.among(self.row, request, versions, kept), info.context)

    async def made_version(self, info: Info) -> Version:
        """The version that confirming made; only for a confirmed cycle."""
        rows = await info.context.loaders.versions_of_request.load(self.row.request_id)
        return Version.of(found(next((row for row in rows if row.id == self.row.version_id), None)), info.context)

    async def _changes(self, info: Info) -> Changes | None:
        """What the cycle changes: its draft while it is open, its version once confirmed, otherwise nothing."""
        if self.outcome is None:
            return await self._draft_changes(info)
        if self.outcome is ModificationOutcome.CONFIRMED:
            return await (await self.made_version(info)).differences(info)
        return None

    async def _draft_changes(self, info: Info) -> Changes:
        """What the draft changes, or changed until it was dropped: later versions start from what it started from."""
        versions = await info.context.loaders.versions_of_request.load(self.row.request_id)
        before = [version for version in versions if version.rank < self.number][-1].support_contact
        rows = await info.context.loaders.attachments_of_request.load(self.row.request_id)
        added = [Attachment.of(row, info.context) for row in rows if row.modification_id == self.row.id]
        return Changes.of(before, self.row.draft_support_contact or before, added)

    @classmethod
    def of(cls, row: models.Modification, context: Context) -> Modification:
        """The cycle as it truly is at the instant of reading: past its deadline it has expired, settled or not."""
        due = row.is_due(context.as_of)
        author = SYSTEM if due else row.closed_by
        return cls(
            id=node_id("Modification", row.id),
            row=row,
            number=row.number,
            comment=row.comment,
            opened_at=row.opened_at,
            opened_by=Actor.of(row.opened_by, context),
            reminds_at=row.reminds_at,
            reminded_at=row.reminded_at,
            closes_at=row.closes_at,
            last_notice_at=row.last_notice_at,
            comment_seen_at=row.comment_seen_at,
            outcome=row.outcome_at(context.as_of),
            closed_at=row.closes_at if due else row.closed_at,
            closed_by=Actor.of(author, context) if author else None,
            note=row.note,
            cancel_reason=row.cancel_reason,
        )
