"""What can be done with tokens of software."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from models.actors import TokenScope
from resolvers import tokens
from schema.context import Info
from schema.errors import NotFoundError, PermissionDeniedError, ValidationError
from schema.inputs import INPUT, given
from schema.nodes import uuid_of
from schema.tokens import ApiToken


@strawberry.input(description="Émettre un jeton d’accès à l’API.")
class IssueTokenInput:
    name: str = strawberry.field(
        description="Le logiciel qui s’en servira, 100 caractères : son nom dans l’historique."
    )
    scopes: list[TokenScope] = strawberry.field(
        description="Ce qu’il permet : READ, ou WRITE qui comprend READ et demande un fournisseur."
    )
    supplier_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Le fournisseur pour lequel il agit ; absent : il lit ceux de tous."
    )
    expires_on: date | None = strawberry.field(
        default=strawberry.UNSET, description="Son dernier jour ; absent : le dernier possible, dans un an en général."
    )


@strawberry.input(description="Révoquer un jeton d’accès à l’API.")
class RevokeTokenInput:
    token_id: strawberry.ID = strawberry.field(description="Le jeton concerné.")


@strawberry.type(description="Le jeton est émis.")
class IssueTokenSuccess:
    token: ApiToken = strawberry.field(description="Le jeton.")
    secret: str = strawberry.field(description="Son secret, que personne ne pourra relire : gardez-le maintenant.")


@strawberry.type(description="Le jeton est révoqué : il ne sert plus, dès la demande suivante.")
class RevokeTokenSuccess:
    token: ApiToken = strawberry.field(description="Le jeton, tel qu’il est maintenant.")


IssueTokenResult: TypeAlias = Annotated[
    IssueTokenSuccess | ValidationError | NotFoundError | PermissionDeniedError,
    strawberry.union("IssueTokenResult", description="Résultat de l’émission d’un jeton."),
]
RevokeTokenResult: TypeAlias = Annotated[
    RevokeTokenSuccess | ValidationError | NotFoundError | PermissionDeniedError,
    strawberry.union("RevokeTokenResult", description="Résultat de la révocation d’un jeton."),
]


@strawberry.type
class TokenMutations:
    """The part of `Mutation` that concerns tokens."""

    @strawberry.mutation(
        description="Émettre un jeton d’accès à l’API (gestionnaire). Deux fois, ce sont deux jetons : avec un en-tête "
        "« Idempotency-Key », une demande répétée rend le premier."
    )
    async def issue_token(self, info: Info, input: Annotated[IssueTokenInput, INPUT]) -> IssueTokenResult:
        supplier_id = given(input.supplier_id)
        issued = await tokens.issue_token(
            info.context.viewer,
            name=input.name,
            scopes=input.scopes,
            supplier_id=uuid_of("Supplier", supplier_id) if supplier_id else None,
            expires_on=given(input.expires_on),
            as_of=info.context.as_of,
        )
        return IssueTokenSuccess(token=ApiToken.of(issued.token, info.context), secret=issued.secret)

    @strawberry.mutation(
        description="Révoquer un jeton d’accès à l’API : effet immédiat (fournisseur qui peut confirmer, gestionnaire)."
    )
    async def revoke_token(self, info: Info, input: Annotated[RevokeTokenInput, INPUT]) -> RevokeTokenResult:
        row = await tokens.revoke_token(
            info.context.viewer, uuid_of("ApiToken", input.token_id), as_of=info.context.as_of
        )
        return RevokeTokenSuccess(token=ApiToken.of(row, info.context))
