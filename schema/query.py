"""What can be read."""

from __future__ import annotations

from typing import Annotated

import strawberry

from models.document_types import DOCUMENT_TYPES
from models.emails import EmailStatus
from resolvers import events, imports, reading, visibility
from resolvers.reading import DossierOrder
from resolvers.request_lists import RequestOrder, request_order
from schema.actors import Viewer
from schema.attachments import Attachment, DocumentType
from schema.comment_templates import CommentTemplateQuery
from schema.context import Info
from schema.deprecated_uses import DeprecationQuery
from schema.dossiers import Dossier
from schema.emails import Email
from schema.errors import FieldError
from schema.events import Event
from schema.inputs import given
from schema.journal import JournalQuery
from schema.lookup import look_up
from schema.news import NewsQuery
from schema.nodes import Node
from schema.pagination import After, Connection, First, read_page
from schema.preview import PreviewQuery
from schema.request_filter import FundingRequestFilter
from schema.requests import FundingRequest
from schema.support import SupportMessage
from schema.tokens import TokenQuery
from schema.webhooks import WebhookQuery

_ID = strawberry.argument(description="Identifiant opaque, lu dans un champ « id ».")
_NUMBER = strawberry.argument(description="Numéro de dossier, comme « FINSAS008539 ».")
_FILTER = strawberry.argument(description="Quelles demandes ; absent : toutes.")
_ORDER = strawberry.argument(description="Dans quel ordre.")
_DOCUMENT = strawberry.argument(description="Le texte JSON de la demande.")
_FILE_NAMES = strawberry.argument(description="Les noms des fichiers qui l’accompagneraient.")
_STATUS = strawberry.argument(description="Ceux de ce statut ; absent : tous.")
_LATE = strawberry.argument(
    description="Ceux qui auraient dû partir depuis plus d’un quart d’heure, ou les autres ; absent : tous."
)
_ANSWERED = strawberry.argument(description="Ceux qui ont une réponse, ou ceux qui n’en ont pas ; absent : tous.")


@strawberry.type(
    description="Ce que l’on peut lire. Ce que le compte ne peut pas voir répond comme ce qui n’existe pas."
)
class Query(JournalQuery, NewsQuery, PreviewQuery, TokenQuery, CommentTemplateQuery, WebhookQuery, DeprecationQuery):
    @strawberry.field(description="La personne connectée ou le jeton d’accès qui interroge l’API.")
    def viewer(self, info: Info) -> Viewer:
        return Viewer.of(info.context.viewer)

    @strawberry.field(description="Ce que désigne un identifiant ; absent si le compte ne peut pas le voir.")
    async def node(self, info: Info, id: Annotated[strawberry.ID, _ID]) -> Node | None:
        return await look_up(id, info.context)

    @strawberry.field(description="Un dossier, par son numéro.")
    async def dossier(self, info: Info, number: Annotated[str, _NUMBER]) -> Dossier | None:
        row = await reading.dossier_numbered(info.context.viewer, number)
        return Dossier.of(row) if row else None

    @strawberry.field(description="Les dossiers, par numéro.")
    async def dossiers(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        order: Annotated[DossierOrder | None, _ORDER] = DossierOrder.NUMBER,
    ) -> Connection[Dossier]:
        rows = visibility.visible_dossiers(info.context.viewer)
        ordering = reading.dossier_order(order or DossierOrder.NUMBER, info.context.as_of)
        return await read_page(rows, ordering, first, after, Dossier.of)

    @strawberry.field(description="Les demandes de financement.")
    async def requests(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        filter: Annotated[FundingRequestFilter | None, _FILTER] = strawberry.UNSET,
        order: Annotated[RequestOrder | None, _ORDER] = RequestOrder.UPDATED_AT,
    ) -> Connection[FundingRequest]:
        as_of = info.context.as_of
        rows = visibility.visible_requests(info.context.viewer)
        if filter:
            rows = filter.as_filter().apply(rows, as_of)
        ordering = request_order(order or RequestOrder.UPDATED_AT, as_of)
        return await read_page(rows, ordering, first, after, lambda row: FundingRequest.of(row, info.context))

    @strawberry.field(description="Les types de pièces justificatives.")
    def document_types(self, info: Info) -> list[DocumentType]:
        _ = info.context.viewer
        return [DocumentType.of(each) for each in DOCUMENT_TYPES]

    @strawberry.field(
        description="Les fautes d’un document JSON à importer, sans rien importer ; vide quand il n’en a aucune."
    )
    def import_faults(
        self,
        info: Info,
        document: Annotated[str, _DOCUMENT],
        file_names: Annotated[list[str], _FILE_NAMES],
    ) -> list[FieldError]:
        _ = info.context.viewer
        faults = imports.import_faults(document, file_names, as_of=info.context.as_of)
        return [FieldError.of(fault) for fault in faults]

    @strawberry.field(description="Les messages à l’Assistance, du plus ancien au plus récent.")
    async def support_messages(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        answered: Annotated[bool | None, _ANSWERED] = strawberry.UNSET,
    ) -> Connection[SupportMessage]:
        rows = reading.support_messages(info.context.viewer, answered=given(answered))
        return await read_page(
            rows, reading.SUPPORT_MESSAGES, first, after, lambda row: SupportMessage.of(row, info.context)
        )

    @strawberry.field(description="Les courriels automatiques, du plus récent au plus ancien.")
    async def emails(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        status: Annotated[EmailStatus | None, _STATUS] = strawberry.UNSET,
        late: Annotated[bool | None, _LATE] = strawberry.UNSET,
    ) -> Connection[Email]:
        context = info.context
        rows = reading.emails(context.viewer, status=given(status), late=given(late), as_of=context.as_of)
        return await read_page(rows, reading.ALL_EMAILS, first, after, lambda row: Email.of(row, context))

    @strawberry.field(
        description="Les pièces dans lesquelles l’antivirus a trouvé une menace, la dernière ajoutée d’abord."
    )
    async def infected_attachments(self, info: Info, first: First = 20, after: After = None) -> Connection[Attachment]:
        rows = reading.infected_attachments(info.context.viewer)
        return await read_page(rows, reading.INFECTED, first, after, lambda row: Attachment.of(row, info.context))

    @strawberry.field(
        description="Les pièces dont le contenu n’est plus celui qui a été reçu, la dernière ajoutée d’abord."
    )
    async def damaged_attachments(self, info: Info, first: First = 20, after: After = None) -> Connection[Attachment]:
        rows = reading.damaged_attachments(info.context.viewer)
        return await read_page(rows, reading.DAMAGED, first, after, lambda row: Attachment.of(row, info.context))

    @strawberry.field(
        description="Le fil de tous les événements visibles, du plus ancien au plus récent : "
        "à relire à partir du dernier curseur reçu."
    )
    async def events(self, info: Info, first: First = 50, after: After = None) -> Connection[Event]:
        rows = events.feed(info.context.viewer)
        return await read_page(rows, reading.FEED, first, after, lambda row: Event.of(row, info.context), size=50)
