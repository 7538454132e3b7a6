"""The mail that sending a request back would send, for managers to read before they do."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from resolvers import previewing
from schema.context import Info
from schema.errors import ActionNotAllowedError, NotFoundError, PermissionDeniedError, ValidationError
from schema.inputs import RequestModificationInput, expected
from schema.nodes import uuid_of


@strawberry.type(description="Le courriel qu’un renvoi pour modification enverrait maintenant, et ses délais.")
class ModificationPreview:
    subject: str = strawberry.field(description="Ligne d’objet.")
    text: str = strawberry.field(description="Le texte, tel qu’il serait envoyé.")
    html: str = strawberry.field(description="Le même, mis en page.")
    recipients: list[str] = strawberry.field(description="Les adresses qui le recevraient.")
    attachment_name: str = strawberry.field(description="Nom du fichier joint : le rappel de l’échéance pour l’agenda.")
    reminds_at: datetime = strawberry.field(description="Quand un rappel partirait.")
    closes_at: datetime = strawberry.field(description="L’échéance de la modification.")

    @classmethod
    def of(cls, preview: previewing.Preview) -> ModificationPreview:
        return cls(
            subject=preview.letter.subject,
            text=preview.letter.text,
            html=preview.letter.html,
            recipients=preview.recipients,
            attachment_name=preview.file_name,
            reminds_at=preview.modification.reminds_at,
            closes_at=preview.modification.closes_at,
        )


ModificationPreviewResult: TypeAlias = Annotated[
    ModificationPreview | ValidationError | NotFoundError | PermissionDeniedError | ActionNotAllowedError,
    strawberry.union("ModificationPreviewResult", description="Résultat d’un aperçu : les refus sont ceux du renvoi."),
]

_INPUT = strawberry.argument(description="Ce que prendrait « requestModification ».")


@strawberry.type
class PreviewQuery:
    @strawberry.field(
        description="Le courriel que « requestModification » enverrait, sans rien écrire ni envoyer (gestionnaire)."
    )
    async def modification_preview(
        self, info: Info, input: Annotated[RequestModificationInput, _INPUT]
    ) -> ModificationPreviewResult:
        preview = await previewing.preview_modification(
            info.context.viewer,
            uuid_of("FundingRequest", input.request_id),
            comment=input.comment,
            expected_changes=expected(input.expected_changes),
            template_id=input.template,
            as_of=info.context.as_of,
        )
        return ModificationPreview.of(preview)
