"""Actualités: what managers announce to every supplier."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models
from models.attachments import Integrity, ScanStatus
from resolvers import links
from resolvers.news import NEWS
from resolvers.visibility import visible_news
from schema.actors import Actor
from schema.context import Context, Info
from schema.nodes import Node, node_id
from schema.pagination import After, Connection, First, read_page


@strawberry.type(description="Pièce jointe d’une actualité.")
class NewsDocument:
    file_name: str = strawberry.field(description="Nom du fichier.")
    content_type: str = strawberry.field(description="Type de contenu, comme « application/pdf ».")
    size: int = strawberry.field(description="Taille en octets.")
    sha256: str = strawberry.field(description="Empreinte SHA-256 du contenu, en hexadécimal.")
    scan_status: ScanStatus = strawberry.field(description="Résultat de l’analyse antivirus.")
    integrity: Integrity = strawberry.field(description="Le contenu est celui qui a été reçu, ou ce qu’il est devenu.")
    purged_at: datetime | None = strawberry.field(description="Instant de la suppression du fichier ; absent sinon.")
    url: str = strawberry.field(description="Adresse absolue du contenu, avec la même authentification.")
    download_url: str | None = strawberry.field(
        description="Adresse absolue du contenu quand il peut être lu maintenant ; absente pour un fichier endommagé, "
        "mis à l’écart ou, pour les autres comptes, en attente d’analyse."
    )

    @classmethod
    def of(cls, row: models.News, upload: models.Upload, context: Context) -> NewsDocument:
        address = links.news_document(row.id)
        return cls(
            file_name=upload.file_name,
            content_type=upload.content_type,
            size=upload.size,
            sha256=upload.sha256,
            scan_status=upload.scan_status,
            integrity=upload.integrity,
            purged_at=upload.purged_at,
            url=address,
            download_url=None if upload.barrier(context.viewer.account) else address,
        )


@strawberry.type(description="Actualité, annoncée à tous les fournisseurs.")
class News(Node):
    title: str = strawberry.field(description="Titre.")
    category: str = strawberry.field(description="Catégorie, comme « FOURNISSEUR ».")
    text: str = strawberry.field(description="Texte entier.")
    published_at: datetime = strawberry.field(description="Instant de la publication.")
    published_by: Actor = strawberry.field(description="Qui l’a publiée.")
    updated_at: datetime | None = strawberry.field(
        description="Instant du dernier changement ; absent sans changement."
    )
    withdrawn_at: datetime | None = strawberry.field(
        description="Instant du retrait ; une actualité retirée n’existe plus que pour les gestionnaires."
    )
    document: NewsDocument | None = strawberry.field(description="Pièce jointe, si elle en a une.")
    url: str = strawberry.field(description="Adresse absolue de sa page.")

    @classmethod
    def of(cls, row: models.News, context: Context) -> News:
        """A row loaded with its document."""
        return cls(
            id=node_id("News", row.id),
            title=row.title,
            category=row.category,
            text=row.text,
            published_at=row.published_at,
            published_by=Actor.of(row.published_by, context),
            updated_at=row.updated_at,
            withdrawn_at=row.withdrawn_at,
            document=NewsDocument.of(row, row.document, context) if row.document else None,
            url=links.news(row.id),
        )


@strawberry.type
class NewsQuery:
    """The part of `Query` that concerns announcements."""

    @strawberry.field(
        description="Les actualités, de la plus récente à la plus ancienne ; celles qui sont retirées, "
        "pour les gestionnaires seulement."
    )
    async def news(self, info: Info, first: First = 20, after: After = None) -> Connection[News]:
        rows = visible_news(info.context.viewer)
        return await read_page(rows, NEWS, first, after, lambda row: News.of(row, info.context))
