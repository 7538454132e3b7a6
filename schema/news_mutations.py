"""What managers can do with announcements."""

from __future__ import annotations

from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from models.news import USUAL_CATEGORY
from resolvers import news
from schema.context import Info
from schema.errors import NotFoundError, PermissionDeniedError, ValidationError
from schema.inputs import INPUT, given
from schema.news import News
from schema.nodes import as_uuid, uuid_of

_NEWS = "L’actualité concernée."
_NOW = "L’actualité, telle qu’elle est maintenant."
_TITLE = "Titre, 150 caractères."
_TEXT = "Texte, sans mise en forme : les retours à la ligne sont gardés."
_CATEGORY = "Catégorie, 40 caractères"
_UPLOAD = "La pièce jointe, un fichier envoyé auparavant par « POST /uploads »"
_UNCHANGED = " ; absent : inchangé."


@strawberry.input(description="Publier une actualité.")
class PublishNewsInput:
    title: str = strawberry.field(description=_TITLE)
    text: str = strawberry.field(description=_TEXT)
    category: str = strawberry.field(default=USUAL_CATEGORY, description=f"{_CATEGORY}.")
    upload_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=f"{_UPLOAD}.")


@strawberry.input(description="Changer une actualité publiée.")
class ChangeNewsInput:
    news_id: strawberry.ID = strawberry.field(description=_NEWS)
    title: str | None = strawberry.field(default=strawberry.UNSET, description=_TITLE.rstrip(".") + _UNCHANGED)
    text: str | None = strawberry.field(default=strawberry.UNSET, description=_TEXT.rstrip(".") + _UNCHANGED)
    category: str | None = strawberry.field(default=strawberry.UNSET, description=_CATEGORY + _UNCHANGED)
    upload_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=_UPLOAD + _UNCHANGED)
    without_document: bool = strawberry.field(default=False, description="Retirer la pièce jointe.")


@strawberry.input(description="Retirer une actualité.")
class WithdrawNewsInput:
    news_id: strawberry.ID = strawberry.field(description=_NEWS)


@strawberry.type(description="L’actualité est publiée.")
class PublishNewsSuccess:
    news: News = strawberry.field(description=_NOW)


@strawberry.type(description="L’actualité est changée.")
class ChangeNewsSuccess:
    news: News = strawberry.field(description=_NOW)


@strawberry.type(description="L’actualité est retirée : les fournisseurs ne la voient plus.")
class WithdrawNewsSuccess:
    news: News = strawberry.field(description=_NOW)


PublishNewsResult: TypeAlias = Annotated[
    PublishNewsSuccess | ValidationError | NotFoundError | PermissionDeniedError,
    strawberry.union("PublishNewsResult", description="Résultat d’une publication."),
]
ChangeNewsResult: TypeAlias = Annotated[
    ChangeNewsSuccess | ValidationError | NotFoundError | PermissionDeniedError,
    strawberry.union("ChangeNewsResult", description="Résultat d’un changement d’actualité."),
]
WithdrawNewsResult: TypeAlias = Annotated[
    WithdrawNewsSuccess | ValidationError | NotFoundError | PermissionDeniedError,
    strawberry.union("WithdrawNewsResult", description="Résultat d’un retrait d’actualité."),
]


@strawberry.type
class NewsMutations:
    """The part of `Mutation` that concerns announcements."""

    @strawberry.mutation(
        description="Publier une actualité, lue par tous les fournisseurs (gestionnaire). "
        "La même, publiée deux fois, ne l’est qu’une."
    )
    async def publish_news(self, info: Info, input: Annotated[PublishNewsInput, INPUT]) -> PublishNewsResult:
        row = await news.publish_news(
            info.context.viewer,
            title=input.title,
            text=input.text,
            category=input.category,
            upload_id=_upload(input.upload_id),
            as_of=info.context.as_of,
        )
        return PublishNewsSuccess(news=News.of(row, info.context))

    @strawberry.mutation(description="Changer une actualité publiée (gestionnaire).")
    async def change_news(self, info: Info, input: Annotated[ChangeNewsInput, INPUT]) -> ChangeNewsResult:
        row = await news.change_news(
            info.context.viewer,
            uuid_of("News", input.news_id),
            title=given(input.title),
            text=given(input.text),
            category=given(input.category),
            upload_id=_upload(input.upload_id),
            without_document=input.without_document,
            as_of=info.context.as_of,
        )
        return ChangeNewsSuccess(news=News.of(row, info.context))

    @strawberry.mutation(description="Retirer une actualité (gestionnaire).")
    async def withdraw_news(self, info: Info, input: Annotated[WithdrawNewsInput, INPUT]) -> WithdrawNewsResult:
        row = await news.withdraw_news(info.context.viewer, uuid_of("News", input.news_id), as_of=info.context.as_of)
        return WithdrawNewsSuccess(news=News.of(row, info.context))


def _upload(given_id: strawberry.ID | None) -> UUID | None:
    sent = given(given_id)
    return as_uuid(sent) if sent else None
