"""Supporting documents and their types."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models
from models import document_types
from models.attachments import Integrity, ScanStatus
from models.dossiers import RequestKind
from resolvers import links
from schema.actors import Actor
from schema.context import Context, Info
from schema.nodes import FundingRequestRef, Node, node_id


@strawberry.type(description="Type de pièce justificative.")
class DocumentType:
    code: str = strawberry.field(description="Code, comme « MSS_RESU_TEST_TECH ».")
    label: str = strawberry.field(description="Libellé.")
    addable: bool = strawberry.field(description="Le fournisseur peut en ajouter pendant une modification.")
    request_kinds: list[RequestKind] = strawberry.field(
        description="Natures des demandes dont une modification peut en recevoir, si le fournisseur peut en ajouter."
    )
    extensions: list[str] = strawberry.field(description="Extensions de fichier acceptées.")
    max_bytes: int = strawberry.field(description="Taille maximale d’un fichier, en octets.")

    @classmethod
    def of(cls, kind: document_types.DocumentType) -> DocumentType:
        return cls(
            code=kind.code,
            label=kind.label,
            addable=kind.addable,
            request_kinds=list(kind.request_kinds),
            extensions=list(kind.extensions),
            max_bytes=kind.max_bytes,
        )

    @classmethod
    def named(cls, code: str) -> DocumentType:
        """The type of that code; a row may keep one that is no longer proposed."""
        kind = document_types.document_type(code)
        return cls.of(kind or document_types.DocumentType.gone(code))


@strawberry.type(description="Pièce justificative d’une demande.")
class Attachment(Node):
    row: strawberry.Private[models.Attachment]
    file_name: str = strawberry.field(description="Nom du fichier.")
    document_type: DocumentType = strawberry.field(description="Type de la pièce.")
    content_type: str = strawberry.field(description="Type de contenu, comme « application/pdf ».")
    size: int = strawberry.field(description="Taille en octets.")
    sha256: str = strawberry.field(description="Empreinte SHA-256 du contenu, en hexadécimal.")
    scan_status: ScanStatus = strawberry.field(description="Résultat de l’analyse antivirus.")
    added_at: datetime = strawberry.field(description="Instant de l’ajout.")
    added_by: Actor = strawberry.field(description="Qui l’a ajoutée.")
    url: str = strawberry.field(description="Adresse absolue du contenu, avec la même authentification.")
    download_url: str | None = strawberry.field(
        description="Adresse absolue du contenu quand il peut être lu maintenant ; absente pour un fichier supprimé, "
        "retiré, endommagé, mis à l’écart ou, pour les autres comptes, en attente d’analyse."
    )
    integrity: Integrity = strawberry.field(description="Le contenu est celui qui a été reçu, ou ce qu’il est devenu.")
    verified_at: datetime | None = strawberry.field(
        description="Instant de la dernière comparaison avec l’empreinte ; absent tant qu’il n’y en a pas eu."
    )
    purged_at: datetime | None = strawberry.field(
        description="Instant de la suppression définitive du fichier, que plus rien ne retenait ; absent sinon."
    )
    removable: bool = strawberry.field(description="Peut être retirée : ajoutée dans la modification ouverte.")
    scanned_at: datetime | None = strawberry.field(description="Instant du résultat de l’analyse antivirus.")
    scan_finding: str | None = strawberry.field(
        description="Ce que l’antivirus a trouvé, dans ses mots ; pour les gestionnaires seulement."
    )

    @strawberry.field(description="La demande dont c’est une pièce.")
    async def request(self, info: Info) -> FundingRequestRef:
        from schema import requests  # Made of versions, which are made of these.

        return await requests.request_of(self.row.request_id, info)

    @classmethod
    def of(cls, row: models.Attachment, context: Context) -> Attachment:
        """A row loaded with its upload and its modification."""
        upload, cycle = row.upload, row.modification
        return cls(
            id=node_id("Attachment", row.id),
            row=row,
            file_name=upload.file_name,
            document_type=DocumentType.named(row.document_type),
            content_type=upload.content_type,
            size=upload.size,
            sha256=upload.sha256,
            scan_status=upload.scan_status,
            added_at=row.added_at,
            added_by=Actor.of(row.added_by, context),
            url=links.attachment(row.id),
            download_url=None if row.barrier(context.viewer.account) else links.attachment(row.id),
            integrity=upload.integrity,
            verified_at=upload.verified_at,
            purged_at=upload.purged_at,
            scanned_at=upload.scanned_at,
            scan_finding=upload.scan_finding if context.for_manager else None,
            removable=row.removed_at is None and cycle is not None and cycle.outcome_at(context.as_of) is None,
        )
