"""Comments that managers keep at hand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

import models
from models.modifications import EditableField, ExpectedChange
from resolvers import comment_templates
from schema.actors import Actor
from schema.attachments import DocumentType
from schema.context import Context, Info
from schema.errors import NotFoundError, PermissionDeniedError, ValidationError
from schema.inputs import INPUT, ExpectedChangeInput, expected, given
from schema.nodes import Node, node_id, uuid_of

_TEMPLATE = "Le modèle concerné."
_NOW = "Le modèle, tel qu’il est maintenant."
_TITLE = "Titre sous lequel on le retrouve, 100 caractères"
_TEXT = "Le commentaire pour le fournisseur"
_EXPECTED = "Ce qui est attendu du fournisseur, coché avec lui"
_UNCHANGED = " ; absent : inchangé."


@strawberry.type(description="Ce qu’un modèle de commentaire coche : une information ou un type de pièce.")
class TemplateExpectation:
    field: EditableField | None = strawberry.field(description="L’information à corriger.")
    document_type: DocumentType | None = strawberry.field(description="Le type de pièce à ajouter.")

    @classmethod
    def of(cls, change: ExpectedChange) -> TemplateExpectation:
        """One thing ticked."""
        code = change.document_type
        return cls(field=change.field, document_type=DocumentType.named(code) if code else None)


@strawberry.type(description="Modèle de commentaire, commun à tous les gestionnaires.")
class CommentTemplate(Node):
    title: str = strawberry.field(description="Titre.")
    text: str = strawberry.field(description=f"{_TEXT}.")
    expected_changes: list[TemplateExpectation] = strawberry.field(description=f"{_EXPECTED}.")
    created_at: datetime = strawberry.field(description="Instant de l’enregistrement.")
    created_by: Actor = strawberry.field(description="Qui l’a enregistré.")
    updated_at: datetime | None = strawberry.field(
        description="Instant du dernier changement ; absent sans changement."
    )
    withdrawn_at: datetime | None = strawberry.field(description="Instant du retrait ; absent tant qu’il sert.")

    @classmethod
    def of(cls, row: models.CommentTemplate, context: Context) -> CommentTemplate:
        """The template as managers read it."""
        return cls(
            id=node_id("CommentTemplate", row.id),
            title=row.title,
            text=row.text,
            expected_changes=[TemplateExpectation.of(each) for each in row.expects],
            created_at=row.created_at,
            created_by=Actor.of(row.created_by, context),
            updated_at=row.updated_at,
            withdrawn_at=row.withdrawn_at,
        )


@strawberry.type
class CommentTemplateQuery:
    """The part of `Query` that concerns templates."""

    @strawberry.field(
        description="Les modèles de commentaires, par titre, cent au plus (gestionnaire ; vide pour un autre compte)."
    )
    async def comment_templates(self, info: Info) -> list[CommentTemplate]:
        rows = await comment_templates.comment_templates(info.context.viewer)
        return [CommentTemplate.of(row, info.context) for row in rows]


@strawberry.input(description="Enregistrer un modèle de commentaire.")
class SaveCommentTemplateInput:
    title: str = strawberry.field(description=f"{_TITLE}.")
    text: str = strawberry.field(description=f"{_TEXT}.")
    expected_changes: list[ExpectedChangeInput] = strawberry.field(default_factory=list, description=f"{_EXPECTED}.")


@strawberry.input(description="Changer un modèle de commentaire.")
class ChangeCommentTemplateInput:
    template_id: strawberry.ID = strawberry.field(description=_TEMPLATE)
    title: str | None = strawberry.field(default=strawberry.UNSET, description=_TITLE + _UNCHANGED)
    text: str | None = strawberry.field(default=strawberry.UNSET, description=_TEXT + _UNCHANGED)
    expected_changes: list[ExpectedChangeInput] | None = strawberry.field(
        default=strawberry.UNSET, description=_EXPECTED + _UNCHANGED
    )


@strawberry.input(description="Retirer un modèle de commentaire.")
class WithdrawCommentTemplateInput:
    template_id: strawberry.ID = strawberry.field(description=_TEMPLATE)


@strawberry.type(description="Le modèle est enregistré.")
class SaveCommentTemplateSuccess:
    template: CommentTemplate = strawberry.field(description=_NOW)


@strawberry.type(description="Le modèle est changé.")
class ChangeCommentTemplateSuccess:
    template: CommentTemplate = strawberry.field(description=_NOW)


@strawberry.type(description="Le modèle est retiré : il ne sert plus à aucun renvoi.")
class WithdrawCommentTemplateSuccess:
    template: CommentTemplate = strawberry.field(description=_NOW)


SaveCommentTemplateResult: TypeAlias = Annotated[
    SaveCommentTemplateSuccess | ValidationError | NotFoundError | PermissionDeniedError,
    strawberry.union("SaveCommentTemplateResult", description="Résultat de l’enregistrement d’un modèle."),
]
ChangeCommentTemplateResult: TypeAlias = Annotated[
    ChangeCommentTemplateSuccess | ValidationError | NotFoundError | PermissionDeniedError,
    strawberry.union("ChangeCommentTemplateResult", description="Résultat d’un changement de modèle."),
]
WithdrawCommentTemplateResult: TypeAlias = Annotated[
    WithdrawCommentTemplateSuccess | ValidationError | NotFoundError | PermissionDeniedError,
    strawberry.union("WithdrawCommentTemplateResult", description="Résultat d’un retrait de modèle."),
]


@strawberry.type
class CommentTemplateMutations:
    """The part of `Mutation` that concerns templates."""

    @strawberry.mutation(
        description="Enregistrer un modèle de commentaire (gestionnaire). "
        "Le même, enregistré deux fois, ne l’est qu’une."
    )
    async def save_comment_template(
        self, info: Info, input: Annotated[SaveCommentTemplateInput, INPUT]
    ) -> SaveCommentTemplateResult:
        row = await comment_templates.save_comment_template(
            info.context.viewer,
            title=input.title,
            text=input.text,
            expected_changes=expected(input.expected_changes),
            as_of=info.context.as_of,
        )
        return SaveCommentTemplateSuccess(template=CommentTemplate.of(row, info.context))

    @strawberry.mutation(description="Changer un modèle de commentaire (gestionnaire).")
    async def change_comment_template(
        self, info: Info, input: Annotated[ChangeCommentTemplateInput, INPUT]
    ) -> ChangeCommentTemplateResult:
        changes = given(input.expected_changes)
        row = await comment_templates.change_comment_template(
            info.context.viewer,
            uuid_of("CommentTemplate", input.template_id),
            title=given(input.title),
            text=given(input.text),
            expected_changes=None if changes is None else expected(changes),
            as_of=info.context.as_of,
        )
        return ChangeCommentTemplateSuccess(template=CommentTemplate.of(row, info.context))

    @strawberry.mutation(description="Retirer un modèle de commentaire (gestionnaire).")
    async def withdraw_comment_template(
        self, info: Info, input: Annotated[WithdrawCommentTemplateInput, INPUT]
    ) -> WithdrawCommentTemplateResult:
        row = await comment_templates.withdraw_comment_template(
            info.context.viewer, uuid_of("CommentTemplate", input.template_id), as_of=info.context.as_of
        )
        return WithdrawCommentTemplateSuccess(template=CommentTemplate.of(row, info.context))
