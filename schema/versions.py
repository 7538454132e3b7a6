"""Versions: what was filed and what each confirmed modification made of it, with the differences."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

import models
from models import changes
from models.modifications import EditableField
from resolvers.version_document import version_document
from resolvers.visibility import found
from schema.actors import Actor
from schema.attachments import Attachment
from schema.coded_errors import BadUserInput
from schema.context import Context, Info
from schema.nodes import ModificationRef, Node, node_id


@strawberry.type(description="Une information modifiée, avant et après.")
class FieldChange:
    field: EditableField = strawberry.field(description="L’information.")
    label: str = strawberry.field(description="Son libellé.")
    before: str = strawberry.field(description="Sa valeur avant.")
    after: str = strawberry.field(description="Sa valeur après.")

    @classmethod
    def of(cls, change: changes.FieldChange) -> FieldChange:
        return cls(field=change.field, label=change.label, before=change.before, after=change.after)


@strawberry.type(description="Les différences entre deux états d’une demande.")
class Changes:
    fields: list[FieldChange] = strawberry.field(description="Les informations modifiées.")
    added_attachments: list[Attachment] = strawberry.field(description="Les pièces ajoutées.")
    any: bool = strawberry.field(description="Il y a au moins une différence.")

    @classmethod
    def of(cls, before: str, after: str, added: list[Attachment]) -> Changes:
        """The differences from one support contact to another, with the attachments that came."""
        fields = [FieldChange.of(change) for change in changes.field_changes(before, after)]
        return cls(fields=fields, added_attachments=added, any=bool(fields or added))


@strawberry.type(description="Version d’une demande : le dépôt, ou ce qu’une modification confirmée en a fait.")
class Version(Node):
    row: strawberry.Private[models.Version]
    rank: int = strawberry.field(description="0 pour le dépôt ; n pour la version faite par la modification Mn.")
    asp_number: str = strawberry.field(description="N° ASP de la demande, comme « FINSAS008539M1 ».")
    dsr: str = strawberry.field(description="Référentiel DSR, comme « DSR-SAS-SAS-Va1 ».")
    support_contact: str = strawberry.field(description="Coordonnées de contact ou lien vers la plateforme de support.")
    created_at: datetime = strawberry.field(description="Instant du dépôt ou de la confirmation.")
    created_by: Actor = strawberry.field(description="Qui l’a faite.")

    @strawberry.field(description="Les pièces justificatives de cette version.")
    async def attachments(self, info: Info) -> list[Attachment]:
        rows = await info.context.loaders.attachments_of_request.load(self.row.request_id)
        return [Attachment.of(row, info.context) for row in rows if row.rank is not None and row.rank <= self.rank]

    @strawberry.field(description="Les différences avec une version antérieure.")
    async def changes(
        self,
        info: Info,
        since: Annotated[
            int | None, strawberry.argument(description="Rang de l’autre version ; absent : celle d’avant.")
        ] = None,
    ) -> Changes:
        return await self.differences(info, since)

    @strawberry.field(
        description="Cette version en JSON, au modèle du dépôt (« /schemas/demande.json ») : le document qui, avec ses "
        "pièces, se dépose de nouveau. Sans « coordonneesBancaires » pour qui lit l’IBAN masqué : à y ajouter alors. "
        "Chaque pièce y a un nom de fichier à elle ; la seconde du même nom y devient « guide (2).pdf »."
    )
    async def import_document(self, info: Info) -> str:
        request = found(await info.context.loaders.requests.load(self.row.request_id))
        rows = await info.context.loaders.attachments_of_request.load(self.row.request_id)
        held = [row for row in rows if row.rank is not None and row.rank <= self.rank]
        # Once purged, there is no account left to tell.
        account = request.bank_details if info.context.for_manager and request.bank_details_sealed else None
        return version_document(request, self.row, held, account)

    @strawberry.field(description="La modification qui a fait cette version ; absente pour le dépôt.")
    async def modification(self, info: Info) -> ModificationRef | None:
        from schema import modifications  # Made of versions.

        rows = await info.context.loaders.modifications_of_request.load(self.row.request_id)
        made_by = next((row for row in rows if row.version_id == self.row.id), None)
        return modifications.Modification.of(made_by, info.context) if made_by else None

    async def differences(self, info: Info, since: int | None = None) -> Changes:
        """What this version changed since that of rank `since`, or since the one before."""
        before = await self._earlier(info, since)
        if before is None:
            return Changes.of(self.support_contact, self.support_contact, [])
        rows = await info.context.loaders.attachments_of_request.load(self.row.request_id)
        added = [row for row in rows if row.rank is not None and before.rank < row.rank <= self.rank]
        return Changes.of(
            before.support_contact, self.support_contact, [Attachment.of(row, info.context) for row in added]
        )

    async def _earlier(self, info: Info, since: int | None) -> models.Version | None:
        """The version of rank `since`, or the one before; None for what was filed."""
        rows = await info.context.loaders.versions_of_request.load(self.row.request_id)
        if since is None:
            return max((row for row in rows if row.rank < self.rank), key=lambda row: row.rank, default=None)
        for row in rows:
            if row.rank == since:
                return row
        raise BadUserInput(f"Cette demande n’a pas de version de rang {since}.")

    @classmethod
    def of(cls, row: models.Version, context: Context) -> Version:
        return cls(
            id=node_id("Version", row.id),
            row=row,
            rank=row.rank,
            asp_number=row.asp_number,
            dsr=row.dsr,
            support_contact=row.support_contact,
            created_at=row.created_at,
            created_by=Actor.of(row.created_by, context),
        )
